"""What residents' pages and clients without an account may know of hearing."""

from __future__ import annotations

import hmac
import re
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import cast
from uuid import UUID

from echowall.kernel.ids import normalise_ticket
from echowall.kernel.personal import Sealed, blind_index, unseal
from echowall.kernel.scope import as_system

from ..models import Message, Source
from ..models.sources import Channel

_KEEP_SECONDS = 5.0
_by_token: dict[bytes, tuple[float, Source | None]] = {}


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """A message as its own reporter may see it: the masked text, no names, no numbers."""

    id: UUID
    ticket: str
    key: str
    body: str
    heard_at: datetime
    place_text: str
    source_id: UUID
    office_name: str
    has_phone: bool
    needs_nothing: bool


def public_sources(channel: str = Channel.WEB) -> list[Source]:
    """Return the sources of a channel that are open to anybody, the oldest first."""
    with as_system():
        rows = Source.objects.filter(channel=channel, is_public=True, is_active=True, office__is_active=True)
        return list(rows.select_related("office", "place").order_by("created_at", "id"))


def public_source(office_code: str = "", channel: str = Channel.WEB) -> Source | None:
    """Return the open source of the office with this code, or of the first office; None when there is none."""
    found = public_sources(channel)
    return next((s for s in found if not office_code or s.office.code == office_code), None)


def source_by_token(token: str) -> Source | None:
    """Return the active source whose client this access token belongs to; remembered for five seconds."""
    digest = sha256(token.encode("utf-8", "replace")).digest()
    held = _by_token.get(digest)
    now = time.monotonic()
    if held and now - held[0] < _KEEP_SECONDS:
        return held[1]
    with as_system():
        source = Source.objects.select_related("office").filter(token_hash=digest, is_active=True).first()
    if len(_by_token) > 1000:  # somebody tries tokens
        _by_token.clear()
    _by_token[digest] = (now, source)
    return source


def forget_tokens() -> None:
    """Drop the remembered tokens (between tests)."""
    _by_token.clear()


def own_message(ticket: str) -> OwnMessage | None:
    """Return the message with this ticket as typed by a person, or None."""
    stored = normalise_ticket(ticket)
    if not stored:
        return None
    with as_system():
        message = Message.objects.select_related("source__office").filter(ticket=stored).first()
    if message is None:
        return None
    return OwnMessage(
        id=message.id, ticket=message.ticket, key=message.key, body=message.body, heard_at=message.heard_at,
        place_text=message.place_text, source_id=message.source_id, office_name=message.source.office.name,
        has_phone=message.phone_sealed is not None, needs_nothing=message.state == "noted",
    )  # fmt: skip


def follow_up_code(ticket: str) -> str:
    """Return the four digits that go with a ticket when no phone was given: keyed by the installation, never stored."""
    return f"{int.from_bytes(blind_index('follow_up', ticket)) % 10_000:04d}"


def proof_holds(message: OwnMessage, digits: str) -> bool:
    """Tell whether ``digits`` are the last four of the reporter's phone, or the follow-up code where there is none."""
    given = re.sub(r"\D", "", digits)
    if not message.has_phone:
        return hmac.compare_digest(given, follow_up_code(message.ticket))
    with as_system():
        sealed = Message.objects.only("phone_sealed").get(id=message.id).phone_sealed
        phone = re.sub(r"\D", "", unseal("phone", cast(Sealed, sealed))) if sealed is not None else ""
    return len(given) == 4 and hmac.compare_digest(given, phone[-4:])


def ticket_of_key(source_id: UUID, key: str) -> str:
    """Return the ticket of a message already heard under this key, or ""."""
    with as_system():
        found = Message.objects.filter(source_id=source_id, key=key).values_list("ticket", flat=True).first()
    return found or ""


def ticket_in_source(source_id: UUID, ticket: str) -> UUID | None:
    """Return the id of a source's own message by its ticket, or None."""
    stored = normalise_ticket(ticket)
    with as_system():
        return Message.objects.filter(source_id=source_id, ticket=stored).values_list("id", flat=True).first()


def additions(message: OwnMessage) -> list[tuple[datetime, str]]:
    """Return what the reporter added later: (instant, masked text), oldest first."""
    with as_system():
        rows = Message.objects.filter(source_id=message.source_id, reply_to=message.key).order_by("heard_at", "id")
        return list(rows.values_list("heard_at", "body"))
