"""A matter's clocks as lists and sweeps see them."""

from datetime import date, timedelta

import pytest
from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.matters import clocks, operations
from echowall.matters.models import HistoryEvent, Matter
from echowall.playbooks import from_files
from echowall.playbooks.keeping import keep, library
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import hear_messages


def _open(cast: Cast) -> Matter:
    street = cast.fuhua
    message = HeardMessage(channel="web", key="1", text="3号楼的路灯坏了三天,晚上看不见路,请派人修", said_at=EVENING)
    duty = street.actor("duty")
    (heard,) = hear_messages(messages=[message], source=street.web, actor=duty, at=EVENING)
    return operations.open_from_message(message_id=heard.id, actor=duty, at=EVENING)


@pytest.fixture
def shorter() -> str:
    """A kept version of the playbook in which ordinary matters have five days."""
    files = dict(library().get("13710").files)
    name = "parameters/solve_limit.yaml"
    files[name] = files[name].replace(b"amount: 7", b"amount: 5")
    playbook = from_files(files, "13710")
    keep(playbook)
    return playbook.version


class TestRepinMatter:
    def test_a_breach_before_the_move_stays_and_the_new_limit_holds_after_it(self, cast: Cast, shorter: str) -> None:
        leader = cast.fuhua.actor("leader")
        with scope.as_system():
            early, late = _open(cast), EVENING + timedelta(days=6)
            before = clocks.report(early, late)["solve"]
            assert (before.state, before.is_late) == ("running", False)
        with scope.active(leader.scope):
            operations.repin_matter(matter_id=early.id, version=shorter, actor=leader, at=late, reason="改为五日")
        with scope.as_system():
            early.refresh_from_db()
            after = clocks.report(early, late)["solve"]
            # Five days were over already: the new rule is not broken backwards, and the old limit is the latest.
            assert (after.state, after.due_at) == ("running", before.due_at)
            assert early.history.get(kind="repinned").body["was"] == library().get("13710").version


class TestSweepClocks:
    def test_takes_what_is_due_once(self, cast: Cast) -> None:
        with scope.as_system():
            matter = _open(cast)
            at = EVENING + timedelta(days=10)
            assert matter.next_change_at is not None
            operations.sweep_clocks(at=at)
            recorded = HistoryEvent.objects.filter(matter=matter, kind="escalated").count()
            assert recorded > 0
            matter.refresh_from_db()
            assert matter.colour == "red"
            operations.sweep_clocks(at=at)
            assert HistoryEvent.objects.filter(matter=matter, kind="escalated").count() == recorded
            assert clocks.report(matter, at).steps_due == ()

    def test_a_matter_filed_long_after_it_began_is_swept_too(self, cast: Cast) -> None:
        with scope.as_system():
            matter = _open(cast)
            clocks.refresh(matter, EVENING + timedelta(days=400))
            assert matter.next_change_at == EVENING + timedelta(days=400)
            assert date(2023, 6, 7) == matter.next_change_at.date()
