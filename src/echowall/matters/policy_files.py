"""Reading a file of policy texts (Excel or JSON) into rows, all mistakes at once. Pure but for the bytes given."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from echowall.kernel.errors import InvalidInput, Problem
from echowall.understanding.topics import default_topics

COLUMNS = {
    "标题": "title",
    "内容": "text",
    "依据": "source",
    "发布日期": "issued_on",
    "生效日期": "valid_from",
    "失效日期": "valid_until",
    "类别": "topic",
}
_NEEDED = ("title", "text", "source", "valid_from")
_DAYS = ("issued_on", "valid_from", "valid_until")
_TITLES = {english: chinese for chinese, english in COLUMNS.items()}


def title_key(title: str) -> str:
    """Return what makes two titles the same: their letters and digits, without width, case, spaces and punctuation.

    A colon that a new edition writes full-width does not make a second text of it.
    """
    return "".join(sign for sign in unicodedata.normalize("NFKC", title).casefold() if sign.isalnum())


def shipped_rows() -> list[PolicyRow]:
    """Return the texts that come with the program: short explanations in our own words, each naming its public source."""
    content = files("echowall.matters").joinpath("data/policy_texts.json").read_bytes()
    return read_file("policy_texts.json", content)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One policy text as it was written down. ``valid_until`` is exclusive."""

    title: str
    text: str
    source: str
    valid_from: date
    valid_until: date | None = None
    issued_on: date | None = None
    topic: str = ""


def read_file(name: str, content: bytes) -> list[PolicyRow]:
    """Return the rows of an .xlsx or .json file.

    Raises:
        InvalidInput: ``file_unreadable``, ``column_missing``, ``field_missing``, ``date_invalid``, ``topic_unknown`` …
    """
    rows = _json_rows(content) if name.lower().endswith(".json") else _sheet_rows(content)
    problems: list[Problem] = []
    read = [_row(number, values, problems) for number, values in rows]
    if problems:
        raise InvalidInput(problems)
    return [row for row in read if row is not None]


def read_row(values: Mapping[str, Any], place: str = "") -> PolicyRow:
    """Return one row given by a form. Raises InvalidInput."""
    problems: list[Problem] = []
    row = _row(place, values, problems)
    if problems or row is None:
        raise InvalidInput(problems)
    return row


def _json_rows(content: bytes) -> Iterable[tuple[str, Mapping[str, Any]]]:
    try:
        data = json.loads(content)
    except ValueError as exc:
        raise InvalidInput(Problem("file_unreadable", _("不是 JSON 文件"), value=str(exc)[:80])) from exc
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise InvalidInput(Problem("file_unreadable", _("JSON 文件要是一列政策，每条一个对象")))
    return [(_("第 %d 条") % n, one) for n, one in enumerate(data, 1)]


def _sheet_rows(content: bytes) -> Iterable[tuple[str, Mapping[str, Any]]]:
    try:
        rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, ValueError) as exc:
        raise InvalidInput(Problem("file_unreadable", _("不是 Excel 文件"), fix=_("请用 .xlsx 或 .json"))) from exc
    head = [str(cell).strip() for cell in rows[0]] if rows else []
    absent = [_TITLES[name] for name in _NEEDED if _TITLES[name] not in head]
    if absent:
        raise InvalidInput(
            [Problem("column_missing", _("缺少这一列"), place=_("第 1 行"), value=name) for name in absent]
        )
    return [
        (_("第 %d 行") % n, {COLUMNS[title]: cell for title, cell in zip(head, row, strict=False) if title in COLUMNS})
        for n, row in enumerate(rows[1:], 2)
        if any(str(cell).strip() for cell in row)
    ]


def _row(place: str, values: Mapping[str, Any], problems: list[Problem]) -> PolicyRow | None:
    before = len(problems)
    text = {name: str(values.get(name) or "").strip() for name in ("title", "text", "source", "topic")}

    def where(name: str) -> str:
        return f"{place} {_TITLES[name]}".strip() if place else name

    problems += [
        Problem("field_missing", _("不能空着"), place=where(n)) for n in ("title", "text", "source") if not text[n]
    ]
    if len(text["title"]) > 120 or len(text["source"]) > 200:
        problems.append(Problem("text_too_long", _("标题最多 120 字，依据最多 200 字"), place=where("title")))
    if text["topic"] and text["topic"] not in default_topics():
        problems.append(
            Problem(
                "topic_unknown",
                _("没有这个类别"),
                place=where("topic"),
                value=text["topic"],
                fix=_("写类别代码，如 isolation.home"),
            )
        )
    days: dict[str, date | None] = {}
    for name in _DAYS:
        try:
            days[name] = _day(values.get(name))
        except ValueError:
            problems.append(
                Problem("date_invalid", _("日期请写成 2022-05-03"), place=where(name), value=str(values[name]))
            )
    if "valid_from" in days and days["valid_from"] is None:
        problems.append(Problem("field_missing", _("不能空着"), place=where("valid_from")))
    begins, ends = days.get("valid_from"), days.get("valid_until")
    if begins and ends and ends <= begins:
        problems.append(
            Problem("ends_before_it_begins", _("失效日期要晚于生效日期"), place=where("valid_until"), value=str(ends))
        )
    if len(problems) > before or begins is None:
        return None
    return PolicyRow(text["title"], text["text"], text["source"], begins, ends, days.get("issued_on"), text["topic"])


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value).strip()[:10])
