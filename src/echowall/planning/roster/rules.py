"""Everything in a roster's input that cannot be meant, all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from echowall.planning.documents import Fault
from echowall.planning.roster.types import FREE, Contract, Limit, Problem


def faults_of(problem: Problem) -> list[Fault]:
    """Return every fault with its place: unknown ids, days outside the period, limits that exclude everything."""
    return [
        *_shape(problem),
        *_doubles(problem),
        *_shifts(problem),
        *_contracts(problem),
        *_posts(problem),
        *_people(problem),
        *_wanted(problem),
        *_current(problem),
    ]


def _shape(problem: Problem) -> Iterator[Fault]:
    if not 1 <= problem.days <= 400:
        yield Fault("days", str(problem.days), "要在 1 到 400 之间", "must be between 1 and 400")
    if not 0 <= problem.first_weekday <= 6:
        yield Fault("first_weekday", str(problem.first_weekday), "0（周一）到 6（周日）", "0 (Monday) to 6 (Sunday)")
    if not 0 <= problem.frozen_days <= problem.days:
        yield Fault("frozen_days", str(problem.frozen_days), "不能超过天数", "must not exceed the days")
    for name in ("shifts", "contracts", "volunteers"):
        if not getattr(problem, name):
            yield Fault(name, "", "至少要有一个", "needs at least one")
    for name in ("rest_minutes", "change_weight"):
        if getattr(problem, name) < 0:
            yield Fault(name, str(getattr(problem, name)), "不能小于 0", "must not be negative")
    fairness = problem.fairness
    for name in ("shift_weight", "night_weight", "weekend_weight"):
        if getattr(fairness, name) < 0:
            yield Fault(f"fairness.{name}", str(getattr(fairness, name)), "不能小于 0", "must not be negative")
    if fairness.shift_minutes < 1:
        yield Fault("fairness.shift_minutes", str(fairness.shift_minutes), "至少 1 分钟", "at least 1 minute")
    if fairness.tolerance < 0:
        yield Fault("fairness.tolerance", str(fairness.tolerance), "不能小于 0", "must not be negative")


def _doubles(problem: Problem) -> Iterator[Fault]:
    for name in ("shifts", "contracts", "volunteers", "posts"):
        counts = Counter(one.id for one in getattr(problem, name))
        for number, one in enumerate(getattr(problem, name)):
            if not one.id:
                yield Fault(f"{name}.{number}.id", one.id, "编号不能为空", "the id must not be empty")
            elif counts[one.id] > 1:
                yield Fault(f"{name}.{number}.id", one.id, "编号重复", "this id occurs more than once")
    covers = Counter((cover.day, cover.shift) for cover in problem.covers)
    for number, cover in enumerate(problem.covers):
        if covers[cover.day, cover.shift] > 1:
            yield Fault(f"covers.{number}", f"{cover.day}/{cover.shift}", "同一天同一班重复", "occurs more than once")


def _unknown(place: str, value: str, known: Iterable[str], *, allows_empty: bool = False) -> Iterator[Fault]:
    if value not in known and not (allows_empty and value == FREE):
        yield Fault(place, value, "没有这个编号", "no such id")


def _day(problem: Problem, place: str, day: int) -> Iterator[Fault]:
    if not 0 <= day < problem.days:
        yield Fault(place, str(day), f"要在 0 到 {problem.days - 1} 之间", f"must be between 0 and {problem.days - 1}")


def _shifts(problem: Problem) -> Iterator[Fault]:
    known = {shift.id for shift in problem.shifts}
    for number, shift in enumerate(problem.shifts):
        if not 1 <= shift.minutes <= 1440:
            yield Fault(f"shifts.{number}.minutes", str(shift.minutes), "1 到 1440 分钟", "1 to 1440 minutes")
        if not 0 <= shift.start_minute < 1440:
            yield Fault(f"shifts.{number}.start_minute", str(shift.start_minute), "0 到 1439", "0 to 1439")
        for other in shift.forbidden_next:
            yield from _unknown(f"shifts.{number}.forbidden_next", other, known)


def _contracts(problem: Problem) -> Iterator[Fault]:
    known = {shift.id for shift in problem.shifts}
    for number, contract in enumerate(problem.contracts):
        place = f"contracts.{number}"
        for name in ("minutes", "shifts", "run", "rest_run", "weekends", "weekend_run"):
            yield from _limit(f"{place}.{name}", getattr(contract, name))
        yield from _unmodelled(place, contract)
        for shift, most in contract.shift_maximum:
            yield from _unknown(f"{place}.shift_maximum", shift, known)
            if most < 0:
                yield Fault(f"{place}.shift_maximum", f"{shift}={most}", "不能小于 0", "must not be negative")
        for at, pattern in enumerate(contract.patterns):
            if not pattern.steps:
                yield Fault(f"{place}.patterns.{at}.steps", "", "至少要有一步", "needs at least one step")
            for step in pattern.steps:
                for shift in step:
                    yield from _unknown(f"{place}.patterns.{at}", shift, known, allows_empty=True)


def _unmodelled(place: str, contract: Contract) -> Iterator[Fault]:
    run = contract.weekend_run
    if run.minimum > 1 and run.under_weight is None:
        yield Fault(
            f"{place}.weekend_run.under_weight",
            str(run.minimum),
            "连续周末的最少数只能计分，不能是硬规则：请给出 under_weight",
            "the least weekends in a row can only cost points: give under_weight",
        )


def _limit(place: str, limit: Limit) -> Iterator[Fault]:
    if limit.minimum < 0:
        yield Fault(f"{place}.minimum", str(limit.minimum), "不能小于 0", "must not be negative")
    if limit.maximum is not None and limit.maximum < limit.minimum:
        yield Fault(f"{place}.maximum", str(limit.maximum), "小于最少数", "is below the minimum")
    for name in ("under_weight", "over_weight"):
        weight = getattr(limit, name)
        if weight is not None and weight < 0:
            yield Fault(f"{place}.{name}", str(weight), "不能小于 0", "must not be negative")


def _posts(problem: Problem) -> Iterator[Fault]:
    known = {shift.id for shift in problem.shifts}
    for number, post in enumerate(problem.posts):
        place = f"posts.{number}"
        for shift in post.shifts:
            yield from _unknown(f"{place}.shifts", shift, known)
        for day in post.days:
            yield from _day(problem, f"{place}.days", day)
        if post.people < 1:
            yield Fault(f"{place}.people", str(post.people), "至少 1 人", "at least 1")
        if not 0 <= post.experienced <= post.people:
            yield Fault(f"{place}.experienced", str(post.experienced), "不能多于人数", "must not exceed people")
    for number, cover in enumerate(problem.covers):
        place = f"covers.{number}"
        yield from _day(problem, f"{place}.day", cover.day)
        yield from _unknown(f"{place}.shift", cover.shift, known)
        if cover.people < 0:
            yield Fault(f"{place}.people", str(cover.people), "不能小于 0", "must not be negative")
        for name in ("under_weight", "over_weight"):
            if (getattr(cover, name) or 0) < 0:
                yield Fault(f"{place}.{name}", str(getattr(cover, name)), "不能小于 0", "must not be negative")


def _people(problem: Problem) -> Iterator[Fault]:
    contracts = {contract.id for contract in problem.contracts}
    shifts = {shift.id for shift in problem.shifts}
    for number, volunteer in enumerate(problem.volunteers):
        place = f"volunteers.{number}"
        yield from _unknown(f"{place}.contract", volunteer.contract, contracts)
        for absence in volunteer.absences:
            yield from _day(problem, f"{place}.absences", absence.day)
            yield from _unknown(f"{place}.absences", absence.shift, shifts, allows_empty=True)
        for shift in volunteer.history.last:
            yield from _unknown(f"{place}.history.last", shift, shifts, allows_empty=True)
        for name in ("minutes", "nights", "weekends"):
            if getattr(volunteer.history, name) < 0:
                value = str(getattr(volunteer.history, name))
                yield Fault(f"{place}.history.{name}", value, "不能小于 0", "must not be negative")


def _wanted(problem: Problem) -> Iterator[Fault]:
    people = {volunteer.id for volunteer in problem.volunteers}
    shifts = {shift.id for shift in problem.shifts}
    posts = {post.id for post in problem.posts}
    for number, wish in enumerate(problem.wishes):
        place = f"wishes.{number}"
        yield from _unknown(f"{place}.volunteer", wish.volunteer, people)
        yield from _unknown(f"{place}.shift", wish.shift, shifts, allows_empty=True)
        yield from _day(problem, f"{place}.day", wish.day)
        if wish.weight < 0:
            yield Fault(f"{place}.weight", str(wish.weight), "不能小于 0", "must not be negative")
    for number, lock in enumerate(problem.locks):
        place = f"locks.{number}"
        yield from _unknown(f"{place}.volunteer", lock.volunteer, people)
        yield from _unknown(f"{place}.shift", lock.shift, shifts, allows_empty=True)
        yield from _unknown(f"{place}.post", lock.post, posts, allows_empty=True)
        if lock.day is not None:
            yield from _day(problem, f"{place}.day", lock.day)
        elif lock.must:
            yield Fault(f"{place}.day", "", "“必须”要写明哪一天", "must: name the day")


def _current(problem: Problem) -> Iterator[Fault]:
    people = {volunteer.id for volunteer in problem.volunteers}
    shifts = {shift.id for shift in problem.shifts}
    posts = {post.id for post in problem.posts}
    twice = Counter((one.volunteer, one.day) for one in problem.current)
    for number, one in enumerate(problem.current):
        place = f"current.{number}"
        yield from _unknown(f"{place}.volunteer", one.volunteer, people)
        yield from _unknown(f"{place}.shift", one.shift, shifts)
        yield from _unknown(f"{place}.post", one.post, posts, allows_empty=True)
        yield from _day(problem, f"{place}.day", one.day)
        if twice[one.volunteer, one.day] > 1:
            yield Fault(place, one.volunteer, "同一人同一天排了两班", "two shifts of one person on one day")
    if problem.max_changes is not None and problem.max_changes < 0:
        yield Fault("max_changes", str(problem.max_changes), "不能小于 0", "must not be negative")
