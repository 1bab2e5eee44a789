"""Clocks: what a playbook defines, what happened, and what a clock says. No Django, no database, no clock read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from echowall.playbooks.errors import Said
from echowall.playbooks.types import Condition, Unit


class State(StrEnum):
    """Where a clock stands. UNDETERMINED: its calendar is unknown; somebody has to look."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    VOID = "void"
    UNDETERMINED = "undetermined"


class Colour(StrEnum):
    """How a clock looks. NONE: it does not count for this matter."""

    NONE = "none"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Level(StrEnum):
    """How far a breach has gone: nothing, supervision notice 督办, circular 通报."""

    NONE = "none"
    SUPERVISED = "supervised"
    CIRCULAR = "circular"


LEVEL_RANK = {Level.NONE: 0, Level.SUPERVISED: 1, Level.CIRCULAR: 2}
COLOUR_RANK = {Colour.NONE: 0, Colour.GREEN: 1, Colour.AMBER: 2, Colour.RED: 3}


class Event(msgspec.Struct, frozen=True):
    """One fact of a history. `at` is aware. `id`, where given, makes an event that arrives twice count once.

    `seq`, where given, says which of several events of one instant came first; without it their kinds decide.
    """

    kind: str
    at: datetime
    body: Mapping[str, Any] = {}
    id: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Matcher:
    """An event kind, with conditions that must all hold after the event."""

    event: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitChoice:
    """The limit to use while the conditions hold; no parameter means: the clock runs without a due time."""

    when: tuple[Condition, ...]
    parameter: str


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """What happens at a point of a clock: `after` (a parameter holding a limit) past `point`, repeated if so stated."""

    id: str
    point: str
    after: str
    action: str
    arguments: Mapping[str, str]
    level: Level
    when: tuple[Condition, ...]
    repeat_every: str
    repeat_times: str
    line: int


@dataclass(frozen=True, slots=True)
class ClockDefinition:
    """One clock as a playbook writes it. All names of values are names of parameters."""

    id: str
    digit: str
    is_main: bool
    starts: tuple[Matcher, ...]
    stops: tuple[Matcher, ...]
    pauses: tuple[Matcher, ...]
    resumes: tuple[Matcher, ...]
    counts_from: tuple[Matcher, ...]
    limits: tuple[LimitChoice, ...]
    minimum: str
    amber: str
    plan_extends: str
    is_per_node: bool
    steps: tuple[StepDefinition, ...]
    line: int

    def parameters(self) -> set[str]:
        """Every parameter that this clock reads, apart from those that conditions name."""
        names = {choice.parameter for choice in self.limits} | {self.minimum, self.amber, self.plan_extends}
        for step in self.steps:
            names |= {step.after, step.repeat_every, step.repeat_times}
        return names - {""}

    def conditions(self) -> list[Condition]:
        """Every condition used anywhere in this clock."""
        found: list[Condition] = []
        for matcher in (*self.starts, *self.stops, *self.pauses, *self.resumes, *self.counts_from):
            found.extend(matcher.when)
        for choice in self.limits:
            found.extend(choice.when)
        for step in self.steps:
            found.extend(step.when)
        return found


class Span(msgspec.Struct, frozen=True):
    """A limit made ready: DAY resolved, `minimum` the least time after the start, `name` the parameter it came from."""

    amount: int
    unit: Unit
    name: str = ""
    minimum: timedelta = timedelta(0)
    until: date | None = None

    @property
    def is_working(self) -> bool:
        """Whether only working days count."""
        return self.unit is Unit.WORKING_DAY

    @property
    def is_exact(self) -> bool:
        """Whether it is counted to the minute and not to the end of a day."""
        return self.unit is Unit.MINUTE or self.unit is Unit.HOUR


class StepReading(msgspec.Struct, frozen=True, kw_only=True):
    """One escalation step of one round. `id` is what `escalated{step}` records."""

    id: str
    clock: str
    step: str
    round: int
    at: datetime
    action: str
    arguments: Mapping[str, str]
    level: Level
    is_recorded: bool


class ClockReading(msgspec.Struct, frozen=True, kw_only=True):
    """What one clock says. Instants are aware; it is in time while `now < due_at` (the due instant itself is late).

    `elapsed` and `remaining` leave out pauses, and days off where the limit counts working days; `remaining` is
    negative when late. `due_at` is None while the clock stands still without an end, and for clocks without a limit.
    """

    clock: str
    digit: str
    is_main: bool
    round: int
    state: State
    colour: Colour
    level: Level
    is_late: bool
    is_paused: bool
    started_at: datetime | None
    counted_from: datetime | None
    due_at: datetime | None
    amber_at: datetime | None
    met_at: datetime | None
    ended_at: datetime | None
    elapsed: timedelta | None
    remaining: timedelta | None
    span: Span | None
    breach_count: int
    next_change_at: datetime | None
    steps: tuple[StepReading, ...]
    fault: Said | None

    @property
    def red_at(self) -> datetime | None:
        """The instant from which the clock is red: its due time."""
        return self.due_at
