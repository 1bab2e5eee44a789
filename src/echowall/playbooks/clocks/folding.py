"""From a history to rounds: when each clock started, stopped, stood still, and from where its limit counts.

A round is one run of a clock: reopening a matter, dispatching it again or moving it begins a new one. What is decided
here is only what events decide; what the passing of time decides is in `reading`.

When the limit of a running round changes (urgency, complex, plan, another playbook version) these rules hold:

* a round that is already late stays late: no re-labelling heals a breach;
* a longer limit counts from the start of the round;
* a shorter limit in days counts from the start; if that is already past, from the change;
* a shorter limit in minutes or hours counts from the change;
* a shorter limit never ends later than the one it replaces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from echowall.playbooks.clocks.calendars import Calendar
from echowall.playbooks.clocks.compiling import ANCHOR, PAUSE, RESUME, START, STOP, ClockSet, ReadyClock
from echowall.playbooks.clocks.facts import Facts
from echowall.playbooks.clocks.spans import Pause, due_at, due_without_pauses
from echowall.playbooks.clocks.types import Event, Span
from echowall.playbooks.errors import VersionNotKept
from echowall.playbooks.types import Unit

Window = tuple[datetime, Span]
"""From which instant a limit counts, and the limit."""

Resolve = Callable[[str, date], ClockSet]
"""Finds the clocks of another version, for a history with `repinned`."""


class Round:
    """One run of one clock."""

    __slots__ = ("applies", "ended", "floor", "is_locked", "number", "span", "start", "stop", "stopped_by", "windows")

    def __init__(self, number: int, start: datetime) -> None:
        """The `number`-th run of its clock, begun at `start`."""
        self.number = number
        self.start = start
        self.applies = False
        self.span: Span | None = None
        self.windows: list[Window] = []
        self.floor: Window | None = None
        self.is_locked = False
        self.stop: datetime | None = None
        self.stopped_by = ""
        self.ended: datetime | None = None
        """When the round was replaced, dropped or lost its ground, without having been met."""

    def due(self, pauses: Sequence[Pause], calendar: Calendar) -> tuple[datetime | None, Window | None]:
        """The due time, and the window that gives it: the earliest window, but not before the plan's last node."""
        windows = self.windows
        if not windows:
            return None, None
        if len(windows) == 1 and self.floor is None:
            window = windows[0]
            return due_at(window[0], window[1], pauses, calendar), window
        best_at, best = None, windows[0]
        for window in windows:
            at = due_at(window[0], window[1], pauses, calendar)
            if at is not None and (best_at is None or at < best_at):
                best_at, best = at, window
        if self.floor is not None and best_at is not None:
            floor_at = due_at(self.floor[0], self.floor[1], pauses, calendar)
            if floor_at is None or floor_at > best_at:
                return floor_at, self.floor
        return best_at, best


class Track:
    """All rounds of one clock, and when it stood still. `key` is the clock's id, for a plan node with its date."""

    __slots__ = ("key", "merged", "open_pauses", "pauses", "ready", "rounds")

    def __init__(self, key: str, ready: ReadyClock) -> None:
        """A clock that has not run yet."""
        self.key = key
        self.ready = ready
        self.rounds: list[Round] = []
        self.pauses: list[Pause] = []
        self.open_pauses: list[Pause] = []
        self.merged: list[Pause] | None = []

    def stills(self) -> list[Pause]:
        """All pauses so far, ended or not, merged."""
        if self.merged is None:
            self.merged = merge_pauses([*self.pauses, *self.open_pauses])
        return self.merged

    def pause(self, at: datetime, until: datetime | None) -> None:
        """Stand still from `at`, until resumed or until `until`, whichever is first."""
        if until is None or until > at:
            self.open_pauses.append((at, until))
            self.merged = None

    def resume(self, at: datetime) -> None:
        """End every pause that is still open."""
        self.merged = None
        for since, until in self.open_pauses:
            end = at if until is None or until > at else until
            if since < end:
                self.pauses.append((since, end))
        self.open_pauses = []


def merge_pauses(pauses: list[Pause]) -> list[Pause]:
    """In order, overlapping and touching ones made one."""
    pauses.sort(key=lambda pause: pause[0])
    merged: list[Pause] = []
    for since, until in pauses:
        if merged:
            last_since, last_until = merged[-1]
            if last_until is None:
                break
            if since <= last_until:
                merged[-1] = (last_since, None if until is None else max(until, last_until))
                continue
        merged.append((since, until))
    return merged


