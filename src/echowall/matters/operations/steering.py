"""Steering a matter: reclassifying, suspending, supervising, moving to a newer rule."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import clock
from echowall.kernel.actors import SYSTEM_ACTOR, Actor
from echowall.kernel.errors import InvalidInput, Problem, refuse
from echowall.understanding.types import Intent, Urgency

from .. import clocks
from ..models import HistoryEvent, Matter, State
from ..rules import MOVES
from .chain import Step, locked, make_move, require_move
from .dispatching import dispatch_by_route


def reclassify_matter(
    *,
    matter_id: UUID,
    actor: Actor,
    at: datetime,
    reason: str,
    intent: str | None = None,
    topic: str | None = None,
    urgency: str | None = None,
    is_complex: bool | None = None,
) -> HistoryEvent:
    """Change what a matter is called: intent, topic, urgency, or complex. What was there before stays in the history.

    A matter that no team has yet and that is raised to critical goes to the critical lead at once, as one opened so.

    Raises:
        InvalidInput: ``value_unknown``, ``field_missing`` for the reason, ``nothing_changed``.
        Refusal, NotPermitted: as every move.
    """
    wanted = {"intent": intent, "topic": topic, "urgency": urgency, "is_complex": is_complex}
    given = {k: v for k, v in wanted.items() if v is not None}
    problems = []
    if intent is not None and intent not in set(Intent):
        problems.append(Problem("value_unknown", _("没有这个诉求类型"), place="intent", value=intent))
    if urgency is not None and urgency not in set(Urgency):
        problems.append(Problem("value_unknown", _("没有这个紧急程度"), place="urgency", value=urgency))
    if not reason.strip():
        problems.append(Problem("field_missing", _("请填写理由"), place="reason"))
    if not given:
        problems.append(Problem("nothing_changed", _("没有要改的内容")))
    if problems:
        raise InvalidInput(problems)
    body: dict[str, object] = {"reason": reason.strip(), "was": {}, "now": given}
    body |= {k: v for k, v in given.items() if k in {"urgency", "intent", "topic"}}
    if is_complex is not None:
        body["complex"] = is_complex

    def change(matter: Matter) -> None:
        body["was"] = {k: getattr(matter, k) for k in given}
        for key, value in given.items():
            setattr(matter, key, value)

    with transaction.atomic():
        event = make_move(matter_id=matter_id, step=Step("reclassified", body, change=change), actor=actor, at=at)
        if urgency == Urgency.CRITICAL and event.to_state == State.OPENED:
            dispatch_by_route(matter_id=matter_id, actor=SYSTEM_ACTOR, at=at, even_uncertain=True)
    return event


def ask_suspension(*, matter_id: UUID, reason: str, until: date | None, actor: Actor, at: datetime) -> HistoryEvent:
    """Ask the leader to stop the clocks (申请挂账); the clocks run on until it is approved."""
    body = {"reason": reason.strip(), "until": until.isoformat() if until else None}
    return make_move(matter_id=matter_id, step=Step("suspension_asked", body), actor=actor, at=at)


def suspend_matter(*, matter_id: UUID, reason: str, until: date | None, actor: Actor, at: datetime) -> HistoryEvent:
    """Stop the clocks for a reason that the playbook approves (挂账), until a date or until resumed.

    Raises:
        Refusal: ``reason_not_approved`` listing the approved ones; ``until_in_past``.
        NotPermitted: only a leader may.
    """
    with transaction.atomic():
        return _suspend(locked(matter_id), reason, until, actor, at)


def _suspend(matter: Matter, reason: str, until: date | None, actor: Actor, at: datetime) -> HistoryEvent:
    require_move(matter, MOVES["suspended"], actor)
    approved = clocks.parameter(matter, "suspend_reasons", at).value
    if reason not in approved:
        raise refuse(
            "reason_not_approved", _("挂账理由不在批准范围内"), place="reason", value=reason, fix="、".join(approved)
        )
    if until is not None and until <= clock.today(at):
        raise refuse("until_in_past", _("挂账截止日要晚于今天"), place="until", value=str(until))
    # The date given is the last day of standing still; the clocks run again from the midnight after it.
    ends_at = clock.midnight(until + timedelta(days=1)).isoformat() if until else None
    body = {"reason": reason, "until": ends_at, "approved_by": actor.name}
    return make_move(matter_id=matter.id, step=Step("suspended", body), actor=actor, at=at, matter=matter)


def resume_matter(*, matter_id: UUID, actor: Actor, at: datetime, note: str = "") -> HistoryEvent:
    """Let the clocks run again; the matter goes on where it stood."""
    with transaction.atomic():
        matter = locked(matter_id)
        step = Step("resumed", {"note": note}, to_state=state_before_suspension(matter))
        return make_move(matter_id=matter_id, step=step, actor=actor, at=at, matter=matter)


def state_before_suspension(matter: Matter) -> State:
    """Return the state from which a matter was suspended last."""
    last = matter.history.filter(kind="suspended").order_by("-seq").first()
    return State(last.from_state) if last is not None and last.from_state else State.HANDLING


def supervise(*, matter_id: UUID, note: str, actor: Actor, at: datetime) -> HistoryEvent:
    """Press for a matter (督办) on one's own initiative; the steps that clocks bring about come by themselves."""
    return make_move(matter_id=matter_id, step=Step("supervised", {"note": note.strip()}), actor=actor, at=at)


def repin_matter(*, matter_id: UUID, version: str, actor: Actor, at: datetime, reason: str) -> HistoryEvent:
    """Move a matter to another version of its playbook; preview it first with ``queries.preview_repin``.

    Raises:
        Refusal: ``version_unknown``.
    """
    if not clocks.knows(version):
        raise refuse("version_unknown", _("没有这个版本的工作法"), place="version", value=version)

    body: dict[str, object] = {"version": version, "reason": reason}

    def change(matter: Matter) -> None:
        # The clocks begin under the version that the matter was opened under: the history has to name it.
        body["was"] = matter.playbook
        matter.playbook = version

    return make_move(matter_id=matter_id, step=Step("repinned", body, change=change), actor=actor, at=at)


def add_note(*, matter_id: UUID, note: str, actor: Actor, at: datetime) -> HistoryEvent:
    """Add a remark for colleagues."""
    return make_move(matter_id=matter_id, step=Step("noted", {"note": note.strip()}), actor=actor, at=at)
