"""What would die today, what is held, and by which policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.places.models import Place
from echowall.playbooks.keeping import library, place_chain

from .kinds import KINDS, Kept, Kind, kept_by_programmes, with_family
from .models import Hold

SUBJECT = "retention"
# What the database empties itself it never empties earlier, whatever a slip of the pen in a policy says.
SHORTEST_DAYS = 30
GUARDED = frozenset({"contact", "words", "handling"})


@dataclass(frozen=True, slots=True)
class Policy:
    """How long an office keeps one kind: the days, which version says so, and why.

    ``before`` is the instant before which a thing must have ended to die: the beginning of the day ``days`` days ago,
    so that everything dies on a day and not at an hour.
    """

    days: int
    version: str
    source: str
    note: str
    before: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """What would die of one kind, and how much of it is held."""

    kind: Kind
    policy: Policy
    count: int
    held_count: int


def policy_of(kind: Kind, path: str, at: datetime) -> Policy:
    """Return what the playbook in force at a place says of a kind.

    Raises:
        PlaybookError: none is in force there.
    """
    chain, on = place_chain(path), clock.today(at)
    playbook = library().playbook_for(SUBJECT, on=on, place=chain)
    value = playbook.value(kind.parameter, on=on, place=chain)
    days = int(value.value)
    if kind.name in GUARDED:
        days = max(days, SHORTEST_DAYS)
    before = clock.midnight(on - timedelta(days=days))
    return Policy(days, playbook.version, value.dated.source.title, value.dated.note, before)


def holds_in_force(office_id: UUID) -> list[Kept]:
    """Return everything of an office that is kept past its day: holds by people, and what programmes keep."""
    rows = Hold.objects.filter(office_id=office_id, released_at=None).order_by("-placed_at")
    return [Kept(h.subject_id, h.reason, h.placed_by_name) for h in rows] + kept_by_programmes(office_id)


def held_ids(office_id: UUID) -> list[UUID]:
    """Return the ids of everything of an office that is kept past its day, with what is kept along with it."""
    return with_family([kept.holder for kept in holds_in_force(office_id)])


def offices_of(actor: Actor, permission: str) -> list[Place]:
    """Return the street offices for which the actor holds a permission, by code."""
    rows = Place.objects.filter(kind=Place.Kind.OFFICE).order_by("path")
    return [office for office in rows if actor.may(permission, office.path)]


def office_count() -> int:
    """Return how many street offices this installation serves."""
    return Place.objects.filter(kind=Place.Kind.OFFICE).count()


def due_rows(kind: Kind, office_id: UUID, before: datetime) -> list[QuerySet[Any, Any]]:
    """Return one query per finder over what of a kind ended before an instant and is not destroyed yet."""
    return [find(office_id, before) for find in kind.finders]


def preview(office: Place, at: datetime) -> list[Due]:
    """Return, for every kind, what would die at an office if the job ran at ``at``. Works for the system's sight:
    counts only, no personal data."""
    held = held_ids(office.id)
    found = []
    for kind in KINDS.values():
        policy = policy_of(kind, office.path, at)
        queries = due_rows(kind, office.id, policy.before)
        all_of_it = sum(rows.count() for rows in queries)
        kept = sum(rows.filter(holders__overlap=held).count() for rows in queries) if held else 0
        found.append(Due(kind, policy, all_of_it - kept, kept))
    return found
