"""Reads about workers."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from echowall.kernel import clock
from echowall.kernel.actors import Actor, Grant
from echowall.kernel.scope import Scope, Sight
from echowall.places.models import Place

from .models import Appointment, Worker
from .rules import PERMISSIONS, PURPOSES, TEAM_ONLY


def actor_for(worker: Worker, *, ip: str = "") -> Actor:
    """Return the worker as an actor: grants and scope from the appointments in force now, each purpose
    with its own places, and the teams belonged to."""
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
    purposes: set[str] = set()
    open_for: dict[str, list[Place]] = {}
    for appointment in held:
        grants.append(Grant(PERMISSIONS[appointment.role], appointment.place.path, appointment.role))
        purposes |= PURPOSES[appointment.role]
        if appointment.role in TEAM_ONLY:
            continue
        for purpose in sorted(PURPOSES[appointment.role]):
            open_for.setdefault(purpose, []).append(appointment.place)
    by_purpose = tuple((purpose, _sight(places)) for purpose, places in sorted(open_for.items()))
    everywhere = _sight([place for places in open_for.values() for place in places])
    teams = team_ids_of(worker.id)
    return Actor(
        kind="worker",
        name=worker.name,
        id=worker.id,
        ip=ip,
        grants=tuple(grants),
        team_ids=frozenset(teams),
        scope=Scope(
            paths=everywhere.paths,
            office_ids=everywhere.office_ids,
            team_ids=tuple(teams),
            purposes=frozenset(purposes),
            by_purpose=by_purpose,
        ),
    )


def _sight(places: Sequence[Place]) -> Sight:
    distinct = {place.id: place for place in places}.values()
    offices = tuple(place.id for place in distinct if place.kind == Place.Kind.OFFICE)
    return Sight(tuple(str(place.path) for place in distinct), offices)


def appointed_at(role: str, path: str) -> list[Worker]:
    """Return the active workers who hold a role at exactly the place with this path now, by name."""
    at = clock.now()
    held = Appointment.objects.filter(role=role, place__path=path, valid_from__lte=at)
    held = held.filter(Q(valid_until=None) | Q(valid_until__gt=at))
    return list(Worker.objects.filter(id__in=held.values("worker_id"), is_active=True).order_by("name", "id"))
