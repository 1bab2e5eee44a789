"""Reads about workers."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from echowall.kernel import clock
from echowall.kernel.actors import Actor, Grant
from echowall.kernel.scope import Scope
from echowall.places.models import Place

from .models import Appointment, Worker
from .rules import PERMISSIONS, PURPOSES, TEAM_ONLY


def actor_for(worker: Worker, *, ip: str = "") -> Actor:
    """Return the worker as an actor: grants and scope from the appointments in force now, and the teams belonged to."""
    from echowall.teams.queries import (
        team_ids_of,  # teams stand beside people; asked at call time to keep one direction
    )

    at = clock.now()
    held = (
        Appointment.objects.filter(worker=worker, valid_from__lte=at)
        .filter(Q(valid_until=None) | Q(valid_until__gt=at))
        .select_related("place")
    )
    grants: list[Grant] = []
    paths: list[str] = []
    offices: list[UUID] = []
    purposes: set[str] = set()
    for appointment in held:
        grants.append(Grant(PERMISSIONS[appointment.role], appointment.place.path, appointment.role))
        purposes |= PURPOSES[appointment.role]
        if appointment.role in TEAM_ONLY:
            continue
        paths.append(appointment.place.path)
        if appointment.place.kind == Place.Kind.OFFICE:
            offices.append(appointment.place.id)
    teams = team_ids_of(worker.id)
    return Actor(
        kind="worker",
        name=worker.name,
        id=worker.id,
        ip=ip,
        grants=tuple(grants),
        team_ids=frozenset(teams),
        scope=Scope(paths=tuple(paths), office_ids=tuple(offices), team_ids=tuple(teams), purposes=frozenset(purposes)),
    )
