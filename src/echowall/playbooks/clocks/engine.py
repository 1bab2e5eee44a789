"""The clocks of a matter, recomputed from its whole history each time. Nothing here is stored, nothing reads a clock.

`compute` is a pure function: the same history gives the same report, in whatever order its events arrived. Events later
than `now` are not yet known to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from echowall.playbooks.clocks.calendars import Calendar
from echowall.playbooks.clocks.compiling import ClockSet
from echowall.playbooks.clocks.facts import in_order
from echowall.playbooks.clocks.folding import Fold, Resolve, fold
from echowall.playbooks.clocks.reading import read_track
from echowall.playbooks.clocks.types import (
    COLOUR_RANK,
    LEVEL_RANK,
    ClockReading,
    Colour,
    Event,
    Level,
    State,
    StepReading,
)
from echowall.playbooks.errors import HistoryBroken, Said, VersionNotKept

_COUNTING = (State.RUNNING, State.PAUSED, State.BREACHED, State.UNDETERMINED)


class ClockReport(msgspec.Struct, frozen=True, kw_only=True):
    """All clocks of one matter at one instant.

    `colour` and `level` are the worst of the clocks still open; `next_change_at` is the earliest instant at which any
    state, colour, level or due step changes without a further event (None: never); `steps_due` are the steps whose
    instant has come and which the history does not record yet, in the order of their instants.
    """

    clock_sets: tuple[ClockSet, ...]
    now: datetime
    readings: tuple[ClockReading, ...]
    colour: Colour
    level: Level
    next_change_at: datetime | None
    steps_due: tuple[StepReading, ...]
    rework_count: int
    return_count: int
    warnings: tuple[Said, ...]

    def __getitem__(self, clock: str) -> ClockReading:
        """The reading of one clock by id; a plan node is `plan_node:2022-05-20`. KeyError if there is none."""
        for reading in self.readings:
            if reading.clock == clock:
                return reading
        raise KeyError(clock)

    @property
    def sweep_at(self) -> datetime | None:
        """When a sweep has to look again: at once if steps are due, else at the next change. Store and index this."""
        return self.now if self.steps_due else self.next_change_at

    @property
    def due_at(self) -> datetime | None:
        """The earliest due time of a main clock that is still open: what the office owes the reporter next."""
        times = [r.due_at for r in self.readings if r.is_main and r.state in _COUNTING and r.due_at is not None]
        return min(times, default=None)

    @property
    def nearest_due_at(self) -> datetime | None:
        """The earliest due time of any clock that is still open: what a list sorts by, and what `colour` goes with."""
        times = [r.due_at for r in self.readings if r.state in _COUNTING and r.due_at is not None]
        return min(times, default=None)


class ClockChange(msgspec.Struct, frozen=True):
    """One line of a preview: what a clock says now, and what it would say."""

    clock: str
    before: ClockReading | None
    after: ClockReading | None


def compute(
    clock_set: ClockSet,
    history: Iterable[Event],
    *,
    now: datetime,
    calendar: Calendar,
    resolve: Resolve | None = None,
) -> ClockReport:
    """What every clock says at `now`.

    `clock_set` is that of the version in force for the place when the matter was opened; `resolve(version, on)`
    supplies the others where the history has `repinned` events.

    Raises:
        HistoryBroken: an event or `now` without a time zone.
        VersionNotKept: the history is repinned and `resolve` is missing, or does not know the version.
    """
    if now.tzinfo is None:
        raise HistoryBroken(f"当前时间没有时区：{now}", f"`now` has no time zone: {now}; give an aware instant")
    now = now.astimezone(calendar.zone)
    events = in_order(history, calendar.zone)
    later = None
    if events and events[-1].at > now:
        later = next(event.at for event in events if event.at > now)
        events = [event for event in events if event.at <= now]
    state = fold(clock_set, events, calendar, resolve)
    readings = [
        read_track(track, state.facts, now, calendar)
        for track in (*state.tracks, *(state.nodes[day] for day in sorted(state.nodes)))
        if track.rounds or not track.ready.definition.is_per_node
    ]
    return _report(state, readings, now, later)


def _report(state: Fold, readings: list[ClockReading], now: datetime, later: datetime | None) -> ClockReport:
    colour, level = Colour.NONE, Level.NONE
    due: list[StepReading] = []
    next_change = later
    for reading in readings:
        for step in reading.steps:
            if step.at <= now and not step.is_recorded:
                due.append(step)
        if reading.next_change_at is not None and (next_change is None or reading.next_change_at < next_change):
            next_change = reading.next_change_at
        if reading.state in _COUNTING and reading.ended_at is None:
            if COLOUR_RANK[reading.colour] > COLOUR_RANK[colour]:
                colour = reading.colour
            if LEVEL_RANK[reading.level] > LEVEL_RANK[level]:
                level = reading.level
    due.sort(key=lambda step: (step.at, step.id))
    return ClockReport(
        clock_sets=tuple(state.versions),
        now=now,
        readings=tuple(readings),
        colour=colour,
        level=level,
        next_change_at=next_change,
        steps_due=tuple(due),
        rework_count=state.facts.rework_count,
        return_count=state.facts.return_count,
        warnings=_warnings(state, readings),
    )


def _warnings(state: Fold, readings: list[ClockReading]) -> tuple[Said, ...]:
    said = [
        Said(
            f"{at:%Y-%m-%d %H:%M} 的挂账理由“{reason}”未获批准，时限未停。",
            f"Suspension of {at:%Y-%m-%d %H:%M} for '{reason}' is not approved; no clock stopped.",
        )
        for at, reason in state.facts.suspensions_refused
    ]
    said.extend(reading.fault for reading in readings if reading.fault is not None)
    if state.facts.is_closed and any(r.is_main and r.state in _COUNTING and r.due_at is None for r in readings):
        said.append(Said("已办结但未回访，不得销号。", "Closed without a callback: not yet struck off."))
    return tuple(said)


def steps_due(
    clock_set: ClockSet,
    history: Iterable[Event],
    *,
    now: datetime,
    calendar: Calendar,
    resolve: Resolve | None = None,
) -> tuple[StepReading, ...]:
    """The steps that are due and not recorded. Record each as `escalated{step: id}`; then it is not due again."""
    return compute(clock_set, history, now=now, calendar=calendar, resolve=resolve).steps_due


def preview_repin(
    clock_set: ClockSet,
    history: Iterable[Event],
    *,
    to: ClockSet,
    now: datetime,
    calendar: Calendar,
    resolve: Resolve | None = None,
) -> tuple[ClockChange, ...]:
    """What moving the matter to another version now would change; nothing is written."""
    events = list(history)

    def find(version: str, on: date) -> ClockSet:
        if version == to.version:
            return to
        if resolve is not None:
            return resolve(version, on)
        raise VersionNotKept(
            f"事项改用过的工作法版本“{version}”没有提供。",
            f"The case was repinned to version {version}; none was supplied.",
        )

    before = compute(clock_set, events, now=now, calendar=calendar, resolve=resolve)
    moved = [*events, Event("repinned", now, {"version": to.version})]
    after = compute(clock_set, moved, now=now, calendar=calendar, resolve=find)
    old = {reading.clock: reading for reading in before.readings}
    new = {reading.clock: reading for reading in after.readings}
    changes = [ClockChange(key, old.get(key), new.get(key)) for key in dict.fromkeys((*old, *new))]
    return tuple(c for c in changes if c.before != c.after)
