"""Where a matter should go, and until when it may be given back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from echowall.teams.queries import responsibilities_in

from .. import clocks
from ..models import Assignment, Matter
from ..routing import Claim, Route, route


def route_for(matter: Matter) -> Route | None:
    """Return the team that answers for the matter's topic and place, with the reasons, or None."""
    return route_of(matter.office_id, matter.topic, matter.place_path, is_critical=matter.urgency == "critical")


def route_of(office_id: UUID, topic: str, path: str, *, is_critical: bool) -> Route | None:
    """Return the team of an office that answers for a topic at a place path, with the reasons, or None."""
    claims = [
        Claim(r.team_id, r.team.name, r.topic, r.place.path, r.place.name, r.is_critical_lead)
        for r in responsibilities_in(office_id)
    ]
    return route(topic=topic, path=path, claims=claims, is_critical=is_critical)


def suggest_route(matter: Matter) -> dict[str, Any] | None:
    """Return the proposed route as plain values for the history, or None."""
    found = route_for(matter)
    return None if found is None else {"team": str(found.team_id), "team_name": found.team_name, **found.why}


def may_return_until(matter: Matter) -> datetime | None:
    """Return the instant from which the lead team may no longer give the matter back, as its playbook has it."""
    lead = Assignment.objects.filter(matter=matter, ended_at=None, is_lead=True).first()
    return None if lead is None else clocks.return_until(matter, lead.given_at)
