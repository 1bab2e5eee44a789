"""Writes of the outbox."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from echowall.kernel.ids import new_id
from echowall.kernel.personal import seal

from .models import Notice


def queue_notice(
    *,
    transport: str,
    address: str,
    text: str,
    subject: tuple[str, UUID],
    at: datetime,
    where: tuple[UUID, str],
) -> Notice:
    """Queue one text to one address in the present transaction; the same subject on the same transport only once.

    Args:
        transport: sms, wechat, mail, webhook, console, or page (nobody to send to; looked up with the ticket).
        address: phone, open id, mail address or URL; sealed at rest.
        text: what is told.
        subject: (kind, id) of what this tells.
        at: when it was decided.
        where: (office id, place path) by which it is visible.
    """
    held = Notice.objects.filter(subject_kind=subject[0], subject_id=subject[1], transport=transport).first()
    if held is not None:
        return held
    shown = transport == "page"
    return Notice.objects.create(
        id=new_id(),
        office_id=where[0],
        place_path=where[1],
        transport=transport,
        text=text,
        address_sealed=seal("address", address) if address else None,
        address_masked=f"…{address[-4:]}" if address else "",
        subject_kind=subject[0],
        subject_id=subject[1],
        queued_at=at,
        next_at=None if shown else at,
        state=Notice.State.SHOWN if shown else Notice.State.WAITING,
    )
