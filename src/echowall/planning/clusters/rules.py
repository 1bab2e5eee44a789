"""Everything in a problem that cannot be meant, all at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from echowall.planning.clusters.types import ClusterProblem
from echowall.planning.distances import faults_of_travel
from echowall.planning.documents import Fault


def faults_of(problem: ClusterProblem) -> list[Fault]:
    """Return every fault of ``problem``, in the order of its parts."""
    faults = [*_buildings(problem), *_numbers(problem), *_ground(problem), *_references(problem)]
    return faults + faults_of_travel(problem.travel, "travel")


def _buildings(problem: ClusterProblem) -> Iterator[Fault]:
    if not problem.buildings:
        yield Fault("buildings", "[]", "至少要有一栋楼", "at least one building")
    count = Counter(building.id for building in problem.buildings)
    for index, building in enumerate(problem.buildings):
        place = f"buildings.{index}"
        if count[building.id] > 1:
            yield Fault(f"{place}.id", building.id, "楼栋编号重复", "the id is used twice")
        if building.people < 0:
            yield Fault(f"{place}.people", str(building.people), "人数不能为负", "cannot be negative")
        if building.households < 0:
            yield Fault(f"{place}.households", str(building.households), "户数不能为负", "cannot be negative")
        if not (math.isfinite(building.x) and math.isfinite(building.y)):
            yield Fault(place, f"{building.x}, {building.y}", "坐标不是数", "is not a place")
        if 0 < len(building.footprint) < 3:
            yield Fault(f"{place}.footprint", str(len(building.footprint)), "轮廓至少三个点", "at least three points")


def _numbers(problem: ClusterProblem) -> Iterator[Fault]:
    count = problem.cluster_count
    if count is not None and not 1 <= count <= max(1, len(problem.buildings)):
        yield Fault("cluster_count", str(count), "组团数要在 1 与楼栋数之间", "from 1 to the number of buildings")
    if problem.people_wished <= 0:
        yield Fault("people_wished", str(problem.people_wished), "要大于 0", "must be above 0")
    if not 0 <= problem.tolerance <= 1:
        yield Fault("tolerance", f"{problem.tolerance:g}", "要在 0 与 1 之间，如 0.1 表示 ±10 %", "from 0 to 1")
    low, high = problem.people_min, problem.people_max
    if low is not None and high is not None and low > high:
        yield Fault("people_min", str(low), f"不能大于 people_max（{high}）", "above people_max")
    for name in ("radius", "neighbour_metres"):
        value = getattr(problem, name)
        if value is not None and not 0 < value < math.inf:
            yield Fault(name, f"{value:g}", "要大于 0 米", "must be above 0 metres")
    if problem.max_changes is not None and problem.max_changes < 0:
        yield Fault("max_changes", str(problem.max_changes), "不能为负", "cannot be negative")
    if problem.max_changes is not None and not problem.current:
        yield Fault("max_changes", str(problem.max_changes), "没有现行方案（current），无从计变动", "needs `current`")
    for name in ("spread", "cut", "change"):
        if getattr(problem.weights, name) < 0:
            yield Fault(f"weights.{name}", str(getattr(problem.weights, name)), "不能为负", "cannot be negative")


def _ground(problem: ClusterProblem) -> Iterator[Fault]:
    for index, wall in enumerate(problem.walls):
        if len(wall.points) < 2:
            yield Fault(f"walls.{index}.points", str(len(wall.points)), "围墙至少两个点", "at least two points")
    for index, facility in enumerate(problem.facilities):
        if not (math.isfinite(facility.x) and math.isfinite(facility.y)):
            yield Fault(f"facilities.{index}", f"{facility.x}, {facility.y}", "坐标不是数", "is not a place")
    kinds = {facility.kind for facility in problem.facilities}
    for index, need in enumerate(problem.needs):
        if need.kind not in kinds:
            yield Fault(f"needs.{index}.kind", need.kind, "没有这一类设施", "no facility of this kind")
        if not need.metres > 0:
            yield Fault(f"needs.{index}.metres", f"{need.metres:g}", "要大于 0 米", "must be above 0 metres")


def _references(problem: ClusterProblem) -> Iterator[Fault]:
    ids = {building.id for building in problem.buildings}
    for name in ("neighbours", "together", "apart"):
        for index, pair in enumerate(getattr(problem, name) or ()):
            for end, building in enumerate(pair):
                if building not in ids:
                    yield Fault(f"{name}.{index}.{end}", building, "没有这栋楼", "no such building")
            if pair[0] == pair[1]:
                yield Fault(f"{name}.{index}", pair[0], "两端是同一栋楼", "both ends are the same building")
    for name in ("locks", "current"):
        seen: set[str] = set()
        for index, lock in enumerate(getattr(problem, name)):
            if lock.building not in ids:
                yield Fault(f"{name}.{index}.building", lock.building, "没有这栋楼", "no such building")
            if lock.building in seen:
                yield Fault(f"{name}.{index}.building", lock.building, "这栋楼写了两次", "named twice")
            seen.add(lock.building)
            if not lock.cluster:
                yield Fault(f"{name}.{index}.cluster", "", "要写明组团编号", "the cluster has no name")
