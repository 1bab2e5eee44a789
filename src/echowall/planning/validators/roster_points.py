"""Adds up the points of a roster from scratch, for the independent check."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from echowall.planning.roster.types import FREE, Contract, Limit, Problem, Roster, Volunteer


class Lines:
    """What each person does day by day, the known days before day 0 in front."""

    def __init__(self, problem: Problem, roster: Roster) -> None:
        self._line = {one.id: [*one.history.last, *[FREE] * problem.days] for one in problem.volunteers}
        past = {one.id: len(one.history.last) for one in problem.volunteers}
        for one in roster.assignments:
            self._line[one.volunteer][past[one.volunteer] + one.day] = one.shift

    def of(self, volunteer: str) -> list[str]:
        """The person's line."""
        return self._line[volunteer]


def points_of(problem: Problem, roster: Roster, lines: Lines) -> int:
    """Return the points: covers, wishes, changes, soft limits, patterns, weekends, fairness."""
    contracts = {one.id: one for one in problem.contracts}
    total = sum(_cover_points(problem, roster)) + sum(_wish_points(problem, roster)) + _change_points(problem, roster)
    for volunteer in problem.volunteers:
        total += sum(_person_points(problem, volunteer, contracts[volunteer.contract], lines.of(volunteer.id)))
    return total + sum(_fair_points(problem, roster))


def _cover_points(problem: Problem, roster: Roster) -> Iterator[int]:
    count = Counter((one.day, one.shift) for one in roster.assignments if not one.post)
    for cover in problem.covers:
        if cover.day >= problem.frozen_days:
            more = count[cover.day, cover.shift] - cover.people
            yield max(0, more) * (cover.over_weight or 0) + max(0, -more) * (cover.under_weight or 0)


def _wish_points(problem: Problem, roster: Roster) -> Iterator[int]:
    worked = {(one.volunteer, one.day): one.shift for one in roster.assignments}
    for wish in problem.wishes:
        shift = worked.get((wish.volunteer, wish.day), FREE)
        does_it = shift != FREE and (wish.shift == FREE or wish.shift == shift)
        yield 0 if does_it == wish.is_wanted else wish.weight


def _change_points(problem: Problem, roster: Roster) -> int:
    if not problem.current:
        return 0
    now = {(one.volunteer, one.day, one.shift) for one in problem.current if one.day >= problem.frozen_days}
    new = {(one.volunteer, one.day, one.shift) for one in roster.assignments if one.day >= problem.frozen_days}
    return len({key[:2] for key in now ^ new}) * problem.change_weight


def _person_points(problem: Problem, volunteer: Volunteer, contract: Contract, line: list[str]) -> Iterator[int]:
    past = len(volunteer.history.last)
    minutes = {one.id: one.minutes for one in problem.shifts} | {FREE: 0}
    period = line[past:]
    yield _outside(contract.shifts, sum(shift != FREE for shift in period))
    yield _outside(contract.minutes, sum(minutes[shift] for shift in period))
    for is_rest, limit in ((False, contract.run), (True, contract.rest_run)):
        marks = [(shift == FREE) == is_rest for shift in line]
        yield _run_points(limit, marks, past + problem.frozen_days, is_closed=contract.is_closed)
    weekends = list(_weekends(problem, contract, period))
    worked = [any(shift != FREE for shift in weekend) for weekend in weekends]
    yield _outside(contract.weekends, sum(worked))
    yield _run_points(contract.weekend_run, worked, 0, is_closed=True)
    for weekend in weekends:
        free = sum(shift == FREE for shift in weekend)
        yield contract.whole_weekend_weight * free if 0 < free < len(weekend) else 0
        pairs = itertools.pairwise(weekend)
        yield contract.same_weekend_weight * sum(FREE not in pair and pair[0] != pair[1] for pair in pairs)
    for pattern in contract.patterns:
        for at in range(len(line) - len(pattern.steps) + 1):
            fits = pattern.weekday in (None, (at - past + problem.first_weekday) % 7)
            planned = at + len(pattern.steps) > past + problem.frozen_days
            here = line[at : at + len(pattern.steps)]
            if fits and planned and all(shift in step for shift, step in zip(here, pattern.steps, strict=True)):
                yield pattern.weight or 0


def _outside(limit: Limit, value: int) -> int:
    over = 0 if limit.maximum is None else max(0, value - limit.maximum) * (limit.over_weight or 0)
    return over + max(0, limit.minimum - value) * (limit.under_weight or 0)


def _run_points(limit: Limit, marks: list[bool], open_from: int, *, is_closed: bool) -> int:
    points = at = 0
    for mark, group in itertools.groupby(marks):
        start, at = at, at + len(list(group))
        if not mark:
            continue
        if limit.maximum is not None:
            # Every day beyond the maximum counts, those that were over before the plan begins do not.
            points += max(0, at - max(start + limit.maximum, open_from)) * (limit.over_weight or 0)
        is_whole = is_closed or (start > 0 and at < len(marks))
        if is_whole and at >= open_from:
            points += max(0, limit.minimum - (at - start)) * (limit.under_weight or 0)
    return points


