"""What changed since a moment ago, for the desks that listen."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from echowall.kernel.ids import new_id
from echowall.matters.models import HistoryEvent, Matter
from echowall.matters.queries.escalations import loud_events
from echowall.voices.models import Message

# A row's id is made a little before its transaction commits; looking back this far misses none.
OVERLAP_MS = 8_000
_MANY = 400


def mark() -> UUID:
    """Return the present moment as the smallest id that could have been made within the overlap before it."""
    return UUID(int=max(0, (new_id().int >> 80) - OVERLAP_MS) << 80)


@dataclass(frozen=True, slots=True)
class Critical:
    """A critical matter that no team has accepted."""

    id: UUID
    title: str
    escalations: int = 0

    @property
    def bell(self) -> str:
        """What rings once: the matter, and the matter again after each escalation."""
        return f"{self.id}:{self.escalations}" if self.escalations else str(self.id)


def changes_since(since: UUID) -> tuple[set[UUID], set[UUID]]:
    """Return the ids of history events and of messages stored since the mark, with the matters they belong to."""
    rows = HistoryEvent.objects.filter(id__gt=since).order_by("id").values_list("id", "matter_id")[:_MANY]
    heard = Message.objects.filter(id__gt=since).order_by("id").values_list("id", flat=True)[:_MANY]
    return {value for row in rows for value in row}, set(heard)


def critical_waiting() -> list[Critical]:
    """Return the critical matters in sight that wait to be accepted, the newest first, at most 20."""
    rows = Matter.objects.filter(urgency="critical", state__in=("collected", "opened", "dispatched"))
    found = list(rows.order_by("-opened_at", "-id").values_list("id", "title")[:20])
    rung = loud_events([i for i, _title in found])
    return [Critical(i, title, rung.get(i, 0)) for i, title in found]
