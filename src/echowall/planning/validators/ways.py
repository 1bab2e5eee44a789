"""Ways on foot between named points, for the checks: over the network, or straight lines times the detour factor."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import networkx as nx
import shapely

if TYPE_CHECKING:
    from echowall.planning.distances import Travel

Point = tuple[float, float]


def ways_between(
    pairs: Iterable[tuple[str, str]], where: Mapping[str, Point], travel: Travel
) -> dict[tuple[str, str], float]:
    """Return the metres of way from one to the other of each of ``pairs`` of names in ``where`` (inf: no way)."""
    if travel.network is None:
        return {(one, other): math.dist(where[one], where[other]) * travel.detour for one, other in pairs}
    named = {point: f"point {number}" for number, point in enumerate(dict.fromkeys(where.values()))}
    graph, access = _graph(travel, named)
    found: dict[tuple[str, str], float] = {}
    wanted: dict[str, set[str]] = {}
    for one, other in pairs:
        wanted.setdefault(one, set()).add(other)
    for one, others in wanted.items():
        start = named[where[one]]
        ways = nx.single_source_dijkstra_path_length(graph, start, weight="way")
        for other in others:
            end = named[where[other]]
            way = ways[end] + access[start] + access[end] if end in ways else math.inf
            found[one, other] = 0.0 if start == end else way
    return found


def _graph(travel: Travel, named: Mapping[Point, str]) -> tuple[nx.Graph[str], dict[str, float]]:
    """The walkable network with the points let into it, and the metres from each point to it."""
    network = travel.network
    if network is None:
        raise ValueError("no network")
    at = {node.id: (node.x, node.y) for node in network.nodes}
    paths = [path for path in network.paths if path.is_walkable]
    lines = [shapely.LineString([at[path.start], at[path.end]]) for path in paths]
    tree = shapely.STRtree(lines)
    entries: list[list[tuple[float, str]]] = [[] for _ in paths]
    access = {}
    for point, name in named.items():
        number = int(tree.nearest(shapely.Point(point)))
        access[name] = travel.detour * float(lines[number].distance(shapely.Point(point)))
        entries[number].append((float(lines[number].project(shapely.Point(point), normalized=True)), name))
    graph: nx.Graph[str] = nx.Graph()
    for path, line, own in zip(paths, lines, entries, strict=True):
        length = float(line.length) if path.metres is None else path.metres
        stops = [(0.0, f"node {path.start}"), *sorted(own), (1.0, f"node {path.end}")]
        for (one, start), (other, end) in itertools.pairwise(stops):
            way = (other - one) * length
            if not graph.has_edge(start, end) or graph[start][end]["way"] > way:
                graph.add_edge(start, end, way=way)
    return graph, access
