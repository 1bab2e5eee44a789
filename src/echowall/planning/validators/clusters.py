"""Checks clusters from the problem alone: cover, connection, people, terms, and every figure of the plan."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import networkx as nx
from shapely import LineString, Point, Polygon

from echowall.planning.clusters.types import Building, Cluster, ClusterProblem, ClusterSolution
from echowall.planning.documents import Fault
from echowall.planning.types import Plan
from echowall.planning.validators.distances import walking

Pair = tuple[str, str]


def validate(problem: ClusterProblem, plan: Plan[ClusterSolution]) -> list[Fault]:
    """Return every hard rule that the plan breaks and every figure that is not so; nothing where there is no plan."""
    solution = plan.solution
    if solution is None:
        return []
    cover = list(_cover(problem, solution))
    if cover:  # the rest would only repeat it
        return cover
    home = {name: cluster.id for cluster in solution.clusters for name in cluster.buildings}
    pairs = _neighbours(problem)
    faults = [*_size(problem, solution), *_connected(solution, pairs), *_terms(problem, home)]
    points = [(b.x, b.y) for b in problem.buildings]
    metres = [[min(1e6, round(m)) for m in row] for row in walking(points, points, problem.travel)]
    faults += [*_places(problem, solution, home), *_centres(problem, solution, metres)]
    return faults + list(_figures(problem, plan, home, pairs, metres))


def _cover(problem: ClusterProblem, solution: ClusterSolution) -> Iterator[Fault]:
    ids = {b.id for b in problem.buildings}
    named = [name for cluster in solution.clusters for name in cluster.buildings]
    for name in sorted(ids - set(named)):
        yield Fault("clusters", name, "这栋楼不在任何组团", "is in no cluster")
    for name in sorted(set(named) - ids):
        yield Fault("clusters", name, "没有这栋楼", "no such building")
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield Fault("clusters", name, "这栋楼写了两次", "is named twice")
    labels = [cluster.id for cluster in solution.clusters]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield Fault("clusters", label, "组团编号重复", "the cluster's id is used twice")
    for index, cluster in enumerate(solution.clusters):
        if cluster.centre not in cluster.buildings:
            yield Fault(f"clusters.{index}.centre", cluster.centre, "中心楼不在本组团", "is not in its cluster")


def _size(problem: ClusterProblem, solution: ClusterSolution) -> Iterator[Fault]:
    count = len(solution.clusters)
    if problem.cluster_count is not None and count != problem.cluster_count:
        yield Fault(
            "clusters", str(count), f"要 {problem.cluster_count} 个组团", f"{problem.cluster_count} were asked for"
        )
    people = {b.id: b.people for b in problem.buildings}
    mean = sum(people.values()) / count
    low = mean * (1 - problem.tolerance) - 1e-6 if problem.people_min is None else problem.people_min
    high = mean * (1 + problem.tolerance) + 1e-6 if problem.people_max is None else problem.people_max
    for index, cluster in enumerate(solution.clusters):
        living = sum(people[name] for name in cluster.buildings)
        if not low <= living <= high:
            text = f"人数要在 {math.ceil(low)} 与 {math.floor(high)} 之间"
            yield Fault(f"clusters.{index}", str(living), text, f"must be from {math.ceil(low)} to {math.floor(high)}")
        if cluster.people != living:
            yield Fault(f"clusters.{index}.people", str(cluster.people), f"应为 {living}", f"is {living}")
        homes = sum(b.households for b in problem.buildings if b.id in cluster.buildings)
        if cluster.households != homes:
            yield Fault(f"clusters.{index}.households", str(cluster.households), f"应为 {homes}", f"is {homes}")


def _connected(solution: ClusterSolution, pairs: set[Pair]) -> Iterator[Fault]:
    if {tuple(sorted(pair)) for pair in solution.neighbours} != pairs:
        yield Fault(
            "neighbours", str(len(solution.neighbours)), f"相邻关系应为 {len(pairs)} 对", "are not the neighbours"
        )
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from(pairs)
    for index, cluster in enumerate(solution.clusters):
        part = graph.subgraph(cluster.buildings)
        if len(cluster.buildings) > 1 and (len(part) < len(cluster.buildings) or not nx.is_connected(part)):
            yield Fault(f"clusters.{index}", cluster.id, "组团内部不相通", "is not connected")


def _terms(problem: ClusterProblem, home: dict[str, str]) -> Iterator[Fault]:
    for lock in problem.locks:
        if home[lock.building] != lock.cluster:
            yield Fault("locks", lock.building, f"应留在 {lock.cluster} 组团", f"must stay in cluster {lock.cluster}")
    for a, b in problem.together:
        if home[a] != home[b]:
            yield Fault("together", f"{a}, {b}", "应在同一组团", "must be in one cluster")
    for a, b in problem.apart:
        if home[a] == home[b]:
            yield Fault("apart", f"{a}, {b}", "应在不同组团", "must be in different clusters")
    changes = sum(home[lock.building] != lock.cluster for lock in problem.current)
    if problem.max_changes is not None and changes > problem.max_changes:
        yield Fault("max_changes", str(changes), f"最多变动 {problem.max_changes} 栋", f"at most {problem.max_changes}")


def _places(problem: ClusterProblem, solution: ClusterSolution, home: dict[str, str]) -> Iterator[Fault]:
    points = [(b.x, b.y) for b in problem.buildings]
    for need in problem.needs:
        places = [f for f in problem.facilities if f.kind == need.kind]
        metres = walking(points, [(f.x, f.y) for f in places], problem.travel)
        if not need.is_own:
            for building, row in zip(problem.buildings, metres, strict=True):
                if round(min(row)) > need.metres:
                    text = f"到最近的{need.kind}超过 {need.metres:g} 米"
                    yield Fault("needs", building.id, text, f"no {need.kind} within {need.metres:g} m")
            continue
        owner = [home[min(zip(column, points, problem.buildings, strict=True), key=lambda c: round(c[0]))[2].id]
                 for column in zip(*metres, strict=True)]  # fmt: skip
        for index, cluster in enumerate(solution.clusters):
            rows = [row for b, row in zip(problem.buildings, metres, strict=True) if b.id in cluster.buildings]
            good = [
                j
                for j in range(len(places))
                if owner[j] == cluster.id and all(round(r[j]) <= need.metres for r in rows)
            ]
            if not good:
                text = f"组团内没有各楼 {need.metres:g} 米内的{need.kind}"
                yield Fault(
                    f"clusters.{index}", cluster.id, text, f"has no {need.kind} of its own within {need.metres:g} m"
                )


def _centres(problem: ClusterProblem, solution: ClusterSolution, metres: list[list[float]]) -> Iterator[Fault]:
    if problem.radius is None:
        return
    index = {b.id: v for v, b in enumerate(problem.buildings)}
    for number, cluster in enumerate(solution.clusters):
        away = max(metres[index[name]][index[cluster.centre]] for name in cluster.buildings)
        if away > problem.radius:
            text = f"到中心楼步行超过 {problem.radius:g} 米"
            yield Fault(f"clusters.{number}.centre", f"{away:g}", text, f"farther than {problem.radius:g} m")


def _figures(
    problem: ClusterProblem,
    plan: Plan[ClusterSolution],
    home: dict[str, str],
    pairs: set[Pair],
    metres: list[list[float]],
) -> Iterator[Fault]:
    assert plan.solution is not None  # noqa: S101 - the caller looked
    index = {b.id: v for v, b in enumerate(problem.buildings)}
    walk = 0.0
    farthest = 0.0
    for number, cluster in enumerate(plan.solution.clusters):
        own = [(metres[index[n]][index[cluster.centre]], problem.buildings[index[n]].people) for n in cluster.buildings]
        total = sum(m * people for m, people in own)
        farthest = max(farthest, *(m for m, _ in own))
        walk += total
        if abs(cluster.mean_metres - total / max(1, cluster.people)) > 0.06:
            yield Fault(f"clusters.{number}.mean_metres", f"{cluster.mean_metres:g}", "平均步行不符", "is not the mean")
    cut = sum(home[a] != home[b] for a, b in pairs)
    changes = sum(home[lock.building] != lock.cluster for lock in problem.current)
    weights = problem.weights
    value = weights.spread * walk + weights.cut * cut + weights.change * changes
    if plan.objective is None or abs(plan.objective - value) > 0.5:
        yield Fault("objective", f"{plan.objective}", f"应为 {value:g}", f"is {value:g}")
    if plan.bound is not None and plan.bound > value + 0.5:
        yield Fault("bound", f"{plan.bound}", "下界高于目标值", "is above the value")
    if plan.status == "optimal" and plan.bound != plan.objective:
        yield Fault("status", plan.status, "界与目标值不等，不能称最优", "bound and value differ")
    if plan.change_count != (changes if problem.current else None):
        yield Fault("change_count", str(plan.change_count), f"应为 {changes}", f"is {changes}")
    people = [_living(problem.buildings, cluster) for cluster in plan.solution.clusters]
    true = {
        "cluster_count": len(people),
        "people_least": min(people),
        "people_most": max(people),
        "cut_pairs": cut,
        "farthest_walk": farthest,
        "mean_walk": round(walk / max(1, sum(people)), 1),
    }
    for metric in plan.metrics:
        if metric.code in true and abs(metric.value - true[metric.code]) > 0.06:
            yield Fault(f"metrics.{metric.code}", f"{metric.value:g}", f"应为 {true[metric.code]:g}", "is not so")


def _living(buildings: tuple[Building, ...], cluster: Cluster) -> int:
    return sum(b.people for b in buildings if b.id in cluster.buildings)


def _neighbours(problem: ClusterProblem) -> set[Pair]:
    """The neighbours by their definition: every pair, every other building, every wall."""
    if problem.neighbours is not None:
        return {(min(pair), max(pair)) for pair in problem.neighbours}
    limit = problem.neighbour_metres
    walls = [LineString(wall.points) for wall in problem.walls]
    shapes = {b.id: Polygon(b.footprint) if b.footprint else Point(b.x, b.y) for b in problem.buildings}
    found = set()
    first: dict[tuple[float, float], str] = {}
    for b in problem.buildings:  # two at the very same place: the second is the neighbour of the first
        if (b.x, b.y) in first:
            found.add((min(first[b.x, b.y], b.id), max(first[b.x, b.y], b.id)))
        else:
            first[b.x, b.y] = b.id
    for one, other in itertools.combinations(first, 2):
        if math.dist(one, other) > 2 * limit or shapes[first[one]].distance(shapes[first[other]]) > limit:
            continue
        if _shared(one, other, list(first), limit) < 1:
            continue
        line = LineString([one, other])
        if not any(line.intersects(wall) for wall in walls):
            found.add((min(first[one], first[other]), max(first[one], first[other])))
    return found


def _shared(
    one: tuple[float, float], other: tuple[float, float], everybody: list[tuple[float, float]], limit: float
) -> float:
    """Metres of the line halfway between two points that are nearer to these than to anybody, within ``limit`` of both."""
    apart = math.dist(one, other)
    if apart / 2 >= limit:
        return 0.0
    turn = ((one[1] - other[1]) / apart, (other[0] - one[0]) / apart)
    middle = ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
    reach = math.sqrt(limit**2 - (apart / 2) ** 2)
    begin, end = -reach, reach
    for third in everybody:
        if third in (one, other) or math.dist(third, middle) > reach + limit:
            continue
        # Seen from the middle: the point at t is as far from `third` as from `one` where t = excess / (2 · third·turn).
        x, y = third[0] - middle[0], third[1] - middle[1]
        excess = x * x + y * y - apart * apart / 4
        across = 2 * (x * turn[0] + y * turn[1])
        if abs(across) < 1e-12:
            if excess < 0:
                return 0.0
        elif across > 0:
            end = min(end, excess / across)
        else:
            begin = max(begin, excess / across)
    return max(0.0, end - begin)
