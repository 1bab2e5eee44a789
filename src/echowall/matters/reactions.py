"""What matters do when something happens elsewhere."""

from __future__ import annotations

from uuid import UUID

from echowall.kernel import clock, events
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.voices import operations as voices_operations
from echowall.voices import queries as voices_queries

from . import operations
from .models import HistoryEvent, Report


@events.on("voices.message.understood")
def take_message(*, message_id: str) -> None:
    """Open a matter for a message that asks for something; joining an open one comes before opening another."""
    facts = voices_queries.message_facts(UUID(message_id))
    if facts.reply_to and operations.join_earlier(message_id=facts.id, actor=SYSTEM_ACTOR, at=clock.now()):
        return
    if facts.state != "heard":
        return
    operations.take_in(message_id=facts.id, actor=SYSTEM_ACTOR, at=clock.now())


@events.on("matters.matter.dispatched")
@events.on("matters.matter.accepted")
@events.on("matters.matter.reclassified")
def settle_doubts(*, matter_id: str, event_id: str) -> None:
    """Let the messages of a matter that a person gave to a team or took up count as looked at.

    What joins the matter later has not been seen and waits to be looked at.
    """
    event = HistoryEvent.objects.only("actor_id", "recorded_at").get(id=event_id)
    if event.actor_id is None:  # the system's own dispatch is no look
        return
    seen = Report.objects.filter(matter_id=matter_id, joined_at__lte=event.recorded_at)
    voices_operations.settle_doubts(message_ids=list(seen.values_list("message_id", flat=True)))


@events.on("matters.matter.closed")
def mark_messages_handled(*, matter_id: str, event_id: str) -> None:
    """Let the messages of a closed matter count as handled."""
    ids = list(Report.objects.filter(matter_id=matter_id).values_list("message_id", flat=True))
    voices_operations.mark_handled(message_ids=ids, is_handled=True)


@events.on("matters.matter.reopened")
def mark_messages_unhandled(*, matter_id: str, event_id: str) -> None:
    """Let the messages of a reopened matter no longer count as handled."""
    ids = list(Report.objects.filter(matter_id=matter_id).values_list("message_id", flat=True))
    voices_operations.mark_handled(message_ids=ids, is_handled=False)
