"""From a routes problem to PyVRP and back.

Rules that PyVRP has no word for are put into the tables of a profile, one profile for crews that have the same: a drop
that a crew may not make lies so many seconds away that it always comes too late; what another carer costs is added to
the metres into the drop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import pyvrp
from pyvrp import Client, Depot, Location, ProblemData, VehicleType

from echowall.planning.routes.ground import Ground, Table
from echowall.planning.routes.types import RoutesProblem


@dataclass(frozen=True, eq=False)
class Part:
    """Drops and crews (indices) that have nothing to do with the others, and their model."""

    drops: tuple[int, ...]
    crews: tuple[int, ...]
    data: ProblemData


@dataclass(frozen=True, slots=True)
class Order:
    """One route found: the crew's index and for each trip the drops in order."""

    crew: int
    trips: tuple[tuple[int, ...], ...]


def parts_of(problem: RoutesProblem, ground: Ground) -> list[Part]:
    """Return the problem in independent parts: no crew may go from one to another (clusters, skills)."""
    graph: nx.Graph[tuple[str, int]] = nx.Graph()
    graph.add_nodes_from(("drop", index) for index in range(len(ground.drops)))
    for row, column in np.argwhere(ground.extra >= 0):
        graph.add_edge(("drop", int(row)), ("crew", int(column)))
    parts = []
    for group in nx.connected_components(graph):
        drops = tuple(sorted(index for kind, index in group if kind == "drop"))
        crews = tuple(sorted(index for kind, index in group if kind == "crew"))
        if crews:
            parts.append(Part(drops, crews, _data(problem, ground, drops, crews)))
    return parts


def orders_of(part: Part, found: pyvrp.Solution) -> list[Order]:
    """Return the routes of what PyVRP found. A vehicle type is a crew, in the order of ``part.crews``."""
    orders = []
    for route in found.routes():
        trips: dict[int, list[int]] = {}
        for activity in route.schedule():
            if activity.is_client():
                trips.setdefault(activity.trip, []).append(part.drops[activity.idx])
        chosen = tuple(tuple(drops) for _, drops in sorted(trips.items()))
        if chosen:
            orders.append(Order(part.crews[route.vehicle_type()], chosen))
    return orders


def start_from(problem: RoutesProblem, part: Part, ground: Ground) -> pyvrp.Solution | None:
    """Return the plan in force as routes to begin from: each crew's drops by window, then in the order given."""
    today = {given.visit: given.crew for given in problem.current}
    number = {crew.id: index for index, crew in enumerate(problem.crews)}
    routes: dict[int, list[int]] = {}
    for client, index in enumerate(part.drops):
        crew = number.get(today.get(problem.visits[ground.drops[index].visits[0]].id, ""))
        if crew in part.crews and ground.extra[index, crew] >= 0:
            routes.setdefault(crew, []).append(client)
    if not routes:
        return None
    made = []
    for crew, clients in sorted(routes.items()):
        ordered = sorted(clients, key=lambda client: ground.drops[part.drops[client]].latest)
        made.append(pyvrp.Route(part.data, ordered, part.crews.index(crew)))
    return pyvrp.Solution(part.data, made)


def _data(problem: RoutesProblem, ground: Ground, drops: Sequence[int], crews: Sequence[int]) -> ProblemData:
    # A depot of PyVRP has the loading time, so one for each place and loading time.
    kinds = sorted({(ground.depots[crew], problem.crews[crew].load_seconds) for crew in crews})
    at = [place for place, _ in kinds] + [ground.drops[index].place for index in drops]
    depots = [Depot(index, service_duration=seconds) for index, (_, seconds) in enumerate(kinds)]
    has_load = any(problem.crews[crew].capacity is not None for crew in crews)
    clients = [_client(problem, ground, index, len(kinds) + row, has_load) for row, index in enumerate(drops)]
    profiles: dict[bytes, int] = {}
    # PyVRP's stubs name the shape `int`, which no array has.
    ways: list[Any] = []
    times: list[Any] = []
    types = []
    total = sum(ground.drops[index].amount for index in drops)
    for number in crews:
        crew = problem.crews[number]
        metres, seconds = _tables(ground, at, len(kinds), ground.extra[list(drops), number], number)
        profile = profiles.setdefault(metres.tobytes() + seconds.tobytes(), len(ways))
        if profile == len(ways):
            ways.append(metres)
            times.append(seconds)
        depot = kinds.index((ground.depots[number], crew.load_seconds))
        capacity = [total if crew.capacity is None else crew.capacity] if has_load else []
        types.append(
            VehicleType(
                crew.count, capacity, depot, depot, crew.cost_metres, crew.starts, crew.ends,
                profile=profile, reload_depots=[depot] if crew.trips > 1 else [], max_reloads=crew.trips - 1,
            )
        )  # fmt: skip
    where = [Location(problem.places[index].x or 0.0, problem.places[index].y or 0.0) for index in at]
    return ProblemData(where, clients, depots, types, ways, times)


def _client(problem: RoutesProblem, ground: Ground, index: int, location: int, has_load: bool) -> Client:
    drop = ground.drops[index]
    left = 0 if drop.priority == 0 else problem.left_metres[drop.priority - 1] * len(drop.visits)
    return Client(
        location,
        delivery=[drop.amount] if has_load else [],
        service_duration=drop.seconds,
        tw_early=drop.earliest,
        tw_late=drop.latest,
        prize=left,
        required=drop.priority == 0,
    )


def _tables(ground: Ground, at: list[int], depots: int, extra: Table, crew: int) -> tuple[Table, Table]:
    """Metres and seconds between the locations ``at`` for one crew."""
    metres = ground.metres[np.ix_(at, at)].copy()
    seconds = ground.seconds[crew][np.ix_(at, at)].copy()
    never = (metres < 0) | (seconds < 0)
    never[:, depots:] |= (extra < 0)[None, :]
    metres[:, depots:] += np.maximum(extra, 0)[None, :]
    np.fill_diagonal(never, False)
    np.fill_diagonal(metres, 0)
    np.fill_diagonal(seconds, 0)
    # Longer than any window, so that it is always too late; short enough for the solver's penalties.
    late = 4 * max(int(max((drop.latest for drop in ground.drops), default=0)), int(seconds.max()), 86_400)
    seconds[never] = late
    metres[never] = max(0, int(metres.max()))
    return metres, seconds
