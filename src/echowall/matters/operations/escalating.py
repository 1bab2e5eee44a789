"""Calling people to a critical matter: at once when it comes to the office, to a team or is raised to critical; and the
next person when its clock runs out. A step in the history becomes notices, which reach who has no page open.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid5

from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.personal import unseal
from echowall.kernel.scope import as_system
from echowall.notices.operations import queue_notice
from echowall.people.models import Worker
from echowall.people.queries import appointed_at
from echowall.places.models import Place
from echowall.playbooks.clocks import StepReading
from echowall.teams.queries import members_of

from ..models import HistoryEvent, Matter

# Whom a step of the playbook names, as roles at the office or (district) above it.
_ROLES = {"dispatcher": "dispatcher", "duty_leader": "duty_officer", "street_leader": "leader"}
_OLD = timedelta(days=1)  # a ledger of last month that is loaded tonight wakes nobody up
NEXT = {"duty_leader": "street_leader", "street_leader": "district_duty"}


def is_loud(step: StepReading) -> bool:
    """Whether a step rings: an escalation that the playbook marks so."""
    return step.action == "escalate" and step.arguments.get("loud") == "yes"


def tell_next(matter: Matter, step: StepReading, event: HistoryEvent, at: datetime) -> int:
    """Queue a notice to everybody whom a loud step names; returns how many.

    Where nobody holds the post the next one above is told, so that no step falls silent. The text has no words of the
    resident: number, place, which clock. The same step twice sends once.
    """
    people = _people_or_above(matter, str(step.arguments.get("to", "")))
    _queue(people, matter, event, _text(matter, step), at)
    return len(people)


def call_at_once(matter: Matter, event: HistoryEvent, actor: Actor, at: datetime) -> int:
    """Tell the duty leader of a matter that is critical now, and the team that it is given to; returns how many.

    ``event`` is what made it so: opened, dispatched, other teams called in, or raised to critical. What the machine
    finds in words said more than a day ago rings on the desk only. The text has no words of the resident.
    """
    if matter.urgency != "critical" or (actor.kind == "system" and at - matter.opened_at > _OLD):
        return 0
    is_raised = event.kind == "reclassified" and event.body.get("urgency") == "critical"
    is_given = event.kind in {"dispatched", "joint_requested"}
    with as_system():
        people = _people_or_above(matter, "duty_leader") if is_raised or event.kind == "opened" else []
        if is_given or is_raised:
            called = event.body.get("teams") or [matter.lead_team_id] if matter.lead_team_id else []
            people = [*people, *(worker for team in called for worker in members_of(team))]
        _queue(people, matter, event, _first_text(matter), at)
    return len(people)


def _queue(people: Sequence[Worker], matter: Matter, event: HistoryEvent, text: str, at: datetime) -> None:
    kind = "escalation" if event.kind == "escalated" else "critical"
    for worker in {worker.id: worker for worker in people}.values():
        transport, address = _way_to(worker)
        queue_notice(
            transport=transport,
            address=address,
            text=text,
            subject=(kind, uuid5(event.id, str(worker.id))),
            at=at,
            where=(matter.office_id, matter.place_path),
        )


def _people_or_above(matter: Matter, to: str) -> list[Worker]:
    people = _people(matter, to)
    while not people and to in NEXT:
        to = NEXT[to]
        people = _people(matter, to)
    return people


def _people(matter: Matter, to: str) -> list[Worker]:
    office = Place.objects.get(id=matter.office_id)
    if to in _ROLES:
        return appointed_at(_ROLES[to], office.path)
    if to == "district_duty":
        above = office.path.rpartition(".")[0]
        return appointed_at("leader", above) or appointed_at("duty_officer", above)
    if matter.lead_team_id is None:
        return []
    return members_of(matter.lead_team_id, leads_only=to == "team_lead")


def _way_to(worker: Worker) -> tuple[str, str]:
    if worker.phone_sealed is not None:
        return "sms", unseal("phone", worker.phone_sealed)
    return ("mail", worker.email) if worker.email else ("console", worker.username)


def _text(matter: Matter, step: StepReading) -> str:
    words = {"assign": _("交办"), "accept": _("受理"), "reassign": _("改派")}
    base = step.clock.partition(":")[0]
    return _("【升级】事项 %(number)s（%(place)s）%(clock)s超时，请立即处置。") % {
        "number": matter.number,
        "place": matter.place.name,
        "clock": words.get(base, base),
    }


def _first_text(matter: Matter) -> str:
    words = {"number": matter.number, "place": matter.place.name}
    if matter.lead_team is None:
        return _("【危急】事项 %(number)s（%(place)s）已立案，请立即处置。") % words
    return _("【危急】事项 %(number)s（%(place)s）由%(team)s牵头，请立即受理处置。") % {
        **words,
        "team": matter.lead_team.name,
    }
