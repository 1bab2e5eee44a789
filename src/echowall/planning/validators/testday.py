"""Checks a test day from scratch: every rule, the figures, and the waits by a simulation of its own, event by event."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from collections.abc import Iterator

from echowall.planning.documents import Fault
from echowall.planning.testday.types import Call, Day, Lanes, Problem, Site
from echowall.planning.types import Plan

DAYS = 12
"""Days that this check simulates itself: enough to tell a false statement from chance."""
MARGIN = 0.03


def validate(problem: Problem, plan: Plan[Day]) -> list[Fault]:
    """Return every rule that the plan breaks, and every stated figure that is not so (waits: within `MARGIN`)."""
    day = plan.solution
    if day is None:
        return []
    faults = [*_form(problem, day)]
    if faults:
        return faults
    faults += [*_people(problem, day), *_sites(problem, day), *_locks(problem, day), *_figures(problem, day, plan)]
    return faults or list(_waits(problem, day))


def _form(problem: Problem, day: Day) -> Iterator[Fault]:
    sites = {one.id for one in problem.sites}
    sources = {one.id for one in problem.buildings} | {one.id for one in problem.firms}
    for call in day.calls:
        if call.site not in sites or call.source not in sources or call.people < 1:
            yield Fault("calls", str(call), "没有这个点或楼，或人数不对", "no such site or source, or no people")
    for lanes in day.lanes:
        if lanes.site not in sites or lanes.count < 1:
            yield Fault("lanes", str(lanes), "没有这个点或没有通道", "no such site, or no lane")


def _people(problem: Problem, day: Day) -> Iterator[Fault]:
    called: Counter[tuple[str, bool]] = Counter()
    where: dict[str, set[str]] = {}
    for call in day.calls:
        called[call.source, call.is_student] += call.people
        where.setdefault(call.source, set()).add(call.site)
    places = {one.id: one for one in problem.sites}
    for one in problem.buildings:
        students = min(one.students, one.people - one.home_visits)
        asked = {True: students, False: one.people - one.home_visits - students}
        for is_student, people in asked.items():
            if called[one.id, is_student] != people:
                value = f"{called[one.id, is_student]}/{people}"
                yield Fault(f"calls.{one.id}", value, "叫号人数与应到人数不符", "not everybody is called exactly once")
        if len(where.get(one.id, ())) > 1:
            yield Fault(f"calls.{one.id}", str(where[one.id]), "一栋楼去了两个点", "one building at two sites")
        for name in where.get(one.id, ()):
            metres = problem.detour * math.dist((one.x, one.y), (places[name].x, places[name].y))
            if metres > problem.walk_metres + 1e-6 or places[name].kind != "community":
                yield Fault(f"calls.{one.id}", name, f"步行 {metres:.0f} 米，太远", "too far to walk")
    for firm in problem.firms:
        if called[firm.id, False] != firm.people or where.get(firm.id) != {firm.site}:
            yield Fault(f"calls.{firm.id}", str(called[firm.id, False]), "企业叫号不符", "the firm's calls are wrong")
    stated = {one.building: one.people for one in day.home_visits}
    asked_visits = {one.id: one.home_visits for one in problem.buildings if one.home_visits}
    if stated != asked_visits:
        yield Fault("home_visits", str(stated)[:80], "上门名单不符", "the home visits are not those asked for")


def _sites(problem: Problem, day: Day) -> Iterator[Fault]:
    lanes = {one.site: one for one in day.lanes}
    if problem.most_lanes is not None and sum(one.count for one in day.lanes) > problem.most_lanes:
        yield Fault("lanes", str(problem.most_lanes), "通道总数超过上限", "more lanes than there are")
    firms = {one.id: one for one in problem.firms}
    for site in problem.sites:
        mine = [call for call in day.calls if call.site == site.id]
        if mine and site.id not in lanes:
            yield Fault(f"lanes.{site.id}", "", "有人去，却没有通道", "people are called, but there is no lane")
            continue
        if mine and lanes[site.id].count > site.most_lanes:
            yield Fault(
                f"lanes.{site.id}", str(lanes[site.id].count), "超过场地能放的通道", "more lanes than fit there"
            )
        for call in mine:
            end = call.start_minute + problem.slot_minutes
            spans = [*site.windows]
            inside = any(one.start_minute <= call.start_minute and end <= one.end_minute for one in spans)
            wanted = firms[call.source].windows if call.source in firms else ()
            fits = not wanted or any(one.start_minute <= call.start_minute and end <= one.end_minute for one in wanted)
            if not inside or not fits:
                yield Fault(
                    "calls", str(call), "不在开放时间或企业给的时间内", "outside the opening or the firm's time"
                )
            if call.is_student and problem.breaks and not _has_break_slot(problem, site, call):
                yield Fault("calls", str(call), "学生不在课间", "students are called during a lesson")
        if mine and _work(problem, mine) > lanes[site.id].count * _open(problem, site) + 1e-6:
            yield Fault(f"lanes.{site.id}", str(lanes[site.id].count), "预计工作量超过开放时间", "more work than time")


def _has_break_slot(problem: Problem, site: Site, call: Call) -> bool:
    slot = problem.slot_minutes

    def between(start: int) -> bool:
        return any(one.start_minute <= start and start + slot <= one.end_minute for one in problem.breaks)

    starts = [start for one in site.windows for start in range(one.start_minute, one.end_minute - slot + 1, slot)]
    return between(call.start_minute) or not any(between(start) for start in starts)


def _work(problem: Problem, calls: list[Call]) -> float:
    service, arrivals = problem.service, problem.arrivals
    seconds = service.person_seconds + service.tube_seconds / service.tube_people
    pace = 1 - service.slow_share + service.slow_share / service.slow_factor
    come = 1 - arrivals.no_show_share + arrivals.no_show_share * arrivals.late_share
    return sum(call.people for call in calls) * come * seconds / pace / 60


def _open(problem: Problem, site: Site) -> int:
    whole = problem.slot_minutes
    return sum((one.end_minute - one.start_minute) // whole * whole for one in site.windows)


def _locks(problem: Problem, day: Day) -> Iterator[Fault]:
    for lock in problem.locks:
        mine = [call for call in day.calls if call.source == lock.building]
        starts = [call.start_minute for call in mine if not call.is_student]
        wrong_time = lock.start_minute is not None and starts and min(starts) != lock.start_minute
        if any(call.site != lock.site for call in mine) or wrong_time:
            yield Fault("locks", str(lock), "没有守住锁定", "the lock is not kept")


def _figures(problem: Problem, day: Day, plan: Plan[Day]) -> Iterator[Fault]:
    count = sum(one.count for one in day.lanes)
    if plan.objective != count:
        yield Fault("objective", str(plan.objective), f"实为 {count}", f"is {count}")
    if plan.bound is not None and plan.bound > count:
        yield Fault("bound", str(plan.bound), "下界高于通道数", "the bound is above the lanes")
    if plan.status == "optimal" and plan.bound != count:
        yield Fault("status", plan.status, "没有证明最优", "is not proved to be optimal")
    stated = {metric.code: metric.value for metric in plan.metrics}
    truth = {
        "lanes": count,
        "staff": count * problem.staff_per_lane,
        "people_called": sum(call.people for call in day.calls),
        "home_visits": sum(one.home_visits for one in problem.buildings),
    }
    for code, value in truth.items():
        if stated.get(code) != value:
            yield Fault(f"metrics.{code}", str(stated.get(code)), f"实为 {value}", f"is {value}")
    if problem.current:
        changed = _firsts(problem.current) ^ _firsts(day.calls)
        if plan.change_count != len({source for source, _, _ in changed}):
            yield Fault("change_count", str(plan.change_count), "与方案不符", "is not what the plan changes")


def _firsts(calls: tuple[Call, ...]) -> set[tuple[str, str, int]]:
    first: dict[str, Call] = {}
    for call in sorted(calls, key=lambda one: one.start_minute):
        if not call.is_student:
            first.setdefault(call.source, call)
    return {(source, call.site, call.start_minute) for source, call in first.items()}


def _waits(problem: Problem, day: Day) -> Iterator[Fault]:
    stated = next((trial for trial in day.trials if trial.name == "plan"), None)
    if stated is None:
        yield Fault("trials", "", "没有模拟结果", "the simulation is missing")
        return
    draw = random.Random(1)  # noqa: S311
    lanes = {one.site: one for one in day.lanes}
    within = total = 0
    days = max(2, min(DAYS, 60_000 // max(1, sum(call.people for call in day.calls))))
    for _ in range(days):
        for site in problem.sites:
            calls = [call for call in day.calls if call.site == site.id]
            for wait in _one_day(problem, site, calls, lanes[site.id], draw) if calls else ():
                within += wait <= problem.promise.wait_minutes
                total += 1
    share = within / max(1, total)
    spread = MARGIN + 3 * math.sqrt(0.25 / max(1, total))
    if abs(share - stated.within_share) > spread and (share < stated.within_share or stated.within_share < 0.9):
        yield Fault(
            "trials.plan.within_share",
            f"{stated.within_share:.3f}",
            f"另一模拟得 {share:.3f}",
            f"simulated: {share:.3f}",
        )


def _one_day(problem: Problem, site: Site, calls: list[Call], lanes: Lanes, draw: random.Random) -> Iterator[float]:
    """One day at one site, person by person: the next in line takes the lane that is free first."""
    service, answer = problem.service, problem.arrivals
    people: list[tuple[float, int, bool]] = []
    for call in calls:
        opening = max(one.start_minute for one in site.windows if one.start_minute <= call.start_minute)
        for _ in range(call.people):
            if draw.random() >= answer.no_show_share:
                moment = (
                    call.start_minute + draw.random() * problem.slot_minutes + draw.gauss(0, answer.scatter_minutes)
                )
                heapq.heappush(people, (max(moment, opening), len(people), call.is_student))
            elif draw.random() < answer.late_share:
                heapq.heappush(people, (_any_later(problem, site, call, draw), len(people), call.is_student))
    pace = [service.slow_factor if draw.random() < service.slow_share else 1.0 for _ in range(lanes.count)]
    free, served = [0.0] * lanes.count, [0] * lanes.count
    while people:
        arrival, _, is_student = heapq.heappop(people)
        lane = min(_open_lanes(problem, lanes, arrival, is_student), key=lambda one: free[one])
        start = max(arrival, free[lane])
        served[lane] += 1
        seconds = service.person_seconds
        if service.person_variation:
            shape = service.person_variation**-2
            seconds = draw.gammavariate(shape, service.person_seconds / shape)
        if served[lane] % service.tube_people == 0:
            seconds += service.tube_seconds
        free[lane] = start + seconds / 60 * pace[lane]
        yield start - arrival


def _open_lanes(problem: Problem, lanes: Lanes, minute: float, is_student: bool) -> range:
    in_break = any(one.start_minute <= minute < one.end_minute for one in problem.breaks)
    if not in_break or not 0 < lanes.student_count < lanes.count:
        return range(lanes.count)
    return range(lanes.student_count) if is_student else range(lanes.student_count, lanes.count)


def _any_later(problem: Problem, site: Site, call: Call, draw: random.Random) -> float:
    over = call.start_minute + problem.slot_minutes
    spans = [(max(over, one.start_minute), one.end_minute) for one in site.windows if one.end_minute > over]
    if not spans:
        return max(one.end_minute for one in site.windows)
    start, end = draw.choices(spans, weights=[end - start for start, end in spans])[0]
    return draw.uniform(start, end)
