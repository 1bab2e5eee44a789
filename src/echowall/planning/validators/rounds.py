"""Checks inspection rounds from scratch: times, windows, locks, the loss allowed, and every figure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from echowall.planning.documents import Fault
from echowall.planning.rounds.types import Base, Place, Round, RoundsProblem, RoundsSolution
from echowall.planning.types import Plan
from echowall.planning.validators.ways import ways_between


def validate(problem: RoundsProblem, plan: Plan[RoundsSolution]) -> list[Fault]:
    """Return every hard rule that the plan breaks and every figure that is not so."""
    solution = plan.solution
    if solution is None:
        return []
    faults = list(_of_names(problem, solution))
    if faults:
        return faults
    ways = _ways(problem, solution)
    for index, night in enumerate(solution.rounds):
        faults += _of_round(problem, f"rounds.{index}", night, ways)
    faults += _of_locks(problem, solution)
    return faults or list(_of_figures(problem, plan, solution))


def _of_names(problem: RoundsProblem, solution: RoundsSolution) -> Iterator[Fault]:
    places, teams = {place.id for place in problem.places}, {team.id for team in problem.teams}
    for name, count in Counter(look.place for night in solution.rounds for look in night.looks).items():
        if name not in places or count > 1:
            yield Fault("rounds", name, f"没有这个地点，或去了 {count} 次", "no such place, or more than one look")
    for name, count in Counter(night.team for night in solution.rounds).items():
        if name not in teams or count > 1:
            yield Fault("rounds", name, f"没有这个小组，或有 {count} 条路线", "no such team, or more than one round")
    if any(not night.looks for night in solution.rounds):
        yield Fault("rounds", "", "有空的路线", "an empty round")


def _of_round(problem: RoundsProblem, here: str, night: Round, ways: dict[tuple[str, str], float]) -> Iterator[Fault]:
    team = next(team for team in problem.teams if team.id == night.team)
    place_of = {place.id: place for place in problem.places}
    if night.departs < team.starts or night.returns > team.ends:
        yield Fault(here, f"{night.departs}–{night.returns}", "超出小组的时间", "outside the team's hours")
    now, at, walked = night.departs, f"base {team.base}", 0.0
    for index, look in enumerate(night.looks):
        way = ways[at, f"place {look.place}"]
        walked += round(way) if math.isfinite(way) else math.inf
        place = place_of[look.place]
        if look.arrives < now + _seconds(way, team.metres_per_second):
            yield Fault(f"{here}.looks.{index}", str(look.arrives), "到得比能到的早", "is there before it can be")
        if not max(look.arrives, place.opens) <= look.begins <= place.closes:
            yield Fault(f"{here}.looks.{index}", str(look.begins), "不在开放时间内", "outside the opening time")
        if look.leaves < look.begins + place.seconds:
            yield Fault(f"{here}.looks.{index}", str(look.leaves), "走得比能走的早", "leaves before it is done")
        now, at = look.leaves, f"place {look.place}"
    way = ways[at, f"base {team.base}"]
    if night.returns < now + _seconds(way, team.metres_per_second):
        yield Fault(here, str(night.returns), "回来得比能回的早", "is back before it can be")
    if walked + (round(way) if math.isfinite(way) else math.inf) != night.metres:
        yield Fault(f"{here}.metres", str(night.metres), "路程不符", "the way is wrong")


def _of_locks(problem: RoundsProblem, solution: RoundsSolution) -> Iterator[Fault]:
    by = {look.place: night.team for night in solution.rounds for look in night.looks}
    for lock in problem.locks:
        team = by.get(lock.place)
        broken = team is not None and (lock.team is None or team == lock.team)
        if lock.must:
            broken = team is None or (lock.team is not None and team != lock.team)
        if broken:
            yield Fault("rounds", lock.place, "没有守住锁定", "breaks a lock")


def _of_figures(problem: RoundsProblem, plan: Plan[RoundsSolution], solution: RoundsSolution) -> Iterator[Fault]:
    worth = {place.id: place.risk * min(place.days_since, problem.most_days) for place in problem.places}
    looks = {look.place: look for night in solution.rounds for look in night.looks}
    by = {look.place: night.team for night in solution.rounds for look in night.looks}
    changes = sum(by.get(given.place) != given.team for given in problem.current)
    points = sum(worth[name] for name in looks) - problem.change_points * changes
    if plan.objective != points:
        yield Fault("objective", str(plan.objective), f"应为 {points}", f"is {points}")
    if points < solution.best_worth - problem.loss_share * abs(solution.best_worth) - 1e-9:
        yield Fault("best_worth", str(solution.best_worth), "抽签的损失超出允许", "the lot cost more than allowed")
    if plan.bound is not None and plan.bound < max(points, solution.best_worth):
        yield Fault("bound", f"{plan.bound:g}", "界不能比方案更差", "is beaten by the plan")
    if plan.change_count != (changes if problem.current else None):
        yield Fault("change_count", str(plan.change_count), f"应为 {changes}", f"is {changes}")
    true = {
        "looks": len(looks),
        "worth_share": 100 * sum(worth[name] for name in looks) / max(1, sum(worth.values())),
        "high_left": sum(place.risk >= 4 and place.id not in looks for place in problem.places),
        "metres": sum(night.metres for night in solution.rounds),
    }
    last = {seen.place: seen.begins // 3600 for seen in problem.last_round}
    again = [look for name, look in looks.items() if name in last]
    if again:
        true["same_hour"] = 100 * sum(last[look.place] == look.begins // 3600 for look in again) / len(again)
    stated = {metric.code: metric.value for metric in plan.metrics}
    for code, value in true.items():
        if abs(stated.get(code, math.inf) - value) > 1e-6 * max(1.0, abs(value)):
            yield Fault(f"metrics.{code}", str(stated.get(code)), f"应为 {value:g}", f"is {value:g}")


def _seconds(way: float, speed: float) -> float:
    return math.ceil(round(way) / speed - 1e-6) if math.isfinite(way) else math.inf


def _ways(problem: RoundsProblem, solution: RoundsSolution) -> dict[tuple[str, str], float]:
    base = {team.id: f"base {team.base}" for team in problem.teams}
    used = set()
    for night in solution.rounds:
        used |= set(pairwise([base[night.team], *(f"place {x.place}" for x in night.looks), base[night.team]]))
    names = [f"base {one.id}" for one in problem.bases] + [f"place {one.id}" for one in problem.places]
    if problem.metres is not None:
        number = {name: index for index, name in enumerate(names)}
        return {(a, b): float(problem.metres[number[a]][number[b]]) for a, b in used}
    spots: list[Base | Place] = [*problem.bases, *problem.places]
    where = {name: (float(spot.x or 0), float(spot.y or 0)) for name, spot in zip(names, spots, strict=True)}
    return ways_between(used, where, problem.travel)
