"""The message sets that tests measure with; not part of the project: ECHOWALL_DATA_DIR names the folder that holds them."""

import csv
import gzip
import os
from pathlib import Path

import pytest

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
needed = pytest.mark.skipif(not FOLDER, reason="ECHOWALL_DATA_DIR is not set: the measured sets are not at hand")


def path_of(name: str) -> Path:
    """Return the file of a set; skips the test that asks where it is absent."""
    path = Path(FOLDER) / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def rows_in(path: Path) -> int:
    """Count the rows of a set without the program's own readers."""
    if ".jsonl" in path.name:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return sum(1 for line in lines if line.strip())
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        return sum(1 for _ in csv.DictReader(text))
