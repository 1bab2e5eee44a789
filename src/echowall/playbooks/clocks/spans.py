"""Due times: limits counted from an instant, with pauses left out.

Convention: the day of the start is day 0; a limit of N days ends with the end of day N, written as the midnight that
follows. That instant itself is late. Limits of minutes and hours are exact. A month ends with the end of the same day
of the next month, or of that month's last day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from echowall.playbooks.clocks.calendars import Calendar
from echowall.playbooks.clocks.types import Span
from echowall.playbooks.types import Unit

Pause = tuple[datetime, datetime | None]
"""From, until (None: not ended yet). Lists of pauses are in order and do not overlap."""

_ZERO = timedelta(0)


def month_later(day: date, count: int) -> date:
    """The same day `count` months on, or the last day of that month."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_day(day: date, calendar: Calendar) -> datetime:
    """The midnight that ends the day."""
    following = date.fromordinal(day.toordinal() + 1)
    return datetime(following.year, following.month, following.day, tzinfo=calendar.zone)


def due_without_pauses(base: datetime, span: Span, calendar: Calendar) -> datetime:
    """When a limit that counts from `base` ends if nothing stops it."""
    if span.until is not None:
        return max(base, end_of_day(span.until, calendar))
    unit = span.unit
    if unit is Unit.MINUTE:
        return base + timedelta(minutes=span.amount)
    if unit is Unit.HOUR:
        return base + timedelta(hours=span.amount)
    day = base.astimezone(calendar.zone).date()
    if unit is Unit.MONTH:
        last = month_later(day, span.amount)
    else:
        last = calendar.add_days(day, span.amount, working=unit is Unit.WORKING_DAY)
    due = end_of_day(last, calendar)
    return max(due, base + span.minimum) if span.minimum else due


def advance(
    at: datetime, left: timedelta, pauses: Sequence[Pause], calendar: Calendar, *, working: bool
) -> datetime | None:
    """When `left` has run off since `at`, pauses not counted; None if a pause without end is in the way."""
    for since, until in pauses:
        if until is not None and until <= at:
            continue
        start = max(since, at)
        gap = calendar.elapsed(at, start, working=working)
        if left <= gap:
            break
        if until is None:
            return None
        left -= gap
        at = until
    return calendar.advance(at, left, working=working)


def elapsed(start: datetime, end: datetime, pauses: Sequence[Pause], calendar: Calendar, *, working: bool) -> timedelta:
    """Time that ran between two instants, pauses (and with `working` days off) not counted."""
    if end <= start:
        return _ZERO
    total = calendar.elapsed(start, end, working=working)
    for since, until in pauses:
        since = max(since, start)  # noqa: PLW2901 - the part of the pause that lies inside
        until = end if until is None else min(until, end)  # noqa: PLW2901
        if since < until:
            total -= calendar.elapsed(since, until, working=working)
    return total


def due_at(base: datetime, span: Span, pauses: Sequence[Pause], calendar: Calendar) -> datetime | None:
    """When a limit that counts from `base` ends, moved by the pauses; None while a pause without end holds it."""
    plain = due_without_pauses(base, span, calendar)
    if not pauses or pauses[0][0] >= plain:
        return plain
    working = span.is_working
    return advance(base, calendar.elapsed(base, plain, working=working), pauses, calendar, working=working)


def after(at: datetime, span: Span, pauses: Sequence[Pause], calendar: Calendar) -> datetime | None:
    """`span` later than `at` as running time: a day is 24 hours (of working days, if it counts those)."""
    if span.unit is Unit.MINUTE:
        stretch = timedelta(minutes=span.amount)
    elif span.unit is Unit.HOUR:
        stretch = timedelta(hours=span.amount)
    elif span.unit is Unit.MONTH:
        day = at.astimezone(calendar.zone).date()
        stretch = timedelta(days=(month_later(day, span.amount) - day).days)
    else:
        stretch = timedelta(days=span.amount)
    return advance(at, stretch, pauses, calendar, working=span.is_working)
