"""Who reported a matter, and how far each of them was answered and asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from echowall.kernel import clock
from echowall.playbooks import PlaybookError

from .. import clocks
from ..models import Answer, Callback, HistoryEvent, Matter, Report

# Channels on which nobody can be called: the message carries no number and no account to write to.
_UNREACHABLE_CHANNELS = frozenset({"pasted"})


_ATTEMPTS = 3  # where the playbook says nothing


@dataclass(frozen=True, slots=True)
class Reporter:
    """One reporter of a matter or of one merged into it.

    ``answered_at`` and ``callbacks`` are of the present round: what was said before the matter was last reopened does
    not count any more.
    """

    report: Report
    answered_at: datetime | None
    callbacks: tuple[Callback, ...]
    attempts_required: int = _ATTEMPTS

    @property
    def message(self) -> Any:
        """The message (a row of voices, read only)."""
        return self.report.message

    @property
    def last_outcome(self) -> str:
        """The last word on the callback, or ""."""
        return self.callbacks[-1].outcome if self.callbacks else ""

    @property
    def is_called_back(self) -> bool:
        """Reached once, or tried as often as the playbook requires."""
        return (
            any(c.outcome != Callback.Outcome.UNREACHED for c in self.callbacks)
            or len(self.callbacks) >= self.attempts_required
        )

    @property
    def can_be_called(self) -> bool:
        """Whether there is a number or an account to ask on."""
        return can_be_called(self.report)


def can_be_called(report: Report) -> bool:
    """Tell whether there is a number or an account to ask a reporter on."""
    message = report.message
    return bool(message.phone_masked or (message.conversation and message.channel not in _UNREACHABLE_CHANNELS))


def attempts_required(matter: Matter) -> int:
    """Return how often somebody is tried before the callback counts as done, by the playbook of the matter."""
    try:
        value = clocks.parameter(matter, "callback_attempts", clock.now()).value
    except PlaybookError:
        return _ATTEMPTS
    return value if isinstance(value, int) else _ATTEMPTS


def reporters_of(matter: Matter) -> list[Reporter]:
    """Return the reporters of the matter and of everything merged into it, first report first."""
    whole = [matter.id]
    layer = [matter.id]
    while layer := list(Matter.objects.filter(merged_into__in=layer).values_list("id", flat=True)):
        whole += layer
    reports = (
        Report.objects.filter(Q(matter_id__in=whole))
        .select_related("message")
        .prefetch_related("callbacks")
        .order_by("joined_at", "id")
    )
    reopened = HistoryEvent.objects.filter(matter=matter, kind="reopened").order_by("-seq").first()
    answered = None
    if reopened is not None:  # ids are in the order of writing, also within one instant
        answered = set(
            Answer.objects.filter(report__in=reports, is_final=True, id__gt=reopened.id).values_list(
                "report_id", flat=True
            )
        )
    required = attempts_required(matter)
    return [
        Reporter(
            r,
            r.answered_at if answered is None or r.id in answered else None,
            tuple(
                sorted(
                    (c for c in r.callbacks.all() if reopened is None or c.id > reopened.id),
                    key=lambda c: (c.at, c.round),
                )
            ),
            required,
        )
        for r in reports
    ]
