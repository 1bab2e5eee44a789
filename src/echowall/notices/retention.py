"""What the outbox keeps of people, and how it is destroyed on its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from echowall.retention.kinds import Destroyed, Finder, destroys, finds, held_by

from .models import Notice
from .queries import done_before

GONE = "［内容已到期销毁］"


@finds("notices")
def _others(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        # What answers a matter, matters find: a hold of the matter keeps it.
        rows: QuerySet[Any, Any] = done_before(office_id, before, but="answer").annotate(holders=held_by("subject_id"))
        return rows

    return find


@destroys("notices")
def _destroy(subjects: Sequence[UUID], _record: UUID, at: datetime) -> Destroyed:
    rows = Notice.objects.filter(id__in=subjects)
    return Destroyed(rows.update(address_sealed=None, address_masked="", text=GONE, error="", destroyed_at=at))
