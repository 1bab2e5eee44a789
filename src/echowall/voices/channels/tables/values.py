"""Single cells: as text, as instant, as coordinate. Each says what is wrong by a code, never by a guess."""

from __future__ import annotations

import re
from datetime import date, datetime, time, tzinfo

from echowall.voices.channels.dates import (
    MomentError,
    Order,
    epoch_instant,
    excel_instant,
    read_moment,
    resolve,
)
from echowall.voices.channels.tables.files import Cell

# What programs write into a cell that holds nothing (pandas, SQL tools, Excel).
EMPTY_WORDS = frozenset(
    ["nan", "nat", "null", "none", "n/a", "#n/a", "na", "<na>", "undefined", "(null)", "\\n", "-", "--", "—", "/"]
)
_NUMBER = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_LOOKS_DATED = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}[:：]\d{2}")


def cell_text(cell: Cell) -> str:
    """A cell as trimmed text: whole floats without ".0", instants as ISO, nothing as ""; "nan" stays "nan"."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def is_empty(text: str) -> bool:
    """Whether a trimmed text stands for no value: empty, or one of the words programs write for nothing."""
    return not text or (len(text) <= 9 and text.lower() in EMPTY_WORDS)


def looks_like_data(cell: Cell) -> bool:
    """Whether a cell is more likely a value than the name of a column: a number, a date, a phone, a long text."""
    if cell is None or cell == "":
        return False
    if not isinstance(cell, str):
        return True
    text = cell.strip()
    return (
        len(text) > 30
        or bool(_LOOKS_DATED.search(text))
        or bool(re.fullmatch(r"[\d.,+\-\s]+", text))
        or bool(re.search(r"[。！？!?]", text))
    )


def instant_of(cell: Cell, zone: tzinfo, order: Order = "", reference: datetime | None = None) -> datetime | None:
    """The instant in a cell, None when it is empty.

    Reads Excel dates and serials, ISO 8601, "2022/5/3 21:10", "2022年5月3日 下午9:10", Unix seconds and milliseconds,
    and, with a reference, dates without a year. Raises `MomentError`.
    """
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=zone)
    if isinstance(cell, date):
        return datetime.combine(cell, time(), zone)
    text = cell_text(cell)
    if is_empty(text):
        return None
    if len(text) >= 10 and text[4] == "-":
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return found if found.tzinfo else found.replace(tzinfo=zone)
    if _NUMBER.fullmatch(text):
        return excel_instant(float(text), zone)
    if _EPOCH.fullmatch(text):
        return epoch_instant(int(text) / (1000 if len(text) == 13 else 1), zone)
    moment = read_moment(text, order)
    if moment.days_ago is not None or moment.weekday is not None or not moment.has_day:
        raise MomentError("date_unreadable")  # a file has no "today": such words were true when it was exported
    return resolve(moment, reference, zone)


def degrees_of(text: str, limit: float) -> float | None:
    """A coordinate in degrees, None when empty. Raises ValueError when it is no number or beyond ±`limit`."""
    if is_empty(text):
        return None
    value = float(text)
    if not -limit <= value <= limit:
        raise ValueError(text)
    return value
