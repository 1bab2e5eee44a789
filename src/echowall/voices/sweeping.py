"""Understanding what waits in the queue, a batch at a time; several workers may do it side by side."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from echowall.kernel.scope import as_system
from echowall.places import queries as places_queries
from echowall.places.models import Place
from echowall.understanding.pipeline import to_json
from echowall.understanding.types import Understanding

from . import understanding
from .models import Message, Pending
from .operations import file_understood, park_message

log = structlog.get_logger(__name__)

# Values that identify somebody never go into the record of a reading.
_PRIVATE = ("personal", "masked", "redacted")


def sweep_pending(*, at: datetime, limit: int = 100) -> int:
    """Understand and file up to ``limit`` waiting messages whose time has come; returns how many were taken.

    Each message stands in its own savepoint: one that cannot be understood is parked for a person with its error and
    tried again later; the others go on.
    """
    with as_system():
        waiting = list(
            Pending.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(next_at__lte=at)
            .select_related("message", "message__place")
            .order_by("message_id")[:limit]
        )
        for pending in waiting:
            try:
                with transaction.atomic():
                    _file(pending.message, at)
            except Exception as exc:  # whatever is wrong with one message must not hold up the others
                log.exception("message_not_understood", message_id=str(pending.message_id))
                park_message(pending=pending, error=f"{type(exc).__name__}: {exc}", at=at)
    return len(waiting)


def _file(message: Message, at: datetime) -> None:
    reading = understanding.read(message)
    file_understood(message=message, reading=reading, result=_public(reading), place=_place(message, reading), at=at)


def _public(reading: Understanding) -> dict[str, Any]:
    return {k: v for k, v in to_json(reading).items() if k not in _PRIVATE}


def _place(message: Message, reading: Understanding) -> Place | None:
    """Return the deepest place found for certain within the office, or None to leave it where the source is."""
    for mention in reading.places:
        if mention.place_id is not None and mention.confidence >= 0.6:
            return places_queries.place_in_office(UUID(mention.place_id), message.office_id)
    return None
