"""A rounds problem as arrays, and as a prize-collecting problem of PyVRP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyvrp import Client, Depot, Location, ProblemData, VehicleType

from echowall.planning.distances import distances
from echowall.planning.rounds.rules import worth_of
from echowall.planning.rounds.types import Base, Place, RoundsProblem, Team
from echowall.planning.tables import shortest
from echowall.planning.types import Said

Table = NDArray[np.int64]
METRES_PER_POINT = 5_000
"""Ways are short beside points: they only decide between rounds of equal worth."""


@dataclass(frozen=True, eq=False)
class Ground:
    """Ways between the bases and then the places (-1: none); points by place; ``may[place, team]``."""

    metres: Table
    seconds: tuple[Table, ...]
    """By team."""
    worth: Table
    may: NDArray[np.bool_]
    must: NDArray[np.bool_]
    bases: tuple[int, ...]
    said: Said


def ground_of(problem: RoundsProblem) -> Ground:
    """Return the arrays of a problem that has no faults."""
    metres, said = _metres(problem)
    number = {base.id: index for index, base in enumerate(problem.bases)}
    bases = tuple(number[team.base] for team in problem.teams)
    seconds = tuple(
        np.where(metres < 0, -1, np.ceil(metres / t.metres_per_second - 1e-9)).astype(np.int64) for t in problem.teams
    )
    worth = np.array([worth_of(problem, place) for place in problem.places], dtype=np.int64)
    may = np.ones((len(problem.places), len(problem.teams)), dtype=np.bool_)
    must = np.zeros(len(problem.places), dtype=np.bool_)
    first = len(problem.bases)
    where = {place.id: index for index, place in enumerate(problem.places)}
    who = {team.id: index for index, team in enumerate(problem.teams)}
    for lock in problem.locks:
        row = where[lock.place]
        if lock.must:
            must[row] = True
            if lock.team is not None:
                may[row, [index for index in range(len(problem.teams)) if index != who[lock.team]]] = False
        elif lock.team is not None:
            may[row, who[lock.team]] = False
        else:
            may[row] = False
    for column, team in enumerate(problem.teams):
        out, back = shortest(seconds[column], bases[column]), shortest(seconds[column].T, bases[column])
        for row, place in enumerate(problem.places):
            may[row, column] &= _reaches(place, team, int(out[first + row]), int(back[first + row]))
    return Ground(metres, seconds, worth, may, must, bases, said)


def _reaches(place: Place, team: Team, out: int, back: int) -> bool:
    """Whether the team could look at this place and no other."""
    begins = max(team.starts + out, place.opens)
    return out >= 0 and back >= 0 and begins <= place.closes and begins + place.seconds + back <= team.ends


def data_of(problem: RoundsProblem, ground: Ground, prizes: NDArray[np.float64], metres: Table) -> ProblemData:
    """Return PyVRP's problem: a place is visited for its prize (in points), a team is a vehicle.

    ``metres``: the ways that count (the true ones, or shaken ones); times are always the true ones.
    """
    first = len(problem.bases)
    today = {given.place: given.team for given in problem.current}
    prizes = prizes + np.array([problem.change_points * (place.id in today) for place in problem.places])
    clients = [
        Client(
            first + row,
            service_duration=place.seconds,
            tw_early=place.opens,
            tw_late=place.closes,
            prize=max(0, round(float(prizes[row]) * METRES_PER_POINT)),
            required=bool(ground.must[row]),
        )
        for row, place in enumerate(problem.places)
    ]
    tables: list[tuple[Table, Table]] = []
    types = []
    profiles: dict[bytes, int] = {}
    for index, team in enumerate(problem.teams):
        pair = _tables(problem, ground, metres, index, today)
        key = pair[0].tobytes() + pair[1].tobytes()
        if key not in profiles:
            profiles[key] = len(tables)
            tables.append(pair)
        base = ground.bases[index]
        types.append(VehicleType(1, [], base, base, 0, team.starts, team.ends, profile=profiles[key]))
    spots: list[Base | Place] = [*problem.bases, *problem.places]
    where = [Location(spot.x or 0.0, spot.y or 0.0) for spot in spots]
    depots = [Depot(index) for index in range(first)]
    # PyVRP's stubs name the shape `int`, which no array has.
    ways: list[Any] = [one[0] for one in tables]
    times: list[Any] = [one[1] for one in tables]
    return ProblemData(where, clients, depots, types, ways, times)


def _tables(
    problem: RoundsProblem, ground: Ground, metres: Table, team: int, today: dict[str, str]
) -> tuple[Table, Table]:
    first = len(problem.bases)
    ways, times = metres.copy(), ground.seconds[team].copy()
    never = (ways < 0) | (times < 0)
    never[:, first:] |= ~ground.may[:, team][None, :]
    for row, place in enumerate(problem.places):
        if today.get(place.id, problem.teams[team].id) != problem.teams[team].id:
            ways[:, first + row] += problem.change_points * METRES_PER_POINT
    for table in (ways, times, never):
        np.fill_diagonal(table, 0)
    late = 4 * max(one.ends for one in problem.teams) + 4 * max(place.closes for place in problem.places)
    times[never] = late
    ways[never] = max(0, int(metres.max()))
    return ways, times


def _metres(problem: RoundsProblem) -> tuple[Table, Said]:
    if problem.metres is not None:
        said = Said("距离取自所给的距离表", "Distances are from the table given")
        return np.array(problem.metres, dtype=np.int64), said
    spots: list[Base | Place] = [*problem.bases, *problem.places]
    points = [(float(spot.x or 0), float(spot.y or 0)) for spot in spots]
    found = distances(points, travel=problem.travel)
    has_way = np.isfinite(found.metres)
    return np.where(has_way, np.rint(np.where(has_way, found.metres, 0)), -1).astype(np.int64), found.said
