"""The planner of the call queue: the fluid bound, the index by its prices, and a hundred days of both ways."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from echowall.planning.callqueue import fluid, wording
from echowall.planning.callqueue.simulation import Office
from echowall.planning.callqueue.types import Call, CallProblem, CallSolution, Index
from echowall.planning.deadline import Deadline
from echowall.planning.types import Effort, Metric, Plan, Said, gap_between

Numbers = NDArray[np.float64]


def solve(problem: CallProblem, effort: Effort) -> Plan[CallSolution]:
    """Return who to ring next. The problem must have no faults (`rules.faults_of`)."""
    deadline = Deadline(effort)
    groups = fluid.groups_of(problem)
    found = fluid.relaxed(problem, groups)
    indices = [fluid.indices_of(problem, group, found.prices) for group in groups]
    office = _office(problem, groups, indices)
    days = problem.days if effort.work is None else max(2, min(problem.days, int(effort.work)))
    ours, theirs = _simulated(problem, office, days, deadline, effort)
    solution = CallSolution(_calls(problem, office), _table(groups, indices), ours, theirs)
    objective = float(np.mean(ours))
    return Plan(
        task="callqueue",
        status="feasible",
        solution=solution,
        objective=objective,
        objective_text=wording.OBJECTIVE,
        bound=found.bound,
        bound_text=wording.BOUND,
        gap=gap_between(objective, found.bound),
        metrics=metrics_of(problem, solution),
        explanation=tuple(wording.reasons(problem, solution, found.prices.tolist())),
        conflict=None,
        seed=effort.seed,
        seconds=deadline.spent,
        is_maximised=True,
    )


def metrics_of(problem: CallProblem, solution: CallSolution) -> tuple[Metric, ...]:
    """Return both ways as simulated, and how much more the index reaches, with its 95 % interval."""
    ours, theirs = np.array(solution.reached), np.array(solution.reached_in_order)
    total = max(1, sum(contact.weight for contact in problem.contacts))
    more, half = gain_of(ours, theirs)
    return (
        Metric("reached", Said("期限前联系上（加权）", "reached by the deadline (weighted)"), float(ours.mean()), ""),
        Metric("reached_share", Said("占全部", "share of all"), 100 * float(ours.mean()) / total, "%"),
        Metric("in_order", Said("按先来后到则联系上", "reached first come first served"), float(theirs.mean()), ""),
        Metric("more", Said("多联系上", "more reached"), more, "%"),
        Metric("more_low", Said("多联系上，95 % 区间下限", "more reached, 95 % interval from"), more - half, "%"),
        Metric("more_high", Said("多联系上，95 % 区间上限", "more reached, 95 % interval to"), more + half, "%"),
        Metric("days", Said("模拟天数", "days simulated"), float(len(ours)), "天"),
    )


def gain_of(ours: Numbers, theirs: Numbers) -> tuple[float, float]:
    """Return how much more ``ours`` is than ``theirs`` in per cent, and half the 95 % interval.

    A ratio of means of paired days; its variance by the delta method (Cochran, Sampling Techniques, 1977, 6.4).
    """
    mean = float(theirs.mean())
    if mean == 0:
        return 0.0, 0.0
    ratio = float(ours.mean()) / mean
    spread = float(np.std(ours - ratio * theirs, ddof=1)) / mean / math.sqrt(len(ours))
    return 100 * (ratio - 1), 196 * spread


def _office(problem: CallProblem, groups: list[fluid.Group], indices: list[Numbers]) -> Office:
    number = {group.key: at for at, group in enumerate(groups)}
    hours = len(problem.callers)
    chance = np.zeros((len(problem.contacts), problem.most_attempts + 1, hours))
    index = np.full((len(problem.contacts), problem.most_attempts + 1, hours), -1.0)
    for row, contact in enumerate(problem.contacts):
        at = number[fluid.key_of(contact)]
        attempts = len(groups[at].chance)
        chance[row, :attempts] = groups[at].chance
        index[row, :attempts] = indices[at]
    return Office(problem, chance, index)


def _simulated(
    problem: CallProblem, office: Office, days: int, deadline: Deadline, effort: Effort
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Each day by its own random stream, both ways with the same luck; at least two days, fewer than asked only when late."""
    ours, theirs = [], []
    for day in range(days):
        if day >= 2 and deadline.is_over:
            break
        luck = np.random.default_rng([effort.seed, day]).random((len(problem.contacts), problem.most_attempts + 1))
        ours.append(office.reached(luck, in_order=False))
        theirs.append(office.reached(luck, in_order=True))
    return tuple(ours), tuple(theirs)


def _calls(problem: CallProblem, office: Office) -> tuple[Call, ...]:
    """Who to ring now: the locked ones first, then by index; nobody who should rather be rung later."""
    start = problem.starts * 60
    calls = []
    for row, contact in enumerate(problem.contacts):
        if contact.not_before > start or contact.deadline < start or office.left[row] == 0:
            continue
        calls.append(Call(contact.id, float(office.index[row, 0, 0]), float(office.chance[row, 0, 0])))
    order = {name: at for at, name in enumerate(problem.first)}
    chosen = [call for call in calls if call.index > 0 or call.contact in order]
    chosen.sort(key=lambda call: (order.get(call.contact, len(order)), -call.index))
    return tuple(chosen)


def _table(groups: list[fluid.Group], indices: list[Numbers]) -> tuple[Index, ...]:
    return tuple(
        Index(group.key[0], group.key[1], group.key[2], group.key[3], group.key[4], tuple(map(tuple, index.tolist())))
        for group, index in zip(groups, indices, strict=True)
    )
