"""An uploaded table opened: which sheet, which row is the header, and its rows one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from echowall.voices.channels.tables import files
from echowall.voices.channels.tables.files import Cell
from echowall.voices.channels.tables.mapping import field_of_header
from echowall.voices.channels.tables.values import cell_text, looks_like_data
from echowall.voices.channels.types import Problem, RefusedInputError

MAX_CELLS = 1_000_000
MAX_COLUMNS = 500
HEADER_WITHIN = 20
SAMPLE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet. `headers` are unique and never empty; `header_row` counts from 1 as Excel does, 0 without a header.

    `rows()` can be called again and again; each call reads the source anew, so memory holds one row of a CSV at a time
    (a workbook is unpacked as a whole by its reader). `sample` are the first data rows.
    """

    filename: str
    kind: str
    sheets: tuple[str, ...]
    sheet: str
    headers: tuple[str, ...]
    header_row: int
    encoding: str
    delimiter: str
    sample: tuple[tuple[Cell, ...], ...]
    source: bytes | Path = field(repr=False)

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield (row number as Excel shows it, cells) of every data row that is not blank.

        Raises `RefusedInputError` past `MAX_CELLS` cells or where the file breaks off.
        """
        cells = 0
        for number, row in enumerate(_all_rows(self), 1):
            if number <= self.header_row:
                continue
            cells += len(row)
            if cells > MAX_CELLS:
                raise RefusedInputError(_too_many(self.filename, number))
            if any(cell is not None and cell != "" for cell in row):
                yield number, row


def open_table(
    source: bytes | Path,
    filename: str,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """Open an upload and find out how it is written; every finding can be overridden.

    `header_row` counts from 1, 0 says that there is no header. Raises `RefusedInputError` when the file is empty,
    damaged, locked, of another kind or has no such sheet.
    """
    kind = files.kind_of(source, filename)
    sheets: tuple[str, ...] = ()
    if kind == "workbook":
        sheets = tuple(files.open_workbook(source, filename).sheet_names)
        if sheet is not None and sheet not in sheets:
            raise RefusedInputError(_no_sheet(filename, sheet, sheets))
        encoding, delimiter = "", ""
    else:
        encoding = encoding or files.find_encoding(source, filename)
        delimiter = (delimiter or files.find_delimiter(source, encoding)) if kind == "csv" else ""
    name = sheet or (sheets[0] if sheets else "")
    bare = Table(filename, kind, sheets, name, (), 0, encoding, delimiter, (), source)
    if sheet is None and len(sheets) > 1:
        name = next((s for s in sheets if any(True for _ in _all_rows(_with(bare, sheet=s)))), name)
        bare = _with(bare, sheet=name)
    first = [list(row) for row in islice(_all_rows(bare), HEADER_WITHIN + SAMPLE_ROWS)]
    width = min(max(map(len, first), default=0), MAX_COLUMNS)
    if not width:
        raise RefusedInputError(_empty(filename))
    if kind == "jsonl":
        header_row = 1
    found = find_header_row(first) if header_row is None else header_row
    titles = first[found - 1] if 0 < found <= len(first) else []
    data = [tuple(row) for row in first[found:] if any(cell_text(cell) for cell in row)]
    return _with(bare, headers=unique_headers(titles, width), header_row=found, sample=tuple(data[:SAMPLE_ROWS]))


def find_header_row(rows: Sequence[Sequence[Cell]]) -> int:
    """The number (from 1) of the row that names the columns, 0 when the table starts with data.

    The row with the most known column names wins; failing those, the first row with more than one cell, all of them
    short texts. Rows above it (a merged title, "填报单位：…") are passed over.
    """
    best, best_known = 0, 0
    for number, row in enumerate(rows[:HEADER_WITHIN], 1):
        known = sum(1 for cell in row if isinstance(cell, str) and field_of_header(cell)[1] >= 0.8)
        if known > best_known and not any(looks_like_data(cell) for cell in row):
            best, best_known = number, known
    if best_known >= 2 or (best_known and max(map(len, rows)) <= 2):
        return best
    for number, row in enumerate(rows[:HEADER_WITHIN], 1):
        filled = [cell for cell in row if cell_text(cell)]
        if len(filled) > 1 or (filled and len(row) == 1):
            has_data = any(looks_like_data(cell) for cell in filled)
            is_distinct = len({cell_text(cell) for cell in filled}) == len(filled)
            return number if not has_data and is_distinct and len(rows) > 1 else best
    return best


def unique_headers(titles: Sequence[Cell], width: int) -> tuple[str, ...]:
    """Names for all columns: the titles, "第3列" where there is none, "内容#2" for the second of the same name."""
    names: list[str] = []
    used: dict[str, int] = {}
    for i in range(max(width, len(titles))):
        name = " ".join(cell_text(titles[i]).split()) if i < len(titles) else ""
        name = name or f"第{i + 1}列"
        used[name] = used.get(name, 0) + 1
        names.append(name if used[name] == 1 else f"{name}#{used[name]}")
    return tuple(names)


def _all_rows(table: Table) -> Iterator[Sequence[Cell]]:
    if table.kind == "csv":
        return files.csv_rows(table.source, table.encoding, table.delimiter)
    if table.kind == "jsonl":
        return files.json_rows(table.source, table.encoding, table.filename)
    return _sheet_rows(table)


def _sheet_rows(table: Table) -> Iterator[Sequence[Cell]]:
    sheet = files.open_workbook(table.source, table.filename).get_sheet_by_name(table.sheet)
    start, height = sheet.start or (0, 0), sheet.total_height
    if height * sheet.total_width > MAX_CELLS * 4:  # formatted but empty cells count here, so leave them room
        raise RefusedInputError(_too_many(table.filename, height))
    for row in sheet.to_python(skip_empty_area=False) if start != (0, 0) else sheet.iter_rows():
        yield _trimmed(row)


def _trimmed(row: Sequence[Cell]) -> Sequence[Cell]:
    end = len(row)
    while end and (row[end - 1] is None or row[end - 1] == ""):
        end -= 1
    return [_plain(cell) for cell in row[:end]]


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell.isoformat()
    return cell


def _with(table: Table, **changes: object) -> Table:
    values = {name: getattr(table, name) for name in Table.__dataclass_fields__}
    return Table(**{**values, **changes})


def _too_many(filename: str, row: int) -> Problem:
    return Problem(
        place=f"文件“{filename}”第{row}行",
        value=f"> {MAX_CELLS}",
        code="too_many_cells",
        message_zh=f"一次最多读 {MAX_CELLS:,} 个单元格，到这一行已经超过",
        message_en=f"at most {MAX_CELLS:,} cells are read at a time; this row goes past that",
        fix_zh="按日期拆成几个文件，或删掉用不到的列，再上传",
        fix_en="split the file by date, or drop columns that are not needed",
        row=row,
    )


def _no_sheet(filename: str, sheet: str, sheets: Sequence[str]) -> Problem:
    return Problem(
        place=f"文件“{filename}”",
        value=sheet,
        code="sheet_missing",
        message_zh=f"没有名为“{sheet}”的工作表",
        message_en=f"there is no sheet named {sheet!r}",
        fix_zh=f"从这些里选一个：{'、'.join(sheets)}",
        fix_en=f"choose one of: {', '.join(sheets)}",
    )


def _empty(filename: str) -> Problem:
    return Problem(
        f"文件“{filename}”", "", "file_empty", "表里没有内容", "the table has no rows", "选有内容的文件或工作表",
        "choose a file or sheet with rows in it",
    )  # fmt: skip
