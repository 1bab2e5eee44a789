"""Spreadsheets and exports: CSV, TSV, XLSX, XLS and JSON lines in, messages and named errors out.

`open_table` finds encoding, delimiter and header row; `suggest_mapping` proposes which column is what; `read_messages`
turns rows into messages; `write_error_workbook` gives the wrong rows back with a column saying what to fix.
"""

from echowall.voices.channels.tables.column_names import FIELDS, FIX_COLUMN, ROW_COLUMN
from echowall.voices.channels.tables.error_workbook import write_error_workbook
from echowall.voices.channels.tables.mapping import ColumnMapping, suggest_mapping
from echowall.voices.channels.tables.messages import ReadRow, read_messages
from echowall.voices.channels.tables.reading import MAX_CELLS, Table, open_table

__all__ = [
    "FIELDS", "FIX_COLUMN", "MAX_CELLS", "ROW_COLUMN", "ColumnMapping", "ReadRow", "Table", "open_table",
    "read_messages", "suggest_mapping", "write_error_workbook",
]  # fmt: skip
