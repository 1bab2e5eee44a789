"""Checks a routes plan from scratch: every visit, way, window, load, skill, lock and figure."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator

from echowall.planning.documents import Fault
from echowall.planning.routes.types import Crew, Route, RoutesProblem, RoutesSolution, Trip, Visit
from echowall.planning.types import Plan
from echowall.planning.validators.ways import ways_between


def validate(problem: RoutesProblem, plan: Plan[RoutesSolution]) -> list[Fault]:
    """Return every hard rule that the plan breaks and every figure that is not so."""
    solution = plan.solution
    if solution is None:
        return []
    check = _Check(problem, solution)
    faults = list(check.names()) or [*check.visits(), *check.crews()]
    if faults:
        return faults
    faults = [fault for index, route in enumerate(solution.routes) for fault in check.route(f"routes.{index}", route)]
    return faults or list(check.figures(plan))


class _Check:
    def __init__(self, problem: RoutesProblem, solution: RoutesSolution) -> None:
        self.problem, self.solution = problem, solution
        self.visit_of = {visit.id: visit for visit in problem.visits}
        self.crew_of = {crew.id: crew for crew in problem.crews}
        self.number = {place.id: index for index, place in enumerate(problem.places)}
        self.made = [
            (name, route.crew) for route in solution.routes for trip in route.trips for stop in trip.stops
            for name in stop.visits
        ]  # fmt: skip
        self.metres = self._metres()

    def names(self) -> Iterator[Fault]:
        for name, crew in self.made:
            if name not in self.visit_of or crew not in self.crew_of:
                yield Fault("routes", f"{crew}: {name}", "没有这项任务或这个小组", "no such visit or crew")
        for route in self.solution.routes:
            if any(stop.place not in self.number for trip in route.trips for stop in trip.stops):
                yield Fault("routes", route.crew, "没有这个地点", "no such place")
            if route.crew not in self.crew_of or not route.trips or any(not trip.stops for trip in route.trips):
                yield Fault("routes", route.crew, "没有这个小组，或者路线是空的", "no such crew, or an empty route")

    def visits(self) -> Iterator[Fault]:
        count = Counter([name for name, _ in self.made] + list(self.solution.left))
        for visit in self.problem.visits:
            if count[visit.id] != 1:
                yield Fault("routes", visit.id, f"出现了 {count[visit.id]} 次", "is not there exactly once")
        for name in self.solution.left:
            if name not in self.visit_of or self.visit_of[name].priority == 0:
                yield Fault("left", name, "这项不得留下", "must not be left")
        for lock in self.problem.locks:
            by = next((crew for name, crew in self.made if name == lock.visit), None)
            if by is not None and (by == lock.crew) != lock.is_allowed:
                yield Fault("routes", lock.visit, "没有守住锁定", "breaks a lock")

    def crews(self) -> Iterator[Fault]:
        for crew, count in Counter(route.crew for route in self.solution.routes).items():
            if count > self.crew_of[crew].count:
                yield Fault("routes", crew, "路线比小组多", "more routes than crews")

    def route(self, here: str, route: Route) -> Iterator[Fault]:
        crew = self.crew_of[route.crew]
        if len(route.trips) > crew.trips:
            yield Fault(here, str(len(route.trips)), "趟数太多", "too many trips")
        free, walked = crew.starts, 0
        for index, trip in enumerate(route.trips):
            yield from self._trip(f"{here}.trips.{index}", crew, trip, free)
            free = trip.returns
            at = [crew.depot, *(stop.place for stop in trip.stops), crew.depot]
            for start, end in itertools.pairwise(at):
                walked += self._way(start, end)
        if free > crew.ends:
            yield Fault(here, str(free), "收工太晚", "ends too late")
        if walked != route.metres:
            yield Fault(f"{here}.metres", str(route.metres), f"应为 {walked}", f"is {walked}")

    def _trip(self, here: str, crew: Crew, trip: Trip, free: int) -> Iterator[Fault]:
        if trip.loads < free or trip.departs < trip.loads + crew.load_seconds:
            yield Fault(here, f"{trip.loads}", "还没回来或没装完就出发", "leaves before it can")
        now, at = trip.departs, crew.depot
        for index, stop in enumerate(trip.stops):
            spot = f"{here}.stops.{index}"
            if stop.arrives < now + self._seconds(crew, at, stop.place) or stop.begins < stop.arrives:
                yield Fault(spot, str(stop.arrives), "到得比能到的早", "is there before it can be")
            now, at = stop.begins, stop.place
            for name in stop.visits:
                visit = self.visit_of[name]
                yield from self._visit(spot, crew, visit, stop.place, now)
                now += visit.seconds
            if stop.leaves < now:
                yield Fault(spot, str(stop.leaves), "走得比能走的早", "leaves before it is done")
            now = stop.leaves
        if trip.returns < now + self._seconds(crew, at, crew.depot):
            yield Fault(here, str(trip.returns), "回来得比能回的早", "is back before it can be")
        amount = sum(self.visit_of[name].amount for stop in trip.stops for name in stop.visits)
        if amount != trip.amount or (crew.capacity is not None and amount > crew.capacity):
            yield Fault(here, str(trip.amount), f"装了 {amount}，上限 {crew.capacity}", "the load is wrong or too much")

    def _visit(self, here: str, crew: Crew, visit: Visit, place: str, begins: int) -> Iterator[Fault]:
        if visit.place != place:
            yield Fault(here, visit.id, "不在这个地点", "is at another place")
        if not visit.earliest <= begins <= visit.latest:
            yield Fault(here, visit.id, f"{begins} 不在 {visit.earliest}–{visit.latest}", "begins outside its window")
        if not set(visit.skills) <= set(crew.skills):
            yield Fault(here, visit.id, "小组没有所需的技能", "the crew lacks a skill")
        if crew.clusters and visit.cluster not in crew.clusters:
            yield Fault(here, visit.id, "不在这个小组的组团内", "outside the crew's clusters")

    def figures(self, plan: Plan[RoutesSolution]) -> Iterator[Fault]:
        problem, routes = self.problem, self.solution.routes
        today = {given.visit: given.crew for given in problem.current}
        by = dict(self.made)
        other = sum(self.visit_of[name].carer not in (None, crew) for name, crew in self.made)
        moved = sum(name in today and today[name] != crew for name, crew in self.made)
        objective = sum(route.metres + self.crew_of[route.crew].cost_metres for route in routes)
        objective += problem.other_carer_metres * other + problem.change_metres * moved
        objective += sum(problem.left_metres[self.visit_of[name].priority - 1] for name in self.solution.left)
        if plan.objective != objective:
            yield Fault("objective", str(plan.objective), f"应为 {objective}", f"is {objective}")
        if plan.bound is not None and plan.bound > objective:
            yield Fault("bound", f"{plan.bound:g}", "界不能比方案更差", "is beaten by the plan")
        changes = sum(by.get(visit) != crew for visit, crew in today.items()) if today else None
        if plan.change_count != changes:
            yield Fault("change_count", str(plan.change_count), f"应为 {changes}", f"is {changes}")
        carers = {visit.id: visit.carer for visit in problem.visits if visit.carer is not None}
        stops = [stop for route in routes for trip in route.trips for stop in trip.stops]
        true = {
            "metres": sum(route.metres for route in routes),
            "crews": len(routes),
            "trips": sum(len(route.trips) for route in routes),
            "last_return": max((trip.returns for route in routes for trip in route.trips), default=0) / 3600,
            "waiting": sum(stop.begins - stop.arrives for stop in stops) / 60,
            "left": len(self.solution.left),
        }
        if carers:
            true["same_carer"] = 100 * sum(carers.get(name) == crew for name, crew in self.made) / len(carers)
        stated = {metric.code: metric.value for metric in plan.metrics}
        for code, value in true.items():
            if abs(stated.get(code, math.inf) - value) > 1e-6 * max(1.0, abs(value)):
                yield Fault(f"metrics.{code}", str(stated.get(code)), f"应为 {value:g}", f"is {value:g}")

    def _metres(self) -> dict[tuple[str, str], float]:
        used: set[tuple[str, str]] = set()
        for route in self.solution.routes:
            depot = self.crew_of[route.crew].depot if route.crew in self.crew_of else ""
            for trip in route.trips:
                at = [depot, *(stop.place for stop in trip.stops), depot]
                used |= {pair for pair in itertools.pairwise(at) if set(pair) <= set(self.number)}
        if self.problem.metres is not None:
            table = self.problem.metres
            return {(a, b): float(table[self.number[a]][self.number[b]]) for a, b in used}
        where = {place.id: (float(place.x or 0), float(place.y or 0)) for place in self.problem.places}
        return ways_between(used, where, self.problem.travel)

    def _way(self, start: str, end: str) -> int:
        way = self.metres[start, end]
        return round(way) if math.isfinite(way) else 10**12

    def _seconds(self, crew: Crew, start: str, end: str) -> int:
        if self.problem.seconds is not None:
            return self.problem.seconds[self.number[start]][self.number[end]]
        return math.ceil(self._way(start, end) / crew.metres_per_second - 1e-6)
