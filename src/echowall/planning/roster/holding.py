"""How many posts the people can hold: at most (by linear relaxation), and a roster that holds so many."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from echowall.planning.deadline import Deadline
from echowall.planning.roster.duties import Duties
from echowall.planning.roster.model import Model
from echowall.planning.roster.rows import Found, Try, Values
from echowall.planning.roster.search import Best, improve, near
from echowall.planning.roster.types import Volunteer
from echowall.planning.types import Effort

FILL_SHARE = 0.5
"""Of the time left, this much may go to filling the shifts of as many posts as the bound allows."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A roster that holds ``count`` of the posts asked for; nobody's holds more than ``most``."""

    values: Values | None
    count: int
    most: int
    is_impossible: bool = False


def hold_posts(model: Model, effort: Effort, deadline: Deadline) -> Holding:
    """Return a roster that holds as many posts as could be found, and the number that cannot be passed.

    Uses at most about half of the time; the rows keep the number found (the posts held are fixed afterwards).
    """
    rows = model.rows
    costs, constant = rows.cost, rows.constant
    rows.cost, rows.constant = [0] * len(costs), 0
    optional = [variable for post, variable in model.held.items() if post not in model.duties.required]
    try:
        return _climb_down(model, optional, effort, deadline)
    finally:
        rows.cost, rows.constant = costs, constant


def _climb_down(model: Model, optional: list[int], effort: Effort, deadline: Deadline) -> Holding:
    rows = model.rows
    required = len(model.held) - len(optional)
    most = len(optional)
    for variable in optional:
        rows.cost[variable] = -1
    relaxed = rows.relaxed(deadline.left / 4).bound
    if relaxed == math.inf:
        return Holding(None, 0, 0, is_impossible=True)
    if relaxed is not None:
        most = min(most, math.floor(-relaxed + 1e-6))
    for variable in optional:
        rows.cost[variable] = 0
    target, proved = most, most
    hint = _fill(model, optional, target, effort, deadline) if target else None
    if hint is not None and not hint[model.shortages].any():
        return Holding(hint, required + target, required + proved)
    if hint is not None:
        hint[model.shortages] = 0
    while target >= 0:
        found = _try_to_hold(model, optional, target, _left(effort, deadline), hint)
        if found.values is not None:
            return Holding(found.values, required + target, required + proved)
        if found.is_done:
            proved = min(proved, target - 1)
        if deadline.is_over:
            break
        target -= 1
    return Holding(None, 0, required + max(0, proved), is_impossible=proved < 0)


def _fill(model: Model, optional: list[int], target: int, effort: Effort, deadline: Deadline) -> Values | None:
    """Look for a roster that holds so many posts: everybody is planned by himself near the linear relaxation, with
    shifts left short; then parts are planned anew until no shift is short. None where nobody could be planned so."""
    rows = model.rows
    _fix(model, optional, target)
    part = Deadline(replace(effort, seconds=deadline.left * FILL_SHARE))
    relaxed = rows.relaxed(part.left / 3)
    most = 2 * len(model.people)
    for variable in model.shortages:
        rows.high[variable], rows.cost[variable] = most, 1
    try:
        start = np.asarray(rows.low, dtype=np.int64)
        start[model.shortages] = most
        values = near(model, effort, part, relaxed, start)
        if values is None:
            return None
        best = Best(values, 0.0)
        improve(model, best, effort, part, relaxed.values)
        return best.values
    finally:
        for variable in model.shortages:
            rows.high[variable] = rows.cost[variable] = 0


def _fix(model: Model, optional: list[int], target: int) -> None:
    for number, variable in enumerate(optional):
        model.rows.low[variable] = model.rows.high[variable] = int(number < target)


def _left(effort: Effort, deadline: Deadline) -> Try:
    work = None if effort.work is None else effort.work / 3
    return Try(deadline.left / 3, work, effort.workers, effort.seed)


def _try_to_hold(model: Model, optional: list[int], target: int, limit: Try, hint: Values | None) -> Found:
    _fix(model, optional, target)
    if hint is not None:
        hint[optional] = np.arange(len(optional)) < target
    return model.rows.solve(limit, hint)


def counted(duties: Duties, volunteer: Volunteer) -> int:
    """How many shifts this person could work by hours and absences alone: nobody works more."""
    problem, contract = duties.problem, duties.contract_of(volunteer)
    shortest = min((shift.minutes for shift in problem.shifts), default=1)
    total = 0
    for monday in range(0, problem.days, 7):
        week = range(monday, min(monday + 7, problem.days))
        days = sum(bool(duties.possible(volunteer, day)) for day in week)
        if contract.minutes_per_week is not None:
            days = min(days, contract.minutes_per_week // shortest)
        total += days
    if contract.minutes.maximum is not None and contract.minutes.over_weight is None:
        total = min(total, contract.minutes.maximum // shortest)
    if contract.shifts.maximum is not None and contract.shifts.over_weight is None:
        total = min(total, contract.shifts.maximum)
    return total
