"""Where sealed values stand, and how many a kind's keys hold: found from the tables themselves, so none is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from echowall.kernel.models import DataKey

# What the places are called on the page; a table that nobody named yet is shown by its own name.
TABLES: dict[str, str | Promise] = {
    "people_worker": _("人员"),
    "notices_notice": _("通知"),
    "notices_transportsetting": _("通道设置"),
    "voices_source": _("渠道来源"),
    "voices_message": _("留言"),
    "voices_reading": _("识别结果"),
    "matters_historyevent": _("办理记录"),
    "files": _("照片和文件"),
}


@dataclass(frozen=True, slots=True)
class SealedKind:
    """One kind of sealed data: how many keys are in use and destroyed, and since when and until when."""

    name: str
    in_use: int
    destroyed: int
    destroyed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Values in one column (or the files) that would be unreadable."""

    where: str
    count: int

    @property
    def title(self) -> str:
        """What the place is called on the page."""
        table = self.where.partition(".")[0]
        return str(TABLES.get(table, self.where))


def sealed_kinds() -> list[SealedKind]:
    """Return every kind that has or had a key."""
    rows = DataKey.objects.values("kind").annotate(
        in_use=models.Count("id", filter=models.Q(destroyed_at=None)),
        destroyed=models.Count("id", filter=models.Q(destroyed_at__isnull=False)),
        last=models.Max("destroyed_at"),
    )
    return [SealedKind(r["kind"], r["in_use"], r["destroyed"], r["last"]) for r in rows.order_by("kind")]


def values_of(kind: str) -> list[Place]:
    """Return how many values the keys in use of a kind hold, by table and column, and how many files.

    Reads every sealed column once: some seconds at a million messages. Works in the caller's scope, so call it as the
    system to count everything.
    """
    keys = list(DataKey.objects.filter(kind=kind, destroyed_at=None).values_list("id", flat=True))
    if not keys:
        return []
    found = [Place(f"{table}.{column}", _count(table, column, keys)) for table, column in sealed_columns()]
    found.append(Place("files", _files(keys)))
    return [place for place in found if place.count]


def sealed_columns() -> list[tuple[str, str]]:
    """Return table and column of everything that is sealed: by our naming, such columns end in ``_sealed``."""
    return [
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if str(field.column).endswith("_sealed") and isinstance(field, models.BinaryField)
    ]


def _count(table: str, column: str, keys: list[UUID]) -> int:
    # A sealed value: one byte version, sixteen bytes key id, and so on (kernel.personal).
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} WHERE substring({column} from 2 for 16) = ANY(%s)",  # noqa: S608 - names of our own columns
            [[key.bytes for key in keys]],
        )
        return int(cursor.fetchone()[0])


def _files(keys: list[UUID]) -> int:
    heads = {key.bytes for key in keys}
    count = 0
    for path in Path(settings.MEDIA_ROOT).glob("??/*"):
        if path.is_file():
            with path.open("rb") as file:
                count += file.read(17)[1:] in heads
    return count
