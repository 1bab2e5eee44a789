"""The picture of clusters: buildings filled by cluster with colour and hatch, numbered, walls and places of daily life."""

from __future__ import annotations

import networkx as nx

from echowall.planning.clusters.types import Building, Cluster, ClusterProblem, ClusterSolution
from echowall.planning.drawing import FILLS, GREY, INK, Key, Map, Shape, bounds_of, fill_of
from echowall.planning.networks import XY
from echowall.planning.types import Plan

SHAPES: tuple[Shape, ...] = ("triangle", "diamond", "square", "cross", "circle")


def draw(problem: ClusterProblem, plan: Plan[ClusterSolution]) -> str:
    """Return the plan as SVG. Raises ValueError where there is no plan."""
    solution = plan.solution
    if solution is None:
        raise ValueError("no plan to draw")
    where = {building.id: building for building in problem.buildings}
    home = {name: cluster for cluster in solution.clusters for name in cluster.buildings}
    styles = {cluster.id: fill_of(index) for cluster, index in _coloured(solution, home).items()}
    kinds = sorted({facility.kind for facility in problem.facilities})
    legend = [
        Key(f"{c.id} 组团 {c.people} 人", "area", styles[c.id][0], styles[c.id][1]) for c in solution.clusters[:30]
    ]
    legend += [Key(kind, SHAPES[i % len(SHAPES)], INK) for i, kind in enumerate(kinds)]
    if problem.walls:
        legend.append(Key("围墙", "line", "#000000"))
    legend.append(Key("同组团相邻", "line", GREY))
    corners = [point for building in problem.buildings for point in _outline(building)]
    corners += [point for wall in problem.walls for point in wall.points]
    notes = [f"{len(solution.clusters)} 个组团；粗字为组团，★ 为其中心楼，细字为楼栋", solution.distances_zh]
    picture = Map(bounds_of(corners), title="组团划分", notes=notes, legend=legend)
    for a, b in solution.neighbours:
        if home[a].id == home[b].id:
            picture.line_at([_at(where[a]), _at(where[b])], colour=GREY, width=3)
    for building in problem.buildings:
        colour, hatch = styles[home[building.id].id]
        picture.polygon_at([_outline(building)], fill=colour, hatch=hatch)
    for wall in problem.walls:
        picture.line_at(wall.points, colour="#000000", width=4)
    _label(picture, problem, home)
    for facility in problem.facilities:
        shape = SHAPES[kinds.index(facility.kind) % len(SHAPES)]
        picture.mark_at((facility.x, facility.y), shape=shape, size=15)
    return picture.svg()


def _label(picture: Map, problem: ClusterProblem, home: dict[str, Cluster]) -> None:
    for building in problem.buildings:
        x, y = picture.place(_at(building))
        cluster = home[building.id]
        is_centre = cluster.centre == building.id
        picture.text((x, y - 7), f"{cluster.id}★" if is_centre else cluster.id, size=14, bold=True)
        if len(problem.buildings) <= 150:
            picture.text((x, y + 8), building.id.removesuffix("号楼"), size=10, colour="#444444")


def _coloured(solution: ClusterSolution, home: dict[str, Cluster]) -> dict[Cluster, int]:
    """Neighbouring clusters never share a colour; with up to nine clusters none do."""
    if len(solution.clusters) <= len(FILLS):
        return {cluster: index for index, cluster in enumerate(solution.clusters)}
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(cluster.id for cluster in solution.clusters)
    graph.add_edges_from((home[a].id, home[b].id) for a, b in solution.neighbours if home[a].id != home[b].id)
    uses = [0] * len(FILLS)
    found: dict[Cluster, int] = {}
    given: dict[str, int] = {}
    for cluster in solution.clusters:
        taken = {given[other] for other in graph[cluster.id] if other in given}
        colour = min(set(range(len(FILLS))) - taken or set(range(len(FILLS))), key=lambda c: (uses[c], c))
        # The second cluster of a colour takes a hatch, the third another.
        found[cluster] = colour + len(FILLS) * uses[colour]
        uses[colour] += 1
        given[cluster.id] = colour
    return found


def _outline(building: Building) -> list[XY]:
    if building.footprint:
        return list(building.footprint)
    x, y = building.x, building.y
    return [(x - 9, y - 6), (x + 9, y - 6), (x + 9, y + 6), (x - 9, y + 6)]


def _at(building: Building) -> XY:
    return building.x, building.y
