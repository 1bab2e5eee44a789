"""Calendars: which day is a working day, and counting with them.

China's State Council announces each year's holidays and make-up workdays in the autumn before. The package
`chinesecalendar` carries them (2004 to 2026 in version 1.11); a year it lacks can be added from a file as soon as it is
announced. A year that is in neither is a named error: guessing it would move deadlines.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Protocol

from chinese_calendar import constants

from echowall.playbooks.errors import CalendarEnds, PlaybookInvalid, Said
from echowall.playbooks.yaml_source import Section, parse_yaml, top_section

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Fixed offset: Shanghai has had no summer time since 1991, so that arithmetic inside the zone is elapsed time."""

DAY = timedelta(days=1)
_ZERO = timedelta(0)


class Calendar(Protocol):
    """Working days of one country and the time zone in which days begin."""

    zone: tzinfo

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day. Raises CalendarEnds for a year that is not known."""

    def add_days(self, day: date, count: int, *, working: bool) -> date:
        """The `count`-th calendar or working day after `day` (day 0); 0 working days: the first from `day` on."""

    def elapsed(self, start: datetime, end: datetime, *, working: bool) -> timedelta:
        """Time from start to end; with `working`, only the hours of working days (each has 24)."""

    def advance(self, start: datetime, span: timedelta, *, working: bool) -> datetime:
        """The earliest instant at which `span` has elapsed since `start`."""


class YearTable:
    """Working days of consecutive years as sorted day numbers, so that counting is two look-ups."""

    def __init__(self, first: int, last: int, holidays: set[date], workdays: set[date]) -> None:
        """All days of the years `first` to `last`; `workdays` are worked whatever the weekday."""
        self.first = date(first, 1, 1).toordinal()
        self.last = date(last, 12, 31).toordinal()
        days: list[int] = []
        before: list[int] = []
        for number in range(self.first, self.last + 1):
            before.append(len(days))
            day = date.fromordinal(number)
            if day in workdays or (day.weekday() < 5 and day not in holidays):
                days.append(number)
        before.append(len(days))
        self.days = days
        self.before = before
        """`before[i]`: working days earlier than day number `first + i`."""


class ChineseCalendar:
    """Mainland China with statutory holidays and make-up workdays (调休)."""

    def __init__(self, added_years: Mapping[int, tuple[set[date], set[date]]] | None = None) -> None:
        """`added_years` maps a year to (days off on weekdays, weekend days worked); it may replace a packaged year."""
        holidays, workdays = set(constants.holidays), set(constants.workdays)
        years = {day.year for day in holidays}
        for year, (off, worked) in (added_years or {}).items():
            holidays = {d for d in holidays if d.year != year} | off
            workdays = {d for d in workdays if d.year != year} | worked
            years.add(year)
        first = min(years)
        last = first
        while last + 1 in years:
            last += 1
        self.zone: tzinfo = SHANGHAI
        self.last_year = last
        self.first_year = first
        self._table = YearTable(first, last, holidays, workdays)

    def _index(self, number: int) -> int:
        table = self._table
        if not table.first <= number <= table.last:
            year = date.fromordinal(number).year
            raise CalendarEnds(
                f"没有 {year} 年的放假调休安排（现有 {self.first_year}—{self.last_year} 年），无法计算工作日；"
                f"请按国务院办公厅通知把 {year} 年写入工作日历文件，或升级 chinesecalendar。",
                f"The working-day calendar of {year} is not known (known: {self.first_year} to {self.last_year}); "
                f"add {year} to the calendar file from the State Council's notice, or upgrade chinesecalendar.",
            )
        return number - table.first

    def is_working_day(self, day: date) -> bool:
        """See `Calendar`."""
        i = self._index(day.toordinal())
        return self._table.before[i + 1] > self._table.before[i]

    def add_days(self, day: date, count: int, *, working: bool) -> date:
        """See `Calendar`."""
        if not working:
            return date.fromordinal(day.toordinal() + count)
        i = self._index(day.toordinal())
        table = self._table
        rank = table.before[i + 1] + count - 1 if count else table.before[i]
        if rank >= len(table.days):
            self._index(table.last + 1)
        return date.fromordinal(table.days[rank])

    def elapsed(self, start: datetime, end: datetime, *, working: bool) -> timedelta:
        """See `Calendar`."""
        return self._worked(end) - self._worked(start) if working else end - start

    def advance(self, start: datetime, span: timedelta, *, working: bool) -> datetime:
        """See `Calendar`."""
        if not working or not span:
            return start + span
        goal = self._worked(start) + span
        rank, rest = divmod(goal, DAY)
        if not rest:
            rank, rest = rank - 1, DAY
        if rank >= len(self._table.days):
            self._index(self._table.last + 1)
        day = date.fromordinal(self._table.days[rank])
        return datetime(day.year, day.month, day.day, tzinfo=self.zone) + rest

    def _worked(self, at: datetime) -> timedelta:
        local = at.astimezone(self.zone)
        i = self._index(local.toordinal())
        before = self._table.before
        if before[i + 1] == before[i]:
            return timedelta(before[i])
        # Days, seconds, microseconds by position: made 40 times a matter, and names cost as much as the sum.
        return timedelta(before[i], local.hour * 3600 + local.minute * 60 + local.second, local.microsecond)

    def working_days_between(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both included."""
        self._index(first.toordinal())
        self._index(last.toordinal())
        days = self._table.days
        return bisect_left(days, last.toordinal() + 1) - bisect_left(days, first.toordinal())


def read_years(path: Path) -> dict[int, tuple[set[date], set[date]]]:
    """Years for `ChineseCalendar(added_years=…)` from a file with `years: [{year, source, holidays, workdays}]`.

    Raises:
        PlaybookInvalid: with every mistake in the file.
    """
    document = parse_yaml(path.name, path.read_bytes())
    top = top_section(document)
    years: dict[int, tuple[set[date], set[date]]] = {}
    for entry in top.sections("years") if top else ():
        entry.known("year", "source", "holidays", "workdays")
        year = entry.get("year", int, example="2027")
        entry.text("source", example="国务院办公厅通知文号")
        if year is not None:
            years[year] = (_days(entry, "holidays", year), _days(entry, "workdays", year))
    if document.problems:
        raise PlaybookInvalid(path.name, document.problems)
    return years


def _days(entry: Section, key: str, year: int) -> set[date]:
    days: set[date] = set()
    for i, day in enumerate(entry.get(key, list, example=f"[{year}-01-01]") or ()):
        if isinstance(day, date) and day.year == year:
            days.add(day)
        else:
            entry.document.report(
                (*entry.path, key, i),
                "day_not_of_year",
                Said(f"不是 {year} 年的日期。", f"Not a date of {year}."),
                Said(f"写成 {year}-月-日。", f"Write {year}-MM-DD."),
                day,
            )
    return days
