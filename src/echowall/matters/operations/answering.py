"""Telling the reporters, and asking them whether it was solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import SYSTEM_ACTOR, Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem
from echowall.kernel.ids import new_id
from echowall.notices import operations as notices_operations
from echowall.places.models import Place
from echowall.understanding.redaction import mask
from echowall.understanding.topics import default_topics
from echowall.voices import queries as voices_queries

from .. import queries
from ..models import Answer, Callback, HistoryEvent, Matter, ReplyTemplate, Report
from ..reply_texts import PLACES, open_places, unknown_places
from .chain import Step, done_before, locked, make_move
from .closing import reopen_matter


def _tell(
    matter: Matter,
    reports: Sequence[Report],
    text: str,
    *,
    is_final: bool,
    actor: Actor,
    at: datetime,
    findings: Sequence[dict[str, Any]],
) -> None:
    for report in reports:
        answer = Answer.objects.create(
            id=new_id(),
            matter_id=report.matter_id,
            report=report,
            is_final=is_final,
            text=text,
            findings=list(findings),
            written_by_id=actor.id,
            written_at=at,
        )
        if is_final:
            Report.objects.filter(id=report.id).update(answered_at=at)
        to = voices_queries.answer_address(report.message_id)
        notices_operations.queue_notice(
            transport=to.transport,
            address=to.address,
            text=text,
            subject=("answer", answer.id),
            at=at,
            where=(matter.office_id, matter.place_path),
        )


def _reports(matter: Matter, report_ids: Sequence[UUID] | None) -> list[Report]:
    standing = queries.reporters_of(matter)
    if report_ids is None:
        return [row.report for row in standing if row.answered_at is None] or [row.report for row in standing]
    chosen = [row.report for row in standing if row.report.id in set(report_ids)]
    if len(chosen) != len(set(report_ids)):
        raise NotFound(Problem("report_unknown", _("有反映人不属于这个事项"), place="reports"))
    return chosen


def inform_reporters(
    *,
    matter_id: UUID,
    text: str,
    actor: Actor,
    at: datetime,
    report_ids: Sequence[UUID] | None = None,
    request_key: str | None = None,
) -> HistoryEvent:
    """Tell the reporters how it goes (三日内反馈进展); sent on the channel each came by.

    Raises:
        InvalidInput, Refusal, NotPermitted: as every move; NotFound: ``report_unknown``.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        if done := done_before(matter, "informed", request_key, text=text):
            return done
        reports = _reports(matter, report_ids)
        body = {"text": text.strip(), "count": len(reports)}
        event = make_move(matter_id=matter_id, actor=actor, at=at, step=Step("informed", body, request_key=request_key))
        _tell(matter, reports, text.strip(), is_final=False, actor=actor, at=at, findings=())
    return event


