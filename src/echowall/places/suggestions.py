"""Places by a few letters of their name, for everybody: names of compounds and buildings are public."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from .models import Place

_KINDS = (Place.Kind.COMMUNITY, Place.Kind.COMPOUND, Place.Kind.BUILDING, Place.Kind.FACILITY)
_ORDER = {Place.Kind.COMPOUND: 0, Place.Kind.FACILITY: 1, Place.Kind.COMMUNITY: 2, Place.Kind.BUILDING: 3}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place to pick: what people call it, where it lies (``福华街街道 › 七一三社区``), WGS-84 degrees if known."""

    id: UUID
    name: str
    path: str
    lng: float | None
    lat: float | None


def suggest_places(office_id: UUID, text: str, *, limit: int = 12) -> list[Suggestion]:
    """Return places of an office whose name, other name or address holds ``text``: compounds first, shortest first."""
    wanted = re.sub(r"\s+", "", text)[:40]
    if not wanted:
        return []
    rank = Case(
        *(When(kind=kind, then=Value(order)) for kind, order in _ORDER.items()),
        default=Value(9), output_field=IntegerField(),
    )  # fmt: skip
    by_name = Q(name__icontains=wanted) & ~Q(kind=Place.Kind.BUILDING)
    rows = (
        _open_places(office_id)
        .filter(by_name | Q(address__icontains=wanted) | Q(aliases__name__icontains=wanted))
        .annotate(rank=rank).order_by("rank", "address", "name").distinct()
    )  # fmt: skip
    return [_suggestion(place) for place in rows[:limit]]


def map_of_office(office_id: UUID) -> dict[str, Any]:
    """Return the compounds and facilities of an office as GeoJSON: outlines where known, else points."""
    rows = _open_places(office_id).filter(kind__in=(Place.Kind.COMPOUND, Place.Kind.FACILITY))
    features = []
    for place in rows.order_by("path"):
        if place.longitude is None and place.outline is None:
            continue
        one = _suggestion(place)
        geometry = place.outline or {"type": "Point", "coordinates": [place.longitude, place.latitude]}
        features.append({
            "type": "Feature", "geometry": geometry,
            "properties": {"id": str(one.id), "name": one.name, "path": one.path},
        })  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def _open_places(office_id: UUID) -> QuerySet[Place, Place]:
    rows = Place.objects.filter(office_id=office_id, kind__in=_KINDS, is_active=True)
    return rows.select_related("parent__parent", "office")


def _suggestion(place: Place) -> Suggestion:
    above: list[str] = []
    parent = place.parent
    while parent is not None and parent.id != place.office_id and len(above) < 2:
        above.insert(0, parent.name)
        parent = parent.parent
    office = place.office.name if place.office else ""
    return Suggestion(
        place.id, str(place), " › ".join(part for part in (office, *above) if part), place.longitude, place.latitude
    )
