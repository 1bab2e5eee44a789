"""Writes of the outbox."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit, events
from echowall.kernel.actors import SYSTEM_ACTOR, Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem, refuse
from echowall.kernel.ids import new_id
from echowall.kernel.personal import seal, unseal
from echowall.kernel.scope import as_system

from . import rules
from .models import Notice, TransportSetting
from .transports import TRANSPORTS, NotDelivered, settings_problems

_DUE = ("waiting", "sending")


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

    Runs for the system: whoever may answer a matter may have the answer sent, also a team that sees only that matter.

    Args:
        transport: sms, wechat, wecom, mail, console, or page (nobody to send to; looked up with the ticket).
        address: phone, open id, mail address or URL; sealed at rest.
        text: what is told.
        subject: (kind, id) of what this tells.
        at: when it was decided.
        where: (office id, place path) by which it is visible.
    """
    shown = transport == "page"
    with as_system():
        held = Notice.objects.filter(subject_kind=subject[0], subject_id=subject[1], transport=transport).first()
        if held is not None:
            return held
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


def claim_notices(*, at: datetime, limit: int = rules.BATCH) -> list[Notice]:
    """Take notices that are due for sending: state ``sending`` under a lease, so that no other worker takes them.

    One whose lease ran out was being sent by somebody who died; it is taken again and counted as doubtful.
    """
    with as_system():
        due = list(
            Notice.objects.select_for_update(skip_locked=True)
            .filter(state__in=_DUE, next_at__lte=at)
            .order_by("next_at")[:limit]
        )
        for notice in due:
            notice.doubtful_count += notice.state == Notice.State.SENDING
            notice.state, notice.next_at = Notice.State.SENDING, at + rules.LEASE
            notice.attempts += 1
            notice.save(update_fields=["state", "next_at", "attempts", "doubtful_count"])
    return due


def mark_sent(*, notice_id: UUID, carried_by: str, receipt: str, at: datetime) -> None:
    """Write down that the channel took it. Whatever others thought of it meanwhile, this is a fact."""
    with as_system():
        Notice.objects.filter(id=notice_id).exclude(state=Notice.State.SENT).update(
            state=Notice.State.SENT, sent_at=at, next_at=None, carried_by=carried_by, receipt=receipt[:120], error=""
        )


def mark_not_delivered(*, notice_id: UUID, failure: NotDelivered, at: datetime) -> None:
    """Write down that it was not taken: try again later, or give up and show it to the duty officer."""
    with as_system():
        notice = Notice.objects.select_for_update().filter(id=notice_id, state=Notice.State.SENDING).first()
        if notice is None:
            return
        notice.error = failure.why
        notice.doubtful_count += failure.is_doubtful
        if rules.gives_up(notice.attempts, is_final=failure.is_final):
            notice.state, notice.next_at = Notice.State.FAILED, None
            where = (notice.office_id, notice.place_path)
            audit.record(
                actor=SYSTEM_ACTOR,
                at=at,
                action="notices.notice.failed",
                subject=("notice", notice.id),
                detail={"transport": notice.transport, "attempts": notice.attempts, "error": failure.why},
                where=where,
            )
            events.publish("notices.notice.failed", notice_id=str(notice.id))
        else:
            notice.state, notice.next_at = Notice.State.WAITING, at + rules.wait_after(notice.attempts)
        notice.save(update_fields=["state", "next_at", "error", "doubtful_count"])


def try_again(*, notice_id: UUID, actor: Actor, at: datetime) -> Notice:
    """Put a notice that failed back into the queue.

    Raises:
        NotFound: ``notice_unknown``. Refusal: ``notice_not_failed``. NotPermitted: the actor may not answer there.
    """
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(id=notice_id).first()
        if notice is None:
            raise NotFound(Problem("notice_unknown", _("没有这条通知，或不在您的职责范围内"), value=str(notice_id)))
        actor.require("matters.answer", notice.place_path)
        if notice.state != Notice.State.FAILED:
            raise refuse("notice_not_failed", _("这条通知没有失败，不用重发"), value=notice.get_state_display())
        notice.state, notice.next_at, notice.attempts = Notice.State.WAITING, at, 0
        notice.save(update_fields=["state", "next_at", "attempts"])
        audit.record(
            actor=actor,
            at=at,
            action="notices.notice.tried_again",
            subject=("notice", notice.id),
            detail={"transport": notice.transport},
            where=(notice.office_id, notice.place_path),
        )
    return notice


def set_transport(
    *,
    office_id: UUID,
    place_path: str,
    transport: str,
    settings: dict[str, str],
    actor: Actor,
    at: datetime,
    is_active: bool = True,
) -> TransportSetting:
    """Set how an office reaches a channel. A secret left empty keeps what was set before.

    Raises:
        InvalidInput: ``transport_unknown``, ``field_missing``, ``address_invalid`` …, all at once.
        NotPermitted: without ``settings.manage`` there.
    """
    actor.require("settings.manage", place_path)
    if transport not in TRANSPORTS or transport == "console":
        raise InvalidInput(Problem("transport_unknown", _("没有这个通道"), place="transport", value=transport))
    fields = TRANSPORTS[transport].FIELDS
    with transaction.atomic():
        held = TransportSetting.objects.select_for_update().filter(office_id=office_id, transport=transport).first()
        before = plain_settings(held) if held else {}
        wanted = {
            f.name: settings.get(f.name, "").strip() or (before.get(f.name, "") if f.is_secret else "") for f in fields
        }
        problems = settings_problems(transport, wanted)
        if problems:
            raise InvalidInput(problems)
        row = held or TransportSetting(id=new_id(), office_id=office_id, place_path=place_path, transport=transport)
        row.settings_sealed = seal("transport", json.dumps(wanted))
        row.is_active, row.changed_at, row.changed_by_id = is_active, at, actor.id
        row.save()
        audit.record(
            actor=actor,
            at=at,
            action="notices.transport.set",
            subject=("transport", transport),
            detail={"fields": sorted(n for n, v in wanted.items() if v), "is_active": is_active},
            where=(office_id, place_path),
        )
    if is_active:  # what waited for a channel need not wait any longer
        with as_system():
            Notice.objects.filter(office_id=office_id, transport=transport, state=Notice.State.WAITING).update(
                next_at=at
            )
    return row


def plain_settings(setting: TransportSetting) -> dict[str, str]:
    """Return what is set, for sending and for comparing; never for a screen."""
    found: dict[str, str] = json.loads(unseal("transport", setting.settings_sealed))
    return found
