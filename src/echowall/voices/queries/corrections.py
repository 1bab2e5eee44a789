"""What people corrected, as examples to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from echowall.kernel.personal import unseal
from echowall.understanding.redaction import redact

from ..models import Correction, Message

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
