"""Hot issues (热点): the same thing at the same place, several times within days, and whether it grows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.matters.models import Matter
from echowall.places.models import Place

# Below a compound nobody calls it the place of an issue; above a community it is the whole street.
_LEVELS = ("compound", "community")


@dataclass(frozen=True, slots=True)
class HotIssue:
    """One issue: where, what, how many matters in the window, how many in the window before."""

    place: str
    path: str
    topic: str
    count: int
    before: int
    last_at: datetime
    query: dict[str, str]

    @property
    def growth(self) -> int:
        """How many more than in the window before."""
        return self.count - self.before


def hot_issues(actor: Actor, at: datetime, *, days: int = 3, at_least: int = 3, limit: int = 12) -> list[HotIssue]:
    """Return the issues with at least ``at_least`` matters in the last ``days`` days (today included), the largest first.

    Matters of one compound (or, without one, community) with the same topic at the top of the tree are one issue.
    """
    actor.require("matters.see")
    today = clock.today(at)
    begin, before = (clock.midnight(today - timedelta(days=days * k - 1)) for k in (1, 2))
    grouped = (
        Matter.objects.filter(opened_at__gte=before)
        .exclude(state__in=("merged", "cancelled"))
        .order_by()
        .values("place_path", "topic")
        .annotate(
            n=Count("id", filter=Q(opened_at__gte=begin)),
            b=Count("id", filter=Q(opened_at__lt=begin)),
            last=Max("opened_at"),
        )
        .values_list("place_path", "topic", "n", "b", "last")
    )
    named = dict(Place.objects.filter(kind__in=_LEVELS, is_active=True).values_list("path", "name"))
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    last: dict[tuple[str, str], datetime] = {}
    for path, topic, n, b, latest in grouped:
        where = named_above(path, named)
        if not where or topic == "other":
            continue
        key = (where, topic.split(".")[0])
        sums[key][0] += n
        sums[key][1] += b
        last[key] = max(latest, last.get(key, latest))
    chosen = sorted(((n, n - b, key) for key, (n, b) in sums.items() if n >= at_least), reverse=True)[:limit]
    since = (today - timedelta(days=days - 1)).isoformat()
    return [
        HotIssue(
            named[path],
            path,
            topic,
            n,
            n - growth,
            last[path, topic],
            {"place": path, "topic": topic, "since": since, "mark": "valid"},
        )
        for n, growth, (path, topic) in chosen
    ]


def named_above(path: str, named: dict[str, str]) -> str:
    """Return the path itself or the nearest above it that is a compound or a community, or ""."""
    while path:
        if path in named:
            return path
        path = path.rpartition(".")[0]
    return ""
