"""What a rounds plan says to a person."""

from __future__ import annotations

from echowall.planning.rounds.rules import worth_of
from echowall.planning.rounds.types import Lock, RoundsProblem, RoundsSolution
from echowall.planning.types import Demand, Said

OBJECTIVE = Said("检查的价值（风险 × 距上次天数）", "worth of the looks (risk × days since the last)")
IMPOSSIBLE = Said("已证明这些要求不能同时满足", "proved: the demands cannot hold together")
UNDECIDED = Said("时间内没有找到方案，也没有证明不可能", "neither a plan nor a proof in the time given")


def clock(seconds: int) -> str:
    """Return the time of night, such as 23:05 or 次日 01:10."""
    text = f"{seconds % 86_400 // 3600:02d}:{seconds % 3600 // 60:02d}"
    return f"次日 {text}" if seconds >= 86_400 else text


def must_demand(problem: RoundsProblem, lock: Lock) -> Demand:
    """Return the demand that a place is looked at tonight."""
    name = next(place.name for place in problem.places if place.id == lock.place)
    team = next((team.name for team in problem.teams if team.id == lock.team), None)
    by = f"由“{team}”" if team else ""
    return Demand("lock", lock.place, Said(f"“{name}”今晚必须{by}检查", f"{name} must be looked at tonight"))


def reasons(problem: RoundsProblem, solution: RoundsSolution, points: int) -> list[Said]:
    """Return how the night goes, what is left out and why, and what the lot cost."""
    said = []
    names = {team.id: team.name for team in problem.teams}
    place_of = {place.id: place for place in problem.places}
    for night in solution.rounds:
        worth = sum(worth_of(problem, place_of[look.place]) for look in night.looks)
        span = f"{clock(night.departs)}–{clock(night.returns)}"
        zh = f"{names[night.team]}：{span}，看 {len(night.looks)} 处，价值 {worth}，走 {night.metres} 米"
        said.append(Said(zh, f"{names[night.team]}: {len(night.looks)} places, worth {worth}, {night.metres} m"))
    seen = {look.place for night in solution.rounds for look in night.looks}
    left = sorted((place for place in problem.places if place.id not in seen), key=lambda p: -worth_of(problem, p))
    if left:
        few = "、".join(f"{place.name}（{worth_of(problem, place)}）" for place in left[:8])
        zh = f"时间不够，{len(left)} 处今晚不去，其中价值最高的：{few}；天数会继续累计，之后会排到前面"
        said.append(Said(zh, f"{len(left)} places are left tonight, the weightiest: {few}"))
    lost = solution.best_worth - points
    share = 100 * lost / max(1, solution.best_worth)
    zh = f"为了让人猜不到，按今晚的抽签在近乎同样好的路线里选了一条，少了 {lost} 点（{share:.1f} %，允许 {100 * problem.loss_share:g} %）"
    said.append(Said(zh, f"chosen by lot among rounds nearly as good: {lost} points less ({share:.1f} %)"))
    return said
