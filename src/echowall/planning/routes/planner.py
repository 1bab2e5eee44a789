"""The planner of routes: what is impossible first, then PyVRP part by part, a proven bound, and the day in words."""

from __future__ import annotations

import time

from echowall.planning.deadline import Deadline
from echowall.planning.routes import bounds, wording
from echowall.planning.routes.feasibility import conflict_of
from echowall.planning.routes.ground import Ground, ground_of
from echowall.planning.routes.model import Order, Part, orders_of, parts_of, start_from
from echowall.planning.routes.timing import route_of
from echowall.planning.routes.types import Route, RoutesProblem, RoutesSolution
from echowall.planning.searching import SMALL, Search, best_of_seeds, run_all
from echowall.planning.types import Conflict, Effort, Metric, Plan, Said, Status, gap_between

BOUND_SHARE, SMALL_BOUND_SHARE = 0.1, 0.25
"""Of the time: a small problem is searched to the end sooner than its bound is settled."""


def solve(problem: RoutesProblem, effort: Effort) -> Plan[RoutesSolution]:
    """Return the routes of the day. The problem must have no faults (`rules.faults_of`)."""
    deadline = Deadline(effort)
    ground = ground_of(problem)
    conflict = conflict_of(problem, ground, deadline)
    if conflict is not None:
        return _nothing(ground, "infeasible", wording.IMPOSSIBLE, conflict, deadline, effort)
    parts = parts_of(problem, ground)
    orders = _searched(problem, ground, parts, deadline, effort)
    if orders is None:
        return _nothing(ground, "unknown", wording.UNDECIDED, None, deadline, effort)
    bound, how = bounds.bound_of(problem, ground, parts, deadline, effort)
    solution = _solution(problem, ground, orders)
    objective = float(objective_of(problem, solution))
    # Whole metres: what is above a bound is at least the next whole number.
    bound = min(float(-(-bound // 1)) if abs(bound - round(bound)) > 1e-6 else float(round(bound)), objective)
    status: Status = "optimal" if bound == objective else "feasible"
    return Plan(
        task="routes",
        status=status,
        solution=solution,
        objective=objective,
        objective_text=wording.OBJECTIVE,
        bound=bound,
        bound_text=how,
        gap=gap_between(objective, bound),
        metrics=_metrics(problem, solution),
        explanation=(ground.said, *wording.reasons(problem, solution.routes, solution.left, len(ground.drops))),
        conflict=None,
        seed=effort.seed,
        seconds=deadline.spent,
        change_count=changes_of(problem, solution) if problem.current else None,
    )


def objective_of(problem: RoutesProblem, solution: RoutesSolution) -> int:
    """Return the metres walked and what stands for metres."""
    visits = {visit.id: visit for visit in problem.visits}
    cost = {crew.id: crew.cost_metres for crew in problem.crews}
    today = {given.visit: given.crew for given in problem.current}
    total = 0
    for route in solution.routes:
        total += route.metres + cost[route.crew]
        for name in _visits_of(route):
            carer = visits[name].carer
            total += problem.other_carer_metres if carer is not None and carer != route.crew else 0
            total += problem.change_metres if today.get(name, route.crew) != route.crew else 0
    return total + sum(problem.left_metres[visits[name].priority - 1] for name in solution.left)


def changes_of(problem: RoutesProblem, solution: RoutesSolution) -> int:
    """Return how many visits of the plan in force are now made by another crew, or by none."""
    now = {name: route.crew for route in solution.routes for name in _visits_of(route)}
    return sum(now.get(given.visit) != given.crew for given in problem.current)


def _visits_of(route: Route) -> list[str]:
    return [name for trip in route.trips for stop in trip.stops for name in stop.visits]


def _searched(
    problem: RoutesProblem, ground: Ground, parts: list[Part], deadline: Deadline, effort: Effort
) -> list[Order] | None:
    """The routes of all parts, None where one part found none that keeps all rules."""
    is_small = max((len(part.drops) for part in parts), default=0) <= SMALL
    seconds = (1 - (SMALL_BOUND_SHARE if is_small else BOUND_SHARE)) * deadline.left
    if len(parts) == 1:
        start = start_from(problem, parts[0], ground)
        found = [best_of_seeds(parts[0].data, effort, seconds, start)]
    else:
        found = run_all(_shared(problem, ground, parts, seconds, effort), effort)
    if not all(one.is_feasible() for one in found):
        return None
    return [order for part, one in zip(parts, found, strict=True) for order in orders_of(part, one)]


def _shared(problem: RoutesProblem, ground: Ground, parts: list[Part], seconds: float, effort: Effort) -> list[Search]:
    """A search for each part: they share the time by their size; two processes get through twice as much."""
    lanes = 2 if effort.workers > 1 and seconds > 4 else 1
    until = time.monotonic() + seconds
    sizes = [len(part.drops) for part in parts]
    searches = []
    for number, part in enumerate(parts):
        share = lanes * sizes[number] / sum(sizes)
        own = min(1.0, lanes * sizes[number] / sum(sizes[number:]))
        start = start_from(problem, part, ground)
        searches.append(Search(part.data, effort.seed, seconds * share, effort.work, start, until, own))
    return searches


def _solution(problem: RoutesProblem, ground: Ground, orders: list[Order]) -> RoutesSolution:
    routes = tuple(route_of(problem, ground, order) for order in sorted(orders, key=lambda one: (one.crew, one.trips)))
    made = {name for route in routes for name in _visits_of(route)}
    return RoutesSolution(routes, tuple(visit.id for visit in problem.visits if visit.id not in made))


def _metrics(problem: RoutesProblem, solution: RoutesSolution) -> tuple[Metric, ...]:
    routes = solution.routes
    carers = {visit.id: visit.carer for visit in problem.visits if visit.carer is not None}
    same = sum(carers.get(name) == route.crew for route in routes for name in _visits_of(route))
    waits = sum(stop.begins - stop.arrives for route in routes for trip in route.trips for stop in trip.stops)
    figures = [
        Metric("metres", Said("走路（行车）共", "way in all"), float(sum(route.metres for route in routes)), "米"),
        Metric("crews", Said("用到的小组", "crews used"), float(len(routes)), "个"),
        Metric("trips", Said("趟数", "trips"), float(sum(len(route.trips) for route in routes)), "趟"),
        Metric(
            "last_return",
            Said("最后一组回来", "last return"),
            max((r.trips[-1].returns for r in routes), default=0) / 3600,
            "小时（从零点起）",
        ),
        Metric("waiting", Said("路上等候共", "waiting in all"), waits / 60, "分钟"),
        Metric("left", Said("没有排上的任务", "visits left"), float(len(solution.left)), "项"),
    ]
    if carers:
        figures.append(Metric("same_carer", Said("还是上次的人", "same carer again"), 100 * same / len(carers), "%"))
    return tuple(figures)


def _nothing(
    ground: Ground, status: Status, how: Said, conflict: Conflict | None, deadline: Deadline, effort: Effort
) -> Plan[RoutesSolution]:
    return Plan(
        task="routes",
        status=status,
        solution=None,
        objective=None,
        objective_text=wording.OBJECTIVE,
        bound=None,
        bound_text=how,
        gap=None,
        metrics=(),
        explanation=(ground.said,),
        conflict=conflict,
        seed=effort.seed,
        seconds=deadline.spent,
    )
