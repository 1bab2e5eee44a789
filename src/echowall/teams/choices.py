"""Teams as choices of filters, within what an actor may see."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from echowall.kernel.actors import Actor

from .models import Team


def teams(actor: Actor) -> Sequence[tuple[str, str]]:
    """Return (id, name) of the active teams of the actor's offices, and of the actor's own teams."""
    within = Q(id__in=actor.team_ids)
    for grant in actor.grants:
        within |= Q(office__path__above=grant.path) | Q(office__path__under=grant.path)
    return [
        (str(i), name)
        for i, name in Team.objects.filter(within, is_active=True).order_by("name").values_list("id", "name")
    ]
