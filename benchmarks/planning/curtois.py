"""Reads the shift scheduling instances of Curtois and Qu (text format of schedulingbenchmarks.org) as rosters.

Every rule of theirs is modelled: shift and total minutes limits, shifts that must not follow, consecutive shifts and days
off (the days beyond either end are taken to fit), weekends, days off; points for requests and for cover.
"""

from __future__ import annotations

from echowall.planning.roster.types import (
    Absence,
    Contract,
    Cover,
    Limit,
    Problem,
    Shift,
    Volunteer,
    Wish,
)


def read(text: str) -> Problem:
    """Return the instance as a problem of the roster."""
    parts = _sections(text)
    days = int(parts["SECTION_HORIZON"][0][0])
    contracts, volunteers = [], []
    absent = {row[0]: tuple(Absence(int(day)) for day in row[1:]) for row in parts["SECTION_DAYS_OFF"]}
    for row in parts["SECTION_STAFF"]:
        contracts.append(_contract(row))
        volunteers.append(Volunteer(row[0], row[0], absences=absent.get(row[0], ())))
    shifts = tuple(
        Shift(row[0], minutes=int(row[1]), forbidden_next=tuple(one for one in row[2].split("|") if one))
        for row in parts["SECTION_SHIFTS"]
    )
    wishes = [
        Wish(row[0], int(row[1]), row[2], is_wanted, int(row[3]))
        for name, is_wanted in (("SECTION_SHIFT_ON_REQUESTS", True), ("SECTION_SHIFT_OFF_REQUESTS", False))
        for row in parts.get(name, [])
    ]
    covers = [Cover(int(row[0]), row[1], *map(int, row[2:5])) for row in parts["SECTION_COVER"]]
    return Problem(
        days, shifts, tuple(contracts), tuple(volunteers), covers=tuple(covers), wishes=tuple(wishes), rest_minutes=0
    )


def _sections(text: str) -> dict[str, list[list[str]]]:
    parts: dict[str, list[list[str]]] = {}
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("SECTION_"):
            rows = parts.setdefault(line, [])
        elif line and not line.startswith("#"):
            rows.append([one.strip() for one in line.split(",")])
    return parts


def _contract(row: list[str]) -> Contract:
    most = tuple((name, int(count)) for name, count in (one.split("=") for one in row[1].split("|")))
    longest, least, run, shortest, rest, weekends = map(int, row[2:8])
    return Contract(
        row[0],
        minutes=Limit(least, longest),
        shift_maximum=most,
        run=Limit(shortest, run),
        rest_run=Limit(rest),
        nights_running=None,
        weekends=Limit(0, weekends),
    )
