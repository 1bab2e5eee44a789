"""Asking the office's own language model for a second opinion, one message at a time, beside everything else.

Nothing waits for it: a message is understood, filed and made a matter first. Only what a person has to look at anyway is
asked about, and only with everything taken out that may identify somebody.
"""

from __future__ import annotations

from datetime import datetime

import httpx
import structlog
from django.conf import settings

from echowall.kernel import clock
from echowall.kernel.errors import Refusal
from echowall.kernel.personal import unseal
from echowall.kernel.scope import as_system
from echowall.understanding.redaction import redact
from echowall.understanding.second_opinion import Endpoint, ask

from .models import Message
from .operations import claim_opinion, note_no_opinion, take_opinion
from .understanding import whole_text

log = structlog.get_logger(__name__)
_CHARACTERS = 4000


def endpoint() -> Endpoint | None:
    """Return where the office's model answers, or None where the office has set none."""
    if not settings.ECHOWALL_OPINION_URL:
        return None
    return Endpoint(
        settings.ECHOWALL_OPINION_URL,
        settings.ECHOWALL_OPINION_MODEL,
        settings.ECHOWALL_OPINION_KEY,
        settings.ECHOWALL_OPINION_SECONDS,
    )


def ask_next(*, at: datetime) -> int:
    """Ask about the next waiting message and take the answer in; returns 1, or 0 where none waits or nothing is set.

    No transaction is open while the model thinks. Where it does not answer the message comes again, twice.
    """
    where = endpoint()
    if where is None:
        return 0
    with as_system():
        claimed = claim_opinion(at=at)
        if claimed is None:
            return 0
    try:
        with as_system():
            text = nameless(claimed.message)
        opinion = ask(where, text)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, Refusal) as error:
        log.warning("no_second_opinion", message_id=str(claimed.message.id), error=type(error).__name__)
        with as_system():
            note_no_opinion(claimed=claimed, error=error, at=clock.now())
        return 1
    with as_system():
        take_opinion(claimed=claimed, opinion=opinion, model=where.model, at=clock.now())
    return 1


def nameless(message: Message) -> str:
    """Return the words of a message as the public wall would show them, also without the sender's known name.

    Raises Refusal where they can no longer be unsealed.
    """
    text = redact(whole_text(message)).text
    name = unseal("name", message.sender_sealed) if message.sender_sealed else ""
    # Redaction finds names by what stands around them; this one is known.
    return (text.replace(name, "某居民") if len(name) > 1 else text)[:_CHARACTERS]
