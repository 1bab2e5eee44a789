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
from ..signs import BAND, INTENT, URGENCY
from .definition import Column, Register, find
from .listing import listing_for
from .taking_in import HIDDEN_SHEET

_EXCEL_ROWS = 1_048_575
_CHUNK = 2_000
_SIGNS = {"urgency": URGENCY, "intent": INTENT, "band": BAND}


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
    stood = _Stood(book, register)
    count = 0
    for count, row in enumerate(rows, 1):
        for number, column in enumerate(register.columns):
            _write(sheet, count, number, column.kind, column.value(row), formats)
        stood.note(count, row)
    sheet.autofilter(0, 0, max(count, 1), len(register.columns) - 1)
    book.close()
    return count


def cell_text(column: Column, row: Any) -> str:
    """Return what a column says of a row, as words stand in the file."""
    value = column.value(row)
    if value is None:
        return ""
    signs = _SIGNS.get(column.kind)
    return str(signs[value].word) if signs and value in signs else str(value)


class _Stood:
    """The hidden sheet of what stood in the file, so that a changed file taken back shows what was changed."""

    def __init__(self, book: Any, register: Register) -> None:
        self._columns: list[Column] = []
        if register.takes_in is None:
            return
        names = (register.takes_in.key, *register.takes_in.columns)
        self._columns = [next(c for c in register.columns if c.name == name) for name in names]
        self._sheet = book.add_worksheet(HIDDEN_SHEET)
        self._sheet.hide()
        for number, name in enumerate(names):
            self._sheet.write_string(0, number, name)

    def note(self, count: int, row: Any) -> None:
        """Write down one row."""
        for number, column in enumerate(self._columns):
            self._sheet.write_string(count, number, cell_text(column, row))


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
        signs = _SIGNS.get(kind)
        value = signs[value].word if signs and value in signs else value
        # write_string, so that a message beginning with "=" stays text and is no formula
        sheet.write_string(row, column, str(value))