def _weekends(problem: Problem, contract: Contract, period: list[str]) -> Iterator[list[str]]:
    is_weekend = [(day + problem.first_weekday) % 7 in contract.weekend_days for day in range(len(period))]
    for mark, group in itertools.groupby(range(len(period)), key=lambda day: is_weekend[day]):
        if mark:
            yield [period[day] for day in group]


def _fair_points(problem: Problem, roster: Roster) -> Iterator[int]:
    fairness = problem.fairness
    minutes = {one.id: one.minutes for one in problem.shifts}
    nights = {one.id for one in problem.shifts if one.is_night}
    before = {one.id: one.history for one in problem.volunteers}

    def weigh(name: str, day: int, shift: str) -> int:
        if name == "minutes":
            return minutes[shift]
        return int(shift in nights) if name == "nights" else int((day + problem.first_weekday) % 7 > 4)

    for name, weight, step in (
        ("minutes", fairness.shift_weight, fairness.shift_minutes),
        ("nights", fairness.night_weight, 1),
        ("weekends", fairness.weekend_weight, 1),
    ):
        if not weight:
            continue
        load = {one: getattr(history, name) for one, history in before.items()}
        for one in roster.assignments:
            load[one.volunteer] += weigh(name, one.day, one.shift)
        asked = sum(getattr(history, name) for history in before.values())
        asked += sum(weigh(name, day, shift) * people for day, shift, people in _asked(problem, roster))
        shares = _shares(problem, asked, [one.id for one in problem.volunteers if _can(problem, one, name, weigh)])
        for volunteer, share in shares.items():
            distance = abs(load[volunteer] - share)
            for times in (1, 2):
                yield weight * max(0, math.ceil((distance - times * fairness.tolerance * step) / step))


def _asked(problem: Problem, roster: Roster) -> Iterator[tuple[int, str, int]]:
    """Everything that is to be done (day, shift, people): what is past, the covers, the posts that are held."""
    for one in problem.current:
        if one.day < problem.frozen_days:
            yield one.day, one.shift, 1
    for cover in problem.covers:
        if cover.day >= problem.frozen_days:
            yield cover.day, cover.shift, cover.people
    for post in problem.posts:
        for day, shift in itertools.product(range(problem.frozen_days, problem.days), problem.shifts):
            is_asked = day in (post.days or (day,)) and shift.id in (post.shifts or (shift.id,))
            if is_asked and post.id in roster.held_posts:
                yield day, shift.id, post.people


def _shares(problem: Problem, total: int, sharing: list[str]) -> dict[str, Fraction]:
    contracts = {one.id: one for one in problem.contracts}
    allowed = {}
    for one in problem.volunteers:
        if one.id in sharing:
            contract = contracts[one.contract]
            most = [problem.days * 1440]
            most += [contract.minutes.maximum] if contract.minutes.maximum is not None else []
            weekly = contract.minutes_per_week
            most += [weekly * problem.days // 7] if weekly is not None else []
            allowed[one.id] = min(most)
    whole = sum(allowed.values())
    return {name: Fraction(total * mine, whole) for name, mine in allowed.items()} if whole else {}


def _can(problem: Problem, volunteer: Volunteer, name: str, weigh) -> bool:  # type: ignore[no-untyped-def]
    """Whether anything asked for that this person could do counts in this measure."""
    contract = next(one for one in problem.contracts if one.id == volunteer.contract)
    never = {shift for shift, most in contract.shift_maximum if most == 0}
    absent = {(one.day, one.shift) for one in volunteer.absences}
    for day, shift in itertools.product(range(problem.days), (one.id for one in problem.shifts)):
        if shift in never or {(day, FREE), (day, shift)} & absent or not weigh(name, day, shift):
            continue
        if any(_is_open(problem, volunteer, day, shift, post) for post in _places(problem, volunteer, day, shift)):
            return True
    return False


def _places(problem: Problem, volunteer: Volunteer, day: int, shift: str) -> Iterator[str]:
    if problem.covers:
        yield FREE
    for post in problem.posts:
        if (
            day in (post.days or (day,))
            and shift in (post.shifts or (shift,))
            and post.skill in (FREE, *volunteer.skills)
        ):
            yield post.id


def _is_open(problem: Problem, volunteer: Volunteer, day: int, shift: str, post: str) -> bool:
    for lock in problem.locks:
        if lock.volunteer == volunteer.id and lock.day in (None, day):
            is_it = lock.shift in (FREE, shift) and lock.post in (FREE, post)
            if is_it != lock.must:
                return False
    return True
