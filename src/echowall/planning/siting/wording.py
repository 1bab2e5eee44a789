"""What a siting plan says to a person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echowall.planning.siting.types import SitingProblem
from echowall.planning.types import Demand, Said

OBJECTIVES = {
    "median": Said("全体步行总量（人·米）", "walking in all (person-metres)"),
    "centre": Said("最远一处的路程（米）", "farthest way (metres)"),
    "cover": Said("够得着的人数", "people within reach"),
}
MEDIAN_BOUND = Said(
    "拉格朗日松弛给出下界，不能排除的候选点逐个分枝证明",
    "Lagrangian relaxation, and branching on the sites it cannot fix",
)
CENTRE_BOUND = Said(
    "在出现过的距离上二分，每次用 CP-SAT 证明能否覆盖", "bisection over distances, each covering decided by CP-SAT"
)
COVER_BOUND = Said("CP-SAT 证明的上界", "upper bound proved by CP-SAT")
IMPOSSIBLE = Said("已证明这些要求不能同时满足", "proved: the demands cannot hold together")
UNDECIDED = Said("时间内既没有找到方案，也没有证明不可能", "neither a plan nor a proof in the time given")


def reached(metres: int) -> Said:
    """Return the name of the figure "people within so many metres"."""
    return Said(f"{metres} 米以内的人", f"people within {metres} m")


def count_demand(count: int) -> Demand:
    """Return the demand for just so many sites."""
    return Demand("count", "", Said(f"正好开 {count} 个点", f"exactly {count} sites open"))


def changes_demand(count: int) -> Demand:
    """Return the demand for at most so many new sites."""
    return Demand("changes", "", Said(f"新开的点最多 {count} 个", f"at most {count} sites newly opened"))


def lock_demand(site: str, name: str, is_open: bool) -> Demand:
    """Return the demand that a site is open, or closed."""
    zh, en = ("必须开", "must be open") if is_open else ("不得开", "must stay closed")
    return Demand("lock", site, Said(f"“{name}”{zh}", f"{name} {en}"))


def way_demand(place: str, name: str, metres: int | None) -> Demand:
    """Return the demand that a place has an open site near enough (or at all)."""
    if metres is None:
        return Demand("way", place, Said(f"“{name}”要有路可到一个点", f"{name} needs a site it can reach"))
    return Demand("way", place, Said(f"“{name}”要在 {metres} 米内有点", f"{name} needs a site within {metres} m"))


def reasons(
    problem: SitingProblem, people: NDArray[np.int64], way: NDArray[np.int64], opened: NDArray[np.intp]
) -> list[Said]:
    """Return why each open site is worth it, the weightiest first (at most 12). ``way[place, k]``: to the k-th open site."""
    nearest = way.argmin(axis=1)
    locked = {lock.site for lock in problem.locks if lock.is_open}
    found = []
    for number, site in enumerate(opened):
        own = nearest == number
        count, name = int(people[own].sum()), problem.sites[site].name
        zh = f"开“{name}”：{int(own.sum())} 处 {count} 人离它最近"
        en = f"{name}: nearest for {int(own.sum())} places, {count} people"
        loss = 0.0
        if problem.sites[site].id in locked:
            zh, en = f"{zh}（按锁定）", f"{en} (locked open)"
        if way.shape[1] > 1 and own.any():
            others = np.delete(way[own], number, axis=1).min(axis=1)
            if others.max() < np.iinfo(np.int64).max:
                loss = float((others - way[own, number]) @ people[own]) / max(1, count)
                zh, en = f"{zh}；不开则他们每人平均多走 {loss:.0f} 米", f"{en}; without it {loss:.0f} m more each"
            else:
                loss = float("inf")
                zh, en = f"{zh}；不开则有人无路可到任何点", f"{en}; without it some reach no site at all"
        found.append((-loss * max(1, count), number, Said(zh, en)))
    found.sort(key=lambda one: one[:2])
    shown = [said for _, _, said in found[:12]]
    if len(found) > len(shown):
        more = len(found) - len(shown)
        shown.append(Said(f"其余 {more} 个点见方案中的分配表", f"for the other {more} sites see the assignments"))
    return shown
