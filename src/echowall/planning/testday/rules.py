"""Everything in a test day's input that cannot be meant, all at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from echowall.planning.documents import Fault
from echowall.planning.testday.types import Problem, Window


def faults_of(problem: Problem) -> list[Fault]:
    """Return every fault with its place: unknown ids, windows that end before they start, shares outside 0 to 1."""
    return [*_ids(problem), *_places(problem), *_windows(problem), *_numbers(problem), *_decisions(problem)]


def _ids(problem: Problem) -> Iterator[Fault]:
    counts = Counter([*(one.id for one in problem.buildings), *(one.id for one in problem.firms)])
    for name in ("buildings", "firms"):
        for number, one in enumerate(getattr(problem, name)):
            if counts[one.id] > 1 or not one.id:
                yield Fault(f"{name}.{number}.id", one.id, "编号为空或重复", "the id is empty or occurs more than once")
    sites = Counter(site.id for site in problem.sites)
    for number, site in enumerate(problem.sites):
        if sites[site.id] > 1 or not site.id:
            yield Fault(f"sites.{number}.id", site.id, "编号为空或重复", "the id is empty or occurs more than once")
    if not any(site.kind == "community" for site in problem.sites):
        yield Fault("sites", "", "至少要有一个居民采样点", "needs at least one community site")
    if not problem.buildings:
        yield Fault("buildings", "", "至少要有一栋楼", "needs at least one building")


def _places(problem: Problem) -> Iterator[Fault]:
    for number, site in enumerate(problem.sites):
        if site.kind not in ("community", "enterprise"):
            yield Fault(f"sites.{number}.kind", site.kind, "只能是 community 或 enterprise", "community or enterprise")
        if site.most_lanes < 1:
            yield Fault(f"sites.{number}.most_lanes", str(site.most_lanes), "至少 1", "at least 1")
        if not site.windows:
            yield Fault(f"sites.{number}.windows", "", "至少要有一段开放时间", "needs an opening time")
    kinds = {site.id: site.kind for site in problem.sites}
    for number, firm in enumerate(problem.firms):
        if kinds.get(firm.site) != "enterprise":
            yield Fault(f"firms.{number}.site", firm.site, "不是企业采样点", "is no enterprise site")
        if firm.people < 1:
            yield Fault(f"firms.{number}.people", str(firm.people), "至少 1 人", "at least 1")
    for number, building in enumerate(problem.buildings):
        place = f"buildings.{number}"
        if building.people < 1:
            yield Fault(f"{place}.people", str(building.people), "至少 1 人", "at least 1")
        for name in ("students", "home_visits"):
            if not 0 <= getattr(building, name) <= building.people:
                yield Fault(f"{place}.{name}", str(getattr(building, name)), "0 到楼里人数", "0 to the people there")
        if not (math.isfinite(building.x) and math.isfinite(building.y)):
            yield Fault(f"{place}.x", f"{building.x}, {building.y}", "坐标不是数", "the coordinates are no numbers")


def _windows(problem: Problem) -> Iterator[Fault]:
    named: list[tuple[str, Sequence[Window]]] = [("breaks", problem.breaks)]
    named += [(f"sites.{number}.windows", site.windows) for number, site in enumerate(problem.sites)]
    named += [(f"firms.{number}.windows", firm.windows) for number, firm in enumerate(problem.firms)]
    for place, windows in named:
        before = 0
        for number, window in enumerate(windows):
            value = f"{window.start_minute}–{window.end_minute}"
            if not before <= window.start_minute < window.end_minute <= 1440:
                yield Fault(
                    f"{place}.{number}",
                    value,
                    "要按先后、不重叠，开始早于结束，在一天之内",
                    "must be in order without overlap, start before end, within the day",
                )
            before = window.end_minute
    for number, site in enumerate(problem.sites):
        longest = max((one.end_minute - one.start_minute for one in site.windows), default=problem.slot_minutes)
        if longest < problem.slot_minutes:
            yield Fault(f"sites.{number}.windows", str(longest), "短于一个时段", "is shorter than a slot")


def _numbers(problem: Problem) -> Iterator[Fault]:
    service, arrivals, promise = problem.service, problem.arrivals, problem.promise
    shares = {
        "service.slow_share": service.slow_share,
        "arrivals.no_show_share": arrivals.no_show_share,
        "arrivals.late_share": arrivals.late_share,
        "promise.share": promise.share,
        "promise.confidence": promise.confidence,
    }
    for place, share in shares.items():
        if not 0 <= share <= 1:
            yield Fault(place, str(share), "要在 0 到 1 之间", "must be between 0 and 1")
    positive = {
        "slot_minutes": problem.slot_minutes,
        "walk_metres": problem.walk_metres,
        "service.person_seconds": service.person_seconds,
        "service.tube_people": service.tube_people,
        "service.slow_factor": service.slow_factor,
        "promise.wait_minutes": promise.wait_minutes,
        "trials": problem.trials,
        "detour": problem.detour,
    }
    for place, value in positive.items():
        if not value > 0:
            yield Fault(place, str(value), "要大于 0", "must be above 0")
    least = {
        "service.person_variation": service.person_variation,
        "service.tube_seconds": service.tube_seconds,
        "arrivals.scatter_minutes": arrivals.scatter_minutes,
        "staff_per_lane": problem.staff_per_lane,
        "change_weight": problem.change_weight,
    }
    for place, value in least.items():
        if not value >= 0:
            yield Fault(place, str(value), "不能小于 0", "must not be negative")
    if problem.most_lanes is not None and problem.most_lanes < 1:
        yield Fault("most_lanes", str(problem.most_lanes), "至少 1", "at least 1")


def _decisions(problem: Problem) -> Iterator[Fault]:
    buildings = {one.id for one in problem.buildings}
    sites = {one.id for one in problem.sites if one.kind == "community"}
    for number, lock in enumerate(problem.locks):
        if lock.building not in buildings:
            yield Fault(f"locks.{number}.building", lock.building, "没有这栋楼", "no such building")
        if lock.site not in sites:
            yield Fault(f"locks.{number}.site", lock.site, "没有这个居民采样点", "no such community site")
    known = buildings | {one.id for one in problem.firms}
    for number, call in enumerate(problem.current):
        if call.source not in known:
            yield Fault(f"current.{number}.source", call.source, "没有这栋楼或企业", "no such building or firm")
        if call.people < 1:
            yield Fault(f"current.{number}.people", str(call.people), "至少 1 人", "at least 1")
