"""Messages that may say the same thing, and earlier ones of the same phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from echowall.understanding.duplicates import fingerprint, similarity

from ..models import Message

_DAYS = timedelta(days=3)
_COMPARED, _SHOWN = 150, 6
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Alike:
    """Another message and how alike it reads, in [0, 1]."""

    message: Message
    score: float


def copies_of(message: Message) -> list[Alike]:
    """Return messages of the days around that read the same, the likeliest first."""
    around = (message.said_at - _DAYS, message.said_at + _DAYS)
    rows = Message.objects.filter(office_id=message.office_id, said_at__range=around).exclude(id=message.id)
    mine = fingerprint(f"{message.title}\n{message.body}")
    scored = (
        Alike(other, similarity(mine, fingerprint(f"{other.title}\n{other.body}")))
        for other in rows.select_related("place").order_by("-said_at")[:_COMPARED]
    )
    return sorted((one for one in scored if one.score >= _ALIKE), key=lambda one: -one.score)[:_SHOWN]


def of_phone(phone_index: bytes | memoryview | None, *, but: Message | None = None) -> list[Message]:
    """Return the newest messages of a phone."""
    if not phone_index:
        return []
    rows = Message.objects.filter(phone_index=phone_index).select_related("place").order_by("-said_at")
    return list((rows.exclude(id=but.id) if but else rows)[:_SHOWN])