def answer_reporters(
    *,
    matter_id: UUID,
    text: str,
    actor: Actor,
    at: datetime,
    report_ids: Sequence[UUID] | None = None,
    despite_findings: bool = False,
    despite_reason: str = "",
    request_key: str | None = None,
) -> HistoryEvent:
    """Answer reporters (all that are not yet answered finally by default) with a checked text, on their own channel.

    Who sends a text in spite of what the check found says why; findings and reason stand in the history.

    Raises:
        InvalidInput: ``reply_incomplete`` for each finding of the reply check, unless ``despite_findings``; then
            ``field_missing`` without a reason; ``place_open`` for a template's place that nobody filled in.
        Refusal, NotPermitted: as every move; NotFound: ``report_unknown``.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        if done := done_before(matter, "answered", request_key, text=text):
            return done
        findings = queries.check_reply(matter, text)
        problems = _answer_problems(text, findings, None if not despite_findings else despite_reason)
        if problems:
            raise InvalidInput(problems)
        reports = _reports(matter, report_ids)
        body = {"text": text.strip(), "count": len(reports), "findings": [f["code"] for f in findings]}
        if findings:
            body["despite"] = despite_reason.strip()
        event = make_move(matter_id=matter_id, step=Step("answered", body, request_key=request_key), actor=actor, at=at)
        _tell(matter, reports, text.strip(), is_final=True, actor=actor, at=at, findings=findings)
    return event


def count_template_use(*, template_id: UUID, event: HistoryEvent, at: datetime) -> bool:
    """Count that word to reporters was written from a template, so that the wordings that serve stand first.

    Returns whether it counted: not when ``event`` is the answer to an earlier try of the same request, nor for a
    template that is not the office's or a general one.
    """
    if event.recorded_at < at:
        return False
    offered = ReplyTemplate.objects.filter(Q(office_id=event.matter.office_id) | Q(office=None), id=template_id)
    return bool(offered.update(used_count=F("used_count") + 1))


def _answer_problems(text: str, findings: Sequence[dict[str, Any]], despite: str | None) -> list[Problem]:
    """Return why an answer may not go out; ``despite`` is the reason for sending it all the same, None without."""
    problems = [
        Problem("place_open", _("模板里还有没填的地方"), place="text", value=name, fix=_("填好，或删去"))
        for name in open_places(text)
    ]
    if findings and despite is None:
        problems += [
            Problem("reply_incomplete", f["message"], place="text", value=f["code"], fix=f.get("fix", ""))
            for f in findings
        ]
    elif findings and despite is not None and not despite.strip():
        problems.append(Problem("field_missing", _("请写明为什么仍要发送"), place="despite_reason"))
    return problems


def record_callback(
    *,
    matter_id: UUID,
    report_id: UUID,
    outcome: str,
    actor: Actor,
    at: datetime,
    satisfaction: int | None = None,
    note: str = "",
    request_key: str | None = None,
) -> HistoryEvent:
    """Write down what a reporter said when asked. "Not solved" after the check reopens the matter and counts as rework.

    Args:
        matter_id: the matter.
        report_id: the reporter's report.
        outcome: solved, not_solved or unreached.
        actor: the caller, or the resident (kind "resident") answering on the progress page.
        at: when.
        satisfaction: 1 (very dissatisfied) to 5, when given.
        note: what was said.
        request_key: the same key again (a double click) changes nothing.

    Raises:
        InvalidInput: ``outcome_unknown``, ``satisfaction_out_of_range``.
        NotFound: ``report_unknown``.
    """
    problems = []
    if outcome not in Callback.Outcome.values:
        problems.append(Problem("outcome_unknown", _("没有这个回访结果"), place="outcome", value=outcome))
    if satisfaction is not None and satisfaction not in range(1, 6):
        problems.append(
            Problem("satisfaction_out_of_range", _("满意度是 1 到 5"), place="satisfaction", value=str(satisfaction))
        )
    if problems:
        raise InvalidInput(problems)
    with transaction.atomic():
        matter = locked(matter_id)
        if done := done_before(matter, "called_back", request_key):
            return done
        (report,) = _reports(matter, [report_id])
        rounds = Callback.objects.filter(report=report).count()
        Callback.objects.create(
            id=new_id(),
            matter=matter,
            report=report,
            round=rounds + 1,
            outcome=outcome,
            satisfaction=satisfaction,
            note=mask(note.strip()),
            by_id=actor.id,
            at=at,
        )

        def change(asked: Matter) -> None:
            if outcome != Callback.Outcome.UNREACHED:
                asked.is_solved = outcome == Callback.Outcome.SOLVED
            if satisfaction is not None:
                asked.satisfaction = satisfaction

        solved = {"solved": "yes", "not_solved": "no", "unreached": "unreached"}[outcome]
        body = {"solved": solved, "satisfaction": satisfaction, "note": note.strip(), "report": str(report_id)}
        step = Step("called_back", body, change=change, request_key=request_key)
        event = make_move(matter_id=matter_id, step=step, actor=actor, at=at)
        if outcome == Callback.Outcome.NOT_SOLVED and event.to_state in {"checked", "closed", "evaluated"}:
            # The rule reopens, whoever asked; a caller from the community may not reopen by hand.
            by = actor if actor.may("matters.close", matter.place_path) else SYSTEM_ACTOR
            reopen_matter(matter_id=matter_id, cause=_("回访未解决"), actor=by, at=at)
    return event


@dataclass(frozen=True, slots=True)
class Wording:
    """What a template says: its name, the topic it is for ("" for all), the text, and whether it is still offered."""

    name: str
    text: str
    topic: str = ""
    is_active: bool = True


def add_reply_template(*, office: Place, name: str, text: str, topic: str, actor: Actor, at: datetime) -> ReplyTemplate:
    """Keep a wording that proved good for a topic.

    Raises:
        InvalidInput: ``field_missing``, ``place_unknown``, ``topic_unknown``: all at once.
        NotPermitted: the actor may not answer there.
    """
    return save_reply_template(office=office, wording=Wording(name, text, topic), actor=actor, at=at)


def save_reply_template(
    *, office: Place, wording: Wording, actor: Actor, at: datetime, template_id: UUID | None = None
) -> ReplyTemplate:
    """Add a template, or change one of the office.

    Raises:
        InvalidInput: as ``add_reply_template``. NotFound: ``template_unknown``. NotPermitted.
    """
    actor.require("matters.answer", office.path)
    problems = [
        Problem("field_missing", _("请填写模板名称和内容"), place=place)
        for place, given in (("name", wording.name), ("text", wording.text))
        if not given.strip()
    ]
    problems += [
        Problem("place_unknown", _("没有这个可填的项"), place="text", value=name, fix=_("可用：%s") % "、".join(PLACES))
        for name in unknown_places(wording.text)
    ]
    if wording.topic and wording.topic not in default_topics():
        problems.append(Problem("topic_unknown", _("没有这个类别"), place="topic", value=wording.topic))
    if problems:
        raise InvalidInput(problems)
    with transaction.atomic():
        template = ReplyTemplate(id=new_id(), office=office)
        if template_id is not None:
            held = ReplyTemplate.objects.select_for_update().filter(id=template_id, office=office).first()
            if held is None:
                raise NotFound(Problem("template_unknown", _("没有这个模板，或不是本街道的"), value=str(template_id)))
            template = held
        template.name, template.text = wording.name.strip()[:60], wording.text
        template.topic, template.is_active = wording.topic, wording.is_active
        template.save()
        audit.record(
            actor=actor,
            at=at,
            subject=("template", template.id),
            where=(office.id, office.path),
            action="matters.template.changed" if template_id else "matters.template.added",
            detail={"name": template.name, "topic": template.topic, "is_active": template.is_active},
        )
    return template
