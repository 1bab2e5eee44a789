"""Every message set at hand through the upload path: rows in = messages + named errors; the second load adds 0.

The sets are not part of the project. Point ECHOWALL_DATA_DIR at the folder that holds them; run with -s for the table.
"""

import csv
import gzip
import os
import sys
from pathlib import Path

import pytest
from tests.cast import DAWN, Cast

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.scope import as_system
from echowall.voices.cli import load_file
from echowall.voices.models import Message
from echowall.voices.operations import add_source

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
def test_rows_in_are_messages_and_named_errors_and_twice_adds_nothing(cast: Cast, name: str) -> None:
    path = Path(FOLDER) / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    with as_system():
        add_source(channel="table", name="导入", place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=DAWN)
    first = load_file(path.read_bytes(), path.name, "导入", "", None, record_only=True)
    again = load_file(path.read_bytes(), path.name, "导入", "", None, record_only=True)
    with as_system():
        stored = Message.objects.count()
    sys.stdout.write(
        f"\n{name}: {first['rows']} = {first['new']} + {first['problems']}; {first['rows_per_second']}/s;"
        f" again +{again['new']}, {again['rows_per_second']}/s"
    )
    assert first["rows"] == _rows_in(path) == first["new"] + first["known"] + first["problems"]
    assert first["known"] == 0
    assert stored == first["new"]
    assert again["new"] == 0
    assert again["known"] == first["new"]
    assert again["problems"] == first["problems"]


def _rows_in(path: Path) -> int:
    if ".jsonl" in path.name:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return sum(1 for line in lines if line.strip())
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        return sum(1 for _ in csv.DictReader(text))
