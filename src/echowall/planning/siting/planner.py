"""The planner of siting: feasible at all, then best by the aim that was asked, then said in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echowall.planning.conflicts import Feasible, find_conflict
from echowall.planning.deadline import Deadline
from echowall.planning.distances import distances
from echowall.planning.siting import covering, median, wording
from echowall.planning.siting.interchange import Costs
from echowall.planning.siting.median import Choice
from echowall.planning.siting.types import Assignment, SitingProblem, SitingSolution
from echowall.planning.types import Demand, Effort, Metric, Plan, Said, Status, gap_between

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ground:
    """The problem as arrays: metres (0 where there is no way), which pairs are allowed, people, how metres were made."""

    metres: Costs
    has_way: Mask
    people: NDArray[np.int64]
    said: Said


@dataclass(frozen=True, eq=False)
class _Answer:
    opened: NDArray[np.intp]
    objective: int
    bound: int
    how: Said


def ground_of(problem: SitingProblem) -> Ground:
    """Return the arrays of a problem that has no faults."""
    people = np.array([place.people for place in problem.places], dtype=np.int64)
    if problem.metres is not None:
        table = [[-1 if value is None else value for value in row] for row in problem.metres]
        metres = np.array(table, dtype=np.int64).reshape(len(problem.places), len(problem.sites))
        said = Said("距离取自所给的距离表", "Distances are from the table given")
        return Ground(np.maximum(metres, 0), metres >= 0, people, said)
    starts = [(float(place.x or 0), float(place.y or 0)) for place in problem.places]
    ends = [(float(site.x or 0), float(site.y or 0)) for site in problem.sites]
    found = distances(starts, ends, travel=problem.travel)
    has_way = np.isfinite(found.metres)
    metres = np.where(has_way, np.rint(np.where(has_way, found.metres, 0)), 0).astype(np.int64)
    return Ground(metres, has_way, people, found.said)


def solve(problem: SitingProblem, effort: Effort) -> Plan[SitingSolution]:
    """Return which sites to open. The problem must have no faults (`rules.faults_of`)."""
    deadline = Deadline(effort)
    ground = ground_of(problem)
    allowed = ground.has_way if problem.max_metres is None else ground.has_way & (ground.metres <= problem.max_metres)
    choice = _choice(problem)
    is_possible, start = covering.any_choice(allowed, choice, deadline, effort)
    if not is_possible:
        return _nothing(problem, ground, is_possible, deadline, effort)
    plan_of = {"median": _median, "centre": _centre, "cover": _cover}[problem.aim]
    answer = plan_of(problem, ground, allowed, start, deadline, effort)
    return _plan(problem, ground, answer, deadline, effort)


def _choice(problem: SitingProblem) -> Choice:
    locked = {lock.site: lock.is_open for lock in problem.locks}
    must = np.array([locked.get(site.id) is True for site in problem.sites])
    never = np.array([locked.get(site.id) is False for site in problem.sites])
    known = np.array([site.id in problem.current for site in problem.sites])
    fresh = len(problem.sites) if problem.max_changes is None else problem.max_changes
    return Choice(problem.open_count, must, never, known, fresh)


def _least(
    problem: SitingProblem, ground: Ground, allowed: Mask, start: NDArray[np.intp], deadline: Deadline, effort: Effort
) -> median.Found:
    """The least person-metres among choices in which each place has an allowed site."""
    costs = ground.metres * ground.people[:, None]
    own = np.where(allowed[:, start], costs[:, start], np.iinfo(np.int64).max).min(axis=1)
    # A pair that is not allowed costs more than the whole start, so no better choice uses one.
    costs = np.where(allowed, costs, int(own.sum()) + 1)
    return median.solve(costs, _choice(problem), start, deadline, effort.work)


def _median(
    problem: SitingProblem, ground: Ground, allowed: Mask, start: NDArray[np.intp], deadline: Deadline, effort: Effort
) -> _Answer:
    found = _least(problem, ground, allowed, start, deadline, effort)
    return _Answer(found.opened, found.cost, found.bound, wording.MEDIAN_BOUND)


def _centre(
    problem: SitingProblem, ground: Ground, allowed: Mask, start: NDArray[np.intp], deadline: Deadline, effort: Effort
) -> _Answer:
    share = Deadline(replace(effort, seconds=max(0.2, 0.6 * deadline.left)))
    found = covering.farthest(ground.metres, allowed, _choice(problem), share, effort)
    longest = int(np.where(allowed, ground.metres, 0).max())
    shown, bound = found or (longest, 0)
    near = allowed & (ground.metres <= shown)
    is_possible, better = covering.any_choice(near, _choice(problem), deadline, effort)
    opened = _least(
        problem, ground, near if is_possible else allowed, better if is_possible else start, deadline, effort
    )
    way = np.where(ground.has_way, ground.metres, np.iinfo(np.int64).max)[:, opened.opened].min(axis=1)
    return _Answer(opened.opened, int(way.max()), bound, wording.CENTRE_BOUND)


def _cover(
    problem: SitingProblem, ground: Ground, allowed: Mask, start: NDArray[np.intp], deadline: Deadline, effort: Effort
) -> _Answer:
    near: Mask = ground.has_way & (ground.metres <= problem.reach_metres)
    share = Deadline(replace(effort, seconds=max(0.2, 0.7 * deadline.left)))
    found = covering.most_reached(near, ground.people, allowed, _choice(problem), share, effort)
    opened, _, bound = found or (start, 0, int(ground.people[near.any(axis=1)].sum()))
    is_reached: Mask = np.asarray(near[:, opened].any(axis=1), dtype=np.bool_)
    # Whoever is reached stays so; within that, least walking.
    kept = np.where(is_reached[:, None], near & allowed, allowed)
    better = _least(problem, ground, kept, opened, deadline, effort).opened
    return _Answer(better, int(ground.people[near[:, better].any(axis=1)].sum()), bound, wording.COVER_BOUND)


def _plan(
    problem: SitingProblem, ground: Ground, answer: _Answer, deadline: Deadline, effort: Effort
) -> Plan[SitingSolution]:
    way = np.where(ground.has_way, ground.metres, np.iinfo(np.int64).max)[:, answer.opened]
    nearest = answer.opened[way.argmin(axis=1)]
    assignments = tuple(
        Assignment(place.id, problem.sites[site].id, int(ground.metres[row, site]))
        for row, (place, site) in enumerate(zip(problem.places, nearest, strict=True))
    )
    solution = SitingSolution(tuple(problem.sites[site].id for site in answer.opened), assignments)
    status: Status = "optimal" if answer.objective == answer.bound else "feasible"
    return Plan(
        task="siting",
        status=status,
        solution=solution,
        objective=float(answer.objective),
        objective_text=wording.OBJECTIVES[problem.aim],
        bound=float(answer.bound),
        bound_text=answer.how,
        gap=gap_between(answer.objective, answer.bound),
        metrics=_metrics(problem, ground, assignments, answer.opened),
        explanation=(ground.said, *wording.reasons(problem, ground.people, way, answer.opened)),
        conflict=None,
        seed=effort.seed,
        seconds=deadline.spent,
        is_maximised=problem.aim == "cover",
        change_count=len(set(solution.opened) - set(problem.current)) if problem.current else None,
    )


def _metrics(
    problem: SitingProblem, ground: Ground, assignments: tuple[Assignment, ...], opened: NDArray[np.intp]
) -> tuple[Metric, ...]:
    metres = np.array([one.metres for one in assignments])
    total = max(1, int(ground.people.sum()))
    load = {problem.sites[site].id: 0 for site in opened}
    for one, people in zip(assignments, ground.people, strict=True):
        load[one.site] += int(people)
    reached = int(ground.people[metres <= problem.reach_metres].sum())
    return (
        Metric("mean_metres", Said("每人平均要走", "mean way per person"), float(metres @ ground.people) / total, "米"),
        Metric("farthest_metres", Said("最远的要走", "farthest way"), float(metres.max()), "米"),
        Metric("reached_people", wording.reached(problem.reach_metres), float(reached), "人"),
        Metric("busiest_people", Said("人最多的一个点", "people at the busiest site"), float(max(load.values())), "人"),
    )


def _nothing(
    problem: SitingProblem, ground: Ground, is_possible: bool | None, deadline: Deadline, effort: Effort
) -> Plan[SitingSolution]:
    conflict = None
    if is_possible is False:
        demands, oracle = _demands(problem, ground, effort)
        conflict = find_conflict(demands, oracle, Deadline(replace(effort, seconds=max(2.0, deadline.left))))
    status: Status = "infeasible" if is_possible is False else "unknown"
    how = wording.IMPOSSIBLE if is_possible is False else wording.UNDECIDED
    return Plan(
        task="siting",
        status=status,
        solution=None,
        objective=None,
        objective_text=wording.OBJECTIVES[problem.aim],
        bound=None,
        bound_text=how,
        gap=None,
        metrics=(),
        explanation=(ground.said,),
        conflict=conflict,
        seed=effort.seed,
        seconds=deadline.spent,
        is_maximised=problem.aim == "cover",
    )


def _demands(problem: SitingProblem, ground: Ground, effort: Effort) -> tuple[list[Demand], Feasible]:
    """What could be dropped, and whether the rest of it is possible."""
    fixed = [wording.count_demand(problem.open_count)]
    if problem.max_changes is not None:
        fixed.append(wording.changes_demand(problem.max_changes))
    names = {site.id: (index, site.name) for index, site in enumerate(problem.sites)}
    locks = [wording.lock_demand(lock.site, names[lock.site][1], lock.is_open) for lock in problem.locks]
    ways = [wording.way_demand(place.id, place.name, problem.max_metres) for place in problem.places]
    demands: list[Demand] = [*fixed, *locks, *ways]
    near: Mask = ground.has_way
    if problem.max_metres is not None:
        near = near & (ground.metres <= problem.max_metres)

    def is_feasible(some: frozenset[int]) -> bool | None:
        codes = {demands[index].code for index in some}
        kept = {problem.locks[index - len(fixed)] for index in some if demands[index].code == "lock"}
        choice = _choice(replace(problem, locks=tuple(lock for lock in problem.locks if lock in kept)))
        fresh = choice.fresh if "changes" in codes else len(problem.sites)
        choice = replace(choice, count=problem.open_count if "count" in codes else -1, fresh=fresh)
        first = len(fixed) + len(locks)
        rows = [index - first for index in sorted(some) if index >= first]
        limit = Effort(seconds=10.0, seed=effort.seed, workers=effort.workers)
        return covering.any_choice(near[rows], choice, Deadline(limit), limit)[0]

    return demands, is_feasible
