"""Reads of the place tree."""

from __future__ import annotations

from uuid import UUID

from echowall.understanding.types import GazetteerEntry

from .models import Place, PlaceAlias


def gazetteer_entries(office_id: UUID) -> list[GazetteerEntry]:
    """Return the places of an office down to units, with their other names, for finding them in messages."""
    aliases: dict[UUID, list[str]] = {}
    for place_id, name in PlaceAlias.objects.filter(place__office_id=office_id).values_list("place_id", "name"):
        aliases.setdefault(place_id, []).append(name)
    rows = (
        Place.objects.filter(office_id=office_id, is_active=True)
        .exclude(kind=Place.Kind.HOUSEHOLD)
        .values_list("id", "parent_id", "kind", "name")
    )
    return [
        GazetteerEntry(
            str(i), str(parent) if parent and i != office_id else None, kind, name, tuple(aliases.get(i, ()))
        )
        for i, parent, kind, name in rows
    ]


def tree_version(office_id: UUID) -> tuple[int, str]:
    """Return something that changes whenever places of the office or names of theirs are added: by it a cached
    gazetteer is renewed.
    """
    places = Place.objects.filter(office_id=office_id)
    aliases = PlaceAlias.objects.filter(place__office_id=office_id)
    newest = [rows.order_by("-id").values_list("id", flat=True).first() for rows in (places, aliases)]
    return places.count() + aliases.count(), f"{newest[0]} {newest[1]}"


def place_in_office(place_id: UUID, office_id: UUID) -> Place | None:
    """Return the place if it exists in the office."""
    return Place.objects.select_related("office").filter(id=place_id, office_id=office_id).first()


def places_by_id(place_ids: set[UUID]) -> dict[UUID, Place]:
    """Return the places with these ids, by id."""
    return {place.id: place for place in Place.objects.select_related("office").filter(id__in=place_ids)}


def community_of(path: str) -> Place | None:
    """Return the community in which a place lies, itself included."""
    return Place.objects.filter(path__above=path, kind=Place.Kind.COMMUNITY).first()


def name_of(place_id: UUID) -> str:
    """Return a place's name, "" when there is none."""
    return Place.objects.filter(id=place_id).values_list("name", flat=True).first() or ""
