"""Calls: how many people each slot can take, and which building's people are called to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from echowall.planning.testday.siting import work_of
from echowall.planning.testday.types import Building, Call, Firm, Lanes, Problem, Window


@dataclass(frozen=True, slots=True)
class Group:
    """People who are called one after the other: those of a building, or of a firm."""

    source: str
    people: int
    is_student: bool = False
    start_minute: int | None = None
    windows: tuple[Window, ...] = ()


def slots_of(problem: Problem, windows: Iterable[Window]) -> list[int]:
    """Return the starts of the whole slots within the windows."""
    return [
        start
        for window in windows
        for start in range(window.start_minute, window.end_minute - problem.slot_minutes + 1, problem.slot_minutes)
    ]


def is_break(problem: Problem, start: int) -> bool:
    """Whether a whole slot lies between lessons."""
    end = start + problem.slot_minutes
    return any(window.start_minute <= start and end <= window.end_minute for window in problem.breaks)


def groups_of(buildings: Sequence[Building], locked: dict[str, int]) -> list[Group]:
    """Return those of the buildings who come to the site, students by themselves."""
    groups = []
    for one in buildings:
        students = min(one.students, one.people - one.home_visits)
        others = one.people - one.home_visits - students
        if others:
            groups.append(Group(one.id, others, start_minute=locked.get(one.id)))
        if students:
            groups.append(Group(one.id, students, is_student=True))
    return groups


def firm_groups(firms: Sequence[Firm]) -> list[Group]:
    """Return the firms' people, those whose time ends first in front."""
    ordered = sorted(firms, key=lambda firm: (max((w.end_minute for w in firm.windows), default=1440), firm.id))
    return [Group(firm.id, firm.people, windows=firm.windows) for firm in ordered]


def calls_for(problem: Problem, site: str, slots: Sequence[int], groups: Sequence[Group], lanes: Lanes) -> list[Call]:
    """Spread the groups over the slots so that every lane is equally busy throughout the day.

    Students fill the slots between lessons (their lanes' part), everybody else the rest of the lanes. People who do not
    fit are called in the last slot: the simulation shows what that means.
    """
    students = [group for group in groups if group.is_student]
    others = [group for group in groups if not group.is_student]
    between = [slot for slot in slots if is_break(problem, slot)]
    taken = float(lanes.student_count)
    if students and between and not lanes.student_count:
        # No lane is the students' alone: they take their work's part of those of everybody.
        work = work_of(problem, sum(group.people for group in students))
        taken = min(lanes.count - 0.05, work / (len(between) * problem.slot_minutes))
    weights = [lanes.count - (taken if is_break(problem, slot) else 0.0) for slot in slots]
    calls = _fill(problem, site, between or slots, [1.0] * len(between or slots), students)
    return sorted(
        [*calls, *_fill(problem, site, slots, weights, others)], key=lambda one: (one.start_minute, one.source)
    )


def quotas(problem: Problem, weights: Sequence[float], people: int) -> list[int]:
    """Return how many people to call to each slot: those who come late are expected in all later slots, evenly."""
    missed = problem.arrivals.no_show_share
    late_all = missed * problem.arrivals.late_share
    low, high = 0.0, 2.0 * people / max(1e-9, sum(weights)) + 1
    called: list[float] = []
    for _ in range(60):
        level, late, called = (low + high) / 2, 0.0, []
        for number, weight in enumerate(weights):
            count = max(0.0, level * weight - late) / max(1e-9, 1 - missed)
            called.append(count)
            rest = len(weights) - number - 1
            late += count * late_all / rest if rest else 0.0
        low, high = (level, high) if sum(called) < people else (low, level)
    return _rounded(called, people)


def _rounded(shares: Sequence[float], total: int) -> list[int]:
    whole = max(1e-9, sum(shares))
    rounded, passed, given = [], 0.0, 0
    for share in shares:
        passed += share
        upto = round(total * passed / whole)
        rounded.append(upto - given)
        given = upto
    return rounded


def _fill(
    problem: Problem, site: str, slots: Sequence[int], weights: Sequence[float], groups: Sequence[Group]
) -> list[Call]:
    room = quotas(problem, weights, sum(group.people for group in groups)) if slots else []
    calls: dict[tuple[str, int], int] = {}
    # Those with a fixed slot or with narrow windows first: the others go around them.
    ordered = sorted(groups, key=lambda group: (group.start_minute is None, not group.windows))
    for group in ordered:
        left = group.people
        allowed = [number for number, slot in enumerate(slots) if _fits(problem, group, slot)]
        for number in allowed:
            taken = min(left, room[number])
            if taken > 0:
                room[number] -= taken
                left -= taken
                calls[group.source, slots[number]] = calls.get((group.source, slots[number]), 0) + taken
        while left > 0 and allowed:
            for number in allowed[:left]:
                calls[group.source, slots[number]] = calls.get((group.source, slots[number]), 0) + 1
                left -= 1
    student = any(group.is_student for group in groups)
    return [Call(source, site, start, people, student) for (source, start), people in calls.items()]


def _fits(problem: Problem, group: Group, slot: int) -> bool:
    if group.start_minute is not None and slot < group.start_minute:
        return False
    end = slot + problem.slot_minutes
    return not group.windows or any(one.start_minute <= slot and end <= one.end_minute for one in group.windows)
