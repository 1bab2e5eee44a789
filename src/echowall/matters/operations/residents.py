"""What a reporter may do who proved the ticket: say whether it was solved."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from echowall.kernel.actors import Actor, Grant
from echowall.kernel.scope import as_system
from echowall.understanding.redaction import mask

from ..models import Callback, HistoryEvent, Report
from .answering import record_callback
from .chain import locked

# Saying "not solved" reopens, so the right to reopen goes with the right to answer; both for this one matter's place.
_RIGHTS = frozenset({"matters.call_back", "matters.close"})


def say_outcome(
    *, report_id: UUID, outcome: str, at: datetime, satisfaction: int | None = None, note: str = "", ip: str = ""
) -> HistoryEvent | None:
    """Write down a reporter's own word on the progress page; the same word again (a double click) changes nothing.

    The caller has made sure that it is the reporter. Returns None for a repetition.

    Raises:
        InvalidInput, Refusal: as ``record_callback``; ``move_not_allowed`` while nothing was answered yet.
    """
    with as_system(), transaction.atomic():
        report = Report.objects.select_related("matter").get(id=report_id)
        root = report.matter
        while root.merged_into_id is not None:
            root = locked(root.merged_into_id)
        matter = locked(root.id)
        last = Callback.objects.filter(report=report).order_by("-at", "-round").first()
        if (
            last is not None
            and last.by_id is None
            and _same(last, outcome, satisfaction, note)
            and _stands(last, matter.id)
        ):
            return None
        actor = Actor(
            kind="resident", name="反映人", ip=ip,
            grants=(Grant(permissions=_RIGHTS, path=matter.place_path, role="resident"),),
        )  # fmt: skip
        return record_callback(
            matter_id=matter.id, report_id=report.id, outcome=outcome, satisfaction=satisfaction, note=note,
            actor=actor, at=at,
        )  # fmt: skip


def _same(last: Callback, outcome: str, satisfaction: int | None, note: str) -> bool:
    return (last.outcome, last.satisfaction, last.note) == (outcome, satisfaction, mask(note.strip()))


def _stands(last: Callback, matter_id: UUID) -> bool:
    """Tell whether nothing was done about it since: after the next answer the same word is a new one."""
    later = HistoryEvent.objects.filter(matter_id=matter_id, at__gt=last.at, kind__in=("reported_back", "answered"))
    return not later.exists()
