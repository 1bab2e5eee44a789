"""What time alone brings about: colours that change and escalation steps that fall due."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel.actors import SYSTEM_ACTOR

from .. import clocks
from ..models import Matter, State
from ..rules import MOVES
from .chain import Step, append
from .escalating import is_loud, tell_next
from .papers import draft_paper
from .steering import state_before_suspension


def sweep_clocks(*, at: datetime, limit: int = 500) -> int:
    """Refresh matters whose clocks change by themselves at or before ``at``, and record the steps that fell due.

    A suspension whose last day is over ends: the matter goes on where it stood. A step that asks for a paper brings
    about its draft. Returns how many matters were refreshed. Several sweeps may run at once; each takes other matters.
    Harmless to repeat: what is recorded is not due again.
    """
    with transaction.atomic():
        due = list(
            Matter.objects.select_for_update(of=("self",), skip_locked=True)
            .defer("terms")
            .filter(next_change_at__lte=at)
            .order_by("next_change_at")[:limit]
        )
        for matter in due:
            _pass_time(matter, at)
    return len(due)


def _pass_time(matter: Matter, at: datetime) -> None:
    rows = clocks.history_of(matter)
    if matter.state == State.SUSPENDED:
        until = clocks.suspended_until(rows)
        if until is not None and until <= at:
            step = Step(
                "resumed",
                {"note": _("挂账期满，自动恢复")},
                to_state=state_before_suspension(matter),
                happened_at=until,
            )
            append(matter, MOVES["resumed"], step, SYSTEM_ACTOR, at)
            rows = clocks.history_of(matter)
    report = clocks.refresh(matter, at, rows)
    for number, step_due in enumerate(report.steps_due, 1):
        body = {
            "step": step_due.id,
            "clock": step_due.clock,
            "action": step_due.action,
            "level": str(step_due.level),
            "arguments": dict(step_due.arguments),
            "due": step_due.at.isoformat(),
        }
        # The last one leaves the clocks as they are with all of them recorded.
        event = append(
            matter,
            MOVES["escalated"],
            Step("escalated", body),
            SYSTEM_ACTOR,
            at,
            refresh=number == len(report.steps_due),
        )
        if is_loud(step_due):
            tell_next(matter, step_due, event, at)
        if step_due.action == "draft_document":
            draft_paper(matter, step_due, report, at)
    if not report.steps_due:
        matter.save(update_fields=["due_at", "colour", "next_change_at"])
