"""What time alone brings about: colours that change and escalation steps that fall due."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from echowall.kernel.actors import SYSTEM_ACTOR

from .. import clocks
from ..models import Matter
from ..rules import MOVES
from .chain import Step, append


def sweep_clocks(*, at: datetime, limit: int = 2_000) -> int:
    """Refresh matters whose clocks change by themselves at or before ``at``, and record the steps that fell due.

    Returns how many were refreshed. Several sweeps may run at once; each takes other matters. Harmless to repeat.
    """
    with transaction.atomic():
        due = list(
            Matter.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(next_change_at__lte=at)
            .order_by("next_change_at")[:limit]
        )
        for matter in due:
            report = clocks.report(matter, at)
            for step in report.steps_due:
                body = {
                    "step": step.id,
                    "clock": step.clock,
                    "action": step.action,
                    "level": str(step.level),
                    "arguments": dict(step.arguments),
                    "due": step.at.isoformat(),
                }
                append(matter, MOVES["escalated"], Step("escalated", body), SYSTEM_ACTOR, at)
            if not report.steps_due:
                clocks.refresh(matter, at)
                matter.save(update_fields=["due_at", "colour", "next_change_at"])
    return len(due)
