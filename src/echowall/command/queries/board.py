"""The board: what stands now and what came in the last days, in two passes over two small index ranges.

The first pass reads the matters that are open, the second those opened in the last days; both group in the database, so
that what comes back is a few thousand rows however many matters there are. Everything the board shows of matters is
added up from these groups; each number carries the query of its rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.clock import SHANGHAI
from echowall.matters.models import Matter
from echowall.matters.models.matters import OPEN_STATES
from echowall.voices.models import Message

TREND_DAYS = 14


@dataclass(frozen=True, slots=True)
class Share:
    """One bar: the value of the filter, how many, and the query of the rows."""

    value: str
    count: int
    query: dict[str, str]


@dataclass(slots=True)
class Snapshot:
    """What the board shows, as plain values that can be kept: no rows, no names of people."""

    as_of: datetime
    tiles: dict[str, int]
    open_by: dict[str, list[Share]]
    came_by: dict[str, list[Share]]
    days: list[date]
    opened_on: list[int]
    closed_on: list[int]
    heard_on: list[int]
    trend_queries: list[dict[str, str]] = field(default_factory=list)


def snapshot(actor: Actor, at: datetime) -> Snapshot:
    """Return the board of what the present scope sees at ``at``; its numbers are those of the figures of these names."""
    actor.require("matters.see")
    today = clock.today(at)
    days = [today - timedelta(days=back) for back in range(TREND_DAYS - 1, -1, -1)]
    begin = clock.midnight(days[0])
    standing = Matter.objects.filter(state__in=OPEN_STATES).order_by()
    came = Matter.objects.filter(opened_at__gte=begin).exclude(state__in=("merged", "cancelled")).order_by()
    # Several passes with few groups each: one with all of them would have as many groups as rows.
    chain = _groups(standing, "state", "colour", "urgency")
    where = _groups(standing, "topic", "community_path")
    recent = came.filter(opened_at__gte=clock.midnight(days[-7]))
    who, what = _groups(recent, "channel", "intent"), _groups(recent, "topic", "community_path")
    heard = _per_day(Message.objects.filter(said_at__gte=begin), "said_at")
    closed = _per_day(Matter.objects.filter(closed_at__gte=begin, state__in=("closed", "evaluated")), "closed_at")
    opened = _per_day(came, "opened_at")
    week = {"since": (today - timedelta(days=6)).isoformat(), "mark": "valid"}
    return Snapshot(
        as_of=at,
        tiles=_tiles(chain)
        | {"received": heard[today], "opened": opened[today], "closed": closed[today]}
        | _waiting_messages(),
        open_by={
            name: _shares(groups, name, {"standing": "open"})
            for name, groups in (("colour", chain), ("urgency", chain), ("topic", where), ("community", where))
        },
        came_by={
            name: _shares(groups, name, week)
            for name, groups in (("channel", who), ("intent", who), ("topic", what), ("community", what))
        },
        days=days,
        opened_on=[opened[day] for day in days],
        closed_on=[closed[day] for day in days],
        heard_on=[heard[day] for day in days],
        trend_queries=[{"since": d.isoformat(), "until": d.isoformat(), "mark": "valid"} for d in days],
    )


def _groups(rows: Any, *columns: str) -> list[dict[str, Any]]:
    return list(rows.values(*columns).annotate(n=Count("*")))


def _tiles(standing: Sequence[dict[str, Any]]) -> dict[str, int]:
    def total(holds: Callable[[dict[str, Any]], bool]) -> int:
        return sum(row["n"] for row in standing if holds(row))

    return {
        "in_hand": total(lambda r: True),
        "overdue": total(lambda r: r["colour"] == "red"),
        "amber": total(lambda r: r["colour"] == "amber"),
        "suspended": total(lambda r: r["state"] == "suspended"),
        "to_call_back": total(lambda r: r["state"] == "checked"),
        "critical_waiting": total(
            lambda r: r["urgency"] == "critical" and r["state"] in {"collected", "opened", "dispatched"}
        ),
    }


def _waiting_messages() -> dict[str, int]:
    waiting = (
        Message.objects.filter(state__in=("heard", "parked"))
        .order_by()
        .aggregate(parked=Count("id", filter=Q(state="parked")), must_look=Count("id", filter=Q(band="must_look")))
    )
    return {"parked": waiting["parked"], "must_look": waiting["must_look"]}


def _per_day(rows: Any, column: str) -> Counter[date]:
    grouped = rows.order_by().annotate(day=TruncDate(column, tzinfo=SHANGHAI)).values("day").annotate(n=Count("*"))
    return Counter({row["day"]: row["n"] for row in grouped})


_COLUMN = {"community": "community_path"}


def _shares(groups: Iterable[dict[str, Any]], name: str, query: dict[str, str]) -> list[Share]:
    """Return the groups by one filter, the largest first; topics are taken together at the top of their tree."""
    counts: dict[str, int] = defaultdict(int)
    for row in groups:
        value = row[_COLUMN.get(name, name)]
        counts[value.split(".")[0] if name == "topic" else value] += row["n"]
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Share(value, n, {**query, name: value}) for value, n in order]
