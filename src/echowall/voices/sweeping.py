"""Understanding what waits in the queue, a batch at a time; several workers may do it side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from echowall.kernel.personal import Sealing
from echowall.kernel.scope import as_system
from echowall.places import queries as places_queries
from echowall.places.models import Place
from echowall.understanding.pipeline import to_json
from echowall.understanding.types import Understanding

from . import understanding
from .models import Message, Pending
from .operations import Understood, file_batch, park_message

log = structlog.get_logger(__name__)

# Values that identify somebody never go into the record of a reading, which is sealed as well.
_PRIVATE = ("personal", "masked", "redacted")
_SURE_PLACE = 0.6


def sweep_pending(*, at: datetime, limit: int = 100) -> int:
    """Understand and file up to ``limit`` waiting messages whose time has come; returns how many were taken.

    They are filed together; if that fails, each stands in its own savepoint: one that cannot be understood or filed is
    parked for a person with its error and tried again later, the others go on.
    """
    with as_system():
        waiting = list(
            Pending.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(next_at__lte=at)
            .select_related("message", "message__place", "message__loaded")
            .order_by("next_at", "message_id")[:limit]
        )
        understood, failed = _read_all(waiting)
        for pending, error in [*failed, *_file_all(waiting, understood, at)]:
            park_message(pending=pending, error=error, at=at)
    return len(waiting)


def understand_now(*, message: Message, at: datetime) -> Message:
    """Understand and file one message at once, for a page that waits for it; the queue has it no more.

    Raises whatever understanding raises; the caller leaves it to the queue then.
    """
    with as_system():
        (one,) = _understood([message])
        file_batch(understood=[one], at=at)
    return message


def _read_all(waiting: Sequence[Pending]) -> tuple[list[Understood], list[tuple[Pending, str]]]:
    read: list[tuple[Message, Understanding]] = []
    failed: list[tuple[Pending, str]] = []
    sealing = Sealing()
    for pending in waiting:
        try:
            read.append((pending.message, understanding.read(pending.message, sealing)))
        except Exception as exc:  # whatever is wrong with one message must not hold up the others
            log.exception("message_not_understood", message_id=str(pending.message_id))
            failed.append((pending, f"{type(exc).__name__}: {exc}"))
    return _placed(read), failed


def _understood(messages: Sequence[Message]) -> list[Understood]:
    return _placed([(message, understanding.read(message)) for message in messages])


def _placed(read: Sequence[tuple[Message, Understanding]]) -> list[Understood]:
    wanted = {message.id: _place_id(reading) or _picked(message) for message, reading in read}
    places = places_queries.places_by_id({place_id for place_id in wanted.values() if place_id is not None})
    return [
        Understood(message, reading, _public(reading), _in_office(message, places, wanted[message.id]))
        for message, reading in read
    ]


def _in_office(message: Message, places: dict[UUID, Place], place_id: UUID | None) -> Place | None:
    place = places.get(place_id) if place_id is not None else None
    return place if place is not None and place.office_id == message.office_id else None


def _file_all(waiting: Sequence[Pending], understood: Sequence[Understood], at: datetime) -> list[tuple[Pending, str]]:
    """File together; where that fails, one by one. Returns those that could not be filed, with the error."""
    if not understood:
        return []
    try:
        with transaction.atomic():
            file_batch(understood=understood, at=at)
    except Exception:
        log.exception("batch_not_filed", count=len(understood))
    else:
        return []
    pending_of = {pending.message_id: pending for pending in waiting}
    failed = []
    for one in understood:
        try:
            with transaction.atomic():
                file_batch(understood=[one], at=at)
        except Exception as exc:
            log.exception("message_not_filed", message_id=str(one.message.id))
            failed.append((pending_of[one.message.id], f"{type(exc).__name__}: {exc}"))
    return failed


def _public(reading: Understanding) -> dict[str, Any]:
    return {k: v for k, v in to_json(reading).items() if k not in _PRIVATE}


def _place_id(reading: Understanding) -> UUID | None:
    """Return the deepest place found for certain, or None."""
    for mention in reading.places:
        if mention.place_id is not None and mention.confidence >= _SURE_PLACE:
            return UUID(mention.place_id)
    return None


def _picked(message: Message) -> UUID | None:
    """Return the place that the person picked from the list or the map: it counts where the words say no more."""
    picked = message.extra.get("place_id", "")
    try:
        return UUID(picked) if picked else None
    except ValueError:
        return None
