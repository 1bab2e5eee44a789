"""How far it is: over a path network, or in a straight line times a stated detour factor. The result says which."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray

from echowall.planning.documents import Fault
from echowall.planning.networks import XY, Mode, Network, faults_of_network
from echowall.planning.types import Said

DETOUR = 1.3
"""Way / straight line where nothing is known: between 1.2 (Newell 1980, for a grid seen at random angles 4/π = 1.27) and
1.42 (Boscoe, Henry, Zdeb 2012: road to hospital, whole of the United States)."""


@dataclass(frozen=True, slots=True)
class Travel:
    """What distances are made of, as part of a problem: a ``network``, or straight lines × ``detour`` (≥ 1) without one."""

    network: Network | None = None
    detour: float = DETOUR


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """``metres[i, j]`` from point i to point j (inf: no way); ``said``: how they were made, for the reader of a plan."""

    metres: NDArray[np.float64]
    said: Said


def distances(
    points: Sequence[XY], to: Sequence[XY] | None = None, *, travel: Travel | None = None, mode: Mode = "walk"
) -> Distances:
    """Return the metres from each of ``points`` to each of ``to`` (by default: to each other).

    With a network, each point reaches the nearest path that is open to ``mode`` in a straight line × detour. Raises
    ValueError where the network has no such path, or the detour factor is below 1.
    """
    travel = travel or Travel()
    if not travel.detour >= 1:
        raise ValueError(f"detour {travel.detour:g}: at least 1")
    ends = points if to is None else to
    if travel.network is None:
        return Distances(_straight(points, ends) * travel.detour, _straight_said(travel.detour))
    return Distances(_over(travel.network, points, ends, travel.detour, mode), _network_said(travel, mode))


def faults_of_travel(travel: Travel, place: str) -> list[Fault]:
    """Return everything wrong with ``travel``, which stands at ``place`` of the input."""
    faults = []
    if not 1 <= travel.detour < math.inf:
        faults.append(Fault(f"{place}.detour", f"{travel.detour:g}", "绕行系数至少为 1", "must be at least 1"))
    if travel.network is not None:
        faults += faults_of_network(travel.network, f"{place}.network")
    return faults


def _straight(points: Sequence[XY], to: Sequence[XY]) -> NDArray[np.float64]:
    one = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    other = np.asarray(to, dtype=np.float64).reshape(-1, 2)
    between: NDArray[np.float64] = np.hypot(
        one[:, None, 0] - other[None, :, 0], one[:, None, 1] - other[None, :, 1]
    ).astype(np.float64)
    return between


def _straight_said(detour: float) -> Said:
    return Said(f"距离按直线乘以绕行系数 {detour:g} 估算", f"Distances are straight lines × {detour:g}")


def _network_said(travel: Travel, mode: Mode) -> Said:
    source = travel.network.source if travel.network else ""
    of = (f"（{source}）", f" ({source})") if source else ("", "")
    zh, en = ("步行", "Walking") if mode == "walk" else ("行车", "Driving")
    return Said(
        f"距离按路网{of[0]}{zh}计算，到最近道路一段按直线乘以 {travel.detour:g}",
        f"{en} distances over the path network{of[1]}; to the nearest path in a straight line × {travel.detour:g}",
    )


def _over(network: Network, points: Sequence[XY], to: Sequence[XY], detour: float, mode: Mode) -> NDArray[np.float64]:
    every = [*points, *to]
    graph, access = _graph(network, every, mode)
    found = np.full((len(points), len(to)), math.inf)
    for row in range(len(points)):
        reached = nx.single_source_dijkstra_path_length(graph, row, weight="metres")
        for column in range(len(to)):
            end = len(points) + column
            if end in reached:
                found[row, column] = reached[end] + detour * (access[row] + access[end])
        for column, place in enumerate(to):
            if place == points[row]:
                found[row, column] = 0.0
    return found


def _graph(network: Network, points: Sequence[XY], mode: Mode) -> tuple[nx.DiGraph[int | str], list[float]]:
    """The network with each point (its number is the node) let into its nearest path, and each point's metres to it."""
    where = {node.id: (node.x, node.y) for node in network.nodes}
    paths = [path for path in network.paths if network.allows(path, mode)]
    if not paths:
        raise ValueError(f"the network has no path open to {mode}")
    shapes = [shapely.LineString([where[path.start], where[path.end]]) for path in paths]
    tree = shapely.STRtree(shapes)
    stops: list[list[tuple[float, int | str]]] = [[(0.0, path.start)] for path in paths]
    access = []
    for number, point in enumerate(points):
        at = shapely.Point(point)
        nearest = int(tree.nearest(at))
        access.append(float(shapes[nearest].distance(at)))
        share = float(shapes[nearest].project(at, normalized=True)) if shapes[nearest].length else 0.0
        stops[nearest].append((share, number))
    graph: nx.DiGraph[int | str] = nx.DiGraph()
    for path, shape, found in zip(paths, shapes, stops, strict=True):
        length = shape.length if path.metres is None else path.metres
        # Equal shares: start first (it was put first), points in the order of their numbers.
        along = [*sorted(found, key=lambda stop: stop[0]), (1.0, path.end)]
        for (share, start), (next_share, end) in itertools.pairwise(along):
            metres = (next_share - share) * length
            _shorten(graph, start, end, metres)
            if mode == "walk" or not path.is_one_way or share == next_share:
                _shorten(graph, end, start, metres)
    return graph, access


def _shorten(graph: nx.DiGraph[int | str], start: int | str, end: int | str, metres: float) -> None:
    if not graph.has_edge(start, end) or graph.edges[start, end]["metres"] > metres:
        graph.add_edge(start, end, metres=metres)
