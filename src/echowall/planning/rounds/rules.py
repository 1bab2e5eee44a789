"""What a look is worth, and what can be wrong with a rounds problem before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from echowall.planning.documents import Fault, faults_of_ids
from echowall.planning.networks import faults_of_network
from echowall.planning.rounds.types import Base, Place, RoundsProblem


def worth_of(problem: RoundsProblem, place: Place) -> int:
    """Return the points of one look: risk × days since the last, which is the harm that may have gone unseen.

    Each day that passes unseen adds as much as the risk says; beyond ``most_days`` nothing is added, so that one
    forgotten place does not outweigh a street.
    """
    return place.risk * min(place.days_since, problem.most_days)


def faults_of(problem: RoundsProblem) -> list[Fault]:
    """Return everything that cannot be meant, each with its place in the input."""
    return list(
        chain(
            faults_of_ids("places", problem.places),
            faults_of_ids("bases", problem.bases),
            faults_of_ids("teams", problem.teams),
            _faults_of_numbers(problem),
            _faults_of_references(problem),
            _faults_of_ways(problem),
        )
    )


def _faults_of_numbers(problem: RoundsProblem) -> Iterator[Fault]:
    for index, place in enumerate(problem.places):
        here = f"places.{index}"
        if not 1 <= place.risk <= 5:
            yield Fault(f"{here}.risk", str(place.risk), "风险只能是 1 到 5", "must be 1 to 5")
        if not 0 <= place.days_since <= 100_000:
            yield Fault(f"{here}.days_since", str(place.days_since), "天数不能是负数", "may not be negative")
        if not 1 <= place.seconds <= 86_400:
            yield Fault(f"{here}.seconds", str(place.seconds), "一次检查要 1 秒到一天", "must be 1 second to a day")
        if not 0 <= place.opens <= place.closes <= 1_000_000:
            zh, en = "开门要不晚于关门（秒，从零点算起）", "must be seconds after midnight, the opening first"
            yield Fault(f"{here}.opens", f"{place.opens}–{place.closes}", zh, en)
    for index, team in enumerate(problem.teams):
        if not 0 <= team.starts <= team.ends <= 1_000_000:
            zh, en = "开始要不晚于结束（秒，从零点算起）", "must be seconds after midnight, the start first"
            yield Fault(f"teams.{index}.starts", f"{team.starts}–{team.ends}", zh, en)
        if not 0.01 <= team.metres_per_second <= 100:
            yield Fault(
                f"teams.{index}.metres_per_second", f"{team.metres_per_second:g}", "不是一个速度", "is no speed"
            )
    if not 0 <= problem.loss_share <= 1:
        yield Fault("loss_share", f"{problem.loss_share:g}", "要在 0 到 1 之间", "must be from 0 to 1")
    for name in ("most_days", "change_points"):
        if not 0 <= getattr(problem, name) <= 100_000:
            yield Fault(name, str(getattr(problem, name)), "不能是负数，也不能过大", "out of range")


def _faults_of_references(problem: RoundsProblem) -> Iterator[Fault]:
    places = {place.id for place in problem.places}
    teams, bases = {team.id for team in problem.teams}, {base.id for base in problem.bases}
    for index, team in enumerate(problem.teams):
        if team.base not in bases:
            yield Fault(f"teams.{index}.base", team.base, "没有这个驻地", "no such base")
    for index, lock in enumerate(problem.locks):
        if lock.place not in places:
            yield Fault(f"locks.{index}.place", lock.place, "没有这个地点", "no such place")
        if lock.team is not None and lock.team not in teams:
            yield Fault(f"locks.{index}.team", lock.team, "没有这个小组", "no such team")
    for index, given in enumerate(problem.current):
        if given.place not in places:
            yield Fault(f"current.{index}.place", given.place, "没有这个地点", "no such place")
        if given.team not in teams:
            yield Fault(f"current.{index}.team", given.team, "没有这个小组", "no such team")
    named = [given.place for given in problem.current]
    for place in sorted({one for one in named if named.count(one) > 1}):
        yield Fault("current", place, "同一地点给了两次", "a place is given twice")


def _faults_of_ways(problem: RoundsProblem) -> Iterator[Fault]:
    size = len(problem.bases) + len(problem.places)
    if problem.metres is not None:
        if len(problem.metres) != size or any(len(row) != size for row in problem.metres):
            zh, en = f"要有 {size} 行 {size} 列（先驻地后地点）", "needs a row and a column for each base and place"
            yield Fault("metres", f"{len(problem.metres)} 行", zh, en)
        elif any(not 0 <= value <= 1_000_000 for row in problem.metres for value in row):
            yield Fault("metres", "", "有负数或过大的数", "has a number out of range")
        return
    lists: tuple[tuple[str, Sequence[Place | Base]], ...] = (("bases", problem.bases), ("places", problem.places))
    for name, entries in lists:
        for index, entry in enumerate(entries):
            if entry.x is None or entry.y is None:
                zh, en = "缺坐标；没有给距离表（metres）时必须有", "needs x and y where there is no table of metres"
                yield Fault(f"{name}.{index}", entry.id, zh, en)
    if not problem.travel.detour >= 1:
        yield Fault("travel.detour", f"{problem.travel.detour:g}", "绕行系数不能小于 1", "must be at least 1")
    if problem.travel.network is not None:
        yield from faults_of_network(problem.travel.network, "travel.network")
