"""Whom to call back: answered, not yet asked; and when to try again those who could not be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from echowall.kernel import clock

from ..models import Callback, Matter, Report
from .reporters import attempts_required, can_be_called

_STATES = ("reported", "checked", "closed", "evaluated")
_PAUSE = timedelta(hours=3)
_FIRST_HOUR, _LAST_HOUR = 9, 21  # nobody is called at night


def next_try_at(last_at: datetime) -> datetime:
    """Return when to try somebody again who did not answer: three hours later the same day, else next morning at nine."""
    then = clock.local(last_at) + _PAUSE
    if then.hour >= _LAST_HOUR or then.date() != clock.local(last_at).date():
        day = clock.local(last_at).date() + timedelta(days=1)
        return clock.midnight(day) + timedelta(hours=_FIRST_HOUR)
    return max(then, clock.midnight(then.date()) + timedelta(hours=_FIRST_HOUR))


@dataclass(frozen=True, slots=True)
class CallbackDue:
    """One reporter to be asked."""

    report: Report
    matter: Matter
    attempts: int
    required: int
    last_at: datetime | None
    next_at: datetime | None

    def is_due(self, at: datetime) -> bool:
        """Whether to call now, and not later today."""
        return self.next_at is None or self.next_at <= at


def callbacks_due(at: datetime, limit: int = 200) -> list[CallbackDue]:
    """Return who is to be called within what may be seen: due before later, by phone before account, oldest answer first."""
    asked = Callback.objects.filter(report=OuterRef("pk"), at__gte=OuterRef("answered_at"))
    rows = (
        Report.objects.filter(answered_at__isnull=False)
        .filter(Q(matter__state__in=_STATES) | Q(matter__state="merged", matter__merged_into__state__in=_STATES))
        .filter(~Exists(asked.exclude(outcome=Callback.Outcome.UNREACHED)))
        .annotate(has_phone=~Q(message__phone_masked=""))
        .select_related("matter__place", "matter__merged_into__place", "message")
        .prefetch_related("callbacks")
        .order_by(F("has_phone").desc(), "answered_at", "id")[: limit * 3]
    )
    found = [_due(report) for report in rows]
    wanted = [one for one in found if one is not None]
    wanted.sort(key=lambda one: not one.is_due(at))  # stable: the order above stays within both halves
    return wanted[:limit]


def callback_due(report_id: UUID, at: datetime) -> CallbackDue | None:
    """Return one of ``callbacks_due``."""
    return next((one for one in callbacks_due(at, limit=2_000) if one.report.id == report_id), None)


def _due(report: Report) -> CallbackDue | None:
    matter = report.matter.merged_into or report.matter
    tries = [c for c in report.callbacks.all() if report.answered_at and c.at >= report.answered_at]
    required = attempts_required(matter)
    if len(tries) >= required or not can_be_called(report):
        return None
    last_at = max((c.at for c in tries), default=None)
    return CallbackDue(report, matter, len(tries), required, last_at, next_try_at(last_at) if last_at else None)
