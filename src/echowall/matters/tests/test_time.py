"""What time alone brings about: escalation, papers, the end of a suspension."""

from datetime import date, timedelta

import pytest
from tests import story
from tests.cast import EVENING, Cast

from echowall.documents.models import Document
from echowall.kernel import clock, scope
from echowall.kernel.errors import Refusal
from echowall.matters import operations
from echowall.matters.models import Matter


def _sweep(at) -> int:  # type: ignore[no-untyped-def]
    with scope.as_system(), clock.fixed(at):
        return operations.sweep_clocks(at=at)


def _steps(matter: Matter) -> list[str]:
    with scope.as_system():
        return [
            e.body["step"].split(":")[0] + "/" + e.body["step"].split(":")[-1]
            for e in matter.history.filter(kind="escalated").order_by("seq")
        ]


class TestCriticalLane:
    def test_calls_ever_higher_until_taken(self, cast: Cast) -> None:
        matter = story.dispatched(cast.fuhua, urgency="critical")
        _sweep(EVENING + timedelta(minutes=14))
        assert not any("critical" in s for s in _steps(matter))
        seen = []
        for minutes in range(15, 120, 5):
            _sweep(EVENING + timedelta(minutes=minutes))
            seen.append(len([s for s in _steps(matter) if "critical" in s]))
        assert seen[0] == 1  # the duty leader, at once when the 15 minutes are over
        assert seen[3] == 2  # the street leader
        assert seen[6] >= 3  # the district
        assert seen[-1] > seen[6]  # and again
        again = len(_steps(matter))
        _sweep(EVENING + timedelta(minutes=115))
        assert len(_steps(matter)) == again

    def test_stops_calling_once_taken(self, cast: Cast) -> None:
        matter, handler = story.dispatched(cast.fuhua, urgency="critical"), cast.fuhua.actor("handler")
        with story.as_actor(handler):
            operations.accept_matter(matter_id=matter.id, actor=handler, at=EVENING + timedelta(minutes=5))
        _sweep(EVENING + timedelta(hours=2))
        assert not any("critical" in s for s in _steps(matter))

    def test_gives_no_time_to_give_it_back_after_fifteen_minutes(self, cast: Cast) -> None:
        handler = cast.fuhua.actor("handler")
        critical, normal = story.dispatched(cast.fuhua, urgency="critical"), story.dispatched(cast.fuhua)
        at = EVENING + timedelta(minutes=20)
        with story.as_actor(handler), pytest.raises(Refusal) as refused:
            operations.return_matter(matter_id=critical.id, reason="不归我们", actor=handler, at=at)
        assert refused.value.codes == {"return_too_late"}
        with story.as_actor(handler):
            operations.return_matter(matter_id=normal.id, reason="不归我们", actor=handler, at=at)
        late = story.dispatched(cast.fuhua)
        with story.as_actor(handler), pytest.raises(Refusal) as refused:
            operations.return_matter(
                matter_id=late.id, reason="不归我们", actor=handler, at=EVENING + timedelta(hours=24)
            )
        assert refused.value.codes == {"return_too_late"}


class TestPapers:
    def test_overdue_matter_brings_a_numbered_notice_then_a_circular_once(self, cast: Cast) -> None:
        matter = story.handling(cast.fuhua, title="3号楼停水")
        for days in (8, 9, 12, 13, 14):
            _sweep(EVENING + timedelta(days=days))
        with scope.as_system():
            papers = list(Document.objects.order_by("drafted_at", "sequence"))
            drafted = matter.history.filter(kind="document_drafted").count()
        kinds = [p.kind for p in papers]
        assert kinds.count("circular") == 1
        assert kinds.count("supervision_notice") >= 2  # for the three days and for the seven
        assert drafted == len(papers) == len({p.number for p in papers})
        circular = next(p for p in papers if p.kind == "circular")
        assert "3号楼停水" in circular.text
        assert "{{" not in "".join(p.text for p in papers)
        assert any(p.number in circular.text for p in papers if p.kind == "supervision_notice")


class TestSuspension:
    def test_ends_by_itself_and_goes_on_where_it_stood(self, cast: Cast) -> None:
        leader = cast.fuhua.actor("leader")
        taken, waiting = story.handling(cast.fuhua), story.dispatched(cast.fuhua)
        with story.as_actor(leader):
            for matter in (taken, waiting):
                operations.suspend_matter(
                    matter_id=matter.id, reason="等待上级批复", until=date(2022, 5, 6), actor=leader, at=story.LATER
                )
        due_before = story.fresh(taken).due_at
        _sweep(clock.midnight(date(2022, 5, 7)) - timedelta(minutes=1))
        assert story.fresh(taken).state == "suspended"
        _sweep(clock.midnight(date(2022, 5, 7)) + timedelta(minutes=1))
        assert story.fresh(taken).state == "handling"
        assert story.fresh(waiting).state == "dispatched"
        with scope.as_system():
            resumed = taken.history.get(kind="resumed")
        assert (resumed.at, resumed.actor_name) == (clock.midnight(date(2022, 5, 7)), "系统")
        assert story.fresh(taken).due_at == due_before

    def test_refuses_reasons_that_nobody_approved(self, cast: Cast) -> None:
        matter, leader = story.handling(cast.fuhua), cast.fuhua.actor("leader")
        with story.as_actor(leader), pytest.raises(Refusal) as refused:
            operations.suspend_matter(matter_id=matter.id, reason="忙", until=None, actor=leader, at=story.LATER)
        assert refused.value.codes == {"reason_not_approved"}


class TestReclassify:
    def test_clocks_follow_what_it_is_called(self, cast: Cast) -> None:
        matter, duty = story.handling(cast.fuhua), cast.fuhua.actor("duty")
        before = story.fresh(matter).due_at
        with story.as_actor(duty):
            operations.inform_reporters(matter_id=matter.id, text="正在联系自来水公司抢修", actor=duty, at=story.LATER)
            simple = story.fresh(matter).due_at
            operations.reclassify_matter(
                matter_id=matter.id, is_complex=True, reason="涉及多部门", actor=duty, at=story.LATER
            )
        assert before is not None
        assert simple is not None
        complex_due = story.fresh(matter).due_at
        assert complex_due is not None
        assert complex_due.date() > simple.date()
