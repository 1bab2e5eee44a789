"""The plan in people's words: figures, one sentence per cluster, and how the bound came about."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from echowall.planning.clusters.ground import Ground
from echowall.planning.clusters.partition import spread_of
from echowall.planning.clusters.terms import Terms, bits
from echowall.planning.clusters.types import Cluster, ClusterSolution
from echowall.planning.deadline import Deadline
from echowall.planning.distances import distances
from echowall.planning.types import Conflict, Effort, Metric, Plan, Said, Status, gap_between


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the search came to; ``chosen``: sets with their names; ``bound``: twice the objective's; ``refused``: counts."""

    count: int
    chosen: list[tuple[int, str | None]] | None
    bound: float | None
    is_impossible: bool
    way: str
    set_count: int
    refused: list[int]


def plan_of(
    ground: Ground, terms: Terms, found: Chosen, conflict: Conflict | None, effort: Effort, deadline: Deadline
) -> Plan[ClusterSolution]:
    """Return the plan with all figures."""
    weights = ground.problem.weights
    text = Said(
        f"代价（人·米）：居民到组团中心步行之和 ×{weights.spread}，每对被分开的相邻楼 {weights.cut}，每栋变动 {weights.change}",
        f"person-metres: walks to the middle × {weights.spread}, {weights.cut} per cut pair, {weights.change} per change",
    )
    if found.chosen is None:
        status: Status = "infeasible" if found.is_impossible else "unknown"
        return Plan(
            "clusters", status, None, None, text, None, _no_plan(found), None, (), tuple(_hints(ground, found)),
            conflict, effort.seed, deadline.spent,
        )  # fmt: skip
    solution = _solution(ground, found.chosen)
    moved = _moved(ground, solution)
    cut = _cut(ground, solution)
    walk = sum(spread_of(ground, mask)[0] for mask, _ in found.chosen)
    objective = float(weights.spread * walk + weights.cut * cut + weights.change * len(moved))
    bound = objective if found.bound is None else min(objective, max(0.0, found.bound / 2))
    # Everything is whole person-metres: a bound within one of the value is the value.
    bound = objective if objective - bound < 1 else bound
    return Plan(
        task="clusters",
        status="optimal" if bound == objective else "feasible",
        solution=solution,
        objective=objective,
        objective_text=text,
        bound=bound,
        bound_text=_bound_text(found),
        gap=gap_between(objective, bound),
        metrics=tuple(_metrics(ground, solution, cut, walk, moved)),
        explanation=tuple(_sentences(ground, terms, solution, found)),
        conflict=None,
        seed=effort.seed,
        seconds=deadline.spent,
        change_count=len(moved) if ground.current else None,
    )


