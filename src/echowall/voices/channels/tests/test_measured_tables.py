"""Every message set at hand through the spreadsheet path: rows in = messages + named errors; twice adds nothing.

The sets are not part of the project. Point ECHOWALL_DATA_DIR at the folder that holds them; run with -s for the table.
"""

import gzip
import os
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from echowall.voices.channels.tables import open_table, read_messages, suggest_mapping

SETS = [
    "tipdm_gov_messages/hot_topic_messages.csv.gz",
    "tipdm_gov_messages/labelled_raw.csv.gz",
    "tipdm_gov_messages/messages_with_replies.csv.gz",
    "daohouer_shanghai_help_2022/messages.csv.gz",
    "wuhan_covid_weibo_sos_2020/posts.csv.gz",
    "henan_flood_weibo_2021/posts.csv.gz",
    "fuzhou_12345_water_tickets/tickets.csv.gz",
    "nyc_publicstuff_311/requests.csv.gz",
    "chicago_open311_timelines/requests.jsonl.gz",
    "ncp_policy_qa_2020/qa.csv.gz",
    "ncp_policy_qa_2020/unanswered_questions.csv.gz",
    "ibm_epi_case_reports/train.jsonl.gz",
]
FOLDER = os.environ.get("ECHOWALL_DATA_DIR", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="ECHOWALL_DATA_DIR is not set: the measured sets are not at hand")


@pytest.mark.parametrize("name", SETS)
def test_rows_in_are_messages_and_named_errors(name):
    path = Path(FOLDER) / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
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
    assert len(rows) == _rows_in(path)
    assert len(rows) == len(messages) + len(named)
    assert len(messages) >= 0.95 * len(rows)
    assert len({message.key for message in messages}) == len(messages)
    again = {row.message.key for row in read_messages(table, mapping) if row.message}
    assert again == {message.key for message in messages}


def _rows_in(path):
    if ".jsonl" in path.name:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return sum(1 for line in lines if line.strip())
    import csv

    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        return sum(1 for _ in csv.DictReader(text))
