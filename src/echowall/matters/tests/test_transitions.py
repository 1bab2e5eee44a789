"""Every move from every state by every role, through the real operations, against a table written out by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from django.db import transaction
from tests import story
from tests.cast import Cast, Street

from echowall.kernel import scope
from echowall.kernel.actors import Actor
from echowall.kernel.errors import NotFound, NotPermitted, Refusal
from echowall.kernel.models import AuditEntry
from echowall.matters import operations as act
from echowall.matters.models import HistoryEvent, Matter, State
from echowall.matters.rules import MOVES

AT = story.LATER
OPEN = {"opened", "dispatched", "handling", "suspended", "reported", "checked"}
WORKING = OPEN - {"opened"}  # a team has it
ENDED = {"closed", "evaluated"}
DESK = {"duty", "dispatcher", "leader"}
OVERSIGHT = {"leader", "inspector"}
ROLES = ("duty", "dispatcher", "handler", "community", "leader", "inspector", "administrator")


def _each(roles: set[str], states: set[str]) -> dict[str, set[str]]:
    return {role: set(states) for role in roles}


# move: by whom, from which states
ALLOWED: dict[str, dict[str, set[str]]] = {
    "dispatched": _each(DESK, {"opened", "dispatched", "handling"}),
    "accepted": {"handler": {"dispatched"}},
    "returned": {"handler": {"dispatched", "handling"}},
    "informed": _each({*DESK, "community"}, OPEN) | {"handler": WORKING},
    "progress": {"handler": {"handling", "suspended"}},
    "plan_set": {"handler": {"handling"}},
    "reclassified": _each(DESK, OPEN),
    "suspension_asked": {"handler": {"handling"}},
    "suspended": {"leader": {"dispatched", "handling"}},
    "resumed": {"leader": {"suspended"}},
    "move_offered": _each(DESK, {"opened", "dispatched", "handling"}),
    "joint_requested": _each(DESK, {"dispatched", "handling"}),
    "reported_back": {"handler": {"handling"}},
    "checked": _each(DESK, {"reported"}),
    "answered": _each({*DESK, "community"}, {"handling", "reported", "checked"} | ENDED)
    | {"handler": {"handling", "reported", "checked"}},
    "called_back": _each({*DESK, "community"}, {"reported", "checked"} | ENDED),
    "closed": _each(DESK, {"checked"}),
    "reopened": _each(DESK, {"checked"} | ENDED),
    "evaluated": _each(OVERSIGHT, {"closed"}),
    "merged": _each(DESK, OPEN),
    "unmerged": _each(DESK, {"merged"}),
    "split": _each(DESK, OPEN),
    "repinned": _each(OVERSIGHT, OPEN),
    "cancelled": _each(DESK, {"opened"}),
    "supervised": _each(OVERSIGHT, OPEN),
    "noted": _each({*DESK, "community"}, OPEN | ENDED) | {"handler": WORKING},
}
# These need a second office, a second team, or come from the system alone: tried in test_moving, test_handling, test_time.
ELSEWHERE = {"opened", "moved", "move_refused", "joint_done", "escalated", "document_drafted"}

Try = Callable[[Matter, Actor, Street, Matter], object]
TRIES: dict[str, Try] = {
    "dispatched": lambda m, a, s, _k: act.dispatch_matter(matter_id=m.id, team_id=s.supplies.id, actor=a, at=AT),
    "accepted": lambda m, a, _s, _k: act.accept_matter(matter_id=m.id, actor=a, at=AT),
    "returned": lambda m, a, _s, _k: act.return_matter(matter_id=m.id, reason="不归我们", actor=a, at=AT),
    "informed": lambda m, a, _s, _k: act.inform_reporters(matter_id=m.id, text="正在联系医生上门", actor=a, at=AT),
    "progress": lambda m, a, _s, _k: act.note_progress(matter_id=m.id, note="已联系", actor=a, at=AT),
    "plan_set": lambda m, a, _s, _k: act.set_plan(matter_id=m.id, nodes=[(date(2022, 5, 9), "换泵")], actor=a, at=AT),
    "reclassified": lambda m, a, _s, _k: act.reclassify_matter(
        matter_id=m.id, urgency="urgent", reason="急", actor=a, at=AT
    ),
    "suspension_asked": lambda m, a, _s, _k: act.ask_suspension(
        matter_id=m.id, reason="等待上级批复", until=None, actor=a, at=AT
    ),
    "suspended": lambda m, a, _s, _k: act.suspend_matter(
        matter_id=m.id, reason="等待上级批复", until=None, actor=a, at=AT
    ),
    "resumed": lambda m, a, _s, _k: act.resume_matter(matter_id=m.id, actor=a, at=AT),
    "move_offered": lambda m, a, _s, k: act.offer_move(
        matter_id=m.id, to_office_id=k.office_id, reason="在你街", actor=a, at=AT
    ),
    "joint_requested": lambda m, a, s, _k: act.request_joint_handling(
        matter_id=m.id, team_ids=[s.supplies.id], reason="要菜", actor=a, at=AT
    ),
    "reported_back": lambda m, a, _s, _k: act.report_back(matter_id=m.id, note=story.NOTE, actor=a, at=AT),
    "checked": lambda m, a, _s, _k: act.check_matter(matter_id=m.id, passed=True, note="", actor=a, at=AT),
    "answered": lambda m, a, _s, _k: act.answer_reporters(matter_id=m.id, text=story.REPLY, actor=a, at=AT),
    "called_back": lambda m, a, _s, _k: act.record_callback(
        matter_id=m.id, report_id=HELD["report"], outcome="solved", actor=a, at=AT
    ),
    "closed": lambda m, a, _s, _k: act.close_matter(matter_id=m.id, actor=a, at=AT),
    "reopened": lambda m, a, _s, _k: act.reopen_matter(matter_id=m.id, cause="没有解决", actor=a, at=AT),
    "evaluated": lambda m, a, _s, _k: act.evaluate_matter(matter_id=m.id, grade=4, note="", actor=a, at=AT),
    "merged": lambda m, a, _s, _k: act.merge_matters(into_id=HELD["kept"], merged_ids=[m.id], actor=a, at=AT),
    "unmerged": lambda m, a, _s, _k: act.unmerge_matter(matter_id=m.id, actor=a, at=AT),
    "split": lambda m, a, _s, _k: act.split_matter(
        matter_id=m.id, message_ids=[], new=act.part_of(m, title="另一件", topic="other"), actor=a, at=AT
    ),
    "repinned": lambda m, a, _s, _k: act.repin_matter(
        matter_id=m.id, version=m.playbook, reason="改规则", actor=a, at=AT
    ),
    "cancelled": lambda m, a, _s, _k: act.cancel_matter(matter_id=m.id, reason="测试", actor=a, at=AT),
    "supervised": lambda m, a, _s, _k: act.supervise(matter_id=m.id, note="抓紧", actor=a, at=AT),
    "noted": lambda m, a, _s, _k: act.add_note(matter_id=m.id, note="备注", actor=a, at=AT),
}
HELD: dict[str, object] = {}


class _UndoError(Exception):
    pass


def _tried(kind: str, matter: Matter, actor: Actor, street: Street, foreign: Matter) -> str:
    """Try a move, take it back whatever comes of it; return "done" or the refusal's class."""
    try:
        with scope.active(actor.scope), transaction.atomic():
            TRIES[kind](matter, actor, street, foreign)
            raise _UndoError
    except _UndoError:
        return "done"
    except NotFound:
        return "not_found"
    except NotPermitted:
        return "not_permitted"
    except Refusal as refusal:
        return ",".join(sorted(refusal.codes))