def _solution(ground: Ground, chosen: list[tuple[int, str | None]]) -> ClusterSolution:
    buildings = ground.problem.buildings
    centres = {mask: spread_of(ground, mask) for mask, _ in chosen}
    used = {name for _, name in chosen if name is not None}
    spare = (str(number) for number in range(1, len(chosen) + len(used) + 1) if str(number) not in used)
    # From north to south, west first: the numbers are found on the ground.
    order = sorted(
        chosen, key=lambda one: (-round(buildings[centres[one[0]][1]].y / 60), buildings[centres[one[0]][1]].x)
    )
    clusters = []
    for mask, name in order:
        members = [buildings[v] for v in bits(mask)]
        walk, centre = centres[mask]
        people = sum(building.people for building in members)
        clusters.append(
            Cluster(
                id=name or next(spare),
                buildings=tuple(building.id for building in members),
                centre=buildings[centre].id,
                people=people,
                households=sum(building.households for building in members),
                mean_metres=round(walk / people, 1) if people else 0.0,
            )
        )
    pairs = tuple((buildings[u].id, buildings[v].id) for u, v in ground.edges)
    ranked = sorted(clusters, key=lambda cluster: _natural(cluster.id))
    return ClusterSolution(tuple(ranked), pairs, ground.said.zh, ground.said.en)


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """ "2" before "10"."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name))


def _home(solution: ClusterSolution) -> dict[str, str]:
    return {building: cluster.id for cluster in solution.clusters for building in cluster.buildings}


def _moved(ground: Ground, solution: ClusterSolution) -> list[str]:
    home = _home(solution)
    return [lock.building for lock in ground.problem.current if home[lock.building] != lock.cluster]


def _cut(ground: Ground, solution: ClusterSolution) -> int:
    home = _home(solution)
    return sum(home[a] != home[b] for a, b in solution.neighbours)


def _metrics(ground: Ground, solution: ClusterSolution, cut: int, walk: int, moved: list[str]) -> list[Metric]:
    problem = ground.problem
    people = [cluster.people for cluster in solution.clusters]
    mean, total = sum(people) / len(people), sum(people)
    index = {building.id: v for v, building in enumerate(problem.buildings)}
    farthest = max(ground.metres[index[b], index[c.centre]] for c in solution.clusters for b in c.buildings)
    off = max(abs(number - mean) for number in people) / mean if mean else 0.0
    found = [
        Metric("cluster_count", Said("组团", "clusters"), len(people), "个"),
        Metric("people_least", Said("最小组团人数", "people in the smallest cluster"), min(people), "人"),
        Metric("people_most", Said("最大组团人数", "people in the largest cluster"), max(people), "人"),
        Metric("off_mean", Said("偏离平均人数最多", "largest distance from the mean"), round(100 * off, 2), "%"),
        Metric("cut_pairs", Said("被分开的相邻楼", "pairs of neighbours cut apart"), cut, "对"),
        Metric(
            "mean_walk", Said("到组团中心平均步行", "mean walk to the centre"), round(walk / max(1, total), 1), "米"
        ),
        Metric("farthest_walk", Said("到组团中心最远步行", "farthest walk to the centre"), float(farthest), "米"),
    ]
    points = [(building.x, building.y) for building in problem.buildings]
    for need in problem.needs:
        places = [(f.x, f.y) for f in problem.facilities if f.kind == need.kind]
        away = float(np.rint(distances(points, places, travel=problem.travel).metres).min(axis=1).max())
        said = Said(f"到最近{need.kind}最远步行", f"farthest walk to the nearest {need.kind}")
        found.append(Metric(f"to_{need.kind}", said, away, "米"))
    if problem.current:
        people_moved = sum(problem.buildings[index[name]].people for name in moved)
        found.append(Metric("people_moved", Said("随楼变动的居民", "people who change cluster"), people_moved, "人"))
    return found


def _sentences(ground: Ground, terms: Terms, solution: ClusterSolution, found: Chosen) -> list[Said]:
    low, high = ground.band(found.count)
    said = [ground.said]
    if ground.problem.cluster_count is None:
        wish = ground.problem.people_wished
        text = f"组团数由系统提出：每组团约 {wish} 人，{found.count} 个最相近"
        english = f"The number is proposed: {found.count} comes nearest to {wish} people per cluster"
        if found.refused:
            tried = "、".join(str(count) for count in found.refused)
            text += f"（{tried} 个已证明不可能）"
            english += f" ({', '.join(str(count) for count in found.refused)} proved impossible)"
        said.append(Said(text, english))
    said.append(
        Said(f"每个组团 {low}–{high} 人，且内部相邻相通", f"Each cluster is connected and holds {low} to {high} people")
    )
    held = {v: demand.text for demand, v, _ in terms.locks}
    for cluster in solution.clusters:
        names = "、".join(cluster.buildings)
        zh = f"{cluster.id} 组团：{names}；{cluster.people} 人，以 {cluster.centre} 为中心平均步行 {cluster.mean_metres:g} 米"
        en = (
            f"Cluster {cluster.id}: {', '.join(cluster.buildings)}; {cluster.people} people, "
            f"{cluster.mean_metres:g} m on average to {cluster.centre}"
        )
        own = [text for v, text in held.items() if ground.problem.buildings[v].id in cluster.buildings]
        zh += "".join(f"；按要求 {text.zh}" for text in own)
        en += "".join(f"; as asked: {text.en}" for text in own)
        said.append(Said(zh, en))
    said += [Said(f"{b} 由现行组团改出", f"{b} leaves its present cluster") for b in _moved(ground, solution)]
    return said


def _bound_text(found: Chosen) -> Said:
    if found.way == "enumeration":
        return Said(
            f"列出了全部 {found.set_count} 种可成组团的楼栋组合，在其中精确选取（线性松弛与约束求解）",
            f"all {found.set_count} sets that can be a cluster were listed; the choice among them is by LP and CP-SAT",
        )
    return Said(
        "放松「相通」等要求的模型（约束求解）给出的下界，步行部分按到最近一栋楼计",
        "CP-SAT on the model with connection asked for step by step; walks count as those to the nearest building",
    )


def _no_plan(found: Chosen) -> Said:
    if not found.is_impossible:
        return Said("时间内没有找到，也没有证明不可能", "neither found nor proved impossible in the time given")
    if found.way == "enumeration":
        return Said(
            f"列出了全部 {found.set_count} 种可成组团的组合，没有一种选法恰好盖住每栋楼一次",
            f"all {found.set_count} sets that can be a cluster were listed; no choice covers every building exactly once",
        )
    return Said("要求本身互相矛盾", "the demands contradict each other")


def _hints(ground: Ground, found: Chosen) -> list[Said]:
    """Single buildings that make it impossible by themselves."""
    _, high = ground.band(found.count)
    return [
        Said(
            f"{b.id} 有 {b.people} 人，超过每组团上限 {high} 人",
            f"{b.id} has {b.people} people, above the most, {high}",
        )
        for b in ground.problem.buildings
        if b.people > high
    ]
