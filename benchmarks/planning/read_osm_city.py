"""A real street from OpenStreetMap patches: roads and buildings are real, compounds and gates are inferred from them.

What is inferred, because the map does not have it: a compound is what roads for vehicles enclose and that holds at least
two buildings; inside it doors are joined to the nearest doors; gates are where a building comes nearest to an enclosing
road, at least 60 m apart, at most four to a compound. Outside is every road of class tertiary and above; where a minor
road or path leaves one is a mouth. People: footprint × floors (height ÷ 3 m, else six floors) ÷ 40 m² each.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import networkx as nx
import shapely

from echowall.planning.networks import (
    XY,
    Network,
    Node,
    Projection,
    lines_of,
    main_part,
    network_from_geojson,
    projection_for,
)
from echowall.planning.posts.types import Link, PostProblem, Residence

GATE_METRES, GATES, SQUARE_METRES = 60.0, 4, 40.0
MAJOR = {"major_road"}


def folder() -> Path | None:
    """Return where the patches are (below ECHOWALL_DATA_DIR), or None."""
    root = os.environ.get("ECHOWALL_DATA_DIR")
    found = Path(root) / "osm_city_patches" if root else None
    return found if found is not None and found.is_dir() else None


def street(where: Path, patch: str) -> PostProblem:
    """Return the street of ``patch`` (the beginning of its files' names)."""
    roads = _features(where / f"{patch}_roads.geojson.gz")
    buildings = _features(where / f"{patch}_buildings.geojson.gz")
    projection = projection_for(roads)
    network = main_part(network_from_geojson({"features": roads}, projection), "walk")
    arterial = {
        (round(x, 2), round(y, 2))
        for road in roads
        if road["properties"].get("kind") in MAJOR
        for line in lines_of(road["geometry"])
        for x, y in (projection.flat(*point) for point in line)
    }
    outside = {node.id for node in network.nodes if (node.x, node.y) in arterial}
    links = [
        Link(
            f"路{i}",
            path.start,
            path.end,
            "mouth" if (path.start in outside) != (path.end in outside) else "way",
            path.metres,
            path.is_drivable,
            2,
            8.0 if path.is_drivable else 3.0,
        )
        for i, path in enumerate(network.paths)
    ]
    nodes = list(network.nodes)
    residences: list[Residence] = []
    houses = _houses(buildings, projection)
    tree = shapely.STRtree([outline.centroid for outline, _ in houses])
    for face in _faces(network):
        inside = [houses[int(i)] for i in sorted(tree.query(face, "contains"))]
        _compound(face, inside, network, nodes, links, residences)
    return PostProblem(tuple(nodes), tuple(links), tuple(sorted(outside)), tuple(residences), detour_metres=400.0)


def _features(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as text:
        found: list[dict[str, Any]] = json.load(text)["features"]
    return found


def _faces(network: Network) -> list[shapely.Polygon]:
    where = {node.id: (node.x, node.y) for node in network.nodes}
    lines = [shapely.LineString([where[p.start], where[p.end]]) for p in network.paths if p.is_drivable]
    merged = shapely.union_all(lines)
    return sorted(shapely.get_parts(shapely.polygonize([merged])), key=lambda face: (face.centroid.x, face.centroid.y))


def _houses(buildings: list[dict[str, Any]], projection: Projection) -> list[tuple[shapely.Polygon, int]]:
    """Outlines and people of everything that is large enough to live in."""
    found = []
    for building in buildings:
        if building["geometry"]["type"] != "Polygon":
            continue
        outline = shapely.Polygon([projection.flat(*point) for point in next(lines_of(building["geometry"]))])
        if outline.is_valid and outline.area > 60:
            floors = max(1.0, float(building["properties"].get("height") or 18.0) / 3)
            found.append((outline, round(outline.area * floors / SQUARE_METRES)))
    return found


def _compound(
    face: shapely.Polygon,
    buildings: list[tuple[shapely.Polygon, int]],
    network: Network,
    nodes: list[Node],
    links: list[Link],
    residences: list[Residence],
) -> None:
    if len(buildings) < 2:
        return
    around = face.exterior
    shapely.prepare(around)
    edge = [node for node in network.nodes if around.dwithin(shapely.Point(node.x, node.y), 0.5)]
    name = f"小区{len({r.area for r in residences}) + 1}"
    doors: list[tuple[str, XY]] = []
    for outline, people in buildings:
        at = outline.centroid
        doors.append((f"d{len(nodes)}", (at.x, at.y)))
        residences.append(Residence(f"{name}-{len(doors)}", name, doors[-1][0], people))
        nodes.append(Node(doors[-1][0], round(at.x, 2), round(at.y, 2)))
    inner: nx.Graph = nx.Graph()
    for i, (_, one) in enumerate(doors):
        for j, (_, other) in enumerate(doors[:i]):
            inner.add_edge(i, j, metres=shapely.Point(one).distance(shapely.Point(other)))
    kept = set(nx.minimum_spanning_edges(inner, weight="metres", data=False))
    for i in range(len(doors)):
        nearest = sorted(inner[i], key=lambda j, i=i: inner.edges[i, j]["metres"])[:2]
        kept |= {(max(i, j), min(i, j)) for j in nearest}
    for i, j in sorted({(max(pair), min(pair)) for pair in kept}):
        links.append(Link(f"内{len(links)}", doors[i][0], doors[j][0]))
    chosen: list[Node] = []
    near = sorted(
        (
            (shapely.Point(at).distance(shapely.Point(node.x, node.y)), door, node)
            for door, at in doors
            for node in edge
        ),
        key=lambda one: (one[0], one[1], one[2].id),
    )
    for metres, door, node in near:
        place = shapely.Point(node.x, node.y)
        if len(chosen) < GATES and all(place.distance(shapely.Point(c.x, c.y)) >= GATE_METRES for c in chosen):
            chosen.append(node)
            links.append(Link(f"门{len(links)}", door, node.id, "gate", metres))
