"""Hearing: storing what was said, exactly once, before anything is made of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from echowall.kernel import audit, clock, files, jobs
from echowall.kernel.actors import Actor
from echowall.kernel.ids import new_id, new_ticket
from echowall.kernel.personal import Sealing, blind_index, mask_name, mask_phone
from echowall.kernel.scope import as_system
from echowall.understanding.redaction import mask

from ..channels.types import HeardMessage
from ..models import Attachment, Import, Message, Source
from ..models.sources import Channel
from .storing import insert_messages

# Further columns that hold an address, or what others wrote before: sealed as a whole, never shown by themselves.
PRIVATE_EXTRA = ("address", "history", "message_id", "to")
_DRAWS = 5
_KEY_LETTERS = 120


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one message: its id and ticket, and whether it is new (False: it was already stored)."""

    id: UUID
    ticket: str
    is_new: bool


def hear_messages(
    *,
    messages: Sequence[HeardMessage],
    source: Source,
    actor: Actor,
    at: datetime,
    loaded: Import | None = None,
) -> list[Heard]:
    """Store messages as said, queue them for understanding, return one ``Heard`` per message in the same order.

    A message whose key the source already had is not stored again and keeps its ticket. When this returns within a
    committed transaction, nothing of it can be lost: understanding happens later, from the queue.
    Writes one audit row for the call. Runs for the system: whoever may use the source may speak.
    """
    with as_system():
        return _store(messages, source, actor, at, loaded)


def _store(
    messages: Sequence[HeardMessage], source: Source, actor: Actor, at: datetime, loaded: Import | None
) -> list[Heard]:
    messages = [_storable(message) for message in messages]
    # A file loaded again is mostly known: sealing and masking it anew would be for nothing.
    stored = _stored(source, [message.key for message in messages]) if loaded is not None else {}
    sealing = Sealing()
    rows: dict[str, Message] = {}
    for message in messages:
        if message.key not in rows and message.key not in stored:
            rows[message.key] = _row(message, source, at, loaded, sealing)
    fresh = _insert(source, rows, stored, at)
    new_ids = {message_id for message_id, _ticket in fresh.values()}
    waiting = _keep_attachments([m for m in messages if m.attachments], stored, new_ids)
    if source.channel == Channel.WECHAT and waiting:
        from ..jobs import fetch_media  # the job stands on what stores messages

        jobs.enqueue_many(fetch_media, [{"attachment_id": str(one.id)} for one in waiting])
    if new_ids:
        one = next(iter(new_ids)) if len(new_ids) == 1 else None
        audit.record(
            actor=actor,
            at=at,
            action="voices.message.heard",
            subject=("message", one) if one else ("source", source.id),
            detail={"count": len(new_ids), "channel": source.channel},
            where=(source.office_id, source.place_path),
        )
    answered: set[str] = set()
    result = []
    for message in messages:
        message_id, ticket = stored[message.key]
        result.append(Heard(message_id, ticket, message_id in new_ids and message.key not in answered))
        answered.add(message.key)
    return result


def _insert(
    source: Source, rows: dict[str, Message], stored: dict[str, tuple[UUID, str]], at: datetime
) -> dict[str, tuple[UUID, str]]:
    """Store the rows and return those that are new by key; adds them, and those already known, to ``stored``."""
    fresh = insert_messages(list(rows.values()), at)
    for _draw in range(_DRAWS):
        stored |= fresh
        left_out = [key for key in rows if key not in stored]
        if not left_out:
            return fresh
        stored |= _stored(source, left_out)
        clashing = [rows[key] for key in left_out if key not in stored]  # left out for the ticket, not for the key
        for row in clashing:
            row.ticket = new_ticket(clock.today(at))
        fresh |= insert_messages(clashing, at)
    raise RuntimeError("no free ticket was drawn")


