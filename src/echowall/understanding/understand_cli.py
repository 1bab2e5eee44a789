"""The command ``echowall understand``: a file of messages in, a file of understandings out."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from echowall.understanding.files import FileProblemError, read_gazetteer, read_rows, write_rows
from echowall.understanding.pipeline import to_json, understand
from echowall.understanding.places import Gazetteer

_ZONE = ZoneInfo("Asia/Shanghai")
_TEXT_NAMES = ("text", "body", "content", "detail", "post", "message", "留言", "内容", "正文", "诉求内容")
_TIME_NAMES = ("time", "sent_at", "said_at", "date", "published", "时间", "留言时间", "日期")
_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
)


def add_parsers(subparsers: Any) -> None:
    """Add ``understand`` to a command line."""
    parser = subparsers.add_parser(
        "understand",
        help="读懂一个文件里的留言：诉求、事项、紧急程度、时间、地点…… / understand a file of messages",
    )
    parser.add_argument("--input", required=True, type=Path, metavar="FILE", help="留言文件 .csv 或 .jsonl，可加 .gz")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="结果文件 .jsonl 或 .csv，可加 .gz")
    parser.add_argument("--text", metavar="COLUMN", help="正文在哪一列，多列用逗号分开，标题在前（默认按常见列名找）")
    parser.add_argument("--time", metavar="COLUMN", help="时间在哪一列（默认按常见列名找）")
    parser.add_argument("--at", metavar="TIME", help="没有时间的留言按此刻算，如 2022-05-03T21:10")
    parser.add_argument("--gazetteer", type=Path, metavar="FILE", help="地点表：id, parent_id, kind, name, aliases")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 when every message was understood, 1 when the file cannot be used, 3 when some rows were left out."""
    problems: list[str] = []
    try:
        gazetteer = Gazetteer(read_gazetteer(arguments.gazetteer)) if arguments.gazetteer else None
        fallback = read_time(arguments.at) if arguments.at else None
        began = time.perf_counter()
        rows = _understood(arguments, gazetteer, fallback, problems)
        count = write_rows(arguments.output, rows)
    except (FileProblemError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    spent = time.perf_counter() - began
    sys.stderr.write(f"{count} 条，{spent:.1f} 秒，每秒 {count / max(spent, 1e-9):.0f} 条\n")
    for problem in problems:
        sys.stderr.write(problem + "\n")
    return 3 if problems else 0


def _understood(
    arguments: argparse.Namespace, gazetteer: Gazetteer | None, fallback: datetime | None, problems: list[str]
) -> Iterator[dict[str, Any]]:
    text_column: str | None = arguments.text
    time_column: str | None = arguments.time
    is_first = True
    for number, row in read_rows(arguments.input, problems):
        if is_first:
            is_first = False
            text_column = text_column or _find(row, _TEXT_NAMES)
            time_column = time_column or _find(row, _TIME_NAMES)
            _check_columns(arguments, row, text_column, time_column)
        text = "\n".join(str(row[name]) for name in (text_column or "").split(",") if row.get(name))
        if not text.strip():
            problems.append(f"{arguments.input.name} 第 {number} 行“{text_column}”列：没有正文；请补上或删去这一行")
            continue
        stated = row.get(time_column or "")
        sent_at = read_time(str(stated)) if stated else fallback
        if sent_at is None:
            problems.append(
                f"{arguments.input.name} 第 {number} 行“{time_column or '时间'}”列：{_about(stated)}；请写成 "
                f"2022-05-03 21:10:00，或用 --at 给没有时间的留言一个时间"
            )
            continue
        yield row | {"understanding": to_json(understand(text, sent_at=sent_at, gazetteer=gazetteer))}


def _about(stated: Any) -> str:
    return f"看不懂的时间 {stated!r}" if stated else "没有时间"


def _find(row: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in row), None)


def _check_columns(arguments: argparse.Namespace, row: dict[str, Any], text: str | None, when: str | None) -> None:
    there = "、".join(str(name) for name in row)
    problems = []
    if arguments.at and read_time(arguments.at) is None:
        problems.append(f"--at: 看不懂的时间 {arguments.at!r}；请写成 2022-05-03T21:10")
    absent = "、".join(name for name in (text or "").split(",") if name not in row)
    if absent or not text:
        named = f" {absent}" if absent else ""
        problems.append(f"{arguments.input.name}: 没有正文列{named}；用 --text 指明，现有：{there}")
    if arguments.time and when not in row:
        problems.append(f"{arguments.input.name}: 没有时间列 {when}；用 --time 指明，现有：{there}")
    if when is None and not arguments.at:
        problems.append(
            f"{arguments.input.name}: 没有时间列；用 --time 指明，或用 --at 给所有留言一个时间，现有：{there}"
        )
    if problems:
        raise FileProblemError(problems)


def read_time(words: str) -> datetime | None:
    """Read a time as exports write it; without a zone it is China's. None where it cannot be read."""
    words = words.strip()
    for read in (datetime.fromisoformat, *(_reader(pattern) for pattern in _FORMATS)):
        try:
            found = read(words)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=_ZONE)
    return None


def _reader(pattern: str) -> Callable[[str], datetime]:
    return lambda words: datetime.strptime(words, pattern)  # noqa: DTZ007 - the zone is added by read_time
