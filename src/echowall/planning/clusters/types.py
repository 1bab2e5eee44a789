"""What clusters are made of, what is asked of them, and what comes out. Metres and people throughout."""

from __future__ import annotations

from dataclasses import dataclass, field

from echowall.planning.distances import Travel
from echowall.planning.networks import XY


@dataclass(frozen=True, slots=True)
class Building:
    """A building: its middle (metres east and north), its people and households, its outline where known."""

    id: str
    x: float
    y: float
    people: int
    households: int = 0
    footprint: tuple[XY, ...] = ()


@dataclass(frozen=True, slots=True)
class Wall:
    """A line nobody crosses: wall, fence, river. Buildings that see each other only across it are no neighbours."""

    points: tuple[XY, ...]


@dataclass(frozen=True, slots=True)
class Facility:
    """A place of daily life of some ``kind`` (market, clinic, test site …). It belongs to the building nearest on foot."""

    id: str
    kind: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Need:
    """Every building has a facility of ``kind`` within ``metres`` on foot; with ``is_own`` one inside its own cluster."""

    kind: str
    metres: float
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Lock:
    """``building`` is in ``cluster``, whatever else happens."""

    building: str
    cluster: str


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much, in person-metres.

    ``spread``: each metre that each person walks to the middle of the cluster; ``cut``: each pair of neighbours in
    different clusters; ``change``: each building that changes its cluster.
    """

    spread: int = 1
    cut: int = 5_000
    change: int = 20_000


@dataclass(frozen=True, slots=True)
class ClusterProblem:
    """Buildings to be grouped into clusters.

    ``cluster_count``: how many, or None: proposed, so that a cluster holds about ``people_wished`` people. Each cluster
    is connected and holds the mean ± ``tolerance`` (0.1: ten percent) people, or from ``people_min`` to ``people_max``
    where these are given. Every building is at most ``radius`` metres on foot from the cluster's centre building.

    Neighbours: as listed in ``neighbours``, or, where that is None: buildings whose Voronoi cells meet along at least
    one metre within ``neighbour_metres`` of both, that stand at most ``neighbour_metres`` apart, with no wall across
    the straight line between them. ``current``: the clusters in force; at most ``max_changes`` buildings change.
    """

    buildings: tuple[Building, ...]
    cluster_count: int | None = None
    people_wished: int = 1_400
    tolerance: float = 0.10
    people_min: int | None = None
    people_max: int | None = None
    radius: float | None = None
    walls: tuple[Wall, ...] = ()
    neighbours: tuple[tuple[str, str], ...] | None = None
    neighbour_metres: float = 150.0
    facilities: tuple[Facility, ...] = ()
    needs: tuple[Need, ...] = ()
    locks: tuple[Lock, ...] = ()
    together: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    current: tuple[Lock, ...] = ()
    max_changes: int | None = None
    travel: Travel = field(default_factory=Travel)
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster: its buildings, the one in its middle, its people and households, the people's mean walk there (metres)."""

    id: str
    buildings: tuple[str, ...]
    centre: str
    people: int
    households: int
    mean_metres: float


@dataclass(frozen=True, slots=True)
class ClusterSolution:
    """The clusters, the pairs of neighbours that were reckoned with, and how distances were made (in Chinese and English)."""

    clusters: tuple[Cluster, ...]
    neighbours: tuple[tuple[str, str], ...]
    distances_zh: str
    distances_en: str
