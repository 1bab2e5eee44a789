"""One person's rules as linear rows: one shift a day, rest, runs, nights, weekends, hours, patterns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from echowall.planning.roster.duties import Duties, Duty
from echowall.planning.roster.rows import Rows, Term
from echowall.planning.roster.types import FREE, Limit, Volunteer

Part = tuple[list[Term], int]
"""A sum of variables, and a fixed number to add."""


def weekends_of(days: int, first_weekday: int, weekend_days: Sequence[int]) -> list[list[int]]:
    """The weekends of a period: blocks of neighbouring days that are weekend days."""
    blocks: list[list[int]] = []
    for day in range(days):
        if (day + first_weekday) % 7 not in weekend_days:
            continue
        if blocks and blocks[-1][-1] == day - 1:
            blocks[-1].append(day)
        else:
            blocks.append([day])
    return blocks


class Person:
    """The variables of one person, and the rows that hold whatever the others do."""

    def __init__(self, rows: Rows, duties: Duties, volunteer: Volunteer) -> None:
        self.volunteer = volunteer
        self.options: dict[int, dict[Duty, int]] = {}
        self.weekends: list[int] = []
        self._rows, self._duties = rows, duties
        self._contract = duties.contract_of(volunteer)
        self._work: dict[int, int] = {}
        self._shift: dict[int, dict[str, int]] = {}
        problem = duties.problem
        for day in range(problem.frozen_days, problem.days):
            self._add_day(day)

    def variables_by_day(self) -> Iterator[tuple[int, list[int]]]:
        """The variables that say what the person does on a day."""
        for day, options in self.options.items():
            yield day, sorted({self._work[day], *options.values(), *self._shift[day].values()})

    def works(self, day: int, shift: str = "") -> Part:
        """1 if the person works on the day (in the shift, where named)."""
        if day < 0:
            last = self.volunteer.history.last[day] if -day <= len(self.volunteer.history.last) else FREE
            return [], int(last != FREE and shift in ("", last))
        if day < self._duties.problem.frozen_days:
            past = self._duties.past.get((self.volunteer.id, day))
            return [], int(past is not None and shift in ("", past.shift))
        if not shift:
            return [(self._work[day], 1)], 0
        variable = self._shift[day].get(shift)
        return ([(variable, 1)] if variable is not None else []), 0

    def add_rules(self) -> None:
        """Add all rows and points of this person's contract."""
        self._add_successions()
        for limit, is_rest in ((self._contract.run, False), (self._contract.rest_run, True)):
            self._add_longest(limit, is_rest)
            self._add_shortest(limit, is_rest)
        self._add_nights()
        self._add_sums()
        self._add_weekends()
        self._add_patterns()

    def _add_day(self, day: int) -> None:
        rows = self._rows
        options = {duty: rows.variable() for duty in self._duties.possible(self.volunteer, day)}
        must = int(self._duties.must_work(self.volunteer, day))
        work = rows.variable(must, 1)
        rows.add([*((x, 1) for x in options.values()), (work, -1)], 0, 0)
        by_shift: dict[str, list[int]] = {}
        for duty, variable in options.items():
            by_shift.setdefault(duty.shift, []).append(variable)
        shifts = {}
        for shift, variables in by_shift.items():
            shifts[shift] = variables[0] if len(variables) == 1 else rows.variable()
            if len(variables) > 1:
                rows.add([*((x, 1) for x in variables), (shifts[shift], -1)], 0, 0)
        self.options[day], self._work[day], self._shift[day] = options, work, shifts

    @property
    def _first(self) -> int:
        return -len(self.volunteer.history.last)

    def _step(self, day: int, shifts: Sequence[str]) -> Part:
        """1 if the day is one of these shifts (`FREE` among them: or free)."""
        parts = [self.works(day, shift) for shift in shifts if shift != FREE]
        if FREE in shifts:
            parts.append(_opposite(self.works(day)))
        return [term for terms, _ in parts for term in terms], sum(fixed for _, fixed in parts)

    def _at_most(self, parts: Sequence[Part], most: int, weight: int | None) -> None:
        """Sum of parts at most ``most``, or ``weight`` points for each one more."""
        terms = [term for mine, _ in parts for term in mine]
        fixed = sum(part for _, part in parts)
        room = len(parts) - most
        if not terms:
            return
        if weight is not None and room > 0:
            terms.append((self._rows.variable(0, room, weight), -1))
        self._rows.add(terms, high=most - fixed)

    def _add_successions(self) -> None:
        shifts = self._duties.problem.shifts
        for earlier in shifts:
            banned = [later.id for later in shifts if not self._duties.may_follow(earlier, later)]
            for day in range(max(-1, self._first), self._duties.problem.days - 1):
                if banned:
                    self._at_most([self._step(day, [earlier.id]), self._step(day + 1, banned)], 1, None)

    def _worked(self, day: int, *, is_rest: bool) -> Part:
        return _opposite(self.works(day)) if is_rest else self.works(day)

    def _add_longest(self, limit: Limit, is_rest: bool) -> None:
        if limit.maximum is None:
            return
        for day in range(max(self._first, -limit.maximum), self._duties.problem.days - limit.maximum):
            window = [self._worked(on, is_rest=is_rest) for on in range(day, day + limit.maximum + 1)]
            self._at_most(window, limit.maximum, limit.over_weight)

    def _add_shortest(self, limit: Limit, is_rest: bool) -> None:
        for day in range(self._first - int(self._contract.is_closed), self._duties.problem.days - 1):
            if limit.under_weight is None and not self._contract.is_closed:
                self._start_lasts(day + 1, limit.minimum, is_rest)
                continue
            for length in range(1, limit.minimum):
                weight = None if limit.under_weight is None else (limit.minimum - length) * limit.under_weight
                self._add_too_short(day, length, weight, is_rest)

    def _start_lasts(self, start: int, minimum: int, is_rest: bool) -> None:
        """A run that starts here lasts: also true of a run that starts in the history and goes on now."""
        before, first = self._worked(start - 1, is_rest=not is_rest), self._worked(start, is_rest=is_rest)
        for day in range(start + 1, min(start + minimum, self._duties.problem.days)):
            self._at_most([before, first, self._worked(day, is_rest=not is_rest)], 2, None)

    def _add_too_short(self, before: int, length: int, weight: int | None, is_rest: bool) -> None:
        after = before + length + 1
        days = self._duties.problem.days
        if after > days or (after == days and not self._contract.is_closed):
            return
        parts = [self._worked(before, is_rest=not is_rest)] if before >= self._first else []
        parts += [self._worked(day, is_rest=is_rest) for day in range(before + 1, after)]
        parts += [self._worked(after, is_rest=not is_rest)] if after < days else []
        self._at_most(parts, len(parts) - 1, weight)

    def _add_nights(self) -> None:
        most = self._contract.nights_running
        nights = [shift.id for shift in self._duties.problem.shifts if shift.is_night]
        if most is None or not nights:
            return
        for day in range(max(self._first, -most), self._duties.problem.days - most):
            self._at_most([self._step(on, nights) for on in range(day, day + most + 1)], most, None)

    def _add_sums(self) -> None:
        problem, contract = self._duties.problem, self._contract
        days = range(problem.days)
        self._between([self.works(day) for day in days], contract.shifts)
        self._between([self._minutes(day) for day in days], contract.minutes)
        if contract.minutes_per_week is not None:
            for monday in range(0, problem.days, 7):
                week = [self._minutes(day) for day in range(monday, min(monday + 7, problem.days))]
                self._between(week, Limit(maximum=contract.minutes_per_week))
        for shift, most in contract.shift_maximum:
            if most < problem.days:
                self._between([self.works(day, shift) for day in days], Limit(maximum=most))

    def _minutes(self, day: int) -> Part:
        parts = [(shift.minutes, self.works(day, shift.id)) for shift in self._duties.problem.shifts]
        terms = [(variable, minutes * factor) for minutes, (mine, _) in parts for variable, factor in mine]
        return terms, sum(minutes * fixed for minutes, (_, fixed) in parts)

    def _between(self, parts: Sequence[Part], limit: Limit) -> None:
        terms = [term for mine, _ in parts for term in mine]
        fixed = sum(part for _, part in parts)
        span = sum(factor for _, factor in terms) + fixed
        if limit.minimum > 0:
            more = (
                [] if limit.under_weight is None else [(self._rows.variable(0, limit.minimum, limit.under_weight), 1)]
            )
            self._rows.add([*terms, *more], low=limit.minimum - fixed)
        if limit.maximum is not None and span > limit.maximum:
            less = []
            if limit.over_weight is not None:
                less = [(self._rows.variable(0, span - limit.maximum, limit.over_weight), -1)]
            self._rows.add([*terms, *less], high=limit.maximum - fixed)

    def _add_weekends(self) -> None:
        problem, contract = self._duties.problem, self._contract
        blocks = weekends_of(problem.days, problem.first_weekday, contract.weekend_days)
        for block in blocks:
            worked = self._rows.variable()
            self.weekends.append(worked)
            days = [self.works(day) for day in block]
            for terms, fixed in days:
                self._rows.add([(worked, 1), *((x, -f) for x, f in terms)], low=fixed)
            terms = [(x, -f) for mine, _ in days for x, f in mine]
            self._rows.add([(worked, 1), *terms], high=sum(fixed for _, fixed in days))
            self._add_weekend_habits(block, worked)
        parts: list[Part] = [([(worked, 1)], 0) for worked in self.weekends]
        self._between(parts, contract.weekends)
        longest = contract.weekend_run.maximum
        if longest is not None:
            for start in range(len(parts) - longest):
                self._at_most(parts[start : start + longest + 1], longest, contract.weekend_run.over_weight)

        self._add_short_weekend_runs(parts)

    def _add_short_weekend_runs(self, parts: list[Part]) -> None:
        least, weight = self._contract.weekend_run.minimum, self._contract.weekend_run.under_weight
        for length in range(1, least):
            for start in range(len(parts) - length + 1):
                run = [*map(_opposite, parts[max(0, start - 1) : start]), *parts[start : start + length]]
                run += map(_opposite, parts[start + length : start + length + 1])
                self._at_most(run, len(run) - 1, (least - length) * (weight or 0))

    def _add_weekend_habits(self, block: list[int], worked: int) -> None:
        contract = self._contract
        if contract.whole_weekend_weight and len(block) > 1:
            for day in block:
                self._at_most([([(worked, 1)], 0), _opposite(self.works(day))], 1, contract.whole_weekend_weight)
        if contract.same_weekend_weight:
            for one, other in itertools.pairwise(block):
                self._add_same_shift(one, other, contract.same_weekend_weight)

    def _add_same_shift(self, one: int, other: int, weight: int) -> None:
        differs = self._rows.variable(0, 1, weight)
        for shift in self._duties.problem.shifts:
            (mine, fixed), (theirs, given) = self.works(one, shift.id), _opposite(self._step(other, [shift.id, FREE]))
            self._rows.add([*mine, *theirs, (differs, -1)], high=1 - fixed - given)

    def _add_patterns(self) -> None:
        problem = self._duties.problem
        for pattern in self._contract.patterns:
            length = len(pattern.steps)
            for day in range(max(self._first, 1 - length), problem.days - length + 1):
                if pattern.weekday is None or (day + problem.first_weekday) % 7 == pattern.weekday:
                    parts = [self._step(day + number, step) for number, step in enumerate(pattern.steps)]
                    self._at_most(parts, length - 1, pattern.weight)


def _opposite(part: Part) -> Part:
    terms, fixed = part
    return [(variable, -factor) for variable, factor in terms], 1 - fixed