def _stored(source: Source, keys: Sequence[str]) -> dict[str, tuple[UUID, str]]:
    """Return id and ticket of those keys that the source has."""
    rows = Message.objects.filter(source=source, key__in=keys).values_list("key", "id", "ticket") if keys else ()
    return {key: (message_id, ticket) for key, message_id, ticket in rows}


def address_token(address: str) -> str:
    """Return what stands for a mail address where threads are found by it."""
    return "mail:" + blind_index("address", address.lower()).hex()


def _storable(message: HeardMessage) -> HeardMessage:
    """Return the message as the database can hold it: no NUL, no half of a character, a key of at most 120 letters."""
    changes: dict[str, Any] = {}
    for name in ("text", "title", "sender", "phone", "place_text", "key", "conversation", "reply_to"):
        given = getattr(message, name)
        kept = _plain(given)
        if kept != given:
            changes[name] = kept
    key = changes.get("key", message.key)
    if len(key) > _KEY_LETTERS:
        changes["key"] = f"{key[:80]}:{sha256(key.encode()).hexdigest()[:32]}"
    extra = {_plain(name): _plain(value) for name, value in message.extra.items()}
    if extra != message.extra:
        changes["extra"] = extra
    return replace(message, **changes) if changes else message


def _plain(text: str) -> str:
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _row(message: HeardMessage, source: Source, at: datetime, loaded: Import | None, sealing: Sealing) -> Message:
    text = message.text
    private = {name: message.extra[name] for name in PRIVATE_EXTRA if message.extra.get(name)}
    is_mail = source.channel == Channel.MAIL and "@" in message.conversation
    return Message(
        id=new_id(),
        ticket=new_ticket(clock.today(at)),
        source=source,
        channel=source.channel,
        key=message.key,
        content_hash=bytes.fromhex(message.content_hash()),
        said_at=message.said_at or at,
        heard_at=at,
        title=mask(message.title)[:200],
        body_sealed=sealing.seal("message", text),
        body=mask(text),
        sender_sealed=sealing.seal("name", message.sender) if message.sender else None,
        sender_masked=mask_name(message.sender)[:40],
        phone_sealed=sealing.seal("phone", message.phone) if message.phone else None,
        phone_index=blind_index("phone", message.phone) if message.phone else None,
        phone_masked=mask_phone(message.phone) if message.phone else "",
        place_text=message.place_text[:200],
        latitude=message.latitude,
        longitude=message.longitude,
        # A thread is found by a keyed hash of the address; the address to answer to is sealed.
        conversation=(address_token(message.conversation) if is_mail else message.conversation)[:120],
        reply_to=message.reply_to[:120],
        # What stands in further columns is shown beside the text, so it is masked like the text.
        extra={name: mask(value) for name, value in message.extra.items() if name not in PRIVATE_EXTRA},
        extra_sealed=sealing.seal("message", json.dumps(private, ensure_ascii=False)) if private else None,
        loaded=loaded,
        office_id=source.office_id,
        place_id=source.place_id,
        place_path=source.place_path,
    )


def _keep_attachments(
    messages: Sequence[HeardMessage], stored: dict[str, tuple[UUID, str]], new_ids: set[UUID]
) -> list[Attachment]:
    """Keep what came with new messages; return what still has to be downloaded by its id at the channel."""
    rows = []
    for message in messages:
        message_id = stored[message.key][0]
        if message_id not in new_ids:
            continue
        for ref in message.attachments:
            digest = files.keep(ref.content) if ref.content is not None else ""
            rows.append(
                Attachment(
                    id=new_id(),
                    message_id=message_id,
                    kind=ref.kind[:10],
                    name=ref.name[:120],
                    content_type=ref.media_type[:80],
                    byte_count=ref.size or len(ref.content or b""),
                    sha256=digest,
                    remote_url=ref.reference if ref.reference.startswith("http") else "",
                    reference="" if digest or ref.reference.startswith("http") else ref.reference[:200],
                )
            )
    Attachment.objects.bulk_create(rows)
    return [row for row in rows if row.reference]