class TestTransitionTable:
    def test_the_tables_name_every_move_and_state(self) -> None:
        assert set(ALLOWED) | ELSEWHERE == set(MOVES)
        assert set(TRIES) == set(ALLOWED)
        assert {*story.STANDING, "collected"} == set(State.values)

    @pytest.mark.parametrize("state", list(story.STANDING))
    def test_every_move_by_every_role(self, cast: Cast, state: str) -> None:
        street = cast.fuhua
        standing = story.answered if state == "checked" else story.STANDING[state]
        matter, foreign = standing(street), story.opened(cast.songshan)
        assert matter.state == state
        with scope.as_system():
            HELD.update(report=matter.reports.get().id, kept=story.opened(street).id)
        actors = {role: street.actor(role) for role in ROLES} | {"neighbour": cast.songshan.actor("dispatcher")}
        wrong = []
        for kind in TRIES:
            for role, actor in actors.items():
                expected = state in ALLOWED[kind].get(role, set())
                outcome = _tried(kind, matter, actor, street, foreign)
                if (outcome == "done") != expected:
                    wrong.append((kind, role, "allowed" if expected else "forbidden", outcome))
                if role in {"neighbour", "administrator"} and outcome != "not_found":
                    wrong.append((kind, role, "must not even see it", outcome))
        assert wrong == []
        assert story.fresh(matter).last_seq == matter.last_seq


class TestEveryMove:
    def test_leaves_one_event_and_one_audit_row(self, cast: Cast) -> None:
        matter = story.evaluated(cast.fuhua)
        with scope.as_system():
            events = list(HistoryEvent.objects.filter(matter=matter).order_by("seq"))
            audited = list(
                AuditEntry.objects.filter(subject_id=str(matter.id)).order_by("id").values_list("action", flat=True)
            )
        assert [e.seq for e in events] == list(range(1, len(events) + 1))
        assert audited == [f"matters.matter.{e.kind}" for e in events]
        assert all(a.to_state == b.from_state for a, b in pairwise(events))

    def test_history_cannot_be_changed_by_the_program(self, cast: Cast) -> None:
        from django.db import ProgrammingError

        matter = story.opened(cast.fuhua)
        with pytest.raises(ProgrammingError), scope.as_system():
            HistoryEvent.objects.filter(matter=matter).update(actor_name="别人")

    def test_same_request_twice_is_one_event(self, cast: Cast) -> None:
        street = cast.fuhua
        duty, handler = street.actor("duty"), street.actor("handler")
        matter = story.opened(street)
        with story.as_actor(duty):
            for _ in range(2):
                act.dispatch_matter(matter_id=matter.id, team_id=street.medical.id, actor=duty, at=AT, request_key="d1")
        with story.as_actor(handler):
            for _ in range(2):
                act.accept_matter(matter_id=matter.id, actor=handler, at=AT, request_key="a1")
            for _ in range(2):
                act.note_progress(matter_id=matter.id, note="在路上", actor=handler, at=AT, request_key="p1")
            for _ in range(2):
                act.report_back(matter_id=matter.id, note=story.NOTE, actor=handler, at=AT, request_key="r1")
        with story.as_actor(duty):
            for _ in range(2):
                act.check_matter(matter_id=matter.id, passed=True, note="", actor=duty, at=AT, request_key="c1")
        assert story.fresh(matter).last_seq == 6

    def test_names_every_missing_field_at_once(self, cast: Cast) -> None:
        duty = cast.fuhua.actor("duty")
        matter = story.dispatched(cast.fuhua)
        with story.as_actor(duty), pytest.raises(Refusal) as refused:
            act.request_joint_handling(matter_id=matter.id, team_ids=[], reason=" ", actor=duty, at=AT)
        assert {p.place for p in refused.value.problems} == {"teams", "reason"}
