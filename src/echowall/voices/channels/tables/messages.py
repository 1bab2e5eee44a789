"""Rows of a table as messages: typed, keyed, and with every error of every row named at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from echowall.voices.channels.dates import MomentError
from echowall.voices.channels.phones import phone_of
from echowall.voices.channels.tables.column_names import FIX_COLUMN, ROW_COLUMN
from echowall.voices.channels.tables.files import Cell
from echowall.voices.channels.tables.given_words import GIVEN
from echowall.voices.channels.tables.mapping import JOINED, ColumnMapping
from echowall.voices.channels.tables.reading import Table
from echowall.voices.channels.tables.values import cell_text, degrees_of, instant_of, is_empty
from echowall.voices.channels.types import SHANGHAI, HeardMessage, Problem, RefusedInputError, content_key

MAX_TEXT = 20_000
# Kept in `extra` under our own names.
AS_SAID = ("category", "urgency", "reply", "status", "source", "given_intent", "given_topic", "given_state")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row: a message, or the problems that keep it from being one, or both when they are only warnings.

    `cells` are the row as it stood, kept only for rows that give no message.
    """

    row: int
    message: HeardMessage | None
    problems: tuple[Problem, ...] = ()
    cells: tuple[Cell, ...] = ()


def read_messages(
    table: Table, mapping: ColumnMapping, *, channel: str = "table", zone: tzinfo = SHANGHAI
) -> Iterator[ReadRow]:
    """Yield one `ReadRow` for every row of the table that is not blank, in order: rows in = messages + named errors.

    The key of a row with an id is that id; without one it is made of the mapped content and an ordinal among equal
    rows, so that two equal rows of a file stay two and the same file again gives the same keys. Raises
    `RefusedInputError` when the mapping does not fit the headers, or where the file breaks off.
    """
    problems = mapping.problems(table.headers)
    if problems:
        raise RefusedInputError(*problems)
    reader = _RowReader(table.headers, mapping, channel, zone)
    for number, cells in table.rows():
        yield reader.read(number, cells)


class _RowReader:
    def __init__(self, headers: Sequence[str], mapping: ColumnMapping, channel: str, zone: tzinfo) -> None:
        at = {header: i for i, header in enumerate(headers)}
        self.headers, self.channel, self.zone = headers, channel, zone
        self.order = mapping.order
        self.reference = datetime(mapping.year, 12, 31, 23, 59, 59, tzinfo=zone) if mapping.year else None
        self.index = {name: tuple(at[c] for c in columns) for name, columns in mapping.columns.items() if columns}
        used = {i for columns in self.index.values() for i in columns}
        used |= {at[name] for name in (FIX_COLUMN, ROW_COLUMN) if name in at}
        self.other = [(i, h) for i, h in enumerate(headers) if i not in used] if mapping.keep_other else []
        self.extra = [(name, self.index[name][0]) for name in AS_SAID if name in self.index]
        self.column = {name: "+".join(columns) for name, columns in mapping.columns.items()}
        self.seen: dict[str, int] = {}

    def read(self, row: int, cells: Sequence[Cell]) -> ReadRow:
        problems: list[Problem] = []

        def fault(code: str, name: str, value: str, *, is_warning: bool = False) -> None:
            problems.append(_problem(code, row, self.column.get(name, ""), value, is_warning))

        text, title = self._text(cells, fault)
        extra = {name: value for name, i in self.extra if (value := self._cell(cells, i))}
        for name in (name for name in GIVEN if extra.get(name) and not GIVEN[name](extra[name])):
            fault("class_unknown", name, extra[name], is_warning=True)
        said_at = self._instant(cells, "said_at", fault)
        replied_at = self._instant(cells, "replied_at", fault)
        if replied_at:
            extra["replied_at"] = replied_at.isoformat()
        phone = self._phone(cells, extra, fault)
        latitude = self._degrees(cells, "latitude", 90.0, extra, fault)
        longitude = self._degrees(cells, "longitude", 180.0, extra, fault)
        beyond = next(filter(None, map(cell_text, cells[len(self.headers) :])), "")
        if beyond:
            fault("cells_beyond_header", "", beyond)
        sender, place = self._joined(cells, "sender"), self._joined(cells, "place")
        key = self._key(row, cells, (sender, text, title, place, phone), said_at, fault)
        if any(not problem.is_warning for problem in problems):
            return ReadRow(row, None, tuple(problems), tuple(cells))
        for i, header in self.other:
            if value := self._cell(cells, i):
                extra[header] = value
        message = HeardMessage(
            channel=self.channel,
            key=key,
            text=text,
            said_at=said_at,
            sender=sender,
            phone=phone,
            place_text=place,
            latitude=latitude if longitude is not None else None,
            longitude=longitude if latitude is not None else None,
            extra=extra,
            title=title,
        )
        return ReadRow(row, message, tuple(problems))

    def _text(self, cells: Sequence[Cell], fault: Callable[..., None]) -> tuple[str, str]:
        text, title = self._joined(cells, "text"), self._joined(cells, "title")
        if not text:
            text, title = title, ""
        if not text:
            fault("text_empty", "text", "")
        elif len(text) > MAX_TEXT:
            fault("text_too_long", "text", f"{len(text)} 字")
        if "\ufffd" in text or "\ufffd" in title:
            fault("text_undecodable", "text", (text + title)[:80])
        return text, title

    def _cell(self, cells: Sequence[Cell], i: int) -> str:
        text = cell_text(cells[i]) if i < len(cells) else ""
        return "" if is_empty(text) else text

    def _joined(self, cells: Sequence[Cell], name: str) -> str:
        columns = self.index.get(name, ())
        if len(columns) == 1:
            return self._cell(cells, columns[0])
        return JOINED.get(name, " ").join(part for i in columns if (part := self._cell(cells, i)))

    def _instant(self, cells: Sequence[Cell], name: str, fault: Callable[..., None]) -> datetime | None:
        columns = self.index.get(name, ())
        if not columns:
            return None
        cell: Cell = cells[columns[0]] if len(columns) == 1 and columns[0] < len(cells) else self._joined(cells, name)
        try:
            return instant_of(cell, self.zone, self.order, self.reference)
        except MomentError as error:
            fault(error.code, name, cell_text(cell))
            return None

    def _phone(self, cells: Sequence[Cell], extra: dict[str, str], fault: Callable[..., None]) -> str:
        written = self._joined(cells, "phone")
        if not written:
            return ""
        phone, code = phone_of(written)
        if phone != written:
            extra["phone_as_written"] = written
        if code and code != "phone_masked":
            fault(code, "phone", written, is_warning=True)
        return phone

    def _degrees(
        self, cells: Sequence[Cell], name: str, limit: float, extra: dict[str, str], fault: Callable[..., None]
    ) -> float | None:
        written = self._joined(cells, name)
        if not written:
            return None
        try:
            return degrees_of(written, limit)
        except ValueError:
            extra[f"{name}_as_written"] = written
            fault("degrees_unreadable", name, written, is_warning=True)
            return None

    def _key(
        self,
        row: int,
        cells: Sequence[Cell],
        content: tuple[str, ...],
        said_at: datetime | None,
        fault: Callable[..., None],
    ) -> str:
        given = self._joined(cells, "id")
        if given:
            first = self.seen.setdefault(given, row)
            if first != row:
                fault("id_repeated", "id", f"{given}（第{first}行已有）")
            return f"id:{given}"
        same = content_key(*content, said_at.isoformat() if said_at else "")
        ordinal = self.seen.get(same, 0)
        self.seen[same] = ordinal + 1
        return f"{same}:{ordinal}"


