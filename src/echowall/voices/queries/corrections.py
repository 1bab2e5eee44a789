"""What people corrected, as examples to learn from."""

from __future__ import annotations

from collections.abc import Iterator

from echowall.kernel.personal import unseal
from echowall.understanding.redaction import redact

from ..models import Correction, Message

_HEADS = ("intent", "topic", "urgency")


def corrected_examples() -> Iterator[dict[str, str]]:
    """Yield one example per message whose intent, topic or urgency a person corrected, as the corpus writes them.

    The text has everything that may identify a person taken out, as for the public wall; the labels are those in force.
    """
    corrected = Correction.objects.filter(field__in=_HEADS).values("message_id")
    for message in Message.objects.filter(id__in=corrected).order_by("id").iterator(chunk_size=500):
        said = "\n".join(part for part in (message.title, unseal("message", message.body_sealed)) if part)
        yield {
            "text": redact(said).text,
            **{head: getattr(message, head) for head in _HEADS},
            "channel": message.channel,
        }
