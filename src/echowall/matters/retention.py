"""When what belongs to a matter has reached its day, and what is kept while a matter is supervised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from echowall.notices import queries as notices_queries
from echowall.retention.kinds import Destroyed, Finder, Kept, destroys, finds, keeps, uses_files
from echowall.retention.subjects import Subject, finds_subjects

from .models import Evidence, HistoryEvent, Matter, Report, State, Trace
from .models.answers import Answer

_LEFT: dict[str, dict[str, Any]] = {
    "contact": {"message__contact_destroyed_at": None},
    "words": {"message__words_destroyed_at": None},
    "attachments": {"message__attachments__isnull": False, "message__attachments__destroyed_at": None},
}
_SUBJECT = {"contact": "message_id", "words": "message_id", "attachments": "message__attachments__id"}
_CLOSED = ("closed", "evaluated")


def ended(office_id: UUID, before: datetime) -> QuerySet[Matter]:
    """Return the matters of an office that came to their end before an instant, the merged ones with their root."""
    cancelled = HistoryEvent.objects.filter(matter=OuterRef("pk"), kind="cancelled", at__lt=before)
    return Matter.objects.filter(
        Q(state__in=_CLOSED, closed_at__lt=before)
        | Q(state=State.MERGED, merged_into__state__in=_CLOSED, merged_into__closed_at__lt=before)
        | (Q(state=State.CANCELLED) & Exists(cancelled)),
        office_id=office_id,
    )


@finds("contact", "words", "attachments")
def _of_reports(kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        rows = Report.objects.filter(matter__in=ended(office_id, before).values("id"), **_LEFT[kind])
        rows = rows.filter(message__heard_at__lt=before)
        return rows.annotate(subject=F(_SUBJECT[kind]), holder=F("matter_id")).order_by("id")

    return find


@finds("handling")
def _handling(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        rows = ended(office_id, before).filter(words_destroyed_at=None)
        return rows.annotate(subject=F("id"), holder=F("id")).order_by("id")

    return find


@destroys("handling")
def _destroy_handling(subjects: Sequence[UUID], record: UUID, _at: datetime) -> Destroyed:
    with connection.cursor() as cursor:
        cursor.execute("SELECT matters_matter_forget(%s::uuid[], %s)", [list(subjects), record])
        return Destroyed(int(cursor.fetchone()[0]))


@finds("evidence")
def _evidence(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        rows = Evidence.objects.filter(matter__in=ended(office_id, before).values("id"), destroyed_at=None)
        return rows.annotate(subject=F("id"), holder=F("matter_id")).order_by("id")

    return find


@destroys("evidence")
def _destroy_evidence(subjects: Sequence[UUID], _record: UUID, at: datetime) -> Destroyed:
    rows = Evidence.objects.filter(id__in=subjects)
    digests = frozenset(rows.exclude(sha256="").values_list("sha256", flat=True))
    return Destroyed(rows.update(sha256="", note="", destroyed_at=at), digests)


@finds("traces")
def _traces(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        rows = Trace.objects.filter(report__matter__in=ended(office_id, before).values("id"))
        return rows.annotate(subject=F("report_id"), holder=F("report__matter_id")).order_by("report_id")

    return find


@destroys("traces")
def _destroy_traces(subjects: Sequence[UUID], _record: UUID, _at: datetime) -> Destroyed:
    return Destroyed(Trace.objects.filter(report_id__in=subjects).delete()[0])


@keeps
def _supervised(office_id: UUID) -> list[Kept]:
    """A supervised matter is kept until it is evaluated: that ends the supervision."""
    graded = HistoryEvent.objects.filter(matter=OuterRef("matter"), kind="evaluated", seq__gt=OuterRef("seq"))
    rows = HistoryEvent.objects.filter(~Exists(graded), kind="supervised", matter__office_id=office_id).order_by("at")
    return [
        Kept(row.matter_id, _("督办中，尚未评价：%s") % str(row.body.get("note", ""))[:120], row.actor_name)
        for row in rows
    ]


@uses_files
def _used(digests: Sequence[str]) -> set[str]:
    return set(Evidence.objects.filter(sha256__in=digests).values_list("sha256", flat=True))


@finds("notices")
def _notices(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        matter = Answer.objects.filter(id=OuterRef("subject_id")).values("matter_id")[:1]
        rows: QuerySet[Any, Any] = notices_queries.done_before(office_id, before, of="answer")
        found: QuerySet[Any, Any] = rows.annotate(holder=Subquery(matter))
        return found

    return find


@finds_subjects
def _matter(number: str) -> Subject | None:
    row = Matter.objects.filter(number__iexact=number).only("id", "number", "office_id", "place_path").first()
    return None if row is None else Subject("matter", row.id, row.number, (row.office_id, str(row.place_path)))
