"""Checking, closing, evaluating, reopening."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem

from .. import queries
from ..models import Assignment, Evidence, HistoryEvent, Matter, State
from ..rules import MOVES
from .chain import Step, done_before, locked, make_move, require_move


def check_matter(
    *, matter_id: UUID, passed: bool, note: str, actor: Actor, at: datetime, request_key: str | None = None
) -> HistoryEvent:
    """Check what was reported back; what does not pass goes back to the team with the reason.

    Raises:
        InvalidInput: ``field_missing`` when it does not pass and no note says why.
    """
    if not passed and not note.strip():
        raise InvalidInput(Problem("field_missing", _("核查不通过要写明原因"), place="note"))
    step = Step(
        "checked",
        {"passed": passed, "note": note.strip()},
        request_key=request_key,
        to_state=State.CHECKED if passed else State.HANDLING,
    )
    return make_move(matter_id=matter_id, step=step, actor=actor, at=at)


def close_matter(*, matter_id: UUID, actor: Actor, at: datetime, request_key: str | None = None) -> HistoryEvent:
    """Close a matter: done with evidence, every reporter answered and called back (or tried as often as required).

    Raises:
        InvalidInput: ``evidence_missing``, ``reporter_not_answered``, ``callback_missing``, ``not_solved``: all at once.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        if done := done_before(matter, "closed", request_key):
            return done
        require_move(matter, MOVES["closed"], actor)
        problems = closing_problems(matter)
        if problems:
            raise InvalidInput(problems)

        def change(closed: Matter) -> None:
            closed.closed_at = at
            Assignment.objects.filter(matter=closed, ended_at=None).update(ended_at=at, ended_how="done")

        return make_move(
            matter_id=matter_id,
            step=Step("closed", change=change, request_key=request_key),
            actor=actor,
            at=at,
            matter=matter,
        )


def closing_problems(matter: Matter) -> list[Problem]:
    """Return everything that still stands in the way of closing."""
    found = []
    has_note = matter.history.filter(kind="reported_back").exclude(body__note="").exists()
    if not has_note and not Evidence.objects.filter(matter=matter).exists():
        found.append(Problem("evidence_missing", _("还没有处置凭证"), place="evidence"))
    standing = queries.reporters_of(matter)
    for report in standing:
        if report.answered_at is None:
            found.append(
                Problem(
                    "reporter_not_answered",
                    _("还有反映人没有得到答复"),
                    place="answers",
                    value=report.message.ticket,
                    fix=_("请先答复"),
                )
            )
        if not report.is_called_back and report.can_be_called:
            found.append(
                Problem(
                    "callback_missing",
                    _("还没有回访"),
                    place="callbacks",
                    value=report.message.ticket,
                    fix=_("请回访；联系不上的按规定次数尝试"),
                )
            )
    if any(r.last_outcome == "not_solved" for r in standing):
        found.append(Problem("not_solved", _("反映人表示没有解决"), place="callbacks", fix=_("请重新办理")))
    return found


def reopen_matter(*, matter_id: UUID, cause: str, actor: Actor, at: datetime) -> HistoryEvent:
    """Reopen a matter that was checked or closed; it goes back to the team that had it and counts as rework.

    Raises:
        Refusal: it is still open.
        InvalidInput: without a cause.
    """

    def change(matter: Matter) -> None:
        matter.closed_at = None
        matter.is_solved = None
        matter.rework_count += 1
        if matter.lead_team_id and not Assignment.objects.filter(matter=matter, ended_at=None, is_lead=True).exists():
            last = Assignment.objects.filter(matter=matter, team_id=matter.lead_team_id).order_by("-given_at").first()
            if last is not None:
                Assignment.objects.filter(id=last.id).update(ended_at=None, ended_how="")

    with transaction.atomic():
        matter = locked(matter_id)
        target = State.HANDLING if matter.lead_team_id else State.OPENED
        return make_move(
            matter_id=matter_id,
            actor=actor,
            at=at,
            matter=matter,
            step=Step("reopened", {"cause": cause.strip()}, to_state=target, change=change),
        )


def evaluate_matter(*, matter_id: UUID, grade: int, note: str, actor: Actor, at: datetime) -> HistoryEvent:
    """Grade how a closed matter was handled, 1 to 5.

    Raises:
        InvalidInput: ``grade_out_of_range``.
    """
    if grade not in range(1, 6):
        raise InvalidInput(Problem("grade_out_of_range", _("评分是 1 到 5"), place="grade", value=str(grade)))
    return make_move(
        matter_id=matter_id, step=Step("evaluated", {"grade": grade, "note": note.strip()}), actor=actor, at=at
    )
