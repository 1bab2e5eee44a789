"""What a register is: columns, filters, order, search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from ..actors import Actor
from ..clock import day_of, midnight
from ..errors import Problem

if TYPE_CHECKING:
    from .taking_in import TakeIn

Rows = QuerySet[Any, Any]
Choices = Sequence[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it says of a row, and how.

    ``kind`` is text, number, instant, date, urgency, intent, band, clock (value = (state, due_at)), state or long;
    ``sort`` the model field to sort by, "" for none; ``width`` is of the Excel column in letters.
    """

    name: str
    title: object
    value: Callable[[Any], Any]
    kind: str = "text"
    sort: str = ""
    width: int = 14
    in_list: bool = True


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: a name in the address, a title, the choices (for the actor), and what it does to the rows.

    ``apply`` gets the rows and the given text and raises ``ValueError(why)`` for text it cannot use.
    """

    name: str
    title: object
    apply: Callable[[Rows, str], Rows]
    kind: str = "choice"  # choice, date, text, place, hidden (not drawn; used by addresses that figures lead to)
    choices: Callable[[Actor], Choices] | None = None
    say: Callable[[str], object] | None = None  # how a hidden filter's value is called on the page


@dataclass(frozen=True, slots=True)
class Register:
    """A register. ``base`` gives the rows an actor may ever see here; row-level security stands behind it anyway.

    ``order_in`` may name another order for the filters given (a queue that is worked off), for who asks for none.
    ``has_view`` tells that the table has an ``rls.SeenView``, by which the rows of whoever sees few are counted.
    """

    name: str
    title: object
    permission: str
    base: Callable[[Actor], Rows]
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    order: str = "-id"
    order_in: Callable[[Mapping[str, str]], Sequence[Any]] | None = None
    search: Callable[[Rows, str], Rows] | None = None
    link: Callable[[Any], str] | None = None
    tone: Callable[[Any], str] | None = None  # css class of a row that stands out
    empty: object = ""
    has_view: bool = False
    takes_in: TakeIn | None = None  # what may be changed in its Excel file and taken back
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the register findable by name, for saved views and exports."""
        _registers[self.name] = self


_registers: dict[str, Register] = {}


def find(name: str) -> Register:
    """Return the register with this name.

    Raises:
        KeyError: there is none.
    """
    return _registers[name]


def known_registers() -> tuple[str, ...]:
    """Return the names of all registers, for the route walk and the documentation."""
    return tuple(sorted(_registers))


def choice_filter(
    name: str, title: object, column: str, choices: Callable[[Actor], Choices] | Choices, *, lookup: str = ""
) -> Filter:
    """Return a filter ``column = given``; several values parted by commas are any of them.

    A value outside the choices is refused, so that a mistyped address never shows everything.
    """

    def allowed(actor: Actor) -> Choices:
        return choices(actor) if callable(choices) else choices

    def apply(rows: Rows, text: str) -> Rows:
        values = [v for v in text.split(",") if v]
        return rows.filter(**{f"{column}{lookup or '__in'}": values if not lookup else values[0]})

    return Filter(name, title, apply, "choice", allowed)


def mark_filter(name: str, title: object, marks: Mapping[str, tuple[object, Q]]) -> Filter:
    """Return a hidden filter by named conditions: every mark given (parted by commas) must hold.

    Each mark is what it is called and its condition; a figure and the list behind it name the same marks.
    """

    def apply(rows: Rows, text: str) -> Rows:
        for mark in text.split(","):
            rows = rows.filter(marks[mark][1])
        return rows

    def say(text: str) -> str:
        return "、".join(str(marks[mark][0]) for mark in text.split(",") if mark in marks)

    return Filter(name, title, apply, "hidden", lambda _actor: [(k, v[0]) for k, v in marks.items()], say)


def day_start(text: str) -> datetime:
    """Return midnight (Asia/Shanghai) of an ISO date.

    Raises:
        ValueError: not a date between 1900 and 2200.
    """
    return midnight(day_of(text))


def date_filter(name: str, title: object, column: str, *, until: bool = False) -> Filter:
    """Return a filter by day: from the beginning of the day given, or with ``until`` up to its end."""

    def apply(rows: Rows, text: str) -> Rows:
        if until:
            return rows.filter(**{f"{column}__lt": day_start(text) + timedelta(days=1)})
        return rows.filter(**{f"{column}__gte": day_start(text)})

    return Filter(name, title, apply, "date")


def filter_problem(item: Filter, text: str, why: str) -> Problem:
    """Return the problem of a filter value that cannot be used."""
    return Problem("filter_invalid", why, place=str(item.title), value=text)
