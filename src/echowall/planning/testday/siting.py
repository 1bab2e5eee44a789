"""Which building goes to which site, with the fewest lanes and then the shortest ways; and what conflicts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from echowall.planning.conflicts import find_conflict
from echowall.planning.deadline import Deadline
from echowall.planning.testday.simulation import attendance
from echowall.planning.testday.types import Building, Lock, Problem, Site
from echowall.planning.types import Conflict, Demand, Effort, Said

Drop = Callable[[Problem], Problem]
WORK = 2.0
"""The solver's deterministic time for one assignment."""


@dataclass(frozen=True, slots=True)
class Siting:
    """Each building's site, the lanes of each community site, and the least number of lanes proved (for this load)."""

    site_of: dict[str, str]
    lanes: dict[str, int]
    least: int


def walk_of(problem: Problem, building: Building, site: Site) -> float:
    """Metres to walk: the straight line times the detour factor."""
    return problem.detour * math.hypot(building.x - site.x, building.y - site.y)


def work_of(problem: Problem, people: int) -> float:
    """Lane minutes that so many people called make, those who do not come left out."""
    return people * attendance(problem.arrivals) * problem.service.mean_seconds / 60


def open_minutes(problem: Problem, site: Site) -> int:
    """Minutes of the site's whole slots."""
    slot = problem.slot_minutes
    return sum((window.end_minute - window.start_minute) // slot * slot for window in site.windows)


class Assignment:
    """The model of one assignment: at ``load`` 1 every lane is busy all day, so no plan has fewer lanes."""

    def __init__(self, problem: Problem, load: float, *, spare: int = 0) -> None:
        self._problem = problem
        self._sites = [site for site in problem.sites if site.kind == "community"]
        self.model = cp_model.CpModel()
        self.goes: dict[tuple[str, str], cp_model.IntVar] = {}
        self.lanes = {site.id: self.model.new_int_var(0, site.most_lanes, "") for site in self._sites}
        for building in problem.buildings:
            near = [site for site in self._sites if walk_of(problem, building, site) <= problem.walk_metres]
            for site in near:
                self.goes[building.id, site.id] = self.model.new_bool_var("")
            self.model.add_exactly_one(self.goes[building.id, site.id] for site in near)
        for site in self._sites:
            self._hold(site, load)
        for lock in problem.locks:
            variable = self.goes.get((lock.building, lock.site))
            self.model.add(variable == 1) if variable is not None else self.model.add_bool_or([])
        self.total = sum(self.lanes.values())
        if problem.most_lanes is not None:
            self.model.add(self.total <= problem.most_lanes - spare)

    def _hold(self, site: Site, load: float) -> None:
        # Whole hundredths of a minute: rounded down for the work and up for the room, so that a bound stays a bound.
        work = [
            (self.goes[one.id, site.id], math.floor(100 * work_of(self._problem, one.people - one.home_visits)))
            for one in self._problem.buildings
            if (one.id, site.id) in self.goes
        ]
        room = math.ceil(100 * open_minutes(self._problem, site) * load)
        if work:
            self.model.add(sum(variable * amount for variable, amount in work) <= room * self.lanes[site.id])

    @property
    def walking(self) -> cp_model.LinearExprT:
        """Metres that all people walk, a changed site counted as so many metres more."""
        now = {call.source: call.site for call in self._problem.current}
        terms = []
        for building in self._problem.buildings:
            for site in self._sites:
                if (building.id, site.id) in self.goes:
                    metres = walk_of(self._problem, building, site)
                    if now.get(building.id, site.id) != site.id:
                        metres += self._problem.change_weight
                    weight = round(metres * max(1, building.people - building.home_visits))
                    terms.append(self.goes[building.id, site.id] * weight)
        return sum(terms) if terms else 0

    def solve(self, seconds: float, effort: Effort) -> tuple[cp_model.CpSolver, int]:
        """Solve what the model says."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = effort.seed
        solver.parameters.max_deterministic_time = WORK
        solver.parameters.max_time_in_seconds = max(0.2, seconds)
        return solver, int(solver.solve(self.model))


def site_buildings(
    problem: Problem, load: float, effort: Effort, deadline: Deadline, *, spare: int = 0
) -> Siting | bool | None:
    """Return the siting with the fewest lanes at this load and, among those, short ways.

    False where proved impossible, None where not decided in time. ``spare``: lanes kept for enterprise sites.
    """
    fewest = Assignment(problem, load, spare=spare)
    fewest.model.minimize(fewest.total)
    solver, status = fewest.solve(deadline.left / 2, effort)
    if status == cp_model.INFEASIBLE:
        return False
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    least, found = math.ceil(solver.best_objective_bound - 1e-6), round(solver.objective_value)
    shortest = Assignment(problem, load, spare=spare)
    shortest.model.add(shortest.total <= found)
    shortest.model.minimize(shortest.walking)
    for key, variable in shortest.goes.items():
        shortest.model.add_hint(variable, solver.value(fewest.goes[key]))
    for name, variable in shortest.lanes.items():
        shortest.model.add_hint(variable, solver.value(fewest.lanes[name]))
    again, status = shortest.solve(deadline.left / 2, effort)
    best, result = (shortest, again) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else (fewest, solver)
    site_of = {building: site for (building, site), variable in best.goes.items() if result.value(variable)}
    return Siting(site_of, {name: result.value(variable) for name, variable in best.lanes.items()}, least)


def conflict_of(problem: Problem, effort: Effort, *, spare: int) -> Conflict | None:
    """Return a smallest set of locks, limits of lanes and the walking limit that cannot hold together."""
    demands, drops = _droppable(problem)
    deadline = Deadline(effort)

    def is_feasible(kept: frozenset[int]) -> bool | None:
        rest = problem
        for number, drop in enumerate(drops):
            if number not in kept:
                rest = drop(rest)
        _, status = Assignment(rest, 1.0, spare=spare).solve(max(0.5, deadline.left), effort)
        return {cp_model.OPTIMAL: True, cp_model.FEASIBLE: True, cp_model.INFEASIBLE: False}.get(status)  # type: ignore[call-overload,no-any-return]

    return find_conflict(demands, is_feasible, deadline)


def _droppable(problem: Problem) -> tuple[list[Demand], list[Drop]]:
    demands: list[Demand] = []
    drops: list[Drop] = []
    for lock in problem.locks:
        zh, en = f"{lock.building} 锁定在采样点 {lock.site}", f"{lock.building} locked to site {lock.site}"
        demands.append(Demand("lock", lock.building, Said(zh, en)))
        drops.append(_without_lock(lock))
    if problem.most_lanes is not None:
        said = Said(f"总共最多 {problem.most_lanes} 条通道", f"at most {problem.most_lanes} lanes in all")
        demands.append(Demand("most_lanes", "", said))
        drops.append(lambda rest: replace(rest, most_lanes=None))
    for site in problem.sites:
        if site.kind == "community":
            said = Said(
                f"采样点 {site.title or site.id} 最多 {site.most_lanes} 条通道",
                f"at most {site.most_lanes} lanes at {site.id}",
            )
            demands.append(Demand("site_lanes", site.id, said))
            drops.append(_with_room(site))
    said = Said(f"步行不超过 {problem.walk_metres:g} 米", f"no walk above {problem.walk_metres:g} metres")
    demands.append(Demand("walk", "", said))
    drops.append(lambda rest: replace(rest, walk_metres=math.inf))
    return demands, drops


def _without_lock(lock: Lock) -> Drop:
    return lambda rest: replace(rest, locks=tuple(one for one in rest.locks if one != lock))


def _with_room(site: Site) -> Drop:
    room = replace(site, most_lanes=1000)
    return lambda rest: replace(rest, sites=tuple(room if one.id == site.id else one for one in rest.sites))
