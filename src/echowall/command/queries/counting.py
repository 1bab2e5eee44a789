"""Counting: the value of a figure, with the queries whose rows it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Aggregate, DurationField, ExpressionWrapper, F
from django.urls import reverse
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem
from echowall.kernel.register.definition import Rows
from echowall.kernel.register.listing import listing_for
from echowall.matters.registers import MATTERS
from echowall.voices.registers import MESSAGES

from ..figures import FIGURES, Figure

REGISTERS = {"messages": MESSAGES, "matters": MATTERS}
LISTS = {"messages": "command:messages", "matters": "matters:list"}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included; None means without end on that side."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted figure.

    ``value`` is a count, a share (0 to 1, None when ``n`` is 0) or hours; ``n`` is how many rows it is made of;
    ``query`` lists the rows counted, ``whole`` the rows a rate is out of ("" for others); both are filters of the register.
    """

    code: str
    value: float | None
    n: int
    query: dict[str, str]
    whole: dict[str, str]

    @property
    def figure(self) -> Figure:
        """The definition."""
        return FIGURES[self.code]

    @property
    def text(self) -> str:
        """The value as people read it: 207, 96.1%, 3.5."""
        if self.value is None:
            return "—"
        if self.figure.kind == "rate":
            return f"{self.value * 100:.1f}%"
        return f"{self.value:.1f}" if self.figure.kind == "median" else f"{int(self.value)}"

    @property
    def url(self) -> str:
        """The address of the rows counted."""
        return rows_address(self.figure.register, self.query)

    @property
    def whole_url(self) -> str:
        """The address of the rows that a rate is out of, or ""."""
        return rows_address(self.figure.register, self.whole) if self.whole else ""


class Median(Aggregate):
    """The middle value (``percentile_cont(0.5)``)."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def rows_address(register: str, query: Mapping[str, str]) -> str:
    """Return the address of a register's list narrowed by ``query``."""
    return f"{reverse(LISTS[register])}?{urlencode(query)}"


def rows_of(register: str, query: Mapping[str, str], actor: Actor) -> Rows:
    """Return the rows that the list at this query shows, all of them.

    Raises:
        NotPermitted, InvalidInput: as ``listing_for``.
    """
    return listing_for(REGISTERS[register], actor, query).rows.order_by()


def query_of(figure: Figure, base: Mapping[str, str], period: Period, also: Mapping[str, str]) -> dict[str, str]:
    """Return the whole query: the figure's filters, the period where it has one, and what narrows it further.

    Where both name the same filter (a figure of certain intents, split by intent), the narrower one stands, and a value
    the figure does not count gives rows that cannot be: an ``InvalidInput`` is raised rather than a false number.
    """
    dates = {}
    if figure.period:
        if period.since:
            dates[figure.period[0]] = period.since.isoformat()
        if period.until:
            dates[figure.period[1]] = period.until.isoformat()
    clash = [k for k, v in also.items() if k in base and not set(v.split(",")) <= set(base[k].split(","))]
    if clash:
        raise InvalidInput(
            Problem("figure_narrowed_wrongly", _("这个数不含这样的记录"), place=clash[0], value=also[clash[0]])
        )
    return {**base, **dates, **also}


def count(code: str, actor: Actor, period: Period, also: Mapping[str, str] | None = None) -> Counted:
    """Count one figure for a period, narrowed further by ``also`` (filters of its register, such as community).

    Raises:
        InvalidInput: ``figure_unknown``, or a filter that cannot be used.
        NotPermitted: the actor may not see the register.
    """
    figure = FIGURES.get(code)
    if figure is None:
        raise InvalidInput(
            Problem("figure_unknown", _("没有这个数"), place="figure", value=code, fix="、".join(FIGURES))
        )
    whole = query_of(figure, figure.query, period, also or {})
    rows = rows_of(figure.register, whole, actor)
    if figure.kind == "rate":
        part = {**whole, **figure.part}
        n = rows.count()
        hits = rows_of(figure.register, part, actor).count()
        return Counted(code, hits / n if n else None, n, part, whole)
    if figure.kind == "median":
        start, end = figure.span
        lasted = ExpressionWrapper(F(end) - F(start), output_field=DurationField())
        found: dict[str, Any] = rows.aggregate(middle=Median(lasted))
        n = rows.count()
        return Counted(code, found["middle"].total_seconds() / 3600 if found["middle"] else None, n, whole, {})
    n = rows.count()
    return Counted(code, float(n), n, whole, {})
