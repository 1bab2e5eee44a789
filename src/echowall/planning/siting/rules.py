"""What can be wrong with a siting problem before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from echowall.planning.documents import Fault
from echowall.planning.networks import faults_of_network
from echowall.planning.siting.types import Place, Site, SitingProblem


def faults_of(problem: SitingProblem) -> list[Fault]:
    """Return everything that cannot be meant, each with its place in the input."""
    faults = list(chain(_faults_of_lists(problem), _faults_of_numbers(problem), _faults_of_references(problem)))
    return faults + list(_faults_of_ways(problem))


_Entries = tuple[tuple[str, tuple[Place | Site, ...]], ...]


def _faults_of_lists(problem: SitingProblem) -> Iterator[Fault]:
    lists: _Entries = (("places", problem.places), ("sites", problem.sites))
    for name, entries in lists:
        if not entries:
            yield Fault(name, "[]", "至少要有一项", "needs at least one entry")
        seen: set[str] = set()
        for index, entry in enumerate(entries):
            if entry.id in seen:
                yield Fault(f"{name}.{index}.id", entry.id, "编号重复，请改成不同的编号", "the id is used twice")
            seen.add(entry.id)


def _faults_of_numbers(problem: SitingProblem) -> Iterator[Fault]:
    if not 1 <= problem.open_count <= max(1, len(problem.sites)):
        zh, en = f"要在 1 到 {len(problem.sites)} 之间（候选点数）", "must be from 1 to the number of sites"
        yield Fault("open_count", str(problem.open_count), zh, en)
    for index, place in enumerate(problem.places):
        if not 0 <= place.people <= 1_000_000:
            yield Fault(
                f"places.{index}.people", str(place.people), "人数要在 0 到一百万之间", "not a number of people"
            )
    limits = {
        "max_metres": problem.max_metres,
        "reach_metres": problem.reach_metres,
        "max_changes": problem.max_changes,
    }
    for name, value in limits.items():
        if value is not None and value < 0:
            yield Fault(name, str(value), "不能是负数", "may not be negative")
    if problem.max_changes is not None and not problem.current:
        zh, en = "没有给出现行方案（current），无从比较", "needs the plan in force (current)"
        yield Fault("max_changes", str(problem.max_changes), zh, en)


def _faults_of_references(problem: SitingProblem) -> Iterator[Fault]:
    known = {site.id for site in problem.sites}
    named = [(f"locks.{index}.site", lock.site) for index, lock in enumerate(problem.locks)]
    named += [(f"current.{index}", site) for index, site in enumerate(problem.current)]
    for place, site in named:
        if site not in known:
            yield Fault(place, site, "没有这个候选点", "no such site")
    seen: set[str] = set()
    for index, lock in enumerate(problem.locks):
        if lock.site in seen:
            yield Fault(f"locks.{index}.site", lock.site, "同一候选点锁定了两次", "the site is locked twice")
        seen.add(lock.site)
    if len(set(problem.current)) < len(problem.current):
        yield Fault("current", "", "现行方案里有重复的候选点", "a site is named twice")


def _faults_of_ways(problem: SitingProblem) -> Iterator[Fault]:
    if problem.metres is None:
        lists: _Entries = (("places", problem.places), ("sites", problem.sites))
        for name, entries in lists:
            for index, entry in enumerate(entries):
                if entry.x is None or entry.y is None:
                    zh, en = "缺坐标；没有给距离表（metres）时必须有", "needs x and y where there is no table of metres"
                    yield Fault(f"{name}.{index}", entry.id, zh, en)
        if not problem.travel.detour >= 1:
            yield Fault("travel.detour", f"{problem.travel.detour:g}", "绕行系数不能小于 1", "must be at least 1")
        if problem.travel.network is not None:
            yield from faults_of_network(problem.travel.network, "travel.network")
        return
    if len(problem.metres) != len(problem.places):
        zh, en = f"要有 {len(problem.places)} 行，每个地点一行", "needs a row for each place"
        yield Fault("metres", str(len(problem.metres)), zh, en)
    for index, row in enumerate(problem.metres):
        if len(row) != len(problem.sites):
            zh, en = f"要有 {len(problem.sites)} 个数，每个候选点一个", "needs a number for each site"
            yield Fault(f"metres.{index}", str(len(row)), zh, en)
        for column, value in enumerate(row):
            if value is not None and not 0 <= value <= 1_000_000:
                zh, en = "距离要在 0 到一百万米之间", "not a distance"
                yield Fault(f"metres.{index}.{column}", str(value), zh, en)
