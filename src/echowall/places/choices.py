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
