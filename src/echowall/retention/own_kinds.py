"""What the kernel keeps: the files that registers were exported to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from echowall.kernel.models import Progress
from echowall.people.models import Appointment
from echowall.places.models import Place

from .kinds import Destroyed, Finder, destroys, finds


@finds("exports")
def _exports(_kind: str) -> Finder:
    def find(office_id: UUID, before: datetime) -> QuerySet[Any, Any]:
        path = Place.objects.filter(id=office_id).values("path")[:1]
        here = Appointment.objects.filter(place__path__under=path).values("worker_id")
        rows = Progress.objects.filter(finished_at__lt=before, owner_id__in=here).exclude(file="")
        return rows.annotate(subject=F("id"), holder=F("id")).order_by("id")

    return find


@destroys("exports")
def _destroy_exports(subjects: Sequence[UUID], _record: UUID, _at: datetime) -> Destroyed:
    rows = Progress.objects.filter(id__in=subjects)
    paths = [Path(settings.MEDIA_ROOT) / "exports" / name for name in rows.values_list("file", flat=True)]
    count = rows.update(file="")

    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    transaction.on_commit(remove)
    return Destroyed(count)
