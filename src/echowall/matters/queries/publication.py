"""What the wall needs of a matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ..models import Answer, Matter, Report

_ENDED = ("closed", "evaluated")


@dataclass(frozen=True, slots=True)
class AnsweredMatter:
    """A matter with its first report and its last final answer."""

    id: UUID
    number: str
    office_id: UUID
    place_id: UUID
    place_path: str
    topic: str
    urgency: str
    title: str
    summary: str
    is_closed: bool
    message_id: UUID | None
    opened_at: datetime
    answer: str
    answered_at: datetime


def answered_matter(matter_id: UUID) -> AnsweredMatter | None:
    """Return the matter if it exists, was not merged away or cancelled, and somebody was answered finally."""
    matter = Matter.objects.filter(id=matter_id).exclude(state__in=("merged", "cancelled")).first()
    if matter is None:
        return None
    answer = Answer.objects.filter(matter=matter, is_final=True).order_by("-written_at", "-id").first()
    if answer is None:
        return None
    first = Report.objects.filter(matter=matter).order_by("-is_first", "joined_at", "id").first()
    return AnsweredMatter(
        matter.id,
        matter.number,
        matter.office_id,
        matter.place_id,
        matter.place_path,
        matter.topic,
        matter.urgency,
        matter.title,
        matter.summary,
        matter.state in _ENDED,
        first.message_id if first else None,
        matter.opened_at,
        answer.text,
        answer.written_at,
    )


def closed_count(office_id: UUID | None = None) -> int:
    """Return how many matters are closed, in all or of one office."""
    rows = Matter.objects.filter(state__in=_ENDED)
    return rows.count() if office_id is None else rows.filter(office_id=office_id).count()
