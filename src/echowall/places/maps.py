"""The compounds and facilities of an office on a map, for everybody: their names are public."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from .models import Place


def map_of_office(office_id: UUID) -> dict[str, Any]:
    """Return the compounds and facilities of an office as GeoJSON: outlines where known, else points."""
    kinds = (Place.Kind.COMPOUND, Place.Kind.FACILITY)
    rows = Place.objects.filter(office_id=office_id, kind__in=kinds, is_active=True)
    features = []
    for place in rows.select_related("parent__parent").order_by("path"):
        if place.longitude is None and place.outline is None:
            continue
        geometry = place.outline or {"type": "Point", "coordinates": [place.longitude, place.latitude]}
        features.append({
            "type": "Feature", "geometry": geometry,
            "properties": {"id": str(place.id), "name": str(place), "path": _above(place)},
        })  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def _above(place: Place) -> str:
    names: list[str] = []
    parent = place.parent
    while parent is not None and parent.id != place.office_id and len(names) < 2:
        names.insert(0, parent.name)
        parent = parent.parent
    return " › ".join(names)
