"""What the wall needs of a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from echowall.kernel.personal import unseal

from ..models import Message


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    """The words of a message (phones masked), the name to be kept out of them, and whether the person agreed.

    ``agreed`` is None where nobody asked.
    """

    body: str
    sender: str
    said_at: datetime
    agreed: bool | None


def publication_facts(message_id: UUID) -> PublicationFacts | None:
    """Return the facts of a message within what may be seen. Only for making the redacted text: the name is plain."""
    row = Message.objects.filter(id=message_id).first()
    if row is None:
        return None
    sender = unseal("name", row.sender_sealed) if row.sender_sealed else ""
    said = str(row.extra.get("may_publish", "")).lower()
    agreed = None if said == "" else said in {"1", "true", "yes", "on"}
    return PublicationFacts(row.body, sender, row.said_at, agreed)


def heard_count(office_id: UUID | None = None) -> int:
    """Return how many messages were heard, in all or by one office."""
    rows = Message.objects.all() if office_id is None else Message.objects.filter(office_id=office_id)
    return rows.count()
