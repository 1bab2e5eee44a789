"""The view of what a reader sees holds exactly the rows that the policy shows, and takes no writes."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.expressions import RawSQL
from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.register import listing
from echowall.kernel.register.listing import listing_for
from echowall.kernel.register.seen import sees_few, through_view
from echowall.kernel.search import matching, terms
from echowall.people.operations import appoint
from echowall.places.operations import NewPlace, add_place
from echowall.voices.channels.types import HeardMessage
from echowall.voices.models import Message
from echowall.voices.operations import hear_messages
from echowall.voices.registers import MESSAGES

PEOPLE = ("duty", "handler", "community", "leader", "inspector", "administrator")
VIEWS = ("matters_matter", "voices_message")


def _fill(cast: Cast) -> None:
    """One message in each way of being seen: whole office, community, building, team, another office acting."""
    fuhua, songshan = cast.fuhua, cast.songshan
    filings = (
        (fuhua.office, [], []),
        (fuhua.communities[0], [], []),
        (fuhua.building, [fuhua.medical.id], []),
        (fuhua.communities[1], [songshan.medical.id], []),
        (fuhua.communities[1], [], [songshan.office.id]),
        (songshan.building, [], []),
    )
    for number, (place, team_ids, also) in enumerate(filings):
        heard = HeardMessage(channel="web", key=str(number), text=f"停水第{number}次", said_at=EVENING)
        hear_messages(messages=[heard], source=fuhua.web, actor=fuhua.actor("duty"), at=EVENING)
        with scope.as_system():
            Message.objects.filter(key=str(number)).update(
                office_id=place.office_id or place.id, place=place, place_path=place.path, team_ids=team_ids,
                also_office_ids=also, terms=RawSQL("to_tsvector('simple', %s)", [terms(heard.text)]),
            )  # fmt: skip


class TestSeenView:
    def test_holds_what_the_policy_shows_to_everybody(self, cast: Cast) -> None:
        _fill(cast)
        counts = []
        for street in (cast.fuhua, cast.songshan):
            for who in PEOPLE:
                with scope.active(street.actor(who).scope):
                    seen = set(Message.objects.values_list("key", flat=True))
                    assert set(through_view(Message.objects.all()).values_list("key", flat=True)) == seen, who
                    assert {m.key for m in matching(Message.objects.all(), "停水")} == seen, who
                    counts.append(len(seen))
        assert counts == [5, 1, 2, 5, 5, 0, 2, 1, 1, 2, 2, 0]

    def test_shows_the_system_everything_and_nobody_nothing(self, cast: Cast) -> None:
        _fill(cast)
        assert not through_view(Message.objects.all()).exists()
        with scope.as_system():
            assert through_view(Message.objects.all()).count() == 6

    def test_finds_what_lies_deeper_than_keys_go(self, cast: Cast) -> None:
        _fill(cast)
        with scope.as_system():
            place = cast.fuhua.building
            for kind, name in (("unit", "1单元"), ("household", "101")):
                place = add_place(parent=place, new=NewPlace(kind, name), actor=SYSTEM_ACTOR, at=EVENING)
            assert place.path.count(".") >= scope.KEY_LEVELS
            Message.objects.filter(key="0").update(place=place, place_path=place.path)
            appoint(worker=cast.songshan.community, role="community", place=place, actor=SYSTEM_ACTOR, at=EVENING)
        with scope.active(cast.songshan.actor("community").scope):
            assert "0" in set(through_view(Message.objects.all()).values_list("key", flat=True))

    @pytest.mark.parametrize("table", VIEWS)
    def test_takes_no_writes_and_has_every_column(self, cast: Cast, table: str) -> None:
        with scope.as_system(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE c.table_name = %s), count(*) FROM information_schema.columns c"
                " WHERE c.table_name IN (%s, %s || '_seen')",
                [table, table, table],
            )
            own, both = cursor.fetchone()
            assert both == 2 * own, f"a migration must make {table}_seen anew (rls.SeenView)"
            for write in (f"DELETE FROM {table}_seen", f"UPDATE {table}_seen SET topic = 'other'"):
                with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                    cursor.execute(write)


class TestListingOfWhoSeesLittle:
    def test_counts_the_same_through_the_view(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        _fill(cast)
        actor = cast.songshan.actor("duty")
        for is_narrow in (True, False):
            monkeypatch.setattr(listing, "sees_few", lambda _rows, answer=is_narrow: answer)
            with scope.active(actor.scope):
                for asked, count in (({}, 2), ({"state": "noted"}, 0), ({"order": "said_at"}, 2), ({"q": "停水"}, 2)):
                    assert listing_for(MESSAGES, actor, asked).count == count, asked

    def test_who_sees_nothing_of_the_newest_sees_few(self, cast: Cast) -> None:
        _fill(cast)
        with scope.active(cast.songshan.actor("community").scope):
            assert sees_few(Message.objects.all())
        with scope.as_system():
            assert not sees_few(Message.objects.all())
