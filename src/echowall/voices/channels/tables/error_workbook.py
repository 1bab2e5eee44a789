"""The wrong rows of an import as a workbook: every cell as it stood, and a column saying what to fix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter

from echowall.voices.channels.tables.column_names import FIX_COLUMN, ROW_COLUMN
from echowall.voices.channels.tables.messages import ReadRow
from echowall.voices.channels.tables.values import cell_text


def write_error_workbook(
    target: IO[bytes], headers: Sequence[str], rows: Iterable[ReadRow], *, english: bool = False
) -> int:
    """Write the rows that gave no message and return how many there were.

    The columns are those of the file, so that the corrected workbook can be uploaded with the same mapping; cells that
    are wrong are coloured and the last two columns say what to fix and which row it was. Memory holds one row.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    count = 0
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet("待修改" if not english else "To fix")
        bold = book.add_format({"bold": True, "bg_color": "#F1F3F5", "border": 1})
        wrong = book.add_format({"bg_color": "#FFE3E3", "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        width = len(headers)
        sheet.set_column(0, max(width - 1, 0), 18)
        sheet.set_column(width, width, 60)
        sheet.freeze_panes(1, 0)
        for i, header in enumerate([*headers, FIX_COLUMN, ROW_COLUMN]):
            sheet.write_string(0, i, header, bold)
        for row in rows:
            if row.message is not None:
                continue
            count += 1
            columns = {name for problem in row.problems for name in problem.column.split("+")}
            for i, cell in enumerate(row.cells[:width]):
                is_wrong = headers[i] in columns
                sheet.write_string(count, i, cell_text(cell)[:32_767], wrong if is_wrong else plain)
            sheet.write_string(count, width, _fixes(row, english), plain)
            sheet.write_number(count, width + 1, row.row, plain)
    return count


def _fixes(row: ReadRow, english: bool) -> str:
    if english:
        return "\n".join(f"{p.column or 'row'}: {p.message_en}; {p.fix_en}" for p in row.problems)
    return "\n".join(f"{f'“{p.column}”列' if p.column else '整行'}：{p.message_zh}。{p.fix_zh}" for p in row.problems)
