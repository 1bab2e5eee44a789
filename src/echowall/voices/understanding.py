"""Handing messages to the understanding library, with the office's own places and the installed model."""

from __future__ import annotations

import time
from uuid import UUID

from echowall.kernel import clock
from echowall.kernel.personal import Sealing
from echowall.places import queries as places_queries
from echowall.understanding.pipeline import understand
from echowall.understanding.places import Gazetteer
from echowall.understanding.types import Understanding

from .models import Message

_KEEP_SECONDS = 60.0
_gazetteers: dict[UUID, tuple[float, tuple[int, str], Gazetteer]] = {}


def gazetteer_of(office_id: UUID) -> Gazetteer:
    """Return the places of an office, ready for finding; renewed within a minute after places were added."""
    checked_at = time.monotonic()
    held = _gazetteers.get(office_id)
    if held and checked_at - held[0] < _KEEP_SECONDS:
        return held[2]
    version = places_queries.tree_version(office_id)
    gazetteer = held[2] if held and held[1] == version else Gazetteer(places_queries.gazetteer_entries(office_id))
    _gazetteers[office_id] = (checked_at, version, gazetteer)
    return gazetteer


def whole_text(message: Message, sealing: Sealing | None = None) -> str:
    """Return the text that is understood: title, words as said, stated place. Offsets of a reading point into it."""
    said = (sealing or Sealing()).unseal("message", message.body_sealed)
    return "\n".join(part for part in (message.title, said, message.place_text) if part)


def read(message: Message, sealing: Sealing | None = None) -> Understanding:
    """Return what the library makes of a message as it was said."""
    return understand(
        whole_text(message, sealing),
        sent_at=clock.local(message.said_at),  # "4日" and "明早" mean the writer's day, not that of Greenwich
        gazetteer=gazetteer_of(message.office_id),
        context_place_id=str(message.place_id),
    )
