"""What matters do when something happens elsewhere."""

from __future__ import annotations

from uuid import UUID

from echowall.kernel import clock, events
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.voices import queries as voices_queries

from . import operations


@events.on("voices.message.understood")
def take_message(*, message_id: str) -> None:
    """Open a matter for a message that asks for something; joining an open one comes before opening another."""
    facts = voices_queries.message_facts(UUID(message_id))
    if facts.reply_to and operations.join_earlier(message_id=facts.id, actor=SYSTEM_ACTOR, at=clock.now()):
        return
    if facts.state != "heard":
        return
    operations.take_in(message_id=facts.id, actor=SYSTEM_ACTOR, at=clock.now())
