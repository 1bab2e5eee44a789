"""Reads about teams."""

from __future__ import annotations

from uuid import UUID

from echowall.people.models import Worker

from .models import Membership, Responsibility, Team


def team_ids_of(worker_id: UUID) -> list[UUID]:
    """Return the ids of the active teams that the worker belongs to."""
    return list(Membership.objects.filter(worker_id=worker_id, team__is_active=True).values_list("team_id", flat=True))


def responsibilities_in(office_id: UUID) -> list[Responsibility]:
    """Return what the active teams of an office answer for, with team and place."""
    return list(
        Responsibility.objects.filter(team__office_id=office_id, team__is_active=True).select_related("team", "place")
    )


def public_numbers(office_id: UUID) -> tuple[str, ...]:
    """Return the duty telephone numbers that an office has made known to the public."""
    rows = Team.objects.filter(office_id=office_id, is_active=True, is_phone_public=True).exclude(phone="")
    return tuple(rows.order_by("phone").values_list("phone", flat=True).distinct())


def members_of(team_id: UUID, *, leads_only: bool = False) -> list[Worker]:
    """Return the active workers of a team, by name; only its lead if asked so."""
    rows = Membership.objects.filter(team_id=team_id, worker__is_active=True).select_related("worker")
    if leads_only:
        rows = rows.filter(is_lead=True)
    return [row.worker for row in rows.order_by("worker__name", "worker_id")]
