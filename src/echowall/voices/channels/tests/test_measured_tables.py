"""Every message set at hand through the spreadsheet path: rows in = messages + named errors; twice adds nothing.

Run with -s for the table.
"""

import sys
import time
from collections import Counter

import pytest
from tests.measured_sets import SETS, needed, path_of, rows_in

from echowall.voices.channels.tables import open_table, read_messages, suggest_mapping

pytestmark = needed


@pytest.mark.parametrize("name", SETS)
def test_rows_in_are_messages_and_named_errors(name):
    path = path_of(name)
    started = time.perf_counter()
    table = open_table(path, path.name)
    mapping = suggest_mapping(table.headers, table.sample)
    rows = list(read_messages(table, mapping))
    seconds = time.perf_counter() - started
    messages = [row.message for row in rows if row.message]
    named = [row for row in rows if row.message is None and row.problems]
    codes = Counter(problem.code for row in rows for problem in row.problems)
    fields = ", ".join(f"{field}={'+'.join(columns)}" for field, columns in mapping.columns.items())
    line = f"{name}: {len(rows)} = {len(messages)} + {len(named)} {dict(codes)} {len(rows) / seconds:,.0f}/s"
    sys.stdout.write(f"\n{line} [{fields}]")
    assert len(rows) == rows_in(path)
    assert len(rows) == len(messages) + len(named)
    assert len(messages) >= 0.95 * len(rows)
    assert len({message.key for message in messages}) == len(messages)
    again = {row.message.key for row in read_messages(table, mapping) if row.message}
    assert again == {message.key for message in messages}
