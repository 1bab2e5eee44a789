"""The problem in numbers: who is whose neighbour, how far, who may be with whom. Sets of buildings are bits of an int."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from echowall.planning.clusters.types import ClusterProblem
from echowall.planning.distances import distances
from echowall.planning.networks import XY
from echowall.planning.types import Said

BORDER_METRES = 1.0


@dataclass(frozen=True, eq=False)
class Ground:
    """``adjacent[v]``: neighbours of building v as bits. ``metres[u, v]``: whole metres on foot.

    ``label[v]``: the cluster that v is locked to; ``current[v]``: the one it is in today.
    """

    problem: ClusterProblem
    people: list[int]
    edges: list[tuple[int, int]]
    adjacent: list[int]
    metres: NDArray[np.int64]
    said: Said
    label: dict[int, str]
    current: dict[int, str]

    @property
    def size(self) -> int:
        """How many buildings."""
        return len(self.people)

    def band(self, count: int) -> tuple[int, int]:
        """Return the fewest and the most people a cluster may hold if there are ``count`` clusters."""
        return band(self.problem, sum(self.people), count)


def band(problem: ClusterProblem, total: int, count: int) -> tuple[int, int]:
    """Return the fewest and the most people of a cluster: what was given, else the mean ± tolerance."""
    # A hair's breadth, so that 0.1 × 1,000 is not 99.999…
    low = math.ceil(total / count * (1 - problem.tolerance) - 1e-9)
    high = math.floor(total / count * (1 + problem.tolerance) + 1e-9)
    return low if problem.people_min is None else problem.people_min, (
        high if problem.people_max is None else problem.people_max
    )


def survey(problem: ClusterProblem) -> Ground:
    """Return the ground of ``problem`` (which has no faults)."""
    index = {building.id: v for v, building in enumerate(problem.buildings)}
    points = [(building.x, building.y) for building in problem.buildings]
    if problem.neighbours is None:
        edges = _neighbours(problem, points)
    else:
        edges = sorted({(min(index[a], index[b]), max(index[a], index[b])) for a, b in problem.neighbours})
    adjacent = [0] * len(points)
    for u, v in edges:
        adjacent[u] |= 1 << v
        adjacent[v] |= 1 << u
    found = distances(points, travel=problem.travel)
    # Unreachable: so far that no radius allows it and every other choice is better.
    metres = np.rint(np.nan_to_num(found.metres, posinf=1e6)).astype(np.int64)
    return Ground(
        problem=problem,
        people=[building.people for building in problem.buildings],
        edges=edges,
        adjacent=adjacent,
        metres=metres,
        said=found.said,
        label={index[lock.building]: lock.cluster for lock in problem.locks},
        current={index[lock.building]: lock.cluster for lock in problem.current},
    )


def _neighbours(problem: ClusterProblem, points: list[XY]) -> list[tuple[int, int]]:
    number = {point: v for v, point in reversed(list(enumerate(points)))}
    twins = [(number[point], v) for v, point in enumerate(points) if number[point] != v]
    near: dict[int, set[int]] = {v: set() for v in number.values()}
    for u, v in _triangulated(number):
        near[u].add(v)
        near[v].add(u)
    limit = problem.neighbour_metres
    walls = [shapely.LineString(wall.points) for wall in problem.walls]
    tree = shapely.STRtree(walls)
    outlines = [
        shapely.Polygon(building.footprint) if building.footprint else shapely.Point(building.x, building.y)
        for building in problem.buildings
    ]
    found = []
    for u in sorted(near):
        for v in sorted(near[u]):
            if v < u or shapely.distance(outlines[u], outlines[v]) > limit:
                continue
            others = [points[w] for w in (near[u] | near[v]) - {u, v}]
            if border_metres(points[u], points[v], others, limit) < BORDER_METRES:
                continue
            if not len(tree.query(shapely.LineString([points[u], points[v]]), "intersects")):
                found.append((u, v))
    return sorted(found + twins)


def _triangulated(number: dict[XY, int]) -> list[tuple[int, int]]:
    """The edges of a Delaunay triangulation: all pairs whose Voronoi cells meet along a line are among them."""
    if len(number) < 3:
        return [(min(pair), max(pair)) for pair in itertools.combinations(number.values(), 2)]
    lines = shapely.delaunay_triangles(shapely.MultiPoint(list(number)), only_edges=True)
    pairs = [tuple(number[x, y] for x, y in line.coords) for line in shapely.get_parts(lines)]
    if not pairs:  # all on one line
        order = [number[point] for point in sorted(number)]
        return [(min(pair), max(pair)) for pair in itertools.pairwise(order)]
    return [(min(pair), max(pair)) for pair in pairs]


def border_metres(one: XY, other: XY, rest: list[XY], limit: float) -> float:
    """Return how long the Voronoi cells of ``one`` and ``other`` meet, within ``limit`` metres of both.

    The border lies on the perpendicular bisector; each of the ``rest`` cuts off the half that is nearer to itself.
    """
    middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
    length = math.dist(one, other)
    along = ((one[1] - other[1]) / length, (other[0] - one[0]) / length)
    half = math.sqrt(max(0.0, limit * limit - length * length / 4))
    low, high = -half, half
    for third in rest:
        # |p - one|² ≤ |p - third|² for p = middle + t · along is linear in t.
        to = (third[0] - one[0], third[1] - one[1])
        slope = 2 * (to[0] * along[0] + to[1] * along[1])
        room = third[0] ** 2 + third[1] ** 2 - one[0] ** 2 - one[1] ** 2 - 2 * (middle[0] * to[0] + middle[1] * to[1])
        if abs(slope) < 1e-12:
            if room < 0:
                return 0.0
        elif slope > 0:
            high = min(high, room / slope)
        else:
            low = max(low, room / slope)
    return max(0.0, high - low)
