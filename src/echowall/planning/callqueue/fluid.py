"""The fluid linear programme: the most that any policy can expect to reach, and what a caller's minute is worth by hour.

Calls are counted in expectation by group, number of attempts and hour. Whatever a policy does, its expected counts keep
these rules, so the optimum is a bound (Bertsimas, Niño-Mora: "Restless bandits, linear programming relaxations, and a
primal-dual index heuristic", Operations Research 48, 2000). The dual prices of the callers' minutes give the index: what
ringing now is expected to gain over ringing later, per minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from echowall.planning.callqueue.types import CallProblem, Contact

Numbers = NDArray[np.float64]
Key = tuple[str, int, int, int, int]


@dataclass(frozen=True, eq=False)
class Group:
    """Contacts that are alike. ``chance[k, i]``: of an answer after k more calls, in hour i of the plan; 0: not rung."""

    key: Key
    count: int
    weight: int
    chance: Numbers


@dataclass(frozen=True, eq=False)
class Fluid:
    """The bound, and the price of a caller's minute in each hour."""

    bound: float
    prices: Numbers


def key_of(contact: Contact) -> Key:
    """Return what makes contacts alike."""
    return contact.kind, contact.deadline, contact.weight, contact.attempts, contact.not_before


def groups_of(problem: CallProblem) -> list[Group]:
    """Return the groups in the order in which they first appear."""
    counts: dict[Key, int] = {}
    for contact in problem.contacts:
        counts[key_of(contact)] = counts.get(key_of(contact), 0) + 1
    chances = {kind.id: np.array(kind.chance) for kind in problem.kinds}
    hours = problem.starts + np.arange(len(problem.callers))
    groups = []
    for key, count in counts.items():
        kind, deadline, weight, attempts, not_before = key
        more = max(0, problem.most_attempts - attempts)
        chance = chances[kind][hours % 24][None, :] * problem.decay ** (attempts + np.arange(more))[:, None]
        is_open = (hours * 60 <= deadline) & ((hours + 1) * 60 > not_before)
        groups.append(Group(key, count, weight, chance * is_open))
    return groups


def minutes_of(problem: CallProblem, chance: Numbers) -> Numbers:
    """Return how long a call is expected to take."""
    longer = problem.answered_minutes - problem.unanswered_minutes
    minutes: Numbers = problem.unanswered_minutes + chance * longer
    return minutes


def relaxed(problem: CallProblem, groups: list[Group]) -> Fluid:
    """Solve the linear programme."""
    model = mathopt.Model(name="calls")
    hours = len(problem.callers)
    work: list[list[Any]] = [[] for _ in range(hours)]
    gained = []
    wait = problem.retry_minutes // 60
    for group in groups:
        before: list[Any] | None = None
        for k in range(len(group.chance)):
            calls = [model.add_variable(lb=0.0, ub=0.0 if chance == 0 else float("inf")) for chance in group.chance[k]]
            minutes = minutes_of(problem, group.chance[k])
            for hour, call in enumerate(calls):
                if group.chance[k, hour] > 0:
                    work[hour].append(float(minutes[hour]) * call)
                    gained.append(float(group.weight * group.chance[k, hour]) * call)
            _chained(model, group, k, (calls, before), wait)
            before = calls
    model.maximize(mathopt.fast_sum(gained))
    # A call begun in an hour may last into the next: that much more than the hour itself.
    spill = max(problem.answered_minutes, problem.unanswered_minutes)
    limits = []
    total: list[Any] = []
    room = 0.0
    for hour, callers in enumerate(problem.callers):
        room += 60.0 * callers
        total = total + work[hour]
        own = model.add_linear_constraint(mathopt.fast_sum(work[hour]) <= (60.0 + spill) * callers)
        all_until = model.add_linear_constraint(mathopt.fast_sum(total) <= room + spill * max(problem.callers))
        limits.append((own, all_until))
    result = mathopt.solve(model, mathopt.SolverType.GLOP)
    prices = np.array([result.dual_values(own) for own, _ in limits])
    later = np.array([result.dual_values(until) for _, until in limits])
    return Fluid(result.objective_value(), np.maximum(prices + np.cumsum(later[::-1])[::-1], 0.0))


def _chained(model: mathopt.Model, group: Group, k: int, calls: tuple[list[Any], list[Any] | None], wait: int) -> None:
    """The k-th further call follows one without an answer, ``wait`` hours before or earlier."""
    now, before = calls
    if before is None:
        model.add_linear_constraint(mathopt.fast_sum(now) <= float(group.count))
        return
    for hour in range(len(now)):
        if group.chance[k, hour] == 0:
            continue
        unanswered = [(1.0 - float(group.chance[k - 1, h])) * before[h] for h in range(max(0, hour - wait + 1))]
        model.add_linear_constraint(mathopt.fast_sum(now[: hour + 1]) <= mathopt.fast_sum(unanswered))


def indices_of(problem: CallProblem, group: Group, prices: Numbers) -> Numbers:
    """Return the index by further attempts and hour: what ringing now gains over waiting an hour, per minute of call."""
    attempts, hours = group.chance.shape
    wait = max(1, round(problem.retry_minutes / 60))
    value = np.zeros((attempts + 1, hours + wait + 1))
    index = np.zeros((attempts, hours))
    for k in range(attempts - 1, -1, -1):
        for hour in range(hours - 1, -1, -1):
            chance = float(group.chance[k, hour])
            later = value[k, hour + 1]
            if chance > 0:
                minutes = float(minutes_of(problem, np.array(chance)))
                gain = group.weight * chance + (1 - chance) * value[k + 1, hour + wait]
                index[k, hour] = (gain - later) / minutes
                later = max(later, gain - prices[hour] * minutes)
            value[k, hour] = later
    return index
