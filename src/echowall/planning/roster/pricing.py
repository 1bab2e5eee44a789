"""The cheapest line of shifts for one person under all of that person's hard rules, by dynamic programming.

A state is what the person did last (a shift, the how manieth in a row; or the how manieth free day), the minutes worked,
the weekends worked and how often the scarcest shift was worked. Used to price patterns in column generation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echowall.planning.roster.contracts import weekends_of
from echowall.planning.roster.duties import ANYWHERE, Duties, Duty
from echowall.planning.roster.types import Contract, Limit, Problem, Volunteer

Numbers = NDArray[np.float64]
FREE_DAY = -1
MOST_STATES = 6_000_000
"""Beyond so many states and days the program would need too much memory and time."""


def fits(problem: Problem) -> bool:
    """Whether the rules of everybody are those that the dynamic program knows, all hard."""
    fairness = problem.fairness
    is_plain = not (problem.posts or problem.current or problem.frozen_days)
    is_even = fairness.shift_weight == fairness.night_weight == fairness.weekend_weight == 0
    no_history = not any(one.history.last for one in problem.volunteers)
    return is_plain and is_even and no_history and all(_is_known(problem, one) for one in problem.contracts)


def _is_known(problem: Problem, contract: Contract) -> bool:
    limits = (contract.run, contract.rest_run, contract.minutes, contract.weekends)
    hard = all(limit.under_weight is None and limit.over_weight is None for limit in limits)
    others = (contract.shifts, contract.weekend_run)
    blocks = weekends_of(problem.days, problem.first_weekday, contract.weekend_days)
    nights = contract.nights_running is None or not any(shift.is_night for shift in problem.shifts)
    return (
        hard
        and nights
        and all(limit == Limit() for limit in others)
        and contract.run.maximum is not None
        and contract.run.maximum >= max(1, contract.run.minimum)
        and contract.rest_run.maximum is None
        and contract.minutes.maximum is not None
        and contract.minutes_per_week is None
        and contract.weekends.minimum == 0
        and not (contract.patterns or contract.is_closed)
        and not (contract.whole_weekend_weight or contract.same_weekend_weight)
        and all(len(block) <= 2 for block in blocks)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """Shifts by day (their numbers, `FREE_DAY`: free) and what they cost."""

    shifts: tuple[int, ...]
    cost: float


class Pricer:
    """The dynamic program of one person."""

    def __init__(self, duties: Duties, volunteer: Volunteer) -> None:
        problem, contract = duties.problem, duties.contract_of(volunteer)
        self._shifts = problem.shifts
        self._days = problem.days
        self._longest, self._least = contract.run.maximum or problem.days, max(1, contract.run.minimum)
        self._rest = max(1, contract.rest_run.minimum)
        unit = math.gcd(*(shift.minutes for shift in problem.shifts))
        self._steps = [shift.minutes // unit for shift in problem.shifts]
        self._fewest = -(-contract.minutes.minimum // unit)
        weekends = contract.weekends.maximum
        self._blocks = {
            day: position
            for block in weekends_of(problem.days, problem.first_weekday, contract.weekend_days)
            for position, day in enumerate(block)
        }
        counted = [(most, name) for name, most in contract.shift_maximum if 0 < most < problem.days]
        most, self._scarce = min(counted, default=(0, ""))
        self._counts_weekends = weekends is not None
        self._size = ((contract.minutes.maximum or 0) // unit + 1, (weekends or 0) + 1, most + 1)
        self._after = [
            [s for s, earlier in enumerate(self._shifts) if duties.may_follow(earlier, later)] for later in self._shifts
        ]
        self.may = np.array(
            [
                [Duty(shift.id, ANYWHERE) in duties.possible(volunteer, day) for shift in self._shifts]
                for day in range(self._days)
            ]
        )
        # Runs that began before the period may end at once: runs 1, 2, … of those follow the usual ones.
        self._runs = self._longest + self._least - 1

    @property
    def states(self) -> int:
        """States over all days."""
        return self._days * int(np.prod(self._size)) * (len(self._shifts) * self._runs + self._rest)

    def cheapest(self, costs: Numbers) -> Line | None:
        """Return the cheapest line where ``costs`` (days × shifts) is what each shift costs; None where there is none."""
        work, rest = self._first_day(costs)
        memory: list[tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.bool_]]] = []
        for day in range(1, self._days):
            work, rest, kept = self._next_day(day, costs[day], work, rest)
            memory.append(kept)
        return self._traced(work, rest, memory)

    def _first_day(self, costs: Numbers) -> tuple[Numbers, Numbers]:
        work = np.full((len(self._shifts), self._runs, *self._size), np.inf)
        rest = np.full((self._rest, *self._size), np.inf)
        rest[-1, 0, 0, 0] = 0.0
        start = self._longest if self._least > 1 else 0
        for t in np.flatnonzero(self.may[0]).tolist():
            at = (self._steps[t], int(0 in self._blocks and self._counts_weekends), self._is_scarce(t))
            if all(place < size for place, size in zip(at, self._size, strict=True)):
                work[(t, start, *at)] = costs[0, t]
        return work, rest

    def _is_scarce(self, t: int) -> int:
        return int(self._shifts[t].id == self._scarce)

    def _next_day(
        self, day: int, costs: Numbers, work: Numbers, rest: Numbers
    ) -> tuple[Numbers, Numbers, tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.bool_]]]:
        new = np.full_like(work, np.inf)
        came = np.zeros(work.shape, dtype=np.int8)
        for t in np.flatnonzero(self.may[day]).tolist():
            before = self._after[t]
            if before:
                source = np.array(before, dtype=np.int8)
                best = work[before].min(axis=0)
                which = source[work[before].argmin(axis=0)]
                weekend = int(self._counts_weekends and self._blocks.get(day) == 0)
                for earlier, later in self._goes_on():
                    # Codes beyond the shifts say: from a run that began before the period.
                    code = which[earlier] + (len(self._shifts) if earlier >= self._longest else 0)
                    self._move(new[t, later], came[t, later], (best[earlier], code), t, weekend, costs[t])
            weekend = int(self._counts_weekends and day in self._blocks)
            free = np.full(self._size, FREE_DAY, dtype=np.int8)
            self._move(new[t, 0], came[t, 0], (rest[-1], free), t, weekend, costs[t])
        resting = np.full_like(rest, np.inf)
        ended = [run for run in range(self._runs) if run >= self._least - 1 or run >= self._longest]
        done = work[:, ended].reshape(-1, *self._size)
        from_work = done.argmin(axis=0).astype(np.int16)
        if self._rest > 1:
            resting[1:] = rest[:-1]
        resting[0] = done.min(axis=0)
        stays = rest[-1] <= resting[-1]
        resting[-1] = np.minimum(resting[-1], rest[-1])
        return new, resting, (came, from_work, stays)

    def _goes_on(self) -> list[tuple[int, int]]:
        """Runs and what they are a day later; runs begun before the period become usual ones when long enough."""
        usual = [(run, run + 1) for run in range(self._longest - 1)]
        early = []
        for number in range(1, self._least):
            at = self._longest + number - 1
            early.append((at, at + 1 if number + 1 < self._least else self._least - 1))
        return usual + early

    def _move(
        self,
        target: Numbers,
        came: NDArray[np.int8],
        origin: tuple[Numbers, NDArray[np.int8]],
        t: int,
        weekend: int,
        cost: float,
    ) -> None:
        """Take over from ``origin`` (values, and what they come from) where working ``t`` makes it cheaper."""
        source, which = origin
        steps = (self._steps[t], weekend, self._is_scarce(t))
        if any(step >= size for step, size in zip(steps, self._size, strict=True)):
            return
        to = tuple(slice(step, None) for step in steps)
        back = tuple(slice(0, size - step) for step, size in zip(steps, self._size, strict=True))
        value = source[back] + cost
        is_better = value < target[to]
        target[to] = np.where(is_better, value, target[to])
        came[to] = np.where(is_better, which[back], came[to])

    def _traced(
        self,
        work: Numbers,
        rest: Numbers,
        memory: list[tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.bool_]]],
    ) -> Line | None:
        ends = np.concatenate([work.reshape(-1, *self._size), rest])[:, self._fewest :]
        if not ends.size or not np.isfinite(ends.min()):
            return None
        index, *at = (int(one) for one in np.unravel_index(int(ends.argmin()), ends.shape))
        at[0] += self._fewest
        return Line(self._walk_back(index, at, memory), float(ends.min()))

    def _walk_back(
        self,
        index: int,
        at: list[int],
        memory: list[tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.bool_]]],
    ) -> tuple[int, ...]:
        modes = len(self._shifts) * self._runs
        ended = [run for run in range(self._runs) if run >= self._least - 1 or run >= self._longest]
        line = [FREE_DAY] * self._days
        shift, run = divmod(index, self._runs) if index < modes else (FREE_DAY, index - modes)
        for day in range(self._days - 1, 0, -1):
            line[day] = shift
            came, from_work, stays = memory[day - 1]
            if shift == FREE_DAY:
                if run == self._rest - 1 and stays[tuple(at)]:
                    continue
                if run > 0:
                    run -= 1
                    continue
                shift, position = divmod(int(from_work[tuple(at)]), len(ended))
                run = ended[position]
                continue
            before = int(came[(shift, run, *at)])
            first = self._counts_weekends and self._blocks.get(day) == 0
            weekend = first or (self._counts_weekends and day in self._blocks and before == FREE_DAY)
            at = [at[0] - self._steps[shift], at[1] - int(weekend), at[2] - self._is_scarce(shift)]
            if before == FREE_DAY:
                run = self._rest - 1
            elif before >= len(self._shifts) and run < self._longest:
                run = self._longest + self._least - 2
            else:
                run -= 1
            shift = before % len(self._shifts) if before != FREE_DAY else FREE_DAY
        line[0] = shift
        return tuple(line)
