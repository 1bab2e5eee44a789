"""Scope: nothing without it, only one's own with it, and the database says so by itself."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.expressions import RawSQL
from tests.cast import EVENING, Cast, Street

from echowall.kernel import audit, scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.models import AuditEntry
from echowall.kernel.search import matching, terms
from echowall.people.operations import appoint
from echowall.voices.channels.types import HeardMessage
from echowall.voices.models import Message, Source
from echowall.voices.operations import hear_messages


def _say(street: Street, text: str) -> None:
    message = HeardMessage(channel="web", key=text, text=text, said_at=EVENING)
    hear_messages(messages=[message], source=street.web, actor=street.actor("duty"), at=EVENING)


class TestScope:
    def test_sees_nothing_without_scope(self, cast: Cast) -> None:
        _say(cast.fuhua, "没菜了")
        assert not Message.objects.exists()
        assert not Source.objects.exists()

    def test_sees_own_subtree_only(self, cast: Cast) -> None:
        _say(cast.fuhua, "没菜了")
        _say(cast.songshan, "停水了")
        with scope.active(cast.fuhua.actor("duty").scope):
            assert [m.body for m in Message.objects.all()] == ["没菜了"]
        with scope.active(cast.fuhua.actor("community").scope):
            assert not Message.objects.exists()  # filed at the office, above the community
        with scope.active(cast.fuhua.actor("administrator").scope):
            assert not Message.objects.exists()  # another purpose
        with scope.as_system():
            assert Message.objects.count() == 2

    def test_each_purpose_counts_at_its_own_places_only(self, cast: Cast) -> None:
        street = cast.fuhua
        with scope.as_system():
            boss = street.administrator
            appoint(worker=boss, role="community", place=street.communities[0], actor=SYSTEM_ACTOR, at=EVENING)
            for text, place in (("家门口没水", street.building), ("别的社区停电", street.communities[1])):
                _say(street, text)
                Message.objects.filter(body=text).update(place=place, place_path=place.path)
                Message.objects.filter(body=text).update(terms=RawSQL("to_tsvector('simple', %s)", [terms(text)]))
            audit.record(
                actor=SYSTEM_ACTOR, at=EVENING, action="kernel.test.done", subject=("place", street.office.id),
                where=(street.office.id, street.office.path),
            )  # fmt: skip
        actor = boss.as_actor()
        with scope.active(actor.scope):
            assert [m.body for m in Message.objects.all()] == ["家门口没水"]
            assert [m.body for m in matching(Message.objects.all(), "家门口没水")] == ["家门口没水"]
            assert not matching(Message.objects.all(), "别的社区停电")
            assert AuditEntry.objects.filter(action="kernel.test.done").exists()  # oversight, street-wide
        assert actor.scope.sight("requests").paths == (street.communities[0].path,)
        assert actor.scope.sight("administration").office_ids == (street.office.id,)

    def test_team_member_sees_the_matters_of_the_team_for_requests_only(self, cast: Cast) -> None:
        handler, boss = cast.fuhua.actor("handler").scope, cast.fuhua.actor("administrator").scope
        assert handler.sight("requests") == scope.Sight()
        assert handler.team_ids
        assert "requests" in handler.purposes
        assert boss.sight("requests") == scope.Sight()

    def test_inner_scope_ends_with_its_block(self, cast: Cast) -> None:
        _say(cast.fuhua, "没菜了")
        with scope.active(cast.songshan.actor("duty").scope):
            with scope.as_system():
                assert Message.objects.count() == 1
            assert not Message.objects.exists()

    def test_database_refuses_changing_what_was_said(self, cast: Cast) -> None:
        _say(cast.fuhua, "没菜了")
        with scope.as_system():
            for statement in ("UPDATE voices_message SET body = '有菜'", "DELETE FROM voices_message"):
                with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)

    def test_cannot_write_into_another_street(self, cast: Cast) -> None:
        _say(cast.fuhua, "没菜了")
        with scope.active(cast.fuhua.actor("duty").scope), pytest.raises(DatabaseError), transaction.atomic():
            Message.objects.update(office_id=cast.songshan.office.id, place_path=cast.songshan.office.path)
