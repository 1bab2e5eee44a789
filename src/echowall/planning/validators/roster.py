"""Checks a roster from scratch: every hard rule, the points and the figures stated. Knows the types, not the planner."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from echowall.planning.documents import Fault
from echowall.planning.roster.types import FREE, Assignment, Contract, Limit, Problem, Roster, Shift, Volunteer
from echowall.planning.types import Plan
from echowall.planning.validators.roster_points import Lines, points_of


def validate(problem: Problem, plan: Plan[Roster]) -> list[Fault]:
    """Return every hard rule that the plan's roster breaks, and every figure of the plan that is not so."""
    roster = plan.solution
    if roster is None:
        return []
    faults = list(_form(problem, roster))
    if faults:
        return faults
    lines = Lines(problem, roster)
    for volunteer in problem.volunteers:
        faults += _person(problem, lines, volunteer)
    faults += _locks(problem, roster)
    faults += _past(problem, roster)
    faults += _posts(problem, roster)
    faults += _covers(problem, roster)
    faults += _figures(problem, roster, plan, lines)
    return faults


def _form(problem: Problem, roster: Roster) -> Iterator[Fault]:
    people = {one.id for one in problem.volunteers}
    posts = {one.id for one in problem.posts}
    shifts = {one.id for one in problem.shifts}
    for one in roster.assignments:
        known = one.volunteer in people and one.shift in shifts and 0 <= one.day < problem.days
        if not known or (one.post and one.post not in posts):
            yield Fault("assignments", str(one), "没有这个人、班次、岗位或日期", "no such person, shift, post or day")
    for post in roster.held_posts:
        if post not in posts:
            yield Fault("held_posts", post, "没有这个岗位", "no such post")
    for key, count in Counter((one.volunteer, one.day) for one in roster.assignments).items():
        if count > 1:
            yield Fault("assignments", str(key), "一天上了两班", "two shifts on one day")


def _person(problem: Problem, lines: Lines, volunteer: Volunteer) -> Iterator[Fault]:
    contract = next(one for one in problem.contracts if one.id == volunteer.contract)
    line, past = lines.of(volunteer.id), len(volunteer.history.last)
    shifts = {one.id: one for one in problem.shifts}
    for at in range(max(1, past + problem.frozen_days), len(line)):
        earlier, later = line[at - 1], line[at]
        if earlier != FREE and later != FREE and not _may_follow(problem, shifts[earlier], shifts[later]):
            yield _wrong(
                volunteer, at - past, "休息不足或次日不得接这一班", "too little rest or a forbidden succession"
            )
    for is_rest, limit in ((False, contract.run), (True, contract.rest_run)):
        marks = [(shift == FREE) == is_rest for shift in line]
        yield from _runs(problem, volunteer, contract, marks, limit)
    if contract.nights_running is not None:
        nights = [shift != FREE and shifts[shift].is_night for shift in line]
        yield from _runs(problem, volunteer, contract, nights, Limit(maximum=contract.nights_running))
    yield from _sums(problem, volunteer, contract, line[past:])
    yield from _hard_patterns(problem, volunteer, contract, line)
    absent = {(one.day, one.shift) for one in volunteer.absences}
    for day in range(problem.frozen_days, problem.days):
        shift = line[past + day]
        if shift != FREE and {(day, FREE), (day, shift)} & absent:
            yield _wrong(volunteer, day, "当天不能到岗", "is absent that day")


def _may_follow(problem: Problem, earlier: Shift, later: Shift) -> bool:
    ends = earlier.start_minute + earlier.minutes
    return 24 * 60 + later.start_minute - ends >= problem.rest_minutes and later.id not in earlier.forbidden_next


def _runs(
    problem: Problem, volunteer: Volunteer, contract: Contract, marks: list[bool], limit: Limit
) -> Iterator[Fault]:
    """Hard limits of runs. A run that ended before the first day that is planned is past."""
    past = len(volunteer.history.last)
    open_from = past + problem.frozen_days
    at = 0
    for mark, group in itertools.groupby(marks):
        length = len(list(group))
        start, at = at, at + length
        if not mark:
            continue
        if limit.maximum is not None and limit.over_weight is None and length > limit.maximum and at > open_from:
            yield _wrong(volunteer, start - past, f"连续 {length} 天，最多 {limit.maximum}", "too many days in a row")
        has_start, has_end = start > 0 or contract.is_closed, at < len(marks) or contract.is_closed
        if limit.under_weight is None and length < limit.minimum and has_start and has_end and at >= open_from:
            yield _wrong(volunteer, start - past, f"只连续 {length} 天，至少 {limit.minimum}", "too few days in a row")


