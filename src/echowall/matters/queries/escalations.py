"""How often a matter rang because nobody took it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ..models import HistoryEvent


def loud_events(matter_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many loud steps each of these matters has behind it."""
    rows = HistoryEvent.objects.filter(matter__in=matter_ids, kind="escalated", body__arguments__loud="yes")
    counts: dict[UUID, int] = {}
    for matter_id in rows.values_list("matter_id", flat=True):
        counts[matter_id] = counts.get(matter_id, 0) + 1
    return counts
