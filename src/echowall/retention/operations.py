"""Destroying what has reached its day; holding back what must be kept; destroying keys."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from echowall.kernel import audit, files
from echowall.kernel.actors import SYSTEM_ACTOR, Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem, refuse
from echowall.kernel.ids import new_id
from echowall.kernel.keys import destroy_keys
from echowall.kernel.scope import as_system
from echowall.places.models import Place
from echowall.playbooks.keeping import keep, library
from echowall.understanding.redaction import mask

from .kinds import KINDS, Destroyed, Kind, lock_holders, unused_files
from .models import Destruction, Hold
from .queries import SUBJECT, Policy, due_rows, held_ids, office_count, offices_of, policy_of

SHORTEST_REASON = 4
_BATCH = 500


def destroy_due(*, at: datetime, actor: Actor = SYSTEM_ACTOR) -> list[Destruction]:
    """Destroy everything of every office that has reached its day; return one record per office and kind.

    Each batch is a transaction of its own with its record, so that a cut-off run has destroyed and recorded the same;
    running again goes on from there, and on the same day finds nothing.
    """
    with as_system():
        offices = list(Place.objects.filter(kind=Place.Kind.OFFICE).order_by("path"))
    return [record for office in offices for kind in KINDS.values() for record in _of_kind(kind, office, at, actor)]


class _Fewer(Exception):
    """The database would not destroy all that it was asked to: something was reopened or held meanwhile."""


def _of_kind(kind: Kind, office: Place, at: datetime, actor: Actor) -> list[Destruction]:
    policy = policy_of(kind, office.path, at)
    records: list[Destruction] = []
    asked: set[UUID] = set()  # what the database itself would not destroy is not asked for again in this run
    while kind.destroy is not None:
        subjects, held_count = _due(kind, office, policy, asked)
        if not subjects:
            break
        asked.update(subjects)
        records += _destroy(kind, subjects, _new_record(kind, office, policy, held_count, actor, at), actor)
    return records


def _due(kind: Kind, office: Place, policy: Policy, asked: set[UUID]) -> tuple[list[UUID], int]:
    """Return the next subjects that die, and how many of the kind are held."""
    with as_system():
        held = held_ids(office.id)
        subjects: list[UUID] = []
        held_count = 0
        for rows in due_rows(kind, office.id, policy.before):
            held_count += rows.filter(holders__overlap=held).count() if held else 0
            free = _free(rows, held).exclude(subject__in=asked).values_list("subject", flat=True)
            subjects += free[: _BATCH - len(subjects)]
        return subjects, held_count


def _free(rows: QuerySet[Any, Any], held: list[UUID]) -> QuerySet[Any, Any]:
    return rows.exclude(holders__overlap=held) if held else rows


def _still_due(kind: Kind, subjects: list[UUID], record: Destruction) -> list[UUID]:
    """Return those subjects that still die, with nobody able to hold or reopen them until the transaction ends."""
    office_id, before = record.office_id, record.closed_before
    if office_id is None or before is None:
        return []
    with connection.cursor() as cursor:  # whoever places a hold waits for this batch, and it for them
        cursor.execute("LOCK TABLE retention_hold IN SHARE MODE")
    found = [rows.filter(subject__in=subjects) for rows in due_rows(kind, office_id, before)]
    lock_holders(
        sorted({one for rows in found for ids in rows.values_list("holders", flat=True) for one in ids if one})
    )
    held = held_ids(office_id)
    left = {one for rows in found for one in _free(rows.all(), held).values_list("subject", flat=True)}
    return [one for one in subjects if one in left]


def _new_record(kind: Kind, office: Place, policy: Policy, held_count: int, actor: Actor, at: datetime) -> Destruction:
    return Destruction(
        office_id=office.id, place_path=office.path, kind=kind.name, held_count=held_count,
        reason=_("保存期满 %(days)d 天") % {"days": policy.days}, policy=f"{SUBJECT}@{policy.version}", days=policy.days,
        closed_before=policy.before, at=at, by_id=actor.id, by_name=actor.name,
    )  # fmt: skip


def _destroy(kind: Kind, subjects: list[UUID], record: Destruction, actor: Actor) -> list[Destruction]:
    """Destroy all subjects under one record; where the database refuses some, halve until the rest is through.

    What was held or reopened since it was found is left alone.
    """
    try:
        with as_system():
            subjects = _still_due(kind, subjects, record)
            if not subjects:
                return []
            keep(library().version(record.policy.partition("@")[2]))
            record.id, record.count = new_id(), len(subjects)
            record.save(force_insert=True)
            done = (kind.destroy or _nothing)(subjects, record.id, record.at)
            if done.count != len(subjects):
                raise _Fewer
            _record(record, done, actor)
    except _Fewer:
        if len(subjects) == 1:
            return []
        half = len(subjects) // 2
        parts = (subjects[:half], subjects[half:])
        return [r for part in parts for r in _destroy(kind, part, copy(record), actor)]
    return [record]


def _nothing(_subjects: Sequence[UUID], _record: UUID, _at: datetime) -> Destroyed:
    return Destroyed(0)


def _record(record: Destruction, done: Destroyed, actor: Actor) -> None:
    audit.record(
        actor=actor,
        at=record.at,
        action="retention.data.destroyed",
        subject=("destruction", record.id),
        detail={"kind": record.kind, "count": done.count, "policy": record.policy, "days": record.days},
        reason=record.reason,
        where=(record.office_id, record.place_path),
    )
    digests = unused_files(sorted(done.digests))

    def remove() -> None:
        for digest in digests:
            files.destroy(digest)

    transaction.on_commit(remove)


def place_hold(
    *, subject: tuple[str, UUID], name: str, where: tuple[UUID, str], reason: str, actor: Actor, at: datetime
) -> Hold:
    """Keep a matter or a message past its day, until somebody releases it.

    Args:
        subject: ("matter" or "message", id).
        name: its number or ticket.
        where: (office id, place path) of it.
        reason: why; at least four letters. Numbers of people in it are masked.
        actor: who says so.
        at: when.

    Raises:
        InvalidInput: ``reason_missing``.
        Refusal: ``held_already``.
        NotPermitted: without ``retention.hold`` there.
    """
    actor.require("retention.hold", where[1])
    reason = _reason(reason)
    with transaction.atomic():
        if Hold.objects.filter(subject_id=subject[1], released_at=None).exists():
            raise refuse("held_already", _("已经设为保留"), place="number", value=name)
        hold = Hold.objects.create(
            id=new_id(), office_id=where[0], place_path=where[1], subject_kind=subject[0], subject_id=subject[1],
            subject_name=name, reason=reason, placed_at=at, placed_by_id=actor.id, placed_by_name=actor.name,
        )  # fmt: skip
        audit.record(actor=actor, at=at, action="retention.hold.placed", subject=subject, reason=reason, where=where)
    return hold


def release_hold(*, hold_id: UUID, reason: str, actor: Actor, at: datetime) -> Hold:
    """Let a held thing die on its day again (at once, if the day is past).

    Raises:
        InvalidInput: ``reason_missing``.
        NotFound: no such hold in force within what may be seen.
        NotPermitted: without ``retention.hold`` there.
    """
    reason = _reason(reason)
    with transaction.atomic():
        hold = Hold.objects.select_for_update().filter(id=hold_id, released_at=None).first()
        if hold is None:
            raise NotFound(Problem("hold_unknown", _("没有这条保留，或已经解除"), value=str(hold_id)))
        actor.require("retention.hold", hold.place_path)
        hold.released_at, hold.released_by_name, hold.release_reason = at, actor.name, reason
        hold.save(update_fields=["released_at", "released_by_name", "release_reason"])
        audit.record(
            actor=actor, at=at, action="retention.hold.released", subject=(hold.subject_kind, hold.subject_id),
            reason=reason, where=(hold.office_id, hold.place_path),
        )  # fmt: skip
    return hold


def destroy_kind_keys(*, kind: str, confirmed: str, count: int, reason: str, actor: Actor, at: datetime) -> Destruction:
    """Destroy every key of a kind of sealed data, of the whole installation, with a record of it.

    Args:
        kind: the kind of sealed data (phone, name, message, file …).
        confirmed: the kind again, typed by hand.
        count: how many values it makes unreadable, for the record.
        reason: why; at least four letters.
        actor: who does it.
        at: when.

    Raises:
        InvalidInput: ``reason_missing``, ``not_confirmed``, both at once.
        Refusal: ``other_offices_concerned`` when the keys also hold data of offices that the actor does not
            administer; ``no_key`` when there is none in use.
        NotPermitted: without ``personal.destroy_keys``.
    """
    actor.require("personal.destroy_keys")
    problems = [] if confirmed == kind else [
        Problem("not_confirmed", _("请原样输入种类名称确认"), place="confirmed", value=confirmed, fix=kind)
    ]  # fmt: skip
    if len(reason.strip()) < SHORTEST_REASON:
        problems.append(Problem("reason_missing", _("请写明理由"), place="reason", value=reason))
    if problems:
        raise InvalidInput(problems)
    with as_system():
        if len(offices_of(actor, "personal.destroy_keys")) < office_count():
            raise refuse(
                "other_offices_concerned", _("密钥由全部街道共用，不归您管理的街道也会失去数据"), value=kind,
                fix=_("请由管理全部街道的管理员办理，或在服务器上用命令 echowall keys destroy"),
            )  # fmt: skip
        if not destroy_keys(kind=kind, actor=actor, at=at, reason=mask(reason.strip())[:300]):
            raise refuse("no_key", _("这个种类没有在用的密钥"), value=kind)
        return Destruction.objects.create(
            id=new_id(), kind=f"keys:{kind}"[:40], count=count, reason=mask(reason.strip())[:300], at=at,
            by_id=actor.id, by_name=actor.name,
        )  # fmt: skip


def _reason(reason: str) -> str:
    reason = mask(reason.strip())[:300]
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(
            Problem("reason_missing", _("请写明理由"), place="reason", value=reason, fix=_("例如：信访复查中"))
        )
    return reason
