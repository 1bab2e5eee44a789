"""What a round says at one instant: state, colour, level, steps, and the next instant at which any of these changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from echowall.playbooks.clocks.calendars import Calendar
from echowall.playbooks.clocks.compiling import ReadyStep
from echowall.playbooks.clocks.facts import Facts
from echowall.playbooks.clocks.folding import Round, Track, Window
from echowall.playbooks.clocks.spans import Pause, advance, after, due_without_pauses, elapsed
from echowall.playbooks.clocks.types import (
    LEVEL_RANK,
    ClockReading,
    Colour,
    Level,
    Span,
    State,
    StepReading,
)
from echowall.playbooks.errors import CalendarEnds, Said

_OPEN = (State.RUNNING, State.PAUSED, State.BREACHED)
_ZERO = timedelta(0)


class _View:
    """One round at one instant. Short-lived; everything it works out ends up in a ClockReading."""

    __slots__ = ("calendar", "due", "end", "facts", "now", "pauses", "round", "track", "window")

    def __init__(self, track: Track, run: Round, facts: Facts, now: datetime, calendar: Calendar) -> None:
        self.track, self.round, self.facts, self.now, self.calendar = track, run, facts, now, calendar
        self.end: datetime | None = run.stop or run.ended
        if self.end is None and facts.void_since is not None:
            self.end = facts.void_since
        pauses = track.stills()
        self.pauses: Sequence[Pause] = _clip(pauses, self.end) if pauses and self.end else pauses
        self.due: datetime | None
        self.window: Window | None
        self.due, self.window = run.due(self.pauses, calendar)

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.due <= (self.end or self.now)

    @property
    def is_paused(self) -> bool:
        if self.end is not None or not self.pauses:
            return False
        return any(since <= self.now and (until is None or self.now < until) for since, until in self.pauses)

    def state(self) -> State:
        run = self.round
        if run.stop is not None:
            return State.MET if run.applies or run.windows else State.NOT_STARTED
        if self.end is not None:
            return State.BREACHED if self.is_late else State.VOID
        if not run.applies:
            return State.NOT_STARTED
        if self.is_late:
            return State.BREACHED
        return State.PAUSED if self.is_paused else State.RUNNING

    def plain_due(self, window: Window) -> datetime:
        """The end of the window as if nothing had stood still."""
        if self.due is not None and not self.pauses:
            return self.due
        return due_without_pauses(window[0], window[1], self.calendar)

    def amber(self) -> datetime | None:
        if self.window is None:
            return None
        base, span = self.window
        budget = self.calendar.elapsed(base, self.plain_due(self.window), working=span.is_working)
        share = budget * self.track.ready.amber_share
        if not self.pauses and not span.is_working:
            return base + share
        return advance(base, share, self.pauses, self.calendar, working=span.is_working)

    def times(self) -> tuple[timedelta | None, timedelta | None]:
        """Elapsed and remaining."""
        if self.window is None:
            run = self.round
            return elapsed(run.start, self.end or self.now, self.pauses, self.calendar, working=False), None
        base, span = self.window
        ran = elapsed(base, self.end or self.now, self.pauses, self.calendar, working=span.is_working)
        return ran, self.calendar.elapsed(base, self.plain_due(self.window), working=span.is_working) - ran

    def steps(self, amber: datetime | None) -> list[StepReading]:
        """Every step of the round whose instant is known, in the order of the playbook."""
        ready = self.track.ready
        points: dict[str, datetime | None] = {"start": self.round.start, "amber": amber, "due": self.due}
        found: list[StepReading] = []
        for step in ready.steps:
            if step.check is not None and not step.check(self.facts):
                continue
            at = points.get(step.definition.point)
            if at is not None and step.after is not None:
                at = after(at, step.after, self.pauses, self.calendar)
            points[step.definition.id] = at
            for turn in range(step.times + 1):
                if at is None:
                    break
                found.append(self._step(step, turn, at))
                at = after(at, step.every, self.pauses, self.calendar) if step.every else None
        return found

    def _step(self, step: ReadyStep, turn: int, at: datetime) -> StepReading:
        definition = step.definition
        identity = f"{self.track.key}/{self.round.number}/{definition.id}"
        if turn:
            identity = f"{identity}/{turn}"
        return StepReading(
            id=identity,
            clock=self.track.key,
            step=definition.id,
            round=self.round.number,
            at=at,
            action=definition.action,
            arguments=definition.arguments,
            level=definition.level,
            is_recorded=identity in self.facts.recorded_steps,
        )

    def next_change(self, state: State, amber: datetime | None, steps: Sequence[StepReading]) -> datetime | None:
        if state not in _OPEN or self.end is not None:
            return None
        now = self.now
        instants = [at for at in (self.due, amber) if at is not None and at > now]
        instants.extend(s.at for s in steps if s.at > now and not (s.is_recorded and s.level is Level.NONE))
        for since, until in self.pauses:
            if since <= now and until is not None and until > now and state is not State.BREACHED:
                instants.append(until)
        return min(instants, default=None)


def _clip(pauses: Sequence[Pause], end: datetime) -> list[Pause]:
    """What happens to pauses after the end of a round does not matter to it."""
    return [(s, end if u is None or u > end else u) for s, u in pauses if s < end]


def _colour(state: State, now: datetime, amber: datetime | None, *, is_late: bool) -> Colour:
    if state in (State.NOT_STARTED, State.VOID):
        return Colour.NONE
    if is_late:
        return Colour.RED
    if state is not State.MET and amber is not None and amber <= now:
        return Colour.AMBER
    return Colour.GREEN


def _level(steps: Sequence[StepReading], until: datetime) -> Level:
    reached = Level.NONE
    for step in steps:
        if step.at <= until and LEVEL_RANK[step.level] > LEVEL_RANK[reached]:
            reached = step.level
    return reached


def read_round(track: Track, run: Round, facts: Facts, now: datetime, calendar: Calendar) -> ClockReading:
    """What the round says; a calendar that ends too early makes it UNDETERMINED and amber, for somebody to look at."""
    try:
        view = _View(track, run, facts, now, calendar)
        state = view.state()
        is_late = view.is_late
        amber = view.amber()
        is_open = state in _OPEN and view.end is None
        steps = view.steps(amber) if is_open or is_late else []
        ran, left = view.times()
        next_change = view.next_change(state, amber, steps)
    except CalendarEnds as error:
        return _fault(track, run, error.said)
    colour = _colour(state, now, amber, is_late=is_late)
    definition = track.ready.definition
    return ClockReading(
        clock=track.key,
        digit=definition.digit,
        is_main=definition.is_main,
        round=run.number,
        state=state,
        colour=colour,
        level=_level(steps, view.end or now) if is_late else Level.NONE,
        is_late=is_late,
        is_paused=view.is_paused,
        started_at=run.start,
        counted_from=view.window[0] if view.window else None,
        due_at=view.due,
        amber_at=amber,
        met_at=run.stop if state is State.MET else None,
        ended_at=view.end,
        elapsed=ran,
        remaining=left,
        span=view.window[1] if view.window else run.span,
        breach_count=sum(was_late(track, earlier, calendar) for earlier in track.rounds[:-1]) + is_late,
        next_change_at=next_change,
        steps=tuple(steps) if is_open else (),
        fault=None,
    )


def was_late(track: Track, run: Round, calendar: Calendar) -> bool:
    """Whether a round that is over was late: seen when it was replaced, or else by when it was met."""
    if run.is_locked or run.stop is None:
        return run.is_locked
    due, _ = run.due(_clip(track.stills(), run.stop), calendar)
    return due is not None and due <= run.stop


def read_track(track: Track, facts: Facts, now: datetime, calendar: Calendar) -> ClockReading:
    """What the clock's present round says; NOT_STARTED if there is none."""
    if track.rounds:
        return read_round(track, track.rounds[-1], facts, now, calendar)
    return _blank(track, State.NOT_STARTED, Colour.NONE, None, None)


def _fault(track: Track, run: Round, said: Said) -> ClockReading:
    if run.stop is not None:
        return _blank(track, State.MET, Colour.AMBER, run, said)
    return _blank(track, State.UNDETERMINED, Colour.AMBER, run, said)


def _blank(track: Track, state: State, colour: Colour, run: Round | None, fault: Said | None) -> ClockReading:
    definition = track.ready.definition
    span: Span | None = run.span if run else None
    return ClockReading(
        clock=track.key,
        digit=definition.digit,
        is_main=definition.is_main,
        round=run.number if run else 0,
        state=state,
        colour=colour,
        level=Level.NONE,
        is_late=False,
        is_paused=False,
        started_at=run.start if run else None,
        counted_from=None,
        due_at=None,
        amber_at=None,
        met_at=run.stop if run else None,
        ended_at=None,
        elapsed=None,
        remaining=None,
        span=span,
        breach_count=0,
        next_change_at=None,
        steps=(),
        fault=fault,
    )
