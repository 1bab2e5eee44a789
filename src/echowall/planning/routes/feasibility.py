"""Whether a routes problem can be impossible for reasons that need no search, and which demands then conflict.

The relaxation: drops may be divided among the crews that may make them; each crew keeps to its capacity over all trips
and to its working time, ways not counted. What is impossible here is impossible.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ortools.math_opt.python import mathopt

from echowall.planning.conflicts import Feasible, find_conflict
from echowall.planning.deadline import Deadline
from echowall.planning.routes import wording
from echowall.planning.routes.ground import Ground, ground_of
from echowall.planning.routes.types import RoutesProblem
from echowall.planning.types import Conflict, Demand, Effort


def conflict_of(problem: RoutesProblem, ground: Ground, deadline: Deadline) -> Conflict | None:
    """Return demands that cannot hold together, None where the relaxation finds nothing impossible."""
    locks = {lock.visit for lock in problem.locks}
    for index, drop in enumerate(ground.drops):
        if drop.priority == 0 and (ground.extra[index] < 0).all():
            visits = [problem.visits[visit] for visit in drop.visits]
            if len(visits) == 1 and visits[0].id not in locks:
                return Conflict((wording.visit_demand(problem, visits[0]),), is_smallest=True)
            return _searched(problem, [visit.id for visit in visits], deadline)
    if _is_possible(problem, ground):
        return None
    return _searched(problem, [visit.id for visit in problem.visits if visit.priority == 0], deadline)


def _searched(problem: RoutesProblem, visits: list[str], deadline: Deadline) -> Conflict | None:
    known = {visit.id: visit for visit in problem.visits}
    locks = [lock for lock in problem.locks if lock.visit in visits]
    demands: list[Demand] = [wording.visit_demand(problem, known[visit]) for visit in visits]
    demands += [wording.lock_demand(problem, lock) for lock in locks]

    def is_feasible(some: frozenset[int]) -> bool | None:
        chosen = {visits[index] for index in some if index < len(visits)}
        kept = tuple(locks[index - len(visits)] for index in sorted(some) if index >= len(visits))
        if not chosen:
            return True
        # Visits by themselves: whether they fit together is asked, not whether they are carried together.
        small = replace(
            problem,
            visits=tuple(known[visit] for visit in visits if visit in chosen),
            locks=tuple(lock for lock in kept if lock.visit in chosen),
            current=(),
            drop_amount=None,
        )
        return _is_possible(small, ground_of(small))

    oracle: Feasible = is_feasible
    limit = Deadline(Effort(seconds=max(2.0, min(20.0, deadline.left))))
    return find_conflict(demands, oracle, limit)


def _is_possible(problem: RoutesProblem, ground: Ground) -> bool:
    if any(drop.priority == 0 and (ground.extra[row] < 0).all() for row, drop in enumerate(ground.drops)):
        return False
    model = mathopt.Model(name="division")
    amounts: dict[int, list[Any]] = {}
    times: dict[int, list[Any]] = {}
    for row, drop in enumerate(ground.drops):
        if drop.priority > 0:
            continue
        shares = []
        for number in range(len(problem.crews)):
            if ground.extra[row, number] >= 0:
                share = model.add_variable(lb=0.0, ub=1.0)
                shares.append(share)
                amounts.setdefault(number, []).append(drop.amount * share)
                times.setdefault(number, []).append(drop.seconds * share)
        model.add_linear_constraint(mathopt.fast_sum(shares) == 1)
    for index, crew in enumerate(problem.crews):
        if index not in amounts:
            continue
        if crew.capacity is not None:
            limit = crew.capacity * crew.trips * crew.count
            model.add_linear_constraint(mathopt.fast_sum(amounts[index]) <= limit)
        room = (crew.ends - crew.starts - crew.load_seconds) * crew.count
        model.add_linear_constraint(mathopt.fast_sum(times[index]) <= room)
    result = mathopt.solve(model, mathopt.SolverType.GLOP)
    return bool(result.termination.reason != mathopt.TerminationReason.INFEASIBLE)
