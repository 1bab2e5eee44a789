"""Reads the instances of the First International Nurse Rostering Competition (INRC-I, 2010; text format) as rosters.

All rules of the competition are modelled. Hard: one shift a day, cover exactly as asked, skills of shifts that no
contract lets others take. Points: assignments, runs of work and of free days, weekends (number in a row, whole, one kind
of shift), no night before a free weekend, unwanted patterns, wishes of days and shifts, a skill that is not one's own.
Runs count as they stand within the period.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from echowall.planning.roster.types import (
    FREE,
    Contract,
    Cover,
    Limit,
    Pattern,
    Problem,
    Shift,
    Volunteer,
    Wish,
)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def read(text: str) -> Problem:
    """Return the instance as a problem of the roster."""
    parts = _sections(text)
    _, first, last = parts["SCHEDULING_PERIOD"][0]
    start, days = dt.date.fromisoformat(first), (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days + 1
    shifts = parts["SHIFT_TYPES"]
    patterns = {row[0]: row for row in (_pattern_row(one) for one in parts["PATTERNS"])}
    kinds = tuple(_shift(row) for row in shifts)
    nights = tuple(shift.id for shift in kinds if shift.is_night)
    every = tuple(shift.id for shift in kinds)
    contracts = [_contract(row, patterns, every, nights) for row in parts["CONTRACTS"]]
    volunteers = [Volunteer(row[0], row[2], row[1], tuple(" ".join(row[4:]).split())) for row in parts["EMPLOYEES"]]
    covers = _covers(parts, start, days)
    wishes = [*_wishes(parts, start), *_other_skills(parts, shifts, days)]
    return Problem(
        days,
        kinds,
        tuple(contracts),
        tuple(volunteers),
        covers=tuple(covers),
        wishes=tuple(wishes),
        first_weekday=start.weekday(),
        rest_minutes=0,
    )


def _sections(text: str) -> dict[str, list[list[str]]]:
    parts: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        title = re.fullmatch(r"([A-Z_]+)\s*(?:=\s*)?\d*;", line)
        if title:
            rows = parts.setdefault(title.group(1), [])
        elif line and not line.startswith("/"):
            rows.append([one.strip() for one in line.rstrip(";").split(",")])
    return parts


def _shift(row: Sequence[str]) -> Shift:
    start, end = (int(clock[:2]) * 60 + int(clock[3:5]) for clock in row[2:4])
    return Shift(row[0], row[1], start, (end - start - 1) % 1440 + 1, is_night=end <= start)


def _pattern_row(row: Sequence[str]) -> list[str]:
    number, weight, rest = row[0], row[1], row[2]
    steps = re.findall(r"\((\w+)\|(\w+)\)", rest)
    return [number, weight, *(f"{what}|{when}" for what, when in steps)]


def _pattern(row: Sequence[str], every: tuple[str, ...]) -> Pattern:
    meant = {"None": (FREE,), "Any": every}
    steps = [one.split("|") for one in row[2:]]
    weekday = None if steps[0][1] == "Any" else WEEKDAYS.index(steps[0][1])
    return Pattern(tuple(meant.get(what, (what,)) for what, _ in steps), weekday, int(row[1]))


def _contract(
    row: Sequence[str], patterns: dict[str, list[str]], every: tuple[str, ...], nights: tuple[str, ...]
) -> Contract:
    limits = [tuple(map(int, one.strip("()").split("|"))) for one in row[3:12]]
    most, least, run_most, run_least, rest_most, rest_least, weekends_most, weekends_least, in_four = limits
    names = re.findall("Friday|Saturday|Sunday|Monday", row[12])
    whole, same, before, after, _ = [tuple(map(int, one.strip("()").split("|"))) for one in row[13:18]]
    unwanted = [_pattern(patterns[name], every) for name in " ".join(row[19:]).split() if name in patterns]
    days = tuple(WEEKDAYS.index(name) for name in names)
    if before[0] and nights:
        free = ((FREE,),) * len(days)
        unwanted.append(Pattern((nights, *free), (days[0] - 1) % 7, before[1]))
    if after[0] and nights:
        other = tuple(one for one in every if one not in nights)
        unwanted += [Pattern((nights, other), None, after[1]), Pattern((nights, (FREE,), other), None, after[1])]
    return Contract(
        row[0],
        shifts=_limit(least, most),
        run=_limit(run_least, run_most),
        rest_run=_limit(rest_least, rest_most),
        nights_running=None,
        weekend_days=days,
        weekends=_limit((0, 0, 0), in_four),
        weekend_run=_limit(weekends_least, weekends_most),
        whole_weekend_weight=whole[1] if whole[0] else 0,
        same_weekend_weight=same[1] if same[0] else 0,
        patterns=tuple(unwanted),
        is_closed=True,
    )


def _limit(least: tuple[int, ...], most: tuple[int, ...]) -> Limit:
    return Limit(
        least[2] if least[0] else 0,
        most[2] if most[0] else None,
        least[1] if least[0] else 0,
        most[1] if most[0] else 0,
    )


def _covers(parts: dict[str, list[list[str]]], start: dt.date, days: int) -> list[Cover]:
    by_weekday = {(row[0], row[1]): int(row[2]) for row in parts["DAY_OF_WEEK_COVER"]}
    by_date = {(row[0], row[1]): int(row[2]) for row in parts.get("DATE_SPECIFIC_COVER", [])}
    covers = []
    for day in range(days):
        date = start + dt.timedelta(day)
        for row in parts["SHIFT_TYPES"]:
            usual = by_weekday.get((WEEKDAYS[date.weekday()], row[0]), 0)
            covers.append(Cover(day, row[0], by_date.get((date.isoformat(), row[0]), usual)))
    return covers


def _wishes(parts: dict[str, list[list[str]]], start: dt.date) -> list[Wish]:
    wishes = []
    for name, is_wanted in (("DAY_OFF_REQUESTS", False), ("DAY_ON_REQUESTS", True)):
        for row in parts.get(name, []):
            day = (dt.date.fromisoformat(row[1]) - start).days
            wishes.append(Wish(row[0], day, FREE, is_wanted, int(row[2])))
    for name, is_wanted in (("SHIFT_OFF_REQUESTS", False), ("SHIFT_ON_REQUESTS", True)):
        for row in parts.get(name, []):
            day = (dt.date.fromisoformat(row[1]) - start).days
            wishes.append(Wish(row[0], day, row[2], is_wanted, int(row[3])))
    return wishes


def _other_skills(parts: dict[str, list[list[str]]], shifts: list[list[str]], days: int) -> list[Wish]:
    weights = {}
    for row in parts["CONTRACTS"]:
        is_on, weight = map(int, row[17].strip("()").split("|"))
        weights[row[0]] = weight if is_on else 0
    wishes = []
    for person in parts["EMPLOYEES"]:
        for row in shifts:
            if weights[person[2]] and not set(" ".join(row[5:]).split()) <= set(" ".join(person[4:]).split()):
                wishes += [Wish(person[0], day, row[0], False, weights[person[2]]) for day in range(days)]
    return wishes
