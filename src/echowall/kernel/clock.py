"""The one place that reads the time. Everything else is given ``at`` or calls ``now()`` here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_fixed: ContextVar[datetime | None] = ContextVar("fixed_now", default=None)


def now() -> datetime:
    """Return the present instant, aware, in UTC; inside ``fixed()`` the instant that was set there."""
    return _fixed.get() or datetime.now(UTC)


def local(at: datetime) -> datetime:
    """Return ``at`` on the wall clock of the users (Asia/Shanghai)."""
    return at.astimezone(SHANGHAI)


def today(at: datetime | None = None) -> date:
    """Return the calendar date of the users at ``at`` (default: now)."""
    return local(at or now()).date()


def midnight(on: date) -> datetime:
    """Return the instant at which the day ``on`` begins for the users."""
    return datetime.combine(on, time(), SHANGHAI)


def day_of(text: str) -> date:
    """Return the calendar date written as ``2022-05-03``, for figures and filters.

    Raises:
        ValueError: not a date, or outside 1900 to 2200, where reckoning with it leaves what a date can hold.
    """
    on = date.fromisoformat(text)
    if not 1900 <= on.year <= 2200:
        raise ValueError(f"{text!r} lies outside 1900 to 2200")
    return on


@contextmanager
def fixed(at: datetime) -> Iterator[None]:
    """Hold the clock at ``at`` (aware) inside the block: for tests and for replaying a recorded week.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"fixed() needs an aware instant, got {at!r}: add tzinfo, e.g. SHANGHAI")
    token = _fixed.set(at)
    try:
        yield
    finally:
        _fixed.reset(token)
