"""Distances worked out a second time for the checks: plainly, and apart from what the planners use."""

from __future__ import annotations

import math
from collections.abc import Sequence

import networkx as nx

from echowall.planning.distances import Travel
from echowall.planning.networks import XY


def walking(points: Sequence[XY], to: Sequence[XY], travel: Travel) -> list[list[float]]:
    """Return the metres on foot from each of ``points`` to each of ``to``: over the network, or straight × detour."""
    if travel.network is None:
        return [[travel.detour * math.dist(one, other) for other in to] for one in points]
    where = {node.id: (node.x, node.y) for node in travel.network.nodes}
    graph: nx.MultiGraph[object] = nx.MultiGraph()
    ways = []
    for path in travel.network.paths:
        if path.is_walkable:
            start, end = where[path.start], where[path.end]
            length = math.dist(start, end) if path.metres is None else path.metres
            graph.add_edge(path.start, path.end, metres=length)
            ways.append((path, start, end, length))
    feet = [_foot(ways, point) for point in [*points, *to]]
    for number, (way, share, off) in enumerate(feet):
        path, _, _, length = ways[way]
        graph.add_edge(("at", number), path.start, metres=share * length + travel.detour * off)
        graph.add_edge(("at", number), path.end, metres=(1 - share) * length + travel.detour * off)
    found = []
    for i, one in enumerate(points):
        reached = nx.single_source_dijkstra_path_length(graph, ("at", i), weight="metres")
        row = []
        for j, other in enumerate(to, len(points)):
            metres = reached.get(("at", j), math.inf)
            if feet[i][0] == feet[j][0]:  # both on the same way: along it
                along = abs(feet[i][1] - feet[j][1]) * ways[feet[i][0]][3]
                metres = min(metres, along + travel.detour * (feet[i][2] + feet[j][2]))
            row.append(0.0 if one == other else metres)
        found.append(row)
    return found


def _foot(ways: Sequence[tuple[object, XY, XY, float]], point: XY) -> tuple[int, float, float]:
    """The nearest way: its number, how far along (0 to 1), and the straight line to it."""
    best = (math.inf, 0, 0.0)
    for number, (_, start, end, _) in enumerate(ways):
        along = (end[0] - start[0], end[1] - start[1])
        square = along[0] ** 2 + along[1] ** 2
        share = 0.0
        if square:
            share = ((point[0] - start[0]) * along[0] + (point[1] - start[1]) * along[1]) / square
            share = min(1.0, max(0.0, share))
        off = math.dist(point, (start[0] + share * along[0], start[1] + share * along[1]))
        best = min(best, (off, number, share))
    return best[1], best[2], best[0]
