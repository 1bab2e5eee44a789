"""Telling the next person when a clock of a critical matter runs out: the step in the history becomes notices."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

from django.utils.translation import gettext as _

from echowall.kernel.personal import unseal
from echowall.notices.operations import queue_notice
from echowall.people.models import Worker
from echowall.people.queries import appointed_at
from echowall.places.models import Place
from echowall.playbooks.clocks import StepReading
from echowall.teams.queries import members_of

from ..models import HistoryEvent, Matter

# Whom a step of the playbook names, as roles at the office or (district) above it.
_ROLES = {"dispatcher": "dispatcher", "duty_leader": "duty_officer", "street_leader": "leader"}
NEXT = {"duty_leader": "street_leader", "street_leader": "district_duty"}


def is_loud(step: StepReading) -> bool:
    """Whether a step rings: an escalation that the playbook marks so."""
    return step.action == "escalate" and step.arguments.get("loud") == "yes"


def tell_next(matter: Matter, step: StepReading, event: HistoryEvent, at: datetime) -> int:
    """Queue a notice to everybody whom a loud step names; returns how many.

    Where nobody holds the post the next one above is told, so that no step falls silent. The text has no words of the
    resident: number, place, which clock. The same step twice sends once.
    """
    to = str(step.arguments.get("to", ""))
    people = _people(matter, to)
    while not people and to in NEXT:
        to = NEXT[to]
        people = _people(matter, to)
    text = _text(matter, step)
    for worker in people:
        transport, address = _way_to(worker)
        queue_notice(
            transport=transport,
            address=address,
            text=text,
            subject=("escalation", uuid5(event.id, str(worker.id))),
            at=at,
            where=(matter.office_id, matter.place_path),
        )
    return len(people)


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
