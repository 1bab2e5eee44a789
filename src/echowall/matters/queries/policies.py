"""Reads of the policy library."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When

from echowall.kernel.search import query, terms

from ..models import Matter, PolicyText

_WORDS = 60


def in_force(on: date, path: str = "") -> QuerySet[PolicyText]:
    """Return the texts that hold on a day, at the place with this path (those for everywhere included)."""
    rows = PolicyText.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on)
    if not path:
        return rows
    return rows.filter(Q(place=None) | Q(place__path__above=path))


def policies_for(matter: Matter, on: date, words: str = "", limit: int = 6) -> list[PolicyText]:
    """Return the texts in force that fit a matter best: same topic first, then shared words; ``words`` must occur."""
    rows = in_force(on, matter.place_path)
    if words.strip():
        asked = query(words)
        if not asked:
            return []
        rows = rows.filter(terms=SearchQuery(asked, search_type="raw", config="simple"))
    own = [f"'{t}'" for t in terms(f"{matter.title} {matter.summary[:300]}").split()[:_WORDS] if t.isalnum()]
    shared = (
        SearchRank(F("terms"), SearchQuery(" | ".join(own), search_type="raw", config="simple")) if own else Value(0.0)
    )
    parent = matter.topic.split(".")[0]
    near = Case(
        When(topic=matter.topic, then=Value(1.0)),
        When(topic=parent, then=Value(0.6)),
        When(topic__startswith=f"{parent}.", then=Value(0.3)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    rows = rows.annotate(fit=near + shared)
    if not words.strip():
        rows = rows.filter(fit__gt=0.05)
    return list(rows.order_by("-fit", "-valid_from", "id")[:limit])
