"""What a routes plan says to a person."""

from __future__ import annotations

from echowall.planning.routes.types import Lock, Route, RoutesProblem, Visit
from echowall.planning.types import Demand, Said

OBJECTIVE = Said("路程加各项代价（折合米）", "way and costs as metres (crews used, other carers, changes, visits left)")
IMPOSSIBLE = Said("已证明这些要求不能同时满足", "proved: the demands cannot hold together")
UNDECIDED = Said("时间内既没有找到全部送到的方案，也没有证明不可能；可把部分任务的 priority 设为 1–3 再做",
    "neither a plan that does all nor a proof that there is none; give some visits priority 1 to 3")  # fmt: skip


def clock(seconds: int) -> str:
    """Return the time of day, such as 08:05."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def visit_demand(problem: RoutesProblem, visit: Visit) -> Demand:
    """Return the demand that a visit is made."""
    place = next(place.name for place in problem.places if place.id == visit.place)
    skills = f"，需要{'、'.join(visit.skills)}" if visit.skills else ""
    zh = f"“{place}”的任务 {visit.id} 要在 {clock(visit.earliest)}–{clock(visit.latest)} 开始（{visit.seconds} 秒，{visit.amount} 件{skills}）"
    en = f"visit {visit.id} at {place} begins {clock(visit.earliest)}–{clock(visit.latest)}"
    return Demand("visit", visit.id, Said(zh, en))


def lock_demand(problem: RoutesProblem, lock: Lock) -> Demand:
    """Return what a lock asks in words: a visit must, or must not, be made by a crew (named as people call it)."""
    crew = next(crew.name for crew in problem.crews if crew.id == lock.crew)
    zh, en = ("必须由", "must be made by") if lock.is_allowed else ("不得由", "must not be made by")
    return Demand("lock", lock.visit, Said(f"任务 {lock.visit} {zh}“{crew}”去", f"visit {lock.visit} {en} {crew}"))


def reasons(problem: RoutesProblem, routes: tuple[Route, ...], left: tuple[str, ...], drops: int) -> list[Said]:
    """Return what is worth knowing about the routes, the longest days first (at most 14)."""
    said = []
    if drops < len(problem.visits):
        zh = f"{len(problem.visits)} 项任务按同一地点、同样要求合并成 {drops} 批"
        said.append(Said(zh, f"{len(problem.visits)} visits carried together as {drops} drops"))
    names = {crew.id: crew.name for crew in problem.crews}
    ordered = sorted(routes, key=lambda route: (-route.trips[-1].returns, route.crew))
    for route in ordered[:14]:
        visits = sum(len(stop.visits) for trip in route.trips for stop in trip.stops)
        start, end = clock(route.trips[0].loads), clock(route.trips[-1].returns)
        zh = f"{names[route.crew]}：{start}–{end}，{len(route.trips)} 趟 {visits} 项，走 {route.metres} 米"
        en = f"{names[route.crew]}: {start}–{end}, {len(route.trips)} trips, {visits} visits, {route.metres} m"
        said.append(Said(zh, en))
    if len(ordered) > 14:
        rest = len(ordered) - 14
        said.append(Said(f"其余 {rest} 条路线更早结束", f"the other {rest} routes end earlier"))
    if left:
        zh = f"时间不够，按优先级留下 {len(left)} 项：{'、'.join(left[:12])}{'…' if len(left) > 12 else ''}"
        said.append(Said(zh, f"{len(left)} visits left by priority"))
    return said
