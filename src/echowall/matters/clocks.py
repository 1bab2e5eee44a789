"""The clocks of a matter: its history handed to the playbook's clocks, and what lists need of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from echowall.kernel import clock
from echowall.playbooks import PlaybookError, Unit, Value
from echowall.playbooks.clocks import ClockChange, ClockReport, ClockSet, Event, compute, preview_repin
from echowall.playbooks.clocks.spans import due_at
from echowall.playbooks.clocks.types import Span
from echowall.playbooks.keeping import calendar, keep, library, place_chain

from .models import HistoryEvent, Matter, State

SUBJECT = "matters"


def playbook_in_force(path: str, at: datetime) -> str:
    """Return the version of the playbook that rules matters at a place; a matter is pinned to it when it is opened.

    Raises:
        PlaybookError: none is in force there.
    """
    playbook = library().playbook_for(SUBJECT, on=clock.today(at), place=place_chain(path))
    keep(playbook)
    return playbook.version


def return_until(matter: Matter, given_at: datetime) -> datetime | None:
    """Return the instant from which a team may no longer give the matter back: the end of its time to accept."""
    name = "accept_limit_critical" if matter.urgency == "critical" else "accept_limit"
    limit = parameter(matter, name, matter.opened_at).value
    unit = Unit(parameter(matter, "day_unit", matter.opened_at).value) if limit.unit is Unit.DAY else limit.unit
    return due_at(given_at, Span(limit.amount, unit, name), (), calendar())


def answer_paper_until(matter: Matter, at: datetime) -> datetime:
    """Return until when a supervision notice of the instant ``at`` must be answered in writing.

    A version pinned before the playbook knew this parameter has the 24 hours that held until then.
    """
    try:
        limit = parameter(matter, "supervision_reply_limit", at).value
    except PlaybookError:
        return at + timedelta(days=1)
    unit = Unit(parameter(matter, "day_unit", at).value) if limit.unit is Unit.DAY else limit.unit
    due = due_at(at, Span(limit.amount, unit, "supervision_reply_limit"), (), calendar())
    return due if due is not None else at + timedelta(days=1)


def callback_attempts(matter: Matter) -> int:
    """Return how often a reporter must have been tried before the callback counts as made."""
    return int(parameter(matter, "callback_attempts", matter.opened_at).value)


def knows(version: str) -> bool:
    """Tell whether a version is in the library or was kept."""
    try:
        library().version(version)
    except PlaybookError:
        return False
    return True


def other_versions(matter: Matter, at: datetime) -> list[str]:
    """Return the version of the playbook in force now when the matter is pinned to another one: what it may move to."""
    try:
        now = library().playbook_for(SUBJECT, on=clock.today(at), place=place_chain(matter.place_path)).version
    except PlaybookError:
        return []
    return [now] if now != matter.playbook else []


def parameter(matter: Matter, name: str, at: datetime) -> Value:
    """Return what the playbook that the matter is pinned to says of a parameter on the day of ``at``.

    Raises:
        PlaybookError: it knows no such parameter, or no value of it is in force.
    """
    playbook = library().version(matter.playbook)
    return playbook.value(name, on=clock.today(at), place=place_chain(matter.place_path))


def clock_set(matter: Matter, history: Sequence[Event]) -> ClockSet:
    """Return the clocks that the matter was opened under; the history says from when on another version holds."""
    opened_under = next((str(e.body["was"]) for e in history if e.kind == "repinned"), matter.playbook)
    playbook = library().version(opened_under)
    return playbook.clocks_on(clock.today(matter.opened_at), place_chain(matter.place_path))


def events_of(history: Sequence[HistoryEvent]) -> list[Event]:
    """Return history rows as the clock engine reads them."""
    return [Event(row.kind, row.at, row.body, str(row.id), row.seq) for row in history]


def history_of(matter: Matter) -> list[HistoryEvent]:
    """Return the history in order, as little of it as clocks read."""
    rows = HistoryEvent.objects.filter(matter=matter).order_by("seq")
    return list(rows.only("id", "kind", "at", "body", "from_state", "seq", "matter_id"))


def _inputs(matter: Matter, rows: Sequence[HistoryEvent] | None = None) -> tuple[ClockSet, list[Event], dict[str, Any]]:
    history = events_of(history_of(matter) if rows is None else rows)
    resolve = library().resolver(place_chain(matter.place_path))
    return clock_set(matter, history), history, {"calendar": calendar(), "resolve": resolve}


def report(matter: Matter, at: datetime, rows: Sequence[HistoryEvent] | None = None) -> ClockReport:
    """Return what every clock of the matter says at ``at``, recomputed from its history (``rows``, if at hand)."""
    clocks, history, with_ = _inputs(matter, rows)
    return compute(clocks, history, now=at, **with_)


def preview(matter: Matter, version: str, at: datetime) -> tuple[ClockChange, ...]:
    """Return what moving the matter to another version of its playbook at ``at`` would change; nothing is written."""
    clocks, history, with_ = _inputs(matter)
    to = library().version(version).clocks_on(clock.today(at), place_chain(matter.place_path))
    return preview_repin(clocks, history, to=to, now=at, **with_)


def suspended_until(rows: Sequence[HistoryEvent]) -> datetime | None:
    """Return when the last suspension ends by itself, or None."""
    last = next((row for row in reversed(rows) if row.kind == "suspended"), None)
    written = last.body.get("until") if last is not None else None
    return datetime.fromisoformat(written) if written else None


def milestones(rows: Sequence[HistoryEvent]) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return when a matter was first accepted, when the reporters first had word, and when the last check passed.

    The first two stay over a reopening (they measure the response); the third is gone until it passes again.
    """
    accepted = informed = solved = None
    for event in rows:
        if event.kind == "accepted":
            accepted = accepted or event.at
        elif event.kind in {"informed", "answered"}:
            informed = informed or event.at
        elif event.kind == "checked" and event.body.get("passed"):
            solved = event.at
        elif event.kind == "reopened":
            solved = None
    return accepted, informed, solved


def refresh(matter: Matter, at: datetime, rows: Sequence[HistoryEvent] | None = None) -> ClockReport:
    """Put onto the (unsaved) matter what lists sort and colour by; returns the report it comes from."""
    rows = history_of(matter) if rows is None else rows
    says = report(matter, max(at, matter.opened_at), rows)
    matter.due_at, matter.next_change_at = says.nearest_due_at, says.sweep_at
    matter.colour = "" if says.colour == "none" else str(says.colour)
    matter.clocks_met = sorted(r.clock[:40] for r in says.readings if r.met_at is not None and not r.is_late)
    matter.clocks_missed = sorted(r.clock[:40] for r in says.readings if r.is_late)
    matter.accepted_at, matter.informed_at, matter.solved_at = milestones(rows)
    until = suspended_until(rows) if matter.state == State.SUSPENDED else None
    if until is not None and (matter.next_change_at is None or until < matter.next_change_at):
        matter.next_change_at = until  # the state changes then, whatever the clocks say
    return says
