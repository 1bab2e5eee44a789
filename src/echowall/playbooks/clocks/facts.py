"""What the history of a matter amounts to at one moment, as far as clocks need it.

The event kinds are the contract with the programme that owns matters: opened, dispatched{team}, accepted{team},
returned{team, reason}, informed, progress{node}, plan_set{nodes}, reclassified{urgency, complex}, suspended{reason,
until}, resumed, moved{from_office, to_office}, joint_requested, reported_back, checked{passed}, answered,
called_back{solved}, closed, reopened{cause}, evaluated, merged{into}, unmerged, split, repinned{version}, cancelled,
escalated{step}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from echowall.playbooks.clocks.types import Event
from echowall.playbooks.errors import HistoryBroken

EVENT_KINDS = (
    "resumed", "unmerged", "opened", "merged", "split", "reclassified", "repinned", "plan_set", "returned", "moved",
    "joint_requested", "dispatched", "accepted", "suspended", "informed", "progress", "reported_back", "checked",
    "answered", "called_back", "closed", "reopened", "evaluated", "cancelled", "escalated",
)  # fmt: skip
"""Every kind, in the order in which events of one and the same instant are taken to have happened."""

_RANK = {kind: i for i, kind in enumerate(EVENT_KINDS)}


class Facts:
    """The state that conditions look at; changed only by `apply`."""

    __slots__ = (
        "answered_count", "channel", "check_passed", "complex", "intent", "is_closed", "pause_reason", "pause_until",
        "plan_nodes", "recorded_steps", "return_count", "rework_count", "solved", "suspensions_refused",
        "unreached_count", "urgency", "void_since",
    )  # fmt: skip

    def __init__(self) -> None:
        """Before anything happened."""
        self.urgency = "normal"
        self.complex = False
        self.intent = "other"
        self.channel = ""
        self.plan_nodes: tuple[date, ...] = ()
        self.check_passed = False
        self.pause_reason = ""
        self.pause_until: datetime | None = None
        self.solved = ""
        self.unreached_count = 0
        self.answered_count = 0
        self.is_closed = False
        self.void_since: datetime | None = None
        self.rework_count = 0
        self.return_count = 0
        self.recorded_steps: set[str] = set()
        self.suspensions_refused: list[tuple[datetime, str]] = []

    def apply(self, event: Event) -> bool:
        """Take one event in; True if it may change which limit a clock has."""
        change = _CHANGES.get(event.kind)
        return change(self, event) if change else False


def _describe(facts: Facts, event: Event) -> bool:
    body = event.body
    facts.urgency = body.get("urgency", facts.urgency)
    facts.complex = body.get("complex", facts.complex)
    facts.intent = body.get("intent", facts.intent)
    facts.channel = body.get("channel", facts.channel)
    return True


def _plan(facts: Facts, event: Event) -> bool:
    nodes = event.body.get("nodes", ())
    try:
        facts.plan_nodes = tuple(sorted({_as_date(node) for node in nodes}))
    except (TypeError, ValueError):
        raise HistoryBroken(
            f"计划节点不是日期：{nodes}", f"plan_set.nodes are no dates: {nodes}; give dates as YYYY-MM-DD"
        ) from None
    return True


def _suspend(facts: Facts, event: Event) -> bool:
    facts.pause_reason = event.body.get("reason", "")
    written = event.body.get("until")
    until = datetime.fromisoformat(written) if isinstance(written, str) else written
    if until is not None and until.tzinfo is None:
        raise HistoryBroken(
            f"挂账截止时间没有时区：{until}", f"suspended.until has no time zone: {until}; give an aware instant"
        )
    facts.pause_until = until.astimezone(event.at.tzinfo) if until is not None else None
    return False


def _check(facts: Facts, event: Event) -> bool:
    facts.check_passed = bool(event.body.get("passed"))
    return False


def _answer(facts: Facts, event: Event) -> bool:
    facts.answered_count += 1
    return False


def _call_back(facts: Facts, event: Event) -> bool:
    solved = event.body.get("solved", "")
    if solved == "unreached":
        facts.unreached_count += 1
    else:
        facts.solved = solved
    return False


def _close(facts: Facts, event: Event) -> bool:
    facts.is_closed = True
    return False


def _reopen(facts: Facts, event: Event) -> bool:
    facts.is_closed = False
    facts.check_passed = False
    facts.solved = ""
    facts.unreached_count = 0
    facts.plan_nodes = ()
    facts.void_since = None
    facts.rework_count += 1
    return True


def _void(facts: Facts, event: Event) -> bool:
    if facts.void_since is None:
        facts.void_since = event.at
    return False


def _unvoid(facts: Facts, event: Event) -> bool:
    facts.void_since = None
    return False


def _return(facts: Facts, event: Event) -> bool:
    facts.return_count += 1
    return False


def _escalate(facts: Facts, event: Event) -> bool:
    facts.recorded_steps.add(event.body.get("step", ""))
    return False


_CHANGES: Mapping[str, Callable[[Facts, Event], bool]] = {
    "opened": _describe,
    "reclassified": _describe,
    "plan_set": _plan,
    "suspended": _suspend,
    "checked": _check,
    "answered": _answer,
    "called_back": _call_back,
    "closed": _close,
    "reopened": _reopen,
    "merged": _void,
    "cancelled": _void,
    "unmerged": _unvoid,
    "returned": _return,
    "escalated": _escalate,
}


def _as_date(node: Any) -> date:
    if isinstance(node, datetime):
        return node.date()
    if isinstance(node, date):
        return node
    return date.fromisoformat(str(node))


def in_order(history: Iterable[Event], zone: tzinfo) -> list[Event]:
    """The events by time, in the zone of the calendar, whatever order they arrived in; the same id twice counts once.

    Events of one instant go by `seq`, by `EVENT_KINDS`, then by id and content: never by arrival.

    Raises:
        HistoryBroken: an event without a time zone.
    """
    events: list[Event] = []
    previous: datetime | None = None
    ids: set[str] = set()
    is_sorted = True
    for event in history:
        at = event.at
        if at.tzinfo is None:
            raise HistoryBroken(
                f"记录“{event.kind}”的时间没有时区：{at}",
                f"event {event.kind} has no time zone: {at}; give an aware instant",
            )
        if at.tzinfo is not zone:
            at = at.astimezone(zone)
            event = Event(event.kind, at, event.body, event.id, event.seq)  # noqa: PLW2901 - the same event in the calendar's zone
        events.append(event)
        if previous is not None and at <= previous:
            is_sorted = False
        previous = at
        if event.id:
            ids.add(event.id)
    if is_sorted and (not ids or len(ids) == sum(1 for e in events if e.id)):
        return events
    events.sort(key=lambda e: (e.at, e.seq, _RANK.get(e.kind, 99), e.id, repr(sorted(e.body.items()))))
    seen: set[str] = set()
    return [e for e in events if not e.id or (e.id not in seen and not seen.add(e.id))]  # type: ignore[func-returns-value]
