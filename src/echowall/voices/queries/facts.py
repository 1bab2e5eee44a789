"""What other programmes may know of a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from echowall.kernel.errors import NotFound, Problem

from ..models import Message


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """A message as another programme sees it: masked text and filing, no personal values."""

    id: UUID
    ticket: str
    channel: str
    title: str
    body: str
    said_at: datetime
    heard_at: datetime
    office_id: UUID
    place_id: UUID
    place_path: str
    intent: str
    topic: str
    urgency: str
    band: str
    state: str
    needed_by_at: datetime | None
    phone_masked: str
    phone_index: bytes | None
    conversation: str
    reply_to: str
    source_id: UUID


def message_facts(message_id: UUID) -> MessageFacts:
    """Return the facts of one message.

    Raises:
        NotFound: there is none within what may be seen.
    """
    names = MessageFacts.__dataclass_fields__.keys()
    row = Message.objects.filter(id=message_id).values(*names).first()
    if row is None:
        raise NotFound(Problem("message_unknown", _("没有这条留言，或不在您的职责范围内"), value=str(message_id)))
    return MessageFacts(**row)


def answered_message(message_id: UUID) -> UUID | None:
    """Return the message of the same source that this one answers or adds to, or None."""
    row = Message.objects.filter(id=message_id).values("source_id", "reply_to").first()
    if row is None or not row["reply_to"]:
        return None
    earlier = Message.objects.filter(source_id=row["source_id"], key=row["reply_to"]).exclude(id=message_id)
    return earlier.values_list("id", flat=True).first()
