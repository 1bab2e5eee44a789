"""The map of the street: compounds with the matters that are open in each, drawn from the places' own outlines."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Count, Q

from echowall.kernel.actors import Actor
from echowall.matters.models import Matter
from echowall.matters.models.matters import OPEN_STATES
from echowall.places.models import Place

from .counting import rows_address
from .hot import named_above


def compounds_geojson(actor: Actor) -> dict[str, Any]:
    """Return the compounds below the actor's places as GeoJSON (WGS 84): name, open matters, tone, address of the rows.

    Tone is critical where one is overdue, warn where one is close to it, ok where all are in time, "" where none is open.
    """
    actor.require("matters.see")
    within = Q(pk__in=[])
    for grant in actor.grants:
        within |= Q(path__under=grant.path)
    places = Place.objects.filter(within, kind=Place.Kind.COMPOUND, is_active=True).filter(
        Q(outline__isnull=False) | Q(latitude__isnull=False)
    )
    known = {place.path: place for place in places}
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    grouped = (
        Matter.objects.filter(state__in=OPEN_STATES)
        .order_by()
        .values_list("place_path", "colour")
        .annotate(n=Count("*"))
    )
    names = {path: place.name for path, place in known.items()}
    for path, colour, n in grouped:
        where = named_above(path, names)
        if where:
            counts[where][colour] += n
    return {"type": "FeatureCollection", "features": [_feature(p, counts.get(p.path, {})) for p in known.values()]}


def _feature(place: Place, colours: dict[str, int]) -> dict[str, Any]:
    total = sum(colours.values())
    tone = "critical" if colours.get("red") else "warn" if colours.get("amber") else "ok" if total else ""
    geometry = place.outline or {"type": "Point", "coordinates": [place.longitude, place.latitude]}
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {
            "id": str(place.id),
            "name": f"{place.name} {total}" if total else place.name,
            "path": place.path,
            "count": total,
            "tone": tone,
            "url": rows_address("matters", {"standing": "open", "place": place.path}),
        },
    }
