"""Reads about teams."""

from __future__ import annotations

from uuid import UUID

from .models import Membership


def team_ids_of(worker_id: UUID) -> list[UUID]:
    """Return the ids of the active teams that the worker belongs to."""
    return list(Membership.objects.filter(worker_id=worker_id, team__is_active=True).values_list("team_id", flat=True))
