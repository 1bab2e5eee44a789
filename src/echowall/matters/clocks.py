"""The clocks of a matter: its history handed to the playbook's clocks, and what lists need of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from echowall.kernel import clock
from echowall.playbooks import PlaybookError, Value
from echowall.playbooks.clocks import ClockChange, ClockReport, ClockSet, Event, compute, preview_repin
from echowall.playbooks.keeping import calendar, keep, library, place_chain

from .models import HistoryEvent, Matter

SUBJECT = "matters"


def playbook_in_force(path: str, at: datetime) -> str:
    """Return the version of the playbook that rules matters at a place; a matter is pinned to it when it is opened.

    Raises:
        PlaybookError: none is in force there.
    """
    playbook = library().playbook_for(SUBJECT, on=clock.today(at), place=place_chain(path))
    keep(playbook)
    return playbook.version


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


def _inputs(matter: Matter) -> tuple[ClockSet, list[Event], dict[str, Any]]:
    history = events_of(list(HistoryEvent.objects.filter(matter=matter).order_by("seq")))
    resolve = library().resolver(place_chain(matter.place_path))
    return clock_set(matter, history), history, {"calendar": calendar(), "resolve": resolve}


def report(matter: Matter, at: datetime) -> ClockReport:
    """Return what every clock of the matter says at ``at``, recomputed from its whole history."""
    clocks, history, with_ = _inputs(matter)
    return compute(clocks, history, now=at, **with_)


def preview(matter: Matter, version: str, at: datetime) -> tuple[ClockChange, ...]:
    """Return what moving the matter to another version of its playbook at ``at`` would change; nothing is written."""
    clocks, history, with_ = _inputs(matter)
    to = library().version(version).clocks_on(clock.today(at), place_chain(matter.place_path))
    return preview_repin(clocks, history, to=to, now=at, **with_)


def milestones(history: Sequence[Event]) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return when a matter was first accepted, when the reporters first had word, and when the last check passed.

    The first two stay over a reopening (they measure the response); the third is gone until it passes again.
    """
    accepted = informed = solved = None
    for event in history:
        if event.kind == "accepted":
            accepted = accepted or event.at
        elif event.kind in {"informed", "answered"}:
            informed = informed or event.at
        elif event.kind == "checked" and event.body.get("passed"):
            solved = event.at
        elif event.kind == "reopened":
            solved = None
    return accepted, informed, solved


def refresh(matter: Matter, at: datetime) -> None:
    """Put onto the (unsaved) matter what lists sort and colour by."""
    clocks, history, with_ = _inputs(matter)
    says = compute(clocks, history, now=max(at, matter.opened_at), **with_)
    matter.due_at, matter.next_change_at = says.due_at, says.sweep_at
    matter.colour = "" if says.colour == "none" else str(says.colour)
    matter.clocks_met = sorted(r.clock[:40] for r in says.readings if r.met_at is not None and not r.is_late)
    matter.clocks_missed = sorted(r.clock[:40] for r in says.readings if r.is_late)
    matter.accepted_at, matter.informed_at, matter.solved_at = milestones(history)
