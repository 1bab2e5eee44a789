"""What people corrected, as examples to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from echowall.kernel.personal import unseal
from echowall.understanding.redaction import redact
from echowall.understanding.second_opinion import opinion_in

from ..models import Correction, Message, Reading

_HEADS = ("intent", "topic", "urgency")


def corrected_examples() -> Iterator[dict[str, str]]:
    """Yield one example per message whose intent, topic or urgency a person corrected, as the corpus writes them.

    The text has everything that may identify a person taken out, as for the public wall; the labels are those in force.
    """
    corrected = Correction.objects.filter(field__in=_HEADS).values("message_id")
    kept = Message.objects.filter(id__in=corrected, words_destroyed_at=None)
    for message in kept.order_by("id").iterator(chunk_size=500):
        said = "\n".join(part for part in (message.title, unseal("message", message.body_sealed)) if part)
        yield {
            "text": redact(said).text,
            **{head: getattr(message, head) for head in _HEADS},
            "channel": message.channel,
        }


def last_corrections(message_id: UUID) -> dict[str, datetime]:
    """Return when each field of a message (intent, topic, urgency, place) was last corrected by a person."""
    rows = Correction.objects.filter(message_id=message_id).order_by("at")
    return dict(rows.values_list("field", "at"))


def raised_by_opinion(message_id: UUID) -> tuple[datetime, str] | None:
    """Return when the second opinion raised the urgency of a message, and by which model; None where it did not."""
    newest = Reading.objects.filter(message_id=message_id).order_by("-made_at", "-id")[:2]
    if len(newest) < 2:
        return None
    said = opinion_in(newest[0].result.get("notes") or ())
    was, now = ((one.result.get("urgency") or {}).get("value") for one in (newest[1], newest[0]))
    return (newest[0].made_at, said[0]) if said and said[0] and was != now else None