def _sums(problem: Problem, volunteer: Volunteer, contract: Contract, line: list[str]) -> Iterator[Fault]:
    minutes = {one.id: one.minutes for one in problem.shifts} | {FREE: 0}
    worked = [shift for shift in line if shift != FREE]
    weekends = len(
        {
            (day + problem.first_weekday) // 7
            - (0 if (day + problem.first_weekday) % 7 >= min(contract.weekend_days) else 1)
            for day, shift in enumerate(line)
            if shift != FREE and (day + problem.first_weekday) % 7 in contract.weekend_days
        }
        if contract.weekend_days
        else ()
    )
    counted = (
        ("minutes", sum(minutes[shift] for shift in line), contract.minutes),
        ("shifts", len(worked), contract.shifts),
        ("weekends", weekends, contract.weekends),
    )
    for name, value, limit in counted:
        if limit.maximum is not None and limit.over_weight is None and value > limit.maximum:
            yield _wrong(volunteer, 0, f"{name} {value} 超过 {limit.maximum}", f"{name} above {limit.maximum}")
        if limit.under_weight is None and value < limit.minimum:
            yield _wrong(volunteer, 0, f"{name} {value} 少于 {limit.minimum}", f"{name} below {limit.minimum}")
    for shift, most in contract.shift_maximum:
        if worked.count(shift) > most:
            yield _wrong(volunteer, 0, f"{shift}班 {worked.count(shift)} 次，最多 {most}", f"too many shifts {shift}")
    if contract.minutes_per_week is not None:
        for start in range(0, len(line), 7):
            spent = sum(minutes[shift] for shift in line[start : start + 7])
            if spent > contract.minutes_per_week:
                yield _wrong(volunteer, start, f"这一周 {spent} 分钟，超过上限", "too many minutes in this week")


def _hard_patterns(problem: Problem, volunteer: Volunteer, contract: Contract, line: list[str]) -> Iterator[Fault]:
    past = len(volunteer.history.last)
    for pattern in contract.patterns:
        size = len(pattern.steps)
        for at in range(len(line) - size + 1):
            on_weekday = pattern.weekday in (None, (at - past + problem.first_weekday) % 7)
            planned = at + size > past + problem.frozen_days
            is_so = all(shift in step for shift, step in zip(line[at : at + size], pattern.steps, strict=True))
            if is_so and pattern.weight is None and on_weekday and planned:
                yield _wrong(volunteer, at - past, "出现了禁止的班次顺序", "a forbidden pattern of shifts")


def _locks(problem: Problem, roster: Roster) -> Iterator[Fault]:
    for lock in problem.locks:
        if lock.day is not None and lock.day < problem.frozen_days:
            continue
        hits = [
            one
            for one in roster.assignments
            if one.volunteer == lock.volunteer
            and one.day >= problem.frozen_days
            and lock.day in (None, one.day)
            and lock.shift in (FREE, one.shift)
            and lock.post in (FREE, one.post)
        ]
        if lock.must and not hits:
            yield Fault("locks", str(lock), "锁定的安排没有排上", "a locked assignment is missing")
        if not lock.must and hits:
            yield Fault("locks", str(lock), f"违反锁定：{hits[0]}", "a lock forbids this assignment")


def _past(problem: Problem, roster: Roster) -> Iterator[Fault]:
    before = {one for one in problem.current if one.day < problem.frozen_days}
    for one in before ^ {one for one in roster.assignments if one.day < problem.frozen_days}:
        yield Fault("assignments", str(one), "已过去的日子不得改动", "days that are frozen must not change")
    if problem.max_changes is not None and changes_between(problem, roster) > problem.max_changes:
        yield Fault("max_changes", str(changes_between(problem, roster)), "改动太多", "too many changes")


def changes_between(problem: Problem, roster: Roster) -> int:
    """Count a person's planned days whose shift is not that of the roster in force."""

    def triples(assignments: tuple[Assignment, ...]) -> dict[tuple[str, int], str]:
        return {(one.volunteer, one.day): one.shift for one in assignments if one.day >= problem.frozen_days}

    now, new = triples(problem.current), triples(roster.assignments)
    return len([key for key in {*now, *new} if now.get(key) != new.get(key)])


