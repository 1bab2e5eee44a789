"""Who reported a matter, and how far each of them was answered and asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from .. import clocks
from ..models import Callback, Matter, Report

# Channels on which nobody can be called: the message carries no number and no account to write to.
_UNREACHABLE_CHANNELS = frozenset({"pasted"})


@dataclass(frozen=True, slots=True)
class Reporter:
    """One reporter of a matter or of one merged into it."""

    report: Report
    answered_at: datetime | None
    callbacks: tuple[Callback, ...]
    attempts_needed: int = 3

    @property
    def message(self):  # type: ignore[no-untyped-def]
        """The message (a row of voices, read only)."""
        return self.report.message

    @property
    def last_outcome(self) -> str:
        """The last word on the callback, or ""."""
        return self.callbacks[-1].outcome if self.callbacks else ""

    @property
    def is_called_back(self) -> bool:
        """Reached once, or tried as often as the playbook requires."""
        return any(c.outcome != Callback.Outcome.UNREACHED for c in self.callbacks) or len(self.callbacks) >= self.attempts_needed

    @property
    def can_be_called(self) -> bool:
        """Whether there is a number or an account to ask on."""
        message = self.report.message
        return bool(message.phone_masked or (message.conversation and message.channel not in _UNREACHABLE_CHANNELS))


def reporters_of(matter: Matter) -> list[Reporter]:
    """Return the reporters of the matter and of everything merged into it, first report first."""
    whole = [matter.id]
    layer = [matter.id]
    while layer := list(Matter.objects.filter(merged_into__in=layer).values_list("id", flat=True)):
        whole += layer
    reports = (
        Report.objects.filter(Q(matter_id__in=whole)).select_related("message").prefetch_related("callbacks")
        .order_by("joined_at", "id")
    )
    needed = clocks.callback_attempts(matter)
    return [
        Reporter(r, r.answered_at, tuple(sorted(r.callbacks.all(), key=lambda c: (c.at, c.round))), needed)
        for r in reports
    ]
