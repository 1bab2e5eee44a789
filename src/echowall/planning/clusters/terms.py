"""The demands of a problem one by one: whether a set of buildings may be a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from echowall.planning.clusters.ground import Ground
from echowall.planning.distances import distances
from echowall.planning.types import Demand, Said


@dataclass(frozen=True, slots=True)
class PairTerm:
    """Pairs that must not share a cluster: ``against[v]`` has them as bits."""

    demand: Demand
    against: list[int]


@dataclass(frozen=True, slots=True)
class SetTerm:
    """``wants``: all or none of these buildings in a cluster (a pair that stays together)."""

    demand: Demand
    wants: int


@dataclass(frozen=True, slots=True)
class CoverTerm:
    """Some place of ``places`` must do: (building it stands at, buildings in reach) as bits; the set holds the first and
    lies within the second. For the radius: the centre and what it reaches."""

    demand: Demand
    places: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Terms:
    """All demands but the number of clusters and their people. ``labels``: locks; two labels in one set are one too many.

    ``hopeless``: demands that a single building breaks whatever its cluster (no shared facility in reach), and which.
    """

    pairs: list[PairTerm]
    sets: list[SetTerm]
    covers: list[CoverTerm]
    locks: list[tuple[Demand, int, str]]
    hopeless: list[tuple[Demand, int]]

    def demands(self) -> list[Demand]:
        """Return every demand that these terms stand for, each once."""
        every = [term.demand for term in self.pairs] + [term.demand for term in self.sets]
        every += [term.demand for term in self.covers]
        return [*every, *(demand for demand, _, _ in self.locks), *(demand for demand, _ in self.hopeless)]

    def only(self, kept: set[Demand]) -> Terms:
        """Return the terms of the demands in ``kept``."""
        return Terms(
            [term for term in self.pairs if term.demand in kept],
            [term for term in self.sets if term.demand in kept],
            [term for term in self.covers if term.demand in kept],
            [lock for lock in self.locks if lock[0] in kept],
            [broken for broken in self.hopeless if broken[0] in kept],
        )

    def allow(self, chosen: int) -> bool:
        """Return whether the set ``chosen`` keeps all terms but those of pairs and locks, which are cut off earlier."""
        return all(chosen & term.wants in (0, term.wants) for term in self.sets) and all(
            any(chosen & at and not chosen & ~reached for at, reached in term.places) for term in self.covers
        )

    def forbidden(self, size: int) -> list[int]:
        """Return for each building whom it must not share a cluster with: by pairs, locks, or out of every reach."""
        against = [0] * size
        for term in self.pairs:
            for v in range(size):
                against[v] |= term.against[v]
        for _, u, label in self.locks:
            for _, v, other in self.locks:
                if label != other:
                    against[u] |= 1 << v
        for cover in self.covers:
            fellows = [0] * size
            for _, reached in cover.places:
                for v in bits(reached):
                    fellows[v] |= reached
            for v in range(size):
                against[v] |= ((1 << size) - 1) & ~fellows[v] & ~(1 << v)
        return against


def terms_of(ground: Ground) -> Terms:
    """Return the terms of the problem behind ``ground``."""
    problem = ground.problem
    index = {building.id: v for v, building in enumerate(problem.buildings)}
    pairs, sets = [], []
    for a, b in problem.apart:
        against = [0] * ground.size
        against[index[a]], against[index[b]] = 1 << index[b], 1 << index[a]
        text = Said(f"{a} 与 {b} 不在同一组团", f"{a} and {b} are in different clusters")
        pairs.append(PairTerm(Demand("apart", f"{a}|{b}", text), against))
    for a, b in problem.together:
        text = Said(f"{a} 与 {b} 在同一组团", f"{a} and {b} are in one cluster")
        sets.append(SetTerm(Demand("together", f"{a}|{b}", text), 1 << index[a] | 1 << index[b]))
    locks = []
    for lock in problem.locks:
        text = Said(f"{lock.building} 留在 {lock.cluster} 组团", f"{lock.building} stays in cluster {lock.cluster}")
        locks.append((Demand("lock", lock.building, text), index[lock.building], lock.cluster))
    covers = [CoverTerm(_radius_demand(problem.radius), _centres(ground))] if problem.radius is not None else []
    own, hopeless = _needs(ground)
    return Terms(pairs, sets, covers + own, locks, hopeless)


def bits(mask: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, from the lowest."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _radius_demand(radius: float) -> Demand:
    zh = f"每栋楼到组团中心楼步行不超过 {radius:g} 米"
    return Demand("radius", "", Said(zh, f"every building is within {radius:g} m of its cluster's centre"))


def _centres(ground: Ground) -> list[tuple[int, int]]:
    radius = ground.problem.radius or 0.0
    reached = [sum(1 << int(v) for v in np.flatnonzero(row <= radius)) for row in ground.metres.T]
    return [(1 << v, mask) for v, mask in enumerate(reached)]


def _needs(ground: Ground) -> tuple[list[CoverTerm], list[tuple[Demand, int]]]:
    problem = ground.problem
    points = [(building.x, building.y) for building in problem.buildings]
    own, hopeless = [], []
    for need in problem.needs:
        places = [facility for facility in problem.facilities if facility.kind == need.kind]
        metres = np.rint(distances(points, [(f.x, f.y) for f in places], travel=problem.travel).metres)
        if need.is_own:
            zh = f"每个组团内有自己的{need.kind}，各楼步行不超过 {need.metres:g} 米"
            en = f"each cluster has its own {need.kind} within {need.metres:g} m of every building"
            found = [
                (1 << int(column.argmin()), sum(1 << int(v) for v in np.flatnonzero(column <= need.metres)))
                for column in metres.T
            ]
            own.append(CoverTerm(Demand("need", need.kind, Said(zh, en)), found))
            continue
        for v in np.flatnonzero(metres.min(axis=1) > need.metres):
            name = problem.buildings[v].id
            zh = f"{name} 步行 {need.metres:g} 米内有{need.kind}（最近的 {metres[v].min():g} 米）"
            en = f"{name} has a {need.kind} within {need.metres:g} m (the nearest: {metres[v].min():g} m)"
            hopeless.append((Demand("need", f"{need.kind}|{name}", Said(zh, en)), int(v)))
    return own, hopeless
