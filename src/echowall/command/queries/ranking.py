"""Rankings of teams and communities by the three rates, and how each moved since the period before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem
from echowall.matters.models import Matter
from echowall.matters.registers import MARKS

from ..figures import FIGURES, SPLITS
from ..rankings import Rate, score
from ..settings import value_in_force
from .composing import value_names
from .counting import Period, query_of, rows_address

RATES = ("response_rate", "solution_rate", "satisfaction_rate")


@dataclass(frozen=True, slots=True)
class RankedRate:
    """One rate of a line, with the addresses of the rows counted and of those it is out of."""

    code: str
    rate: Rate
    url: str
    whole_url: str


@dataclass(slots=True)
class Line:
    """One team or community. ``place`` is None where it rests on too little to be ranked; ``moved`` counts places up."""

    value: str
    name: str
    rates: list[RankedRate]
    score: float | None
    place: int | None = None
    moved: int | None = None


def _marks(query: dict[str, str] | Any) -> Q:
    condition = Q()
    for mark in query.get("mark", "").split(","):
        condition &= MARKS[mark][1]
    return condition


def _rates(by: str, period: Period) -> dict[str, dict[str, Rate]]:
    """Return the rates by value of ``by`` in one pass over the period's matters, by the figures' own conditions."""
    assert period.since is not None and period.until is not None  # noqa: S101, PT018 - checked by the caller; for the type checker
    column = SPLITS[by][1]
    sums: dict[str, Any] = {}
    for code in RATES:
        figure = FIGURES[code]
        sums[f"{code}_n"] = Count("id", filter=_marks(figure.query))
        sums[f"{code}_hits"] = Count("id", filter=_marks(figure.part))
    grouped = (
        Matter.objects.filter(
            opened_at__gte=clock.midnight(period.since), opened_at__lt=clock.midnight(period.until + timedelta(days=1))
        )
        .order_by()
        .values(column)
        .annotate(**sums)
    )
    return {
        str(row[column] or ""): {code: Rate(row[f"{code}_hits"], row[f"{code}_n"]) for code in RATES} for row in grouped
    }


def ranking(actor: Actor, by: str, period: Period, *, language: str = "zh") -> list[Line]:
    """Return teams or communities, the best first, those with too small a number last; ``by`` is team or community.

    Raises:
        InvalidInput: ``ranking_unknown``, ``period_missing``.
        NotPermitted: the actor may not see matters.
    """
    actor.require("matters.see")
    if by not in {"team", "community"}:
        raise InvalidInput(Problem("ranking_unknown", _("只能按专班或社区排名"), place="by", value=by))
    if period.since is None or period.until is None or period.since > period.until:
        raise InvalidInput(Problem("period_missing", _("请填写起止日期，开始不晚于结束"), place="since"))
    weights = {code: float(value_in_force(f"weight_{code.removesuffix('_rate')}", period.until)) for code in RATES}
    at_least = int(value_in_force("ranking_at_least", period.until))
    days = (period.until - period.since).days + 1
    before = Period(period.since - timedelta(days=days), period.until - timedelta(days=days))
    now, then = _rates(by, period), _rates(by, before)
    names = value_names(by, [value for value in now if value], language)
    lines = [
        Line(
            value, names.get(value, value), _ranked(rates, by, value, period), score(rates, weights, at_least=at_least)
        )
        for value, rates in now.items()
        if value
    ]
    earlier = _places({v: score(r, weights, at_least=at_least) for v, r in then.items() if v})
    places = _places({line.value: line.score for line in lines})
    for line in lines:
        line.place = places.get(line.value)
        was = earlier.get(line.value)
        line.moved = was - line.place if was is not None and line.place is not None else None
    return sorted(lines, key=lambda one: (one.place is None, one.place or 0, one.name))


def _places(scores: dict[str, float | None]) -> dict[str, int]:
    """Return the place of each that has a score; equal scores share a place."""
    known = sorted((s for s in scores.values() if s is not None), reverse=True)
    return {value: known.index(s) + 1 for value, s in scores.items() if s is not None}


def _ranked(rates: dict[str, Rate], by: str, value: str, period: Period) -> list[RankedRate]:
    shown = []
    for code in RATES:
        figure = FIGURES[code]
        whole = query_of(figure, figure.query, period, {by: value})
        shown.append(
            RankedRate(
                code, rates[code], rows_address("matters", {**whole, **figure.part}), rows_address("matters", whole)
            )
        )
    return shown