class Fold:
    """The state of all clocks after a history. Build with `fold`."""

    def __init__(self, clocks: ClockSet, calendar: Calendar) -> None:
        """Before the first event."""
        self.clocks = clocks
        self.calendar = calendar
        self.facts = Facts()
        self.tracks = [Track(ready.definition.id, ready) for ready in clocks.clocks]
        self.nodes: dict[date, Track] = {}
        self.versions = [clocks]
        self.reopened_at: datetime | None = None

    def take(self, event: Event) -> None:
        """Apply one event to the facts and to every clock that it touches."""
        changed = self.facts.apply(event)
        at = event.at
        touched = False
        for position, role, check in self.clocks.handlers.get(event.kind, ()):
            if check is None or check(self.facts):
                touched = True
                self._touch(self.tracks[position], role, at, event)
        if event.kind == "reopened":
            self.reopened_at = at
        elif event.kind == "suspended" and not touched:
            self.facts.suspensions_refused.append((at, self.facts.pause_reason))
        if changed:
            for track in self.tracks:
                if track.ready.definition.is_per_node:
                    self._replan(track, at)
                elif track.rounds:
                    self._rechoose(track, at)

    def _touch(self, track: Track, role: int, at: datetime, event: Event) -> None:
        if track.ready.definition.is_per_node:
            self._touch_nodes(track, role, at, event)
        elif role == START:
            self._start(track, at)
        elif role == STOP:
            _stop(track, at, event.kind)
        elif role == PAUSE:
            track.pause(at, self.facts.pause_until)
        elif role == RESUME:
            track.resume(at)
        elif role == ANCHOR and track.rounds:
            self._anchor(track, at)

    def _start(self, track: Track, at: datetime) -> None:
        if track.rounds:
            last = track.rounds[-1]
            if last.stop is None and last.ended is None:
                self._end(track, last, at)
        opened = Round(len(track.rounds) + 1, at)
        opened.applies, opened.span = track.ready.choose(self.facts)
        if opened.applies and opened.span is not None and not track.ready.is_anchored:
            opened.windows = [(at, opened.span)]
        track.rounds.append(opened)

    def _end(self, track: Track, last: Round, at: datetime) -> None:
        self._lock_if_late(track, last, at)
        last.ended = at

    def _lock_if_late(self, track: Track, last: Round, at: datetime) -> bool:
        if not last.is_locked and last.windows:
            due, _ = last.due(track.stills(), self.calendar)
            last.is_locked = due is not None and due <= at
        return last.is_locked

    def _anchor(self, track: Track, at: datetime) -> None:
        last = track.rounds[-1]
        if last.stop is None and last.ended is None and last.span and not self._lock_if_late(track, last, at):
            last.windows = [(at, last.span)]

    def _rechoose(self, track: Track, at: datetime) -> None:
        last = track.rounds[-1]
        if last.stop is not None or last.start == at:
            if last.start == at and last.stop is None:
                self._begin_again(track, last)
            return
        applies, span = track.ready.choose(self.facts)
        if span == last.span and applies == last.applies and not track.ready.plan_extends:
            return
        if self._lock_if_late(track, last, at):
            if not applies and last.ended is None:
                last.ended = at
            return
        if not applies:
            last.ended = at if last.applies else None
            last.windows = []
        elif span != last.span or last.applies != applies:
            last.ended = None
            last.windows = self._windows_after_change(track, last, span, at)
        last.applies, last.span = applies, span
        self._set_floor(track, last)

    def _begin_again(self, track: Track, last: Round) -> None:
        """Several events of the starting instant: the limit is what holds after the last of them."""
        last.applies, last.span = track.ready.choose(self.facts)
        is_counting = last.applies and last.span is not None and not track.ready.is_anchored
        last.windows = [(last.start, last.span)] if is_counting and last.span else []
        self._set_floor(track, last)

    def _windows_after_change(self, track: Track, last: Round, span: Span | None, at: datetime) -> list[Window]:
        if span is None:
            return []
        base = last.windows[0][0] if last.windows else last.start
        if track.ready.is_anchored and not last.windows:
            return []
        pauses = track.stills()
        from_start = due_at(base, span, pauses, self.calendar)
        if not last.windows:
            return [(base, span)] if from_start is None or from_start > at else [(at, span)]
        is_shorter = due_without_pauses(base, span, self.calendar) < min(
            due_without_pauses(since, old, self.calendar) for since, old in last.windows
        )
        if not is_shorter or (not span.is_exact and (from_start is None or from_start > at)):
            return [(base, span)]
        return [*last.windows, (at, span)]

    def _set_floor(self, track: Track, last: Round) -> None:
        nodes = self.facts.plan_nodes
        if track.ready.plan_extends and nodes and last.windows:
            last.floor = (last.start, Span(0, Unit.CALENDAR_DAY, track.ready.definition.plan_extends, until=nodes[-1]))
        else:
            last.floor = None

    def _touch_nodes(self, template: Track, role: int, at: datetime, event: Event) -> None:
        if role == STOP:
            meant = self._reported_node(event) if event.kind == "progress" else None
            for day, track in self.nodes.items():
                if event.kind != "progress" or day == meant:
                    _stop(track, at, event.kind)
        elif role == PAUSE:
            for track in (template, *self.nodes.values()):
                track.pause(at, self.facts.pause_until)
        elif role == RESUME:
            for track in (template, *self.nodes.values()):
                track.resume(at)

    def _reported_node(self, event: Event) -> date | None:
        """The node that a progress note names, or else the first open one whose day has come."""
        named = event.body.get("node")
        if named:
            return next((day for day in self.nodes if day.isoformat() == str(named)), None)
        today = event.at.astimezone(self.calendar.zone).date()
        waiting = [
            day
            for day, track in self.nodes.items()
            if day <= today and track.rounds[-1].stop is None and track.rounds[-1].ended is None
        ]
        return min(waiting, default=None)

    def _replan(self, template: Track, at: datetime) -> None:
        wanted = self.facts.plan_nodes
        for day, track in self.nodes.items():
            last = track.rounds[-1]
            if day not in wanted and last.stop is None and last.ended is None:
                self._end(track, last, at)
        for day in wanted:
            track = self.nodes.get(day) or Track(f"{template.key}:{day.isoformat()}", template.ready)
            last_round = track.rounds[-1] if track.rounds else None
            if last_round is None or self._is_over(last_round):
                node = Round(len(track.rounds) + 1, at)
                node.applies, node.span = True, Span(0, Unit.CALENDAR_DAY, "", until=day)
                node.windows = [(at, node.span)]
                track.rounds.append(node)
                track.pauses, track.open_pauses = list(template.pauses), list(template.open_pauses)
                track.merged = None
            self.nodes[day] = track

    def _is_over(self, node: Round) -> bool:
        """Dropped from the plan and not late, or met before the matter was reopened: the date may be planned anew."""
        if node.stop is not None:
            return self.reopened_at is not None and node.stop <= self.reopened_at
        return node.ended is not None and not node.is_locked

    def repin(self, clocks: ClockSet, at: datetime, before: Sequence[Event]) -> None:
        """Go on under another version: running rounds by the rules for changed limits, new clocks as ever there."""
        old = {track.key: track for track in self.tracks}
        replayed = None
        tracks = []
        for ready in clocks.clocks:
            track = old.pop(ready.definition.id, None)
            if track is None:
                replayed = replayed or fold(clocks, before, self.calendar)
                track = next(t for t in replayed.tracks if t.ready is ready)
                self._excuse(track, at)
            track.ready = ready
            tracks.append(track)
        for dropped in old.values():
            if dropped.rounds and dropped.rounds[-1].stop is None and dropped.rounds[-1].ended is None:
                self._end(dropped, dropped.rounds[-1], at)
        self.clocks, self.versions = clocks, [*self.versions, clocks]
        self.tracks = tracks + [t for t in old.values() if any(r.stop or r.is_locked for r in t.rounds)]
        for track in tracks:
            if track.rounds and not track.ready.definition.is_per_node:
                self._rechoose(track, at)

    def _excuse(self, track: Track, at: datetime) -> None:
        """A clock that comes only with the new version cannot have been late before it."""
        if track.rounds and track.rounds[-1].windows:
            last = track.rounds[-1]
            due, _ = last.due(track.stills(), self.calendar)
            if due is not None and due <= at and last.span is not None:
                last.windows, last.is_locked = [(at, last.span)], False


def _stop(track: Track, at: datetime, kind: str) -> None:
    if track.rounds:
        last = track.rounds[-1]
        if last.stop is None and (last.ended is None or last.is_locked):
            last.stop, last.stopped_by = at, kind


def fold(clocks: ClockSet, events: Sequence[Event], calendar: Calendar, resolve: Resolve | None = None) -> Fold:
    """Run a history (in order) through the clocks.

    Raises:
        VersionNotKept: the history was repinned to a version that `resolve` is not there to find.
    """
    state = Fold(clocks, calendar)
    for i, event in enumerate(events):
        if event.kind == "repinned":
            version = str(event.body.get("version", ""))
            if resolve is None:
                raise VersionNotKept(
                    f"事项改用的工作法版本“{version}”没有提供。",
                    f"The case was repinned to version {version}; none was supplied.",
                )
            on = event.at.astimezone(calendar.zone).date()
            state.repin(resolve(version, on), event.at, events[:i])
        state.take(event)
    return state
