"""Plans a roster: how many posts can be held, then the fewest points, then who stands where; or what conflicts."""

from __future__ import annotations

from dataclasses import replace

from echowall.planning.deadline import Deadline
from echowall.planning.roster import demands, telling
from echowall.planning.roster.fairness import add_fairness
from echowall.planning.roster.holding import Holding, hold_posts
from echowall.planning.roster.model import Model, build
from echowall.planning.roster.rows import Values
from echowall.planning.roster.search import Best, search, settled
from echowall.planning.roster.seating import seat
from echowall.planning.roster.types import Problem, Roster
from echowall.planning.types import Effort, Plan, gap_between

CONFLICT_SHARE = 0.5
"""Of the time left when impossibility is proved, this much goes to naming what conflicts."""


def solve(problem: Problem, effort: Effort) -> Plan[Roster]:
    """Return the roster with the most posts held (rank by rank) and, among those, the fewest points found.

    The number of posts is bounded by the linear relaxation of all rules; the points, for that number of posts, by the
    highest of linear relaxation, column generation (where all rules allow it) and CP-SAT. Posts are looked for first.
    """
    deadline = Deadline(effort)
    model = build(problem)
    holding = Holding(None, 0, 0)
    if problem.posts:
        holding = hold_posts(model, effort, deadline)
        if holding.values is None:
            return _without(problem, effort, deadline, is_impossible=holding.is_impossible)
        add_fairness(model, model.held_posts(holding.values))
    else:
        add_fairness(model, [])
    best = search(model, effort, deadline, None if holding.values is None else settled(model, holding.values))
    if best.values is None:
        return _without(problem, effort, deadline, is_impossible=best.is_impossible)
    return _plan(model, best, best.values, holding, effort, deadline)


def _plan(
    model: Model, best: Best, values: Values, holding: Holding, effort: Effort, deadline: Deadline
) -> Plan[Roster]:
    problem = model.duties.problem
    objective = float(model.rows.value_of(values))
    bound = None if best.bound is None else min(objective, float(best.bound))
    is_best = bound is not None and objective - bound < 1 - 1e-6 and holding.count == holding.most
    if is_best:
        bound = objective  # Points are whole numbers.
    roster = Roster(tuple(seat(model, values)), tuple(model.held_posts(values)))
    return Plan(
        task="roster",
        status="optimal" if is_best else "feasible",
        solution=roster,
        objective=objective,
        objective_text=telling.OBJECTIVE,
        bound=bound,
        bound_text=telling.bound_text(bound),
        gap=gap_between(objective, bound),
        metrics=tuple(telling.metrics(problem, roster, holding)),
        explanation=tuple(telling.explanation(model.duties, roster, holding)),
        conflict=None,
        seed=effort.seed,
        seconds=deadline.spent,
        change_count=telling.change_count(problem, roster) if problem.current else None,
    )


def _without(problem: Problem, effort: Effort, deadline: Deadline, *, is_impossible: bool) -> Plan[Roster]:
    conflict = None
    if is_impossible:
        conflict = demands.conflict_of(problem, replace(effort, seconds=max(1.0, deadline.left * CONFLICT_SHARE)))
    return Plan(
        task="roster",
        status="infeasible" if is_impossible else "unknown",
        solution=None,
        objective=None,
        objective_text=telling.OBJECTIVE,
        bound=None,
        bound_text=telling.IMPOSSIBLE if is_impossible else telling.UNDECIDED,
        gap=None,
        metrics=(),
        explanation=(telling.IMPOSSIBLE if is_impossible else telling.UNDECIDED,),
        conflict=conflict,
        seed=effort.seed,
        seconds=deadline.spent,
    )
