"""Writing the audit record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from echowall.understanding.redaction import mask

from ..actors import Actor
from ..ids import new_id
from ..models import AuditCheckpoint, AuditEntry, AuditLink

GENESIS = sha256(b"echowall audit chain").digest()
_SEAL_LOCK = 0x45434841  # one sealer at a time, in all processes


def digest(entry: AuditEntry) -> bytes:
    """Return the SHA-256 over everything an entry says, in canonical JSON."""
    content = [
        str(entry.id),
        entry.at.astimezone(UTC).isoformat(),
        entry.actor_kind,
        str(entry.actor_id or ""),
        entry.actor_name,
        entry.ip,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        str(entry.office_id or ""),
        entry.place_path or "",
        entry.reason,
        entry.detail,
    ]
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).digest()


def record(
    *,
    actor: Actor,
    at: datetime,
    action: str,
    subject: tuple[str, object],
    detail: Mapping[str, Any] | None = None,
    reason: str = "",
    where: tuple[UUID | None, str | None] = (None, None),
) -> AuditEntry:
    """Write down that ``actor`` did ``action`` (past tense, ``app.thing.done``) to ``subject`` (kind, id) at ``at``.

    ``where`` is (office id, place path) of the subject, by which the entry is visible to that office's inspectors.
    ``detail`` is JSON and must hold no personal data in plain text; numbers of people in ``reason`` are masked. Runs in the caller's transaction.
    """
    entry = AuditEntry(
        id=new_id(),
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        ip=actor.ip,
        action=action,
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        office_id=where[0],
        place_path=where[1],
        reason=mask(reason) if reason else "",
        detail=dict(detail or {}),
    )
    entry.digest = digest(entry)
    entry.save(force_insert=True)
    return entry


def seal(limit: int = 20_000) -> int:
    """Link entries that are committed and not yet linked into the chain; returns how many. Harmless to repeat."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEAL_LOCK])
        last = AuditLink.objects.order_by("-position").first()
        position, chain = (last.position, bytes(last.chain)) if last else (0, GENESIS)
        cursor.execute(
            "DELETE FROM kernel_auditunsealed u USING kernel_auditentry e WHERE e.id = u.entry_id AND u.entry_id IN"
            " (SELECT entry_id FROM kernel_auditunsealed ORDER BY entry_id LIMIT %s) RETURNING e.id, e.digest",
            [limit],
        )
        links = []
        for entry_id, entry_digest in sorted(cursor.fetchall()):
            position += 1
            chain = sha256(chain + bytes(entry_digest)).digest()
            links.append(AuditLink(position=position, entry_id=entry_id, digest=bytes(entry_digest), chain=chain))
        AuditLink.objects.bulk_create(links, batch_size=2000)
    return len(links)


def take_checkpoint(*, at: datetime) -> AuditCheckpoint:
    """Seal what is there and store the head of the chain, to be handed to somebody outside."""
    while seal():
        pass
    last = AuditLink.objects.order_by("-position").first()
    return AuditCheckpoint.objects.create(
        id=new_id(), at=at, position=last.position if last else 0, chain=last.chain if last else GENESIS
    )
