"""Checks a siting plan from scratch: what is open, who goes where, how far, and every figure of the plan."""

from __future__ import annotations

import math
from collections.abc import Iterator

from echowall.planning.documents import Fault
from echowall.planning.siting.types import SitingProblem, SitingSolution
from echowall.planning.types import Plan
from echowall.planning.validators.ways import ways_between


def validate(problem: SitingProblem, plan: Plan[SitingSolution]) -> list[Fault]:
    """Return every hard rule that the plan breaks and every figure that is not so."""
    solution = plan.solution
    if solution is None:
        return []
    known = {site.id for site in problem.sites}
    strange = [site for site in {*solution.opened, *(one.site for one in solution.assignments)} if site not in known]
    if strange:
        return [Fault("opened", ", ".join(sorted(strange)), "没有这样的候选点", "no such site")]
    ways = _ways(problem, sorted({*solution.opened, *(one.site for one in solution.assignments)}))
    faults = [*_of_sites(problem, solution), *_of_assignments(problem, solution, ways)]
    return faults or list(_of_figures(problem, plan, solution))


def _of_sites(problem: SitingProblem, solution: SitingSolution) -> Iterator[Fault]:
    opened = set(solution.opened)
    if len(opened) != len(solution.opened) or len(opened) != problem.open_count:
        zh, en = f"要正好开 {problem.open_count} 个不同的点", "not as many different sites as asked"
        yield Fault("opened", str(len(solution.opened)), zh, en)
    for lock in problem.locks:
        if (lock.site in opened) != lock.is_open:
            yield Fault("opened", lock.site, "没有守住锁定", "breaks a lock")
    if problem.max_changes is not None and len(opened - set(problem.current)) > problem.max_changes:
        yield Fault("opened", str(len(opened - set(problem.current))), "新开的点太多", "too many new sites")


def _of_assignments(
    problem: SitingProblem, solution: SitingSolution, ways: dict[tuple[str, str], float]
) -> Iterator[Fault]:
    opened = set(solution.opened)
    if [one.place for one in solution.assignments] != [place.id for place in problem.places]:
        yield Fault("assignments", "", "不是每个地点各一行、按原次序", "not one line for each place in order")
        return
    for index, one in enumerate(solution.assignments):
        where = f"assignments.{index}"
        way = ways[one.place, one.site]
        if one.site not in opened:
            yield Fault(where, one.site, "这个点没有开", "the site is not open")
        if not math.isfinite(way) or abs(way - one.metres) > 0.51:
            yield Fault(where, str(one.metres), f"路程应为 {way:.0f} 米", f"the way is {way:.0f} m")
        if problem.max_metres is not None and one.metres > problem.max_metres:
            yield Fault(where, str(one.metres), f"超过 {problem.max_metres} 米", "farther than allowed")
        if any(ways[one.place, other] < one.metres - 0.51 for other in opened):
            yield Fault(where, one.site, "不是最近的一个点", "not the nearest site")


def _of_figures(problem: SitingProblem, plan: Plan[SitingSolution], solution: SitingSolution) -> Iterator[Fault]:
    people = [place.people for place in problem.places]
    metres = [one.metres for one in solution.assignments]
    load = dict.fromkeys(solution.opened, 0)
    for one, count in zip(solution.assignments, people, strict=True):
        load[one.site] += count
    walked = sum(count * way for count, way in zip(people, metres, strict=True))
    reached = sum(count for count, way in zip(people, metres, strict=True) if way <= problem.reach_metres)
    true = {
        "mean_metres": walked / max(1, sum(people)),
        "farthest_metres": max(metres),
        "reached_people": reached,
        "busiest_people": max(load.values()),
    }
    stated = {metric.code: metric.value for metric in plan.metrics}
    for code, value in true.items():
        if abs(stated.get(code, math.nan) - value) > 1e-6 * max(1.0, abs(value)) or code not in stated:
            yield Fault(f"metrics.{code}", str(stated.get(code)), f"应为 {value:g}", f"is {value:g}")
    objective = {"median": walked, "centre": max(metres), "cover": reached}[problem.aim]
    if plan.objective != objective:
        yield Fault("objective", str(plan.objective), f"应为 {objective}", f"is {objective}")
    if plan.bound is not None and (plan.bound < objective if problem.aim == "cover" else plan.bound > objective):
        yield Fault("bound", f"{plan.bound:g}", "界不能比方案更差", "is beaten by the plan")
    changes = len(set(solution.opened) - set(problem.current)) if problem.current else None
    if plan.change_count != changes:
        yield Fault("change_count", str(plan.change_count), f"应为 {changes}", f"is {changes}")


def _ways(problem: SitingProblem, sites: list[str]) -> dict[tuple[str, str], float]:
    """Metres from each place to each of ``sites``, made again from the table, the network or the coordinates."""
    found: dict[tuple[str, str], float] = {}
    column = {site.id: index for index, site in enumerate(problem.sites)}
    at = {site.id: (float(site.x or 0), float(site.y or 0)) for site in problem.sites}
    if problem.metres is not None:
        for place, row in zip(problem.places, problem.metres, strict=True):
            for site in sites:
                value = row[column[site]]
                found[place.id, site] = math.inf if value is None else float(value)
        return found
    where = {f"site {site}": at[site] for site in sites}
    where |= {f"place {place.id}": (float(place.x or 0), float(place.y or 0)) for place in problem.places}
    pairs = {(f"place {place.id}", f"site {site}") for place in problem.places for site in sites}
    ways = ways_between(pairs, where, problem.travel)
    return {(place.id, site): ways[f"place {place.id}", f"site {site}"] for place in problem.places for site in sites}
