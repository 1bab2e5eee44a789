"""What the kernel keeps: the files that registers were exported to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from echowall.kernel.models import Progress
from echowall.people.models import Appointment
from echowall.places.models import Place

from .kinds import Destroyed, Finder, destroys, finds, held_by

_ABOVE = (Place.Kind.CITY, Place.Kind.DISTRICT)


@finds("exports")
def _exports(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        path = Place.objects.filter(id=office_id).values("path")[:1]
        here = Appointment.objects.filter(place__path__under=path).values("worker_id")
        # Of the district and of nobody's any more: with whichever office comes first.
        of_offices = Appointment.objects.exclude(place__kind__in=_ABOVE).values("worker_id")
        rows = Progress.objects.filter(Q(owner_id__in=here) | ~Q(owner_id__in=of_offices), kind="export")
        # One that failed on its way may have left half a file, and what was asked for.
        rows = rows.filter(Q(finished_at__lt=before) | Q(finished_at=None, started_at__lt=before))
        rows = rows.filter(~Q(file="") | Q(result__has_key="asked"))
        return rows.annotate(subject=F("id"), holders=held_by("id")).order_by("id")

    return find


@destroys("exports")
def _destroy_exports(subjects: Sequence[UUID], _record: UUID, _at: datetime) -> Destroyed:
    rows = Progress.objects.filter(id__in=subjects)
    names = {name for name in rows.values_list("file", flat=True) if name} | {f"{one}.xlsx" for one in subjects}
    paths = [Path(settings.MEDIA_ROOT) / "exports" / name for name in names]
    rows.filter(result__has_key="asked").update(result={}, state=Progress.State.FAILED)
    count = rows.update(file="")

    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    transaction.on_commit(remove)
    return Destroyed(count)
