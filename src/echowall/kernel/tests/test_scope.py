"""Scope: nothing without it, only one's own with it, and the database says so by itself."""

import pytest
from django.db import DatabaseError, connection, transaction
from tests.cast import EVENING, Cast, Street

from echowall.kernel import scope
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
