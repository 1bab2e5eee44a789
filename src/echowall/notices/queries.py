"""Reads of the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from . import operations
from .models import Notice, TransportSetting
from .transports import TRANSPORTS


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as the page shows it: never a secret's value, only whether it is set."""

    name: str
    title: str
    value: str
    is_secret: bool
    is_set: bool
    is_needed: bool
    default: str


@dataclass(frozen=True, slots=True)
class Way:
    """One transport of an office: whether it is set up, and with what."""

    transport: str
    is_active: bool
    settings: tuple[Setting, ...]


def ways_of(office_id: UUID) -> list[Way]:
    """Return every transport that an office may set up, with what is set."""
    rows = {row.transport: row for row in TransportSetting.objects.filter(office_id=office_id)}
    found = []
    for name, transport in TRANSPORTS.items():
        if name == "console":
            continue
        plain = operations.plain_settings(rows[name]) if name in rows else {}
        shown = tuple(
            Setting(
                f.name,
                f.title,
                "" if f.is_secret else plain.get(f.name, ""),
                f.is_secret,
                bool(plain.get(f.name)),
                f.is_needed,
                f.default,
            )
            for f in transport.FIELDS
        )
        found.append(Way(name, name in rows and rows[name].is_active, shown))
    return found


def failed_count() -> int:
    """Return how many notices failed and wait for somebody, within what may be seen."""
    return Notice.objects.filter(state=Notice.State.FAILED).count()


def notices_of(subject_kind: str, subject_ids: Sequence[UUID]) -> dict[UUID, Notice]:
    """Return the notices that tell these subjects, by subject."""
    rows = Notice.objects.filter(subject_kind=subject_kind, subject_id__in=list(subject_ids))
    return {row.subject_id: row for row in rows}


def done_before(office_id: UUID, before: datetime, *, of: str = "", but: str = "") -> QuerySet[Any, Any]:
    """Return the notices of an office that were decided before an instant, are neither waiting nor destroyed, and tell
    of subjects of the kind ``of`` (or of any kind but ``but``); ``subject`` is the notice's own id."""
    rows = Notice.objects.filter(office_id=office_id, queued_at__lt=before, destroyed_at=None)
    rows = rows.exclude(state__in=("waiting", "sending"))
    rows = rows.filter(subject_kind=of) if of else rows.exclude(subject_kind=but)
    return rows.annotate(subject=F("id")).order_by("id")