_PROBLEMS = {
    "text_empty": ("留言内容是空的", "the text is empty", "补上内容，或删掉这一行", "fill it in, or delete the row"),
    "text_too_long": (
        f"内容超过 {MAX_TEXT} 字",
        f"the text has more than {MAX_TEXT} characters",
        "拆成几行，或检查是否有引号没有收尾",
        "split it, or look for a quotation mark that is not closed",
    ),
    "text_undecodable": (
        "有的字认不出来（乱码）",
        "some characters cannot be decoded",
        "换一种编码重新导出（建议 UTF-8），或改正乱码的字",
        "export again as UTF-8, or correct the damaged characters",
    ),
    "date_unreadable": (
        "看不懂这个时间",
        "this is not a date or time",
        "写成 2022-05-03 21:10 这样",
        "write it like 2022-05-03 21:10",
    ),
    "date_impossible": (
        "没有这样的日期或时刻",
        "there is no such date or time",
        "改成真实的日期，例如 2022-04-30 21:10",
        "write a date that exists, like 2022-04-30 21:10",
    ),
    "date_ambiguous": (
        "分不清哪个是月、哪个是日",
        "day and month cannot be told apart",
        "在列的对应关系里选“日在前”或“月在前”",
        "choose day first or month first in the mapping",
    ),
    "year_missing": (
        "这个时间没有年份",
        "this date has no year",
        "在列的对应关系里填上年份",
        "give the year in the mapping",
    ),
    "phone_rounded": (
        "电话被 Excel 变成了科学记数，后几位已经丢失",
        "Excel rounded the number; its last digits are lost",
        "把这一列设为文本格式后重新导出",
        "format the column as text and export again",
    ),
    "phone_unreadable": (
        "这不像一个电话号码",
        "this is not a phone number",
        "写成 11 位手机号或带区号的座机",
        "write 11 digits, or a landline with its area code",
    ),
    "degrees_unreadable": (
        "这不是经纬度",
        "this is not a coordinate in degrees",
        "写成十进制度数，例如 113.63 和 34.75",
        "write decimal degrees, like 113.63 and 34.75",
    ),
    "class_unknown": (
        "不认识这个类别",
        "this class is not known",
        "写成系统里的诉求类型、事项类别或办理状态；不改则由系统判断",
        "write an intent, topic or state of the system; left as it is, the system decides",
    ),
    "id_repeated": (
        "这个编号在文件里出现了不止一次",
        "this id occurs more than once in the file",
        "改成不同的编号；如果编号只在一个区内唯一，把区和编号两列一起对应为编号",
        "make it unique, or map two columns (district and number) to the id",
    ),
    "cells_beyond_header": (
        "这一行比表头多出几格，内容可能错位",
        "the row has more cells than the header; its values may be shifted",
        "检查这一行里多余的分隔符",
        "look for a stray delimiter in the row",
    ),
}


def _problem(code: str, row: int, column: str, value: str, is_warning: bool) -> Problem:
    zh, en, fix_zh, fix_en = _PROBLEMS[code]
    place = f"第{row}行“{column}”列" if column else f"第{row}行"
    return Problem(place, value[:200], code, zh, en, fix_zh, fix_en, is_warning, row, column)
