"""The clocks of a matter: its history handed to the playbook's clocks, and what lists need of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings

from echowall.kernel import clock
from echowall.playbooks import Library
from echowall.playbooks.clocks import Calendar, ClockReport, ClockSet, Event, china_calendar, compute

from .models import HistoryEvent, Matter

DEFAULT_PLAYBOOK = "13710"


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the playbooks of this installation."""
    return Library(settings.PLAYBOOKS_DIR)


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """Return the working-day calendar of China."""
    return china_calendar()


def playbook_in_force(path: str, at: datetime) -> str:
    """Return ``id@version`` of the playbook that rules a place at an instant; a matter is pinned to it when opened."""
    raise NotImplementedError


def clock_set(pinned: str, path: str, on: date) -> ClockSet:
    """Return the clocks of a pinned playbook for a place."""
    raise NotImplementedError


def knows(version: str) -> bool:
    """Tell whether a pinned version is in the library."""
    raise NotImplementedError


def approved_suspensions(at: datetime) -> tuple[str, ...]:
    """Return the reasons for which the playbook lets clocks stop; empty when it lists none."""
    raise NotImplementedError


def events_of(history: Sequence[HistoryEvent]) -> list[Event]:
    """Return history rows as the clock engine reads them."""
    return [Event(row.kind, row.at, row.body, str(row.id)) for row in history]


def report(matter: Matter, at: datetime) -> ClockReport:
    """Return what every clock of the matter says at ``at``, recomputed from its whole history."""
    pinned = clock_set(matter.playbook, matter.place_path, clock.today(matter.opened_at))
    history = events_of(list(HistoryEvent.objects.filter(matter=matter).order_by("seq")))
    return compute(pinned, history, now=at, calendar=calendar())


def refresh(matter: Matter, at: datetime) -> None:
    """Put onto the (unsaved) matter what lists sort and colour by."""
    says = report(matter, at)
    matter.due_at, matter.next_change_at = says.due_at, says.next_change_at
    matter.colour = "" if says.colour == "none" else str(says.colour)
