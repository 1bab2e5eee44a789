"""Showing a reporter's name, phone and exact words to somebody who says why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, NotPermitted, Problem
from echowall.kernel.personal import unseal
from echowall.voices import queries as voices_queries

from .. import queries
from ..models import HistoryEvent, Matter, Report

_REASON_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Unmasked:
    """What was shown once: never stored, never cached."""

    name: str
    phone: str
    text: str


def unmask_reporter(*, report_id: UUID, reason: str, actor: Actor, at: datetime) -> Unmasked:
    """Return a reporter's name, phone and words as said; who asked, about whom and why is recorded.

    Raises:
        NotFound: ``report_unknown``.
        InvalidInput: ``field_missing`` without a reason of at least four letters.
        NotPermitted: without ``personal.unmask`` at the place or through a team that works on the matter.
    """
    with transaction.atomic():
        report = Report.objects.select_related("matter").filter(id=report_id).first()
        if report is None:
            raise NotFound(Problem("report_unknown", _("没有这位反映人，或不在您的职责范围内"), value=str(report_id)))
        matter = report.matter
        _require(matter, actor, reason)
        said = voices_queries.said_in_clear(report.message_id)
        audit.record(
            actor=actor,
            at=at,
            action="matters.reporter.unmasked",
            subject=("message", report.message_id),
            detail={"matter": matter.number, "fields": ["name", "phone", "text"]},
            reason=reason.strip(),
            where=(matter.office_id, matter.place_path),
        )
    return Unmasked(said.name, said.phone, said.text)


def unmask_event(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> list[str]:
    """Return what staff wrote at one step of a matter with the numbers in it; who asked and why is recorded.

    Raises:
        NotFound: ``event_unknown``, or it holds no number.
        InvalidInput, NotPermitted: as ``unmask_reporter``.
        Refusal: ``key_destroyed``.
    """
    with transaction.atomic():
        rows = HistoryEvent.objects.select_related("matter").exclude(words_sealed=None)
        event = rows.filter(id=event_id).first()
        if event is None:
            raise NotFound(Problem("event_unknown", _("没有这一步，或不在您的职责范围内"), value=str(event_id)))
        _require(event.matter, actor, reason)
        written = json.loads(unseal("note", event.words_sealed))
        audit.record(
            actor=actor,
            at=at,
            action="matters.event.unmasked",
            subject=("matter", event.matter_id),
            detail={"matter": event.matter.number, "seq": event.seq, "fields": sorted(written)},
            reason=reason.strip(),
            where=(event.matter.office_id, event.matter.place_path),
        )
    return list(written.values())


def _require(matter: Matter, actor: Actor, reason: str) -> None:
    in_team = bool(queries.working_team_ids(matter) & actor.team_ids)
    if not (actor.may("personal.unmask", matter.place_path) or (in_team and actor.may("personal.unmask"))):
        raise NotPermitted(Problem("not_permitted", _("您的岗位没有这项权限"), value="personal.unmask"))
    if len(reason.strip()) < _REASON_LETTERS:
        raise InvalidInput(Problem("field_missing", _("请写明查看理由（不少于 4 字）"), place="reason", value=reason))
