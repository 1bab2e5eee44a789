"""Writing a register to an Excel file, row by row in constant memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import get_resolver

from .. import clock, scope
from ..jobs import job
from ..models import Progress
from .definition import Register, find
from .listing import listing_for

_EXCEL_ROWS = 1_048_575
_CHUNK = 2_000


@job(queue="long", retries=2)
def write_export(*, work_id: str, worker_id: str) -> None:
    """Write what the worker sees of a register to a file; the worker's present scope decides, not that of the start."""
    _ = get_resolver().url_patterns  # the worker serves no pages: registers become known where addresses are read
    # What was searched for may be somebody's number: it waits with the work, never in the queue or its log.
    wanted = Progress.objects.values_list("result", flat=True).get(id=work_id)
    definition, asked = find(str(wanted["register"])), dict(wanted["asked"])
    actor = get_user_model().objects.get(id=worker_id).as_actor()
    path = Path(settings.MEDIA_ROOT) / "exports" / f"{work_id}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    with scope.active(actor.scope):
        listing = listing_for(definition, actor, asked)
        total = min(listing.rows.order_by().count(), _EXCEL_ROWS)
        Progress.objects.filter(id=work_id).update(state="running", total_count=total)
        write_file(path, definition, listing.rows[:_EXCEL_ROWS].iterator(chunk_size=_CHUNK))
        Progress.objects.filter(id=work_id).update(
            state="done", done_count=total, finished_at=clock.now(), file=path.name, result={"rows": total}
        )


def write_file(path: Path, register: Register, rows: Any) -> int:
    """Write rows to ``path`` as an Excel sheet with a frozen, filtered head; returns how many."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "remove_timezone": True})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    formats = {
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet = book.add_worksheet(str(register.title)[:31])
    for number, column in enumerate(register.columns):
        sheet.set_column(number, number, column.width, formats.get(column.kind))
        sheet.write_string(0, number, str(column.title), head)
    sheet.freeze_panes(1, 0)
    count = 0
    for count, row in enumerate(rows, 1):
        for number, column in enumerate(register.columns):
            _write(sheet, count, number, column.kind, column.value(row), formats)
    sheet.autofilter(0, 0, max(count, 1), len(register.columns) - 1)
    book.close()
    return count


def _write(sheet: Any, row: int, column: int, kind: str, value: Any, formats: dict[str, Any]) -> None:
    if kind == "clock" and isinstance(value, tuple):
        value = value[1]
        kind = "instant"
    if value is None or value == "":
        return
    if kind == "instant":
        sheet.write_datetime(row, column, clock.local(value).replace(tzinfo=None), formats["instant"])
    elif kind == "date":
        sheet.write_datetime(row, column, value, formats["date"])
    elif kind == "number":
        sheet.write_number(row, column, value)
    else:
        # write_string, so that a message beginning with "=" stays text and is no formula
        sheet.write_string(row, column, str(value))
