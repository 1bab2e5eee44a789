"""Path networks: plain data, and made from OpenStreetMap roads given as GeoJSON.

Coordinates are metres, east and north of an origin. Longitude and latitude are laid flat around that origin
(equirectangular), which over the few kilometres of a street office is wrong by less than one part in a thousand.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import networkx as nx
import shapely

from echowall.planning.documents import Fault

Mode = Literal["walk", "drive"]
XY = tuple[float, float]

EARTH_METRES = 6_371_008.8  # mean radius, IUGG 1980
ON_FOOT = frozenset({"footway", "path", "pedestrian", "steps", "cycleway", "bridleway", "track", "corridor", "pier"})
FOR_CARS_ONLY = frozenset({"motorway", "motorway_link", "busway", "raceway"})
FOR_BOTH = frozenset(
    {"trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service", "road"}
    | {"trunk_link", "primary_link", "secondary_link", "tertiary_link"}
)
"""Values of the tag ``highway`` (wiki.openstreetmap.org/wiki/Key:highway). Any other value is no way at all."""


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the network: ``x`` metres east, ``y`` metres north."""

    id: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Path:
    """A piece of way between two nodes. ``metres``: its length, by default that of the straight line.

    ``is_one_way`` is for vehicles (from ``start`` to ``end``); people walk both ways.
    """

    start: str
    end: str
    metres: float | None = None
    is_walkable: bool = True
    is_drivable: bool = True
    is_one_way: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes and the paths between them. ``source`` says in a few words where it is from, e.g. "OpenStreetMap 2023-05"."""

    nodes: tuple[Node, ...]
    paths: tuple[Path, ...]
    source: str = ""

    def allows(self, path: Path, mode: Mode) -> bool:
        """Return whether ``path`` is open to people on foot, or to vehicles."""
        return path.is_walkable if mode == "walk" else path.is_drivable


@dataclass(frozen=True, slots=True)
class Projection:
    """Lays degrees flat around an origin: metres east and north of it."""

    longitude: float
    latitude: float

    def flat(self, longitude: float, latitude: float) -> XY:
        """Return metres east and north of the origin."""
        metres = math.radians(1.0) * EARTH_METRES
        shrink = math.cos(math.radians(self.latitude))
        return (longitude - self.longitude) * metres * shrink, (latitude - self.latitude) * metres


def projection_for(features: Iterable[Mapping[str, Any]]) -> Projection:
    """Return a projection around the middle of the GeoJSON ``features``.

    Raises ValueError where there is no coordinate at all.
    """
    points = [point for feature in features for line in lines_of(feature["geometry"]) for point in line]
    if not points:
        raise ValueError("no coordinates")
    east, north = [p[0] for p in points], [p[1] for p in points]
    return Projection((min(east) + max(east)) / 2, (min(north) + max(north)) / 2)


def lines_of(geometry: Mapping[str, Any] | None) -> Iterator[list[XY]]:
    """Yield the lines, rings and points of a GeoJSON geometry as lists of (longitude, latitude)."""
    if geometry is None:
        return
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from lines_of(part)
        return
    depth = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
    nested: list[Any] = [geometry["coordinates"]]
    for _ in range(depth[geometry["type"]] - 1):
        nested = [part for whole in nested for part in whole]
    if geometry["type"] == "Point":
        nested = [nested]
    for line in nested:
        yield [(float(point[0]), float(point[1])) for point in line]


def network_from_geojson(
    roads: Mapping[str, Any], projection: Projection, *, snap_metres: float = 0.5, source: str = "OpenStreetMap"
) -> Network:
    """Return the network of OpenStreetMap ways given as a GeoJSON collection.

    The kind of way is read from the property ``highway``, ``kind_detail`` or ``kind``; what is no way for people or
    vehicles (rails, ferries, ways under construction) is left out. Ways meet where they share a point, and where the
    end of one lies within ``snap_metres`` of another (ways cut at the border of a map tile); ways that merely cross
    (a bridge over a street) do not.
    """
    ways = []
    for feature in roads["features"]:
        found = _way_of(feature.get("properties") or {})
        if found is not None:
            ways += [(_flat(line, projection), *found) for line in lines_of(feature["geometry"]) if len(line) > 1]
    lines = _joined([line for line, *_ in ways], snap_metres)
    names: dict[XY, str] = {}
    paths: dict[tuple[str, str], Path] = {}
    for line, (_, walkable, drivable, direction) in zip(lines, ways, strict=True):
        ids = [names.setdefault(point, f"n{len(names)}") for point in line]
        if direction < 0:
            ids.reverse()
        for start, end in itertools.pairwise(ids):
            if start != end and (start, end) not in paths:
                paths[start, end] = Path(start, end, None, walkable, drivable, bool(direction))
    nodes = tuple(Node(name, x, y) for (x, y), name in names.items())
    return Network(nodes, tuple(paths.values()), source)


def main_part(network: Network, mode: Mode) -> Network:
    """Return the largest connected piece of what is open to ``mode``: without stubs that lead nowhere."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from((path.start, path.end) for path in network.paths if network.allows(path, mode))
    if not graph:
        return Network((), (), network.source)
    kept = max(nx.connected_components(graph), key=lambda part: (len(part), min(part)))
    paths = tuple(p for p in network.paths if p.start in kept and p.end in kept)
    return Network(tuple(node for node in network.nodes if node.id in kept), paths, network.source)