def _posts(problem: Problem, roster: Roster) -> Iterator[Fault]:
    people = {one.id: one for one in problem.volunteers}
    standing: dict[tuple[str, int, str], list[Volunteer]] = {}
    for one in roster.assignments:
        if one.day >= problem.frozen_days and one.post:
            standing.setdefault((one.post, one.day, one.shift), []).append(people[one.volunteer])
        elif one.day >= problem.frozen_days and not problem.covers:
            yield Fault("assignments", str(one), "没有写明岗位", "the post is missing")
    for post in problem.posts:
        if post.is_required and post.id not in roster.held_posts:
            yield Fault("held_posts", post.id, "必须守住的岗位没有守住", "a required post is not held")
        wanted = set()
        if post.id in roster.held_posts:
            shifts = post.shifts or tuple(shift.id for shift in problem.shifts)
            days = [day for day in post.days or range(problem.days) if day >= problem.frozen_days]
            wanted = set(itertools.product([post.id], days, shifts))
        there = {key for key in standing if key[0] == post.id}
        for key in there - wanted:
            yield Fault("assignments", str(key), "这个岗位此时不值守", "nobody is asked for here")
        for key in wanted:
            found = standing.get(key, [])
            if len(found) != post.people:
                yield Fault("posts", str(key), f"{len(found)} 人，应为 {post.people} 人", "wrong number of people")
            if sum(one.is_experienced for one in found) < post.experienced:
                yield Fault("posts", str(key), "没有足够的有经验的人", "too few experienced people")
            if post.skill and any(post.skill not in one.skills for one in found):
                yield Fault("posts", str(key), f"有人不会“{post.skill}”", f"someone lacks the skill {post.skill}")
    held_rank = [post.rank for post in problem.posts if post.id in roster.held_posts and not post.is_required]
    free_rank = [post.rank for post in problem.posts if post.id not in roster.held_posts]
    named = {lock.post for lock in problem.locks if lock.must}
    if not named and held_rank and free_rank and min(free_rank) < max(held_rank):
        yield Fault(
            "held_posts", str(min(free_rank)), "先放弃了更重要的岗位", "a more important post was given up first"
        )


def _covers(problem: Problem, roster: Roster) -> Iterator[Fault]:
    count = Counter((one.day, one.shift) for one in roster.assignments if not one.post)
    for cover in problem.covers:
        found = count[cover.day, cover.shift]
        too_few = cover.under_weight is None and found < cover.people
        too_many = cover.over_weight is None and found > cover.people
        if cover.day >= problem.frozen_days and (too_few or too_many):
            yield Fault(
                "covers", f"{cover.day}/{cover.shift}", f"{found} 人，要 {cover.people} 人", "wrong number of people"
            )


def _figures(problem: Problem, roster: Roster, plan: Plan[Roster], lines: Lines) -> Iterator[Fault]:
    points = points_of(problem, roster, lines)
    if plan.objective is None or abs(float(points) - plan.objective) > 1e-6:
        yield Fault("objective", str(plan.objective), f"实为 {points}", f"is {points}")
    if plan.bound is not None and plan.bound > float(points) + 1e-6:
        yield Fault("bound", str(plan.bound), "下界高于实际扣分", "the bound is above the points")
    if plan.status == "optimal" and (plan.bound is None or float(points) - plan.bound > 1e-6):
        yield Fault("status", plan.status, "没有证明最优", "is not proved to be optimal")
    stated = {metric.code: metric.value for metric in plan.metrics}
    if problem.posts and stated.get("posts_held") != len(roster.held_posts):
        yield Fault("metrics.posts_held", str(stated.get("posts_held")), "与班表不符", "is not what the roster holds")
    if problem.current and plan.change_count != changes_between(problem, roster):
        yield Fault("change_count", str(plan.change_count), "与班表不符", "is not what the roster changes")
    minutes = {one.id: one.minutes for one in problem.shifts}
    hours = Counter({one.id: 0 for one in problem.volunteers})
    for one in roster.assignments:
        hours[one.volunteer] += minutes[one.shift]
    for code, value in (("hours_least", min(hours.values())), ("hours_most", max(hours.values()))):
        if code in stated and abs(Fraction(value, 60) - Fraction(stated[code])) > Fraction(1, 1000):
            yield Fault(f"metrics.{code}", str(stated[code]), f"实为 {value / 60:g}", f"is {value / 60:g}")


def _wrong(volunteer: Volunteer, day: int, zh: str, en: str) -> Fault:
    return Fault(f"volunteers.{volunteer.id}", f"day {day}", f"第 {day + 1} 天：{zh}", en)
