"""Telling the reporters, and asking them whether it was solved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem, refuse
from echowall.kernel.ids import new_id
from echowall.notices import operations as notices_operations
from echowall.places.models import Place
from echowall.voices import queries as voices_queries

from .. import queries
from ..models import Answer, Callback, HistoryEvent, Matter, ReplyTemplate, Report
from .chain import Step, locked, make_move
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
        return [row.report for row in standing]
    chosen = [row.report for row in standing if row.report.id in set(report_ids)]
    if len(chosen) != len(set(report_ids)):
        raise NotFound(Problem("report_unknown", _("有反映人不属于这个事项"), place="reports"))
    return chosen


def inform_reporters(
    *, matter_id: UUID, text: str, actor: Actor, at: datetime, report_ids: Sequence[UUID] | None = None
) -> HistoryEvent:
    """Tell the reporters how it goes (三日内反馈进展); sent on the channel each came by.

    Raises:
        InvalidInput, Refusal, NotPermitted: as every move; NotFound: ``report_unknown``.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        reports = _reports(matter, report_ids)
        event = make_move(
            matter_id=matter_id,
            actor=actor,
            at=at,
            step=Step("informed", {"text": text.strip(), "count": len(reports)}),
        )
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
    request_key: str | None = None,
) -> HistoryEvent:
    """Answer reporters (all that are not yet answered finally by default) with a checked text, on their own channel.

    Raises:
        InvalidInput: ``reply_incomplete`` for each finding of the reply check, unless ``despite_findings``.
        Refusal, NotPermitted: as every move; NotFound: ``report_unknown``.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        done = HistoryEvent.objects.filter(matter=matter, request_key=request_key).first() if request_key else None
        if done:
            return done
        findings = queries.check_reply(matter, text)
        if findings and not despite_findings:
            raise InvalidInput(
                [
                    Problem("reply_incomplete", f["message"], place="text", value=f["code"], fix=f.get("fix", ""))
                    for f in findings
                ]
            )
        reports = _reports(matter, report_ids)
        body = {"text": text.strip(), "count": len(reports), "findings": [f["code"] for f in findings]}
        event = make_move(matter_id=matter_id, step=Step("answered", body, request_key=request_key), actor=actor, at=at)
        _tell(matter, reports, text.strip(), is_final=True, actor=actor, at=at, findings=findings)
    return event


def record_callback(
    *,
    matter_id: UUID,
    report_id: UUID,
    outcome: str,
    actor: Actor,
    at: datetime,
    satisfaction: int | None = None,
    note: str = "",
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
        (report,) = _reports(matter, [report_id])
        rounds = Callback.objects.filter(report=report).count()
        Callback.objects.create(
            id=new_id(),
            matter=matter,
            report=report,
            round=rounds + 1,
            outcome=outcome,
            satisfaction=satisfaction,
            note=note.strip(),
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
        event = make_move(matter_id=matter_id, step=Step("called_back", body, change=change), actor=actor, at=at)
        if outcome == Callback.Outcome.NOT_SOLVED and event.to_state in {"checked", "closed", "evaluated"}:
            reopen_matter(matter_id=matter_id, cause=_("回访未解决"), actor=actor, at=at)
    return event


def add_reply_template(*, office: Place, name: str, text: str, topic: str, actor: Actor, at: datetime) -> ReplyTemplate:
    """Keep a wording that proved good for a topic.

    Raises:
        Refusal: ``field_missing``.
        NotPermitted: the actor may not answer there.
    """
    actor.require("matters.answer", office.path)
    if not name.strip() or not text.strip():
        raise refuse("field_missing", _("请填写模板名称和内容"), place="name")
    with transaction.atomic():
        template = ReplyTemplate.objects.create(id=new_id(), office=office, topic=topic, name=name.strip(), text=text)
        audit.record(
            actor=actor,
            at=at,
            action="matters.template.added",
            subject=("template", template.id),
            detail={"name": name, "topic": topic},
            where=(office.id, office.path),
        )
    return template
