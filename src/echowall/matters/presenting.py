"""What the page of a matter needs beside queries: choices of its forms and its history in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from echowall.places.models import Place
from echowall.playbooks import PlaybookError
from echowall.teams.models import Team

from . import clocks, queries
from .forms import Choices, UnmaskForm
from .models import HistoryEvent, Matter
from .operations import planned_nodes
from .wording import STEPS, step_text, step_title


def offers_for(matter: Matter, reporters: Sequence[queries.Reporter], at: datetime) -> dict[str, Choices]:
    """Return the choices that depend on the matter, by field name."""
    teams = [
        (str(i), name)
        for i, name in Team.objects.filter(office_id=matter.office_id, is_active=True)
        .order_by("name")
        .values_list("id", "name")
    ]
    offices = Place.objects.filter(kind=Place.Kind.OFFICE, is_active=True).exclude(id=matter.office_id)
    told = [
        (r.report, f"{r.message.ticket} {r.message.sender_masked} {r.message.phone_masked}".strip()) for r in reporters
    ]
    nodes = planned_nodes(matter) if matter.is_complex else {}
    offers: dict[str, Choices] = {
        "team": teams,
        "teams": [t for t in teams if t[0] != str(matter.lead_team_id)],
        "to_office": [(str(i), name) for i, name in offices.order_by("path").values_list("id", "name")],
        "report": [(str(report.id), text) for report, text in told],
        "messages": [(str(report.message_id), text) for report, text in told if report.matter_id == matter.id],
        "node": [("", "—"), *((on, f"{on} {what}") for on, what in nodes.items())],
        "version": [(v, v) for v in clocks.other_versions(matter, at)],
    }
    if matter.state in {"dispatched", "handling"}:
        try:
            offers["reason"] = [(r, r) for r in clocks.parameter(matter, "suspend_reasons", at).value]
        except PlaybookError:
            offers["reason"] = []
    return offers


def history_steps(history: Sequence[HistoryEvent], *, may_unmask: bool = False) -> list[dict[str, Any]]:
    """Return the history as the page draws it, newest first; where words hold a number, with a way to see it."""
    steps = []
    asking = UnmaskForm(name="unmask")
    for event in reversed(history):
        sign = STEPS.get(event.kind)
        late = event.recorded_at - event.at
        steps.append(
            {
                "title": step_title(event),
                "at": event.at,
                "by": event.actor_name,
                "text": step_text(event),
                "tone": sign.tone if sign else "quiet",
                "icon": sign.icon if sign else "circle",
                "state": "done",
                "part": "matters/unmasked_event.html" if may_unmask and event.words_sealed else "",
                "part_id": event.id,
                "form": asking,
                # Written down more than an hour after it is said to have happened: an inspector wants to see that.
                "recorded_at": event.recorded_at if event.seq > 1 and late.total_seconds() > 3600 else None,
            }
        )
    return steps
