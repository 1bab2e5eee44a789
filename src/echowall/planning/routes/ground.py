"""A routes problem as arrays: ways, drops (visits carried together), and which crew may make which drop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echowall.planning.distances import distances
from echowall.planning.routes.types import Crew, Lock, RoutesProblem, Visit
from echowall.planning.tables import shortest
from echowall.planning.types import Said

Table = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Drop:
    """Visits that are made together (indices in the problem), with what they amount to. ``place``: its index."""

    visits: tuple[int, ...]
    place: int
    amount: int
    seconds: int
    earliest: int
    latest: int
    priority: int


@dataclass(frozen=True, eq=False)
class Ground:
    """``metres`` by place; -1: no way. ``extra[drop, crew]``: metres that this crew costs there; -1: it may not."""

    metres: Table
    seconds: tuple[Table, ...]
    """By crew; -1: no way."""
    drops: tuple[Drop, ...]
    extra: Table
    depots: tuple[int, ...]
    said: Said


def ground_of(problem: RoutesProblem) -> Ground:
    """Return the arrays of a problem that has no faults."""
    metres, said = _metres(problem)
    number = {place.id: index for index, place in enumerate(problem.places)}
    seconds = tuple(_seconds(problem, metres, crew) for crew in problem.crews)
    drops = _drops(problem, number)
    depots = tuple(number[crew.depot] for crew in problem.crews)
    extra = np.zeros((len(drops), len(problem.crews)), dtype=np.int64)
    rules = _Rules(problem)
    reach = [(shortest(table, depot), shortest(table.T, depot)) for table, depot in zip(seconds, depots, strict=True)]
    for row, drop in enumerate(drops):
        visits = [problem.visits[index] for index in drop.visits]
        for column, crew in enumerate(problem.crews):
            extra[row, column] = rules.surcharge(visits, crew)
            if not _reaches(drop, crew, int(reach[column][0][drop.place]), int(reach[column][1][drop.place])):
                extra[row, column] = -1
    return Ground(metres, seconds, drops, extra, depots, said)


def _metres(problem: RoutesProblem) -> tuple[Table, Said]:
    if problem.metres is not None:
        said = Said("距离取自所给的距离表", "Distances are from the table given")
        return np.array(problem.metres, dtype=np.int64), said
    points = [(float(place.x or 0), float(place.y or 0)) for place in problem.places]
    found = distances(points, travel=problem.travel)
    has_way = np.isfinite(found.metres)
    return np.where(has_way, np.rint(np.where(has_way, found.metres, 0)), -1).astype(np.int64), found.said


def _seconds(problem: RoutesProblem, metres: Table, crew: Crew) -> Table:
    if problem.seconds is not None:
        return np.array(problem.seconds, dtype=np.int64)
    needed = np.ceil(metres / crew.metres_per_second - 1e-9).astype(np.int64)
    return np.where(metres < 0, -1, needed)


def _drops(problem: RoutesProblem, number: dict[str, int]) -> tuple[Drop, ...]:
    """Each visit by itself, or those alike in all but amount and seconds together, in the order given."""
    locked: dict[str, set[Lock]] = {}
    for lock in problem.locks:
        locked.setdefault(lock.visit, set()).add(Lock("", lock.crew, lock.is_allowed))
    today = {given.visit: given.crew for given in problem.current}
    groups: dict[object, list[int]] = {}
    for index, visit in enumerate(problem.visits):
        alike = (
            visit.place, visit.earliest, visit.latest, visit.skills, visit.priority, visit.cluster, visit.carer,
            frozenset(locked.get(visit.id, ())), today.get(visit.id),
        )  # fmt: skip
        key: object = index if problem.drop_amount is None else alike
        groups.setdefault(key, []).append(index)
    drops = []
    for group in groups.values():
        for part in _parts(problem, group):
            visits = [problem.visits[index] for index in part]
            one = visits[0]
            amount, seconds = sum(v.amount for v in visits), sum(v.seconds for v in visits)
            # The last of them has to begin in the window too.
            latest = one.latest - (seconds - visits[-1].seconds)
            drops.append(Drop(tuple(part), number[one.place], amount, seconds, one.earliest, latest, one.priority))
    return tuple(drops)


def _parts(problem: RoutesProblem, group: list[int]) -> list[list[int]]:
    """As few parts as the order allows, so that any crew can carry each, and the last of a part can begin in its window."""
    if problem.drop_amount is None:
        return [group]
    limit = min([problem.drop_amount, *(crew.capacity for crew in problem.crews if crew.capacity)])
    parts: list[list[int]] = [[]]
    amount = seconds = 0
    for index in group:
        visit = problem.visits[index]
        room = visit.latest - visit.earliest
        if parts[-1] and (amount + visit.amount > limit or seconds > room):
            parts.append([])
            amount = seconds = 0
        parts[-1].append(index)
        amount, seconds = amount + visit.amount, seconds + visit.seconds
    return parts


class _Rules:
    """Who may make a visit, and what it costs beyond the way."""

    def __init__(self, problem: RoutesProblem) -> None:
        self._problem = problem
        self._only: dict[str, set[str]] = {}
        self._never: dict[str, set[str]] = {}
        for lock in problem.locks:
            (self._only if lock.is_allowed else self._never).setdefault(lock.visit, set()).add(lock.crew)
        self._today = {given.visit: given.crew for given in problem.current}

    def surcharge(self, visits: list[Visit], crew: Crew) -> int:
        total = 0
        for visit in visits:
            only = self._only.get(visit.id)
            if (only is not None and only != {crew.id}) or crew.id in self._never.get(visit.id, ()):
                return -1
            if not set(visit.skills) <= set(crew.skills):
                return -1
            if crew.clusters and visit.cluster not in crew.clusters:
                return -1
            if visit.carer is not None and visit.carer != crew.id:
                total += self._problem.other_carer_metres
            if self._today.get(visit.id, crew.id) != crew.id:
                total += self._problem.change_metres
        return total if crew.capacity is None or sum(visit.amount for visit in visits) <= crew.capacity else -1


def _reaches(drop: Drop, crew: Crew, out: int, back: int) -> bool:
    """Whether the crew could make this drop and nothing else, if it is ``out`` seconds away and ``back`` takes so many."""
    if out < 0 or back < 0:
        return False
    begins = max(crew.starts + crew.load_seconds + out, drop.earliest)
    return begins <= drop.latest and begins + drop.seconds + back <= crew.ends
