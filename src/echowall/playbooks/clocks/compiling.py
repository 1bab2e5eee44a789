"""From clock definitions to a set that is ready to run: values resolved, conditions bound, events indexed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from echowall.playbooks.clocks.facts import Facts
from echowall.playbooks.clocks.types import ClockDefinition, Matcher, Span, StepDefinition
from echowall.playbooks.errors import PlaybookError
from echowall.playbooks.types import Condition, Limit, Unit, Value
from echowall.playbooks.vocabulary import Argument, Vocabulary

START, STOP, PAUSE, RESUME, ANCHOR = range(5)

Check = Callable[[Facts], bool]
ValueOf = Callable[[str], Value]


@dataclass(frozen=True, slots=True)
class ReadyStep:
    """A step with its values: `after` past the point, repeated `times` at `every`."""

    definition: StepDefinition
    check: Check | None
    after: Span | None
    every: Span | None
    times: int


@dataclass(frozen=True, slots=True)
class ReadyClock:
    """A clock with its values. `choices`: (condition or None, span or None), the first that holds counts."""

    definition: ClockDefinition
    choices: tuple[tuple[Check | None, Span | None], ...]
    is_anchored: bool
    amber_share: float
    plan_extends: bool
    steps: tuple[ReadyStep, ...]

    def choose(self, facts: Facts) -> tuple[bool, Span | None]:
        """Whether the clock applies, and the limit it then has (None: without a due time)."""
        for check, span in self.choices:
            if check is None or check(facts):
                return True, span
        return False, None


@dataclass(frozen=True)
class ClockSet:
    """The clocks of one playbook version for one day and place. `values` is the trace: every value that was read."""

    playbook: str
    version: str
    on: date
    place: tuple[str, ...]
    clocks: tuple[ReadyClock, ...]
    values: Mapping[str, Value]
    texts: Mapping[str, Mapping[str, str]] = field(repr=False)
    handlers: Mapping[str, tuple[tuple[int, int, Check | None], ...]] = field(repr=False)
    """Event kind → (clock's position, role, condition)."""


@dataclass
class _Compiler:
    subject: str
    vocabulary: Vocabulary
    value_of: ValueOf
    used: dict[str, Value] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        if name not in self.used:
            self.used[name] = self.value_of(name)
        return self.used[name].value

    def check(self, conditions: tuple[Condition, ...]) -> Check | None:
        """All conditions as one function; None if there are none."""
        tests: list[Check] = [self._one(c) for c in conditions]
        if not tests:
            return None
        if len(tests) == 1:
            return tests[0]
        return lambda facts: all(test(facts) for test in tests)

    def _one(self, condition: Condition) -> Check:
        term = self.vocabulary.find_condition(self.subject, condition.name)
        test = term.test
        argument: Any = condition.argument
        if term.argument is Argument.PARAMETER:
            argument = self.value(condition.argument)
        if condition.is_negated:
            return lambda facts: not test(facts, argument)
        return lambda facts: test(facts, argument)

    def span(self, name: str, minimum: str = "") -> Span | None:
        if not name:
            return None
        limit: Limit = self.value(name)
        unit = limit.unit
        if unit is Unit.DAY:
            unit = Unit(self.value("day_unit"))
        least: Limit | None = self.value(minimum) if minimum else None
        return Span(limit.amount, unit, name, exact_span(least) if least else timedelta(0))

    def step(self, step: StepDefinition) -> ReadyStep:
        return ReadyStep(
            step,
            self.check(step.when),
            self.span(step.after),
            self.span(step.repeat_every),
            int(self.value(step.repeat_times)) if step.repeat_times else 0,
        )

    def clock(self, clock: ClockDefinition) -> ReadyClock:
        choices = tuple((self.check(c.when), self.span(c.parameter, clock.minimum)) for c in clock.limits)
        return ReadyClock(
            clock,
            choices,
            bool(clock.counts_from),
            float(self.value(clock.amber)) if clock.amber else 1.0,
            bool(self.value(clock.plan_extends)) if clock.plan_extends else False,
            tuple(self.step(s) for s in clock.steps),
        )


def exact_span(limit: Limit) -> timedelta:
    """A limit of minutes, hours or days as a plain stretch of time (a day is 24 hours).

    Raises:
        PlaybookError: months have no fixed length.
    """
    if limit.unit is Unit.MINUTE:
        return timedelta(minutes=limit.amount)
    if limit.unit is Unit.HOUR:
        return timedelta(hours=limit.amount)
    if limit.unit is Unit.MONTH:
        raise PlaybookError("这里不能用“月”，请用日或小时。", "Months cannot be used here; use days or hours.")
    return timedelta(days=limit.amount)


def compile_clocks(
    definitions: tuple[ClockDefinition, ...],
    *,
    subject: str,
    vocabulary: Vocabulary,
    value_of: ValueOf,
    identity: tuple[str, str, date, tuple[str, ...]],
    texts: Mapping[str, Mapping[str, str]],
) -> ClockSet:
    """Make the clocks of one version ready for one day and place (`identity`: playbook, version, day, place chain).

    Raises:
        NothingInForce, UnknownParameter, UnknownTerm: what a clock needs is not there.
    """
    compiler = _Compiler(subject, vocabulary, value_of)
    clocks = tuple(compiler.clock(d) for d in definitions)
    handlers: dict[str, list[tuple[int, int, Check | None]]] = {}
    for position, definition in enumerate(definitions):
        roles: tuple[tuple[int, tuple[Matcher, ...]], ...] = (
            (STOP, definition.stops),
            (START, definition.starts),
            (ANCHOR, definition.counts_from),
            (PAUSE, definition.pauses),
            (RESUME, definition.resumes),
        )
        for role, matchers in roles:
            for matcher in matchers:
                handlers.setdefault(matcher.event, []).append((position, role, compiler.check(matcher.when)))
    playbook, version, on, place = identity
    return ClockSet(
        playbook, version, on, place, clocks, compiler.used, texts, {k: tuple(v) for k, v in handlers.items()}
    )
