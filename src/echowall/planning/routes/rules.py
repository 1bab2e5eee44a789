"""What can be wrong with a routes problem before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from echowall.planning.documents import Fault, faults_of_ids
from echowall.planning.networks import faults_of_network
from echowall.planning.routes.types import RoutesProblem

MOST = 100_000_000


def faults_of(problem: RoutesProblem) -> list[Fault]:
    """Return everything that cannot be meant, each with its place in the input."""
    return list(
        chain(
            faults_of_ids("places", problem.places),
            faults_of_ids("visits", problem.visits),
            faults_of_ids("crews", problem.crews),
            _faults_of_visits(problem),
            _faults_of_crews(problem),
            _faults_of_references(problem),
            _faults_of_costs(problem),
            _faults_of_ways(problem),
        )
    )


def _faults_of_visits(problem: RoutesProblem) -> Iterator[Fault]:
    places = {place.id for place in problem.places}
    for index, visit in enumerate(problem.visits):
        here = f"visits.{index}"
        if visit.place not in places:
            yield Fault(f"{here}.place", visit.place, "没有这个地点", "no such place")
        for name in ("amount", "seconds"):
            if not 0 <= getattr(visit, name) <= MOST:
                yield Fault(f"{here}.{name}", str(getattr(visit, name)), "不能是负数，也不能过大", "out of range")
        if not 0 <= visit.earliest <= visit.latest <= MOST:
            zh, en = "最早要不晚于最晚（秒，从零点算起）", "must be seconds after midnight, the earliest first"
            yield Fault(f"{here}.earliest", f"{visit.earliest}–{visit.latest}", zh, en)
        if not 0 <= visit.priority <= 3:
            yield Fault(f"{here}.priority", str(visit.priority), "只能是 0、1、2、3", "must be 0, 1, 2 or 3")


def _faults_of_crews(problem: RoutesProblem) -> Iterator[Fault]:
    places = {place.id for place in problem.places}
    for index, crew in enumerate(problem.crews):
        here = f"crews.{index}"
        if crew.depot not in places:
            yield Fault(f"{here}.depot", crew.depot, "没有这个地点", "no such place")
        if crew.capacity is not None and not 0 <= crew.capacity <= MOST:
            yield Fault(f"{here}.capacity", str(crew.capacity), "不能是负数，也不能过大", "out of range")
        for name in ("trips", "count"):
            if not 1 <= getattr(crew, name) <= 10_000:
                yield Fault(f"{here}.{name}", str(getattr(crew, name)), "至少 1", "must be at least 1")
        if not 0 <= crew.starts <= crew.ends <= MOST:
            zh, en = "开始要不晚于结束（秒，从零点算起）", "must be seconds after midnight, the start first"
            yield Fault(f"{here}.starts", f"{crew.starts}–{crew.ends}", zh, en)
        if not 0 <= crew.load_seconds <= MOST:
            yield Fault(f"{here}.load_seconds", str(crew.load_seconds), "不能是负数，也不能过大", "out of range")
        if not 0.01 <= crew.metres_per_second <= 100:
            yield Fault(f"{here}.metres_per_second", f"{crew.metres_per_second:g}", "不是一个速度", "is no speed")


def _faults_of_references(problem: RoutesProblem) -> Iterator[Fault]:
    visits, crews = {visit.id for visit in problem.visits}, {crew.id for crew in problem.crews}
    named = [(f"locks.{index}", lock.visit, lock.crew) for index, lock in enumerate(problem.locks)]
    named += [(f"current.{index}", given.visit, given.crew) for index, given in enumerate(problem.current)]
    for here, visit, crew in named:
        if visit not in visits:
            yield Fault(f"{here}.visit", visit, "没有这项任务", "no such visit")
        if crew not in crews:
            yield Fault(f"{here}.crew", crew, "没有这个小组", "no such crew")
    for index, one in enumerate(problem.visits):
        # Whoever came last time may not work today: that is no fault, only no same carer.
        if one.carer == "":
            yield Fault(f"visits.{index}.carer", "", "没有上次的人就不要写这一项", "leave it out where there is none")
    twice = [given.visit for given in problem.current]
    for visit in sorted({one for one in twice if twice.count(one) > 1}):
        yield Fault("current", visit, "同一项任务给了两次", "a visit is given twice")


def _faults_of_costs(problem: RoutesProblem) -> Iterator[Fault]:
    numbers = {"other_carer_metres": problem.other_carer_metres, "change_metres": problem.change_metres}
    numbers |= {f"left_metres.{index}": value for index, value in enumerate(problem.left_metres)}
    numbers |= {f"crews.{index}.cost_metres": crew.cost_metres for index, crew in enumerate(problem.crews)}
    for name, value in numbers.items():
        if not 0 <= value <= MOST:
            yield Fault(name, str(value), "不能是负数，也不能过大", "out of range")
    if problem.drop_amount is not None and problem.drop_amount < 1:
        yield Fault("drop_amount", str(problem.drop_amount), "至少 1", "must be at least 1")


def _faults_of_ways(problem: RoutesProblem) -> Iterator[Fault]:
    size = len(problem.places)
    for name in ("metres", "seconds"):
        table = getattr(problem, name)
        if table is None:
            continue
        if len(table) != size or any(len(row) != size for row in table):
            yield Fault(
                name, f"{len(table)} 行", f"要有 {size} 行 {size} 列", "needs a row and a column for each place"
            )
        elif any(not 0 <= value <= MOST for row in table for value in row):
            yield Fault(name, "", "有负数或过大的数", "has a number out of range")
    if problem.metres is None:
        for index, place in enumerate(problem.places):
            if place.x is None or place.y is None:
                zh, en = "缺坐标；没有给距离表（metres）时必须有", "needs x and y where there is no table of metres"
                yield Fault(f"places.{index}", place.id, zh, en)
        if not problem.travel.detour >= 1:
            yield Fault("travel.detour", f"{problem.travel.detour:g}", "绕行系数不能小于 1", "must be at least 1")
        if problem.travel.network is not None:
            yield from faults_of_network(problem.travel.network, "travel.network")
