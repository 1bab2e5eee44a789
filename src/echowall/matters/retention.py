"""When what belongs to a matter has reached its day, and what is kept while a matter is supervised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, DateTimeField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import LessThan
from django.utils.translation import gettext as _

from echowall.notices import queries as notices_queries
from echowall.retention.kinds import (
    Destroyed,
    Finder,
    Kept,
    destroys,
    finds,
    held_by,
    keeps,
    locks_holders,
    spreads_holds,
    uses_files,
)
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
    root_ended: Any = Func(F("id"), function="matters_ended_at", output_field=DateTimeField())
    return Matter.objects.filter(
        Q(state__in=_CLOSED, closed_at__lt=before)
        | (Q(state=State.MERGED) & LessThan(root_ended, before))
        | (Q(state=State.CANCELLED) & Exists(cancelled)),
        office_id=office_id,
    )


@finds("contact", "words", "attachments")
def _of_reports(kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        rows = Report.objects.filter(matter__in=ended(office_id, before).values("id"), **_LEFT[kind])
        rows = rows.filter(message__heard_at__lt=before)
        return rows.annotate(subject=F(_SUBJECT[kind]), holders=held_by("matter_id", "message_id")).order_by("id")

    return find


@finds("handling")
def _handling(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        # What was written since its words died (it was reopened, or an answer was added) dies as well, once as old.
        since = HistoryEvent.objects.filter(matter=OuterRef("pk"))
        anew = Exists(since.filter(recorded_at__gt=OuterRef("words_destroyed_at"))) & ~Exists(
            since.filter(at__gte=before)
        )
        rows = ended(office_id, before).filter(Q(words_destroyed_at=None) | anew)
        return rows.annotate(subject=F("id"), holders=held_by("id")).order_by("id")

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
        return rows.annotate(subject=F("id"), holders=held_by("matter_id")).order_by("id")

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
        return rows.annotate(
            subject=F("report_id"), holders=held_by("report__matter_id", "report__message_id")
        ).order_by("report_id")

    return find


@destroys("traces")
def _destroy_traces(subjects: Sequence[UUID], _record: UUID, _at: datetime) -> Destroyed:
    return Destroyed(Trace.objects.filter(report_id__in=subjects).delete()[0])


@keeps
def _supervised(office_id: UUID) -> list[Kept]:
    """A supervised matter is kept until it is evaluated (one merged into another with that one): this ends the
    supervision. A matter that was cancelled can never be evaluated; striking it out ends it too.
    """
    graded = HistoryEvent.objects.filter(matter=OuterRef("matter"), kind="evaluated", seq__gt=OuterRef("seq"))
    supervised: Any = Func(F("matter_id"), function="matters_is_supervised", output_field=BooleanField())
    rows = HistoryEvent.objects.filter(~Exists(graded), kind="supervised", matter__office_id=office_id).order_by("at")
    rows = rows.alias(still=supervised).filter(still=True)
    return [
        Kept(row.matter_id, _("督办中，尚未评价：%s") % str(row.body.get("note", ""))[:120], row.actor_name)
        for row in rows
    ]


@spreads_holds
def _families(ids: Sequence[UUID]) -> set[UUID]:
    """Return all that was merged together with some matters: what was done about one was done about all."""
    found: set[UUID] = set()
    roots = set(ids)
    while (
        parents := set(
            Matter.objects.filter(id__in=roots).exclude(merged_into=None).values_list("merged_into_id", flat=True)
        )
        - roots
    ):
        roots |= parents
    layer = roots
    while layer := set(Matter.objects.filter(merged_into__in=layer).values_list("id", flat=True)):
        found |= layer
    return found | roots


@locks_holders
def _lock(ids: Sequence[UUID]) -> None:
    """Lock these matters, and what they were merged into, in one order; of messages, the matters they report."""
    of_messages = Report.objects.filter(message_id__in=ids).values_list("matter_id", flat=True)
    wanted = {*ids, *of_messages}
    while (
        more := set(
            Matter.objects.filter(id__in=wanted).exclude(merged_into=None).values_list("merged_into_id", flat=True)
        )
        - wanted
    ):
        wanted |= more
    list(Matter.objects.filter(id__in=wanted).order_by("id").select_for_update().values_list("id"))


@uses_files
def _used(digests: Sequence[str]) -> set[str]:
    return set(Evidence.objects.filter(sha256__in=digests).values_list("sha256", flat=True))


@finds("notices")
def _notices(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        matter = Answer.objects.filter(id=OuterRef("subject_id")).values("matter_id")[:1]
        rows: QuerySet[Any, Any] = notices_queries.done_before(office_id, before, of="answer")
        found: QuerySet[Any, Any] = rows.alias(matter=Subquery(matter)).annotate(holders=held_by("matter"))
        return found

    return find


@finds_subjects
def _matter(number: str) -> Subject | None:
    row = Matter.objects.filter(number__iexact=number).only("id", "number", "office_id", "place_path").first()
    return None if row is None else Subject("matter", row.id, row.number, (row.office_id, str(row.place_path)))
