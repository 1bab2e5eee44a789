"""Places as choices of filters, within what an actor may see."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from echowall.kernel.actors import Actor

from .models import Place


def communities(actor: Actor) -> Sequence[tuple[str, str]]:
    """Return (path, name) of the communities below the places where the actor is appointed."""
    within = Q(pk__in=[])
    for grant in actor.grants:
        within |= Q(path__under=grant.path)
    rows = Place.objects.filter(within, kind=Place.Kind.COMMUNITY, is_active=True).order_by("path")
    return list(rows.values_list("path", "name"))


def manageable_places(actor: Actor, permission: str) -> list[tuple[str, str]]:
    """Return (id, indented name) of offices, communities and compounds where the actor holds ``permission``."""
    within = Q(pk__in=[])
    for grant in actor.grants:
        if permission in grant.permissions:
            within |= Q(path__under=grant.path)
    kinds = (Place.Kind.CITY, Place.Kind.DISTRICT, Place.Kind.OFFICE, Place.Kind.COMMUNITY, Place.Kind.COMPOUND)
    indent = {"community": "　", "compound": "　　"}
    rows = (
        Place.objects.filter(within, kind__in=kinds, is_active=True).order_by("path").values_list("id", "kind", "name")
    )
    return [(str(i), f"{indent.get(kind, '')}{name}") for i, kind, name in rows]
