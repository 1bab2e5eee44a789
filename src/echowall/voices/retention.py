"""What hearing keeps of people, and how it is destroyed on its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from echowall.retention.kinds import Destroyed, Finder, destroys, finds, held_by, uses_files
from echowall.retention.subjects import Subject, finds_subjects

from .models import Attachment, Import, ImportProblem, Message
from .models.messages import State

# Nothing to solve in it, or solved before it came: its end is its hearing. What reports a matter, matters find.
_ENDED = Q(state=State.NOTED) | Q(state=State.HANDLED, extra__has_key="given_state")
_LEFT = {"contact": "contact_destroyed_at", "words": "words_destroyed_at"}


@finds("contact", "words")
def _said(kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        rows = Message.objects.filter(_ENDED, office_id=office_id, heard_at__lt=before, **{_LEFT[kind]: None})
        return rows.annotate(subject=F("id"), holders=held_by("id")).order_by("id")

    return find


def forget(part: str, ids: Sequence[UUID], destruction: UUID) -> int:
    """Let the database empty the contact or the words of messages under a destruction record; returns how many.

    The database leaves out what is held, open, or younger than the record allows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT voices_message_forget(%s, %s::uuid[], %s)", [part, list(ids), destruction])
        return int(cursor.fetchone()[0])


@destroys("contact")
def _destroy_contact(subjects: Sequence[UUID], record: UUID, _at: datetime) -> Destroyed:
    return Destroyed(forget("contact", subjects, record))


@destroys("words")
def _destroy_words(subjects: Sequence[UUID], record: UUID, _at: datetime) -> Destroyed:
    return Destroyed(forget("words", subjects, record))


@finds("attachments")
def _attachments(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        ended = Message.objects.filter(_ENDED, office_id=office_id, heard_at__lt=before).values("id")
        rows = Attachment.objects.filter(message__in=ended, destroyed_at=None)
        return rows.annotate(subject=F("id"), holders=held_by("message_id")).order_by("id")

    return find


@destroys("attachments")
def _destroy_attachments(subjects: Sequence[UUID], _record: UUID, at: datetime) -> Destroyed:
    rows = Attachment.objects.filter(id__in=subjects)
    digests = frozenset(rows.exclude(sha256="").values_list("sha256", flat=True))
    return Destroyed(rows.update(sha256="", name="", remote_url="", reference="", destroyed_at=at), digests)


@finds("loads")
def _loads(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        rows = Import.objects.filter(office_id=office_id, loaded_at__lt=before, destroyed_at=None)
        rows = rows.exclude(state=Import.State.LOADING)
        return rows.annotate(subject=F("id"), holders=held_by("id")).order_by("id")

    return find


@destroys("loads")
def _destroy_loads(subjects: Sequence[UUID], _record: UUID, at: datetime) -> Destroyed:
    rows = Import.objects.filter(id__in=subjects)
    digests = frozenset(bytes(content_hash).hex() for content_hash in rows.values_list("content_hash", flat=True))
    ImportProblem.objects.filter(loaded__in=subjects).exclude(value="").update(value="")
    return Destroyed(rows.update(destroyed_at=at), digests)


@uses_files
def _used(digests: Sequence[str]) -> set[str]:
    used = set(Attachment.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    hashes = [bytes.fromhex(digest) for digest in digests]
    loads = Import.objects.filter(content_hash__in=hashes, destroyed_at=None)
    return used | {bytes(content_hash).hex() for content_hash in loads.values_list("content_hash", flat=True)}


@finds_subjects
def _message(number: str) -> Subject | None:
    row = Message.objects.filter(ticket=number).only("id", "ticket", "office_id", "place_path").first()
    return None if row is None else Subject("message", row.id, row.ticket, (row.office_id, str(row.place_path)))
