"""From an order of drops to the day of a crew: when it loads, arrives, begins, leaves."""

from __future__ import annotations

import itertools

from echowall.planning.routes.ground import Ground
from echowall.planning.routes.model import Order
from echowall.planning.routes.types import Route, RoutesProblem, Stop, Trip


def route_of(problem: RoutesProblem, ground: Ground, order: Order) -> Route:
    """Return the route as early as it can be made, each trip then put off so that nobody waits at a door for nothing."""
    crew = problem.crews[order.crew]
    now = crew.starts
    trips, metres = [], 0
    for drops in order.trips:
        trip = _trip(problem, ground, order.crew, drops, now)
        trips.append(trip)
        now = trip.returns
        stops = [ground.depots[order.crew], *(ground.drops[d].place for d in drops), ground.depots[order.crew]]
        metres += sum(int(ground.metres[a, b]) for a, b in itertools.pairwise(stops))
    return Route(crew.id, tuple(trips), metres)


def _trip(problem: RoutesProblem, ground: Ground, crew: int, drops: tuple[int, ...], now: int) -> Trip:
    seconds, depot = ground.seconds[crew], ground.depots[crew]
    load = problem.crews[crew].load_seconds
    # It leaves as late as it can without beginning its first stop later.
    first = ground.drops[drops[0]]
    loads = max(now, first.earliest - int(seconds[depot, first.place]) - load)
    clock, at, stops = loads + load, depot, []
    for index in drops:
        drop = ground.drops[index]
        arrives = clock + int(seconds[at, drop.place])
        begins = max(arrives, drop.earliest)
        clock, at = begins + drop.seconds, drop.place
        visits = tuple(problem.visits[visit].id for visit in drop.visits)
        stops.append(Stop(problem.places[drop.place].id, visits, arrives, begins, clock))
    amount = sum(ground.drops[index].amount for index in drops)
    return Trip(loads, loads + load, tuple(stops), clock + int(seconds[at, depot]), amount)