def faults_of_network(network: Network, place: str) -> list[Fault]:
    """Return everything wrong with ``network``, which stands at ``place`` of the input."""
    faults = []
    seen: set[str] = set()
    for index, node in enumerate(network.nodes):
        if node.id in seen:
            faults.append(Fault(f"{place}.nodes.{index}.id", node.id, "编号重复", "the id is used twice"))
        seen.add(node.id)
        if not (math.isfinite(node.x) and math.isfinite(node.y)):
            faults.append(Fault(f"{place}.nodes.{index}", f"{node.x}, {node.y}", "坐标不是数", "is not a place"))
    for index, path in enumerate(network.paths):
        for name, end in (("start", path.start), ("end", path.end)):
            if end not in seen:
                faults.append(Fault(f"{place}.paths.{index}.{name}", end, "没有这个节点", "no such node"))
        if path.metres is not None and not 0 <= path.metres < math.inf:
            faults.append(Fault(f"{place}.paths.{index}.metres", f"{path.metres:g}", "长度不能为负", "not a length"))
    if not network.paths:
        faults.append(Fault(f"{place}.paths", "[]", "路网没有任何道路", "the network has no paths"))
    return faults


def _way_of(properties: Mapping[str, Any]) -> tuple[bool, bool, int] | None:
    """Walkable, drivable, and the direction for vehicles: 1 along, -1 against, 0 both."""
    if properties.get("kind") in {"rail", "ferry", "construction", "aerialway"}:
        return None
    kind = properties.get("highway") or properties.get("kind_detail") or properties.get("kind")
    if kind not in ON_FOOT | FOR_CARS_ONLY | FOR_BOTH:
        return None
    way = str(properties.get("oneway", "no"))
    direction = -1 if way == "-1" else 1 if way in {"yes", "1", "true", "True"} else 0
    return kind not in FOR_CARS_ONLY, kind not in ON_FOOT, direction


def _flat(line: Sequence[XY], projection: Projection) -> list[XY]:
    # Centimetres: what tiles wrote twice becomes one point again.
    flat = [projection.flat(*point) for point in line]
    return [(round(x, 2), round(y, 2)) for x, y in flat]


def _joined(lines: list[list[XY]], snap_metres: float) -> list[list[XY]]:
    """Where a loose end lies within ``snap_metres`` of another line, bend that line through the end."""
    uses = Counter(point for line in lines for point in set(line))
    pieces = [(index, place) for index, line in enumerate(lines) for place in range(len(line) - 1)]
    if not pieces:
        return lines
    shapes = [shapely.LineString(lines[index][place : place + 2]) for index, place in pieces]
    tree = shapely.STRtree(shapes)
    inserted: dict[tuple[int, int], list[tuple[float, XY]]] = {}
    for own, line in enumerate(lines):
        for end in {line[0], line[-1]}:
            if uses[end] > 1:
                continue
            at = shapely.Point(end)
            near = [int(n) for n in tree.query(at, "dwithin", snap_metres) if pieces[n][0] != own]
            if near:
                best = min(near, key=lambda n: (shapes[n].distance(at), n))
                inserted.setdefault(pieces[best], []).append((shapes[best].project(at), end))
    bent = [[line[0]] for line in lines]
    for index, place in pieces:
        bent[index] += [point for _, point in sorted(inserted.get((index, place), []))]
        bent[index].append(lines[index][place + 1])
    return bent
