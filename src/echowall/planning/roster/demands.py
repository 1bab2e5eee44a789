"""What of a problem could be dropped, in words, and the smallest part of it that cannot hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from echowall.planning.conflicts import find_conflict
from echowall.planning.deadline import Deadline
from echowall.planning.roster.model import build
from echowall.planning.roster.rows import Try
from echowall.planning.roster.types import Absence, Limit, Lock, Problem, Volunteer
from echowall.planning.types import Conflict, Demand, Effort, Said

ONE_ANSWER = 5.0
"""Seconds for one question whether some demands hold together."""


@dataclass(frozen=True, slots=True)
class Droppable:
    """A demand, and the problem without it."""

    demand: Demand
    drop: Callable[[Problem], Problem]


def conflict_of(problem: Problem, effort: Effort) -> Conflict | None:
    """Return the demands of an impossible problem that conflict, None where time ran out before any was named."""
    deadline = Deadline(effort)
    found = list(droppable(problem))

    def is_feasible(kept: frozenset[int]) -> bool | None:
        rest = problem
        for number, one in enumerate(found):
            if number not in kept:
                rest = one.drop(rest)
        rows = build(rest).rows
        rows.cost = [0] * len(rows.cost)
        answer = rows.solve(Try(min(ONE_ANSWER, max(0.5, deadline.left)), None, effort.workers, effort.seed))
        return True if answer.values is not None else False if answer.is_done else None

    return find_conflict([one.demand for one in found], is_feasible, deadline)


def droppable(problem: Problem) -> Iterator[Droppable]:
    """Everything that was asked and could be given up: locks, required posts, hard covers, least hours, few changes,
    and the absences of people whom a lock wants."""
    names = {one.id: one.name or one.id for one in problem.volunteers}
    for lock in problem.locks:
        yield Droppable(Demand("lock", lock.volunteer, _lock_text(lock, names)), _without_lock(lock))
    for post in problem.posts:
        if post.is_required:
            text = Said(f"岗位“{post.title or post.id}”必须有人", f"post {post.title or post.id} must be held")
            yield Droppable(Demand("required_post", post.id, text), _not_required(post.id))
    for cover in problem.covers:
        if cover.under_weight is None and cover.people:
            text = Said(
                f"第 {cover.day + 1} 天{cover.shift}班必须有 {cover.people} 人",
                f"{cover.people} people in shift {cover.shift} on day {cover.day + 1}",
            )
            yield Droppable(Demand("cover", f"{cover.day}/{cover.shift}", text), _without_cover(cover.day, cover.shift))
    for contract in problem.contracts:
        if (contract.minutes.minimum and contract.minutes.under_weight is None) or (
            contract.shifts.minimum and contract.shifts.under_weight is None
        ):
            text = Said(f"“{contract.id}”合同的最少工时（班数）", f"least hours (shifts) of contract {contract.id}")
            yield Droppable(Demand("least_hours", contract.id, text), _without_minimum(contract.id))
    if problem.max_changes is not None:
        text = Said(f"与现行班表相比最多改 {problem.max_changes} 处", f"at most {problem.max_changes} changes")
        yield Droppable(Demand("max_changes", "", text), lambda rest: replace(rest, max_changes=None))
    wanted = {(lock.volunteer, lock.day) for lock in problem.locks if lock.must}
    for volunteer in problem.volunteers:
        for absence in volunteer.absences:
            if (volunteer.id, absence.day) in wanted:
                text = Said(
                    f"{names[volunteer.id]}第 {absence.day + 1} 天不能到岗",
                    f"{names[volunteer.id]} is not available on day {absence.day + 1}",
                )
                yield Droppable(Demand("absence", volunteer.id, text), _without_absence(volunteer.id, absence))


def _lock_text(lock: Lock, names: dict[str, str]) -> Said:
    name = names[lock.volunteer]
    day_zh = "" if lock.day is None else f"第 {lock.day + 1} 天"
    day_en = "" if lock.day is None else f" on day {lock.day + 1}"
    where_zh = f"在“{lock.post}”" if lock.post else ""
    where_en = f" at {lock.post}" if lock.post else ""
    shift_zh = f"上{lock.shift}班" if lock.shift else "上班"
    shift_en = f" shift {lock.shift}" if lock.shift else ""
    verb_zh, verb_en = ("必须", "must work") if lock.must else ("不得", "must never work")
    return Said(f"{name}{day_zh}{verb_zh}{where_zh}{shift_zh}", f"{name} {verb_en}{shift_en}{where_en}{day_en}")


def _without_lock(lock: Lock) -> Callable[[Problem], Problem]:
    return lambda rest: replace(rest, locks=tuple(one for one in rest.locks if one != lock))


def _not_required(post: str) -> Callable[[Problem], Problem]:
    def drop(rest: Problem) -> Problem:
        return replace(
            rest, posts=tuple(replace(one, is_required=False) if one.id == post else one for one in rest.posts)
        )

    return drop


def _without_cover(day: int, shift: str) -> Callable[[Problem], Problem]:
    def drop(rest: Problem) -> Problem:
        return replace(
            rest,
            covers=tuple(
                replace(one, under_weight=0) if (one.day, one.shift) == (day, shift) else one for one in rest.covers
            ),
        )

    return drop


def _without_minimum(contract: str) -> Callable[[Problem], Problem]:
    def free(limit: Limit) -> Limit:
        return replace(limit, minimum=0)

    def drop(rest: Problem) -> Problem:
        return replace(
            rest,
            contracts=tuple(
                replace(one, minutes=free(one.minutes), shifts=free(one.shifts)) if one.id == contract else one
                for one in rest.contracts
            ),
        )

    return drop


def _without_absence(volunteer: str, absence: Absence) -> Callable[[Problem], Problem]:
    def present(one: Volunteer) -> Volunteer:
        return replace(one, absences=tuple(other for other in one.absences if other != absence))

    return lambda rest: replace(
        rest, volunteers=tuple(present(one) if one.id == volunteer else one for one in rest.volunteers)
    )
