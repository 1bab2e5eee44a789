"""Instants as people and programs write them: "2022/5/3 21:10", "5月3日 下午9:10", "昨天 21:10", Excel serials.

`read_moment` only reads what is written; `resolve` puts it on the calendar with a reference instant given by the
caller, because nothing here may look at a clock.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal

Order = Literal["", "dmy", "mdy"]

# Clocks of phones run a little apart: a time this far after the reference is still today's.
CLOCK_SLACK = timedelta(minutes=10)
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall-clock epoch; the zone is put on afterwards
# Serial days 1980-01-01 to 2100-01-01: outside of it a bare number is not meant as a date.
EXCEL_SERIALS = (29221, 73051)

WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 6}
ENGLISH_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
DAYS_AGO = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ENGLISH_MONTHS = {month: i for i, month in enumerate(_MONTHS, 1)}
AFTERNOON = {"下午", "晚上", "傍晚", "晚间", "夜里", "pm"}

# Source of the pattern that finds a date or time inside a line; everything it finds, `read_moment` reads.
PERIOD = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|[AaPp]\.?[Mm]\.?)"
CLOCK = rf"(?:{PERIOD}\s?)?\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}}(?:\.\d{{1,6}})?)?(?:\s?[AaPp][Mm])?"
WEEKDAY = (
    r"(?:(?:星期|周|週|礼拜|禮拜)[一二三四五六日天末]|(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Satur|Sat|Sun)(?:day)?)"
)
AFTER_DAY = rf"(?:\s*(?:[(（]?{WEEKDAY}[)）]?|[(（][一二三四五六日][)）]))?"
FULL_DAY = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}[日号號]?)"
SHORT_DAY = r"(?:\d{1,2}月\d{1,2}[日号號]?|\d{1,2}[-/]\d{1,2})"
NAMED_DAY = rf"(?:今天|今日|昨天|昨日|前天|[Tt]oday|[Yy]esterday|{WEEKDAY})"

_YMD = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日号號]?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:\s?T?(\d{2})(\d{2})(\d{2})?)?$")
_XXY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_MD = re.compile(r"(\d{1,2})\s?(?:月\s?(\d{1,2})\s?[日号號]?|[-/](\d{1,2})(?![\d/]))")
_NAMED = re.compile(NAMED_DAY, re.IGNORECASE)
_ENGLISH = re.compile(r"([A-Za-z]{3})[a-z]*\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(\d{4})")
_GAP = re.compile(rf"[\s,，T]*{AFTER_DAY}[\s,，]*", re.IGNORECASE)
_CLOCK = re.compile(
    rf"(?P<before>{PERIOD})?\s?(?P<h>\d{{1,2}})(?:[:：](?P<m>\d{{2}})(?:[:：](?P<s>\d{{2}})(?:[.,](?P<f>\d{{1,9}}))?)?"
    r"|[点點时時](?:(?P<cm>\d{1,2})分?|(?P<half>半))?)\s?(?P<after>[AaPp]\.?[Mm]\.?)?"
    r"\s?(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?$"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and time as written: what is missing is None. Exactly one way of naming the day is filled, or none."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    days_ago: int | None = None
    weekday: int | None = None
    clock: time | None = None
    offset: tzinfo | None = None

    @property
    def has_day(self) -> bool:
        """Whether any way of naming the day was written."""
        return self.day is not None or self.days_ago is not None or self.weekday is not None


class MomentError(ValueError):
    """A text that is no date or time; `code` is date_unreadable, date_impossible, date_ambiguous or year_missing."""

    def __init__(self, code: str) -> None:
        """Hold the code."""
        super().__init__(code)
        self.code = code


def read_moment(text: str, order: Order = "") -> Moment:
    """Read a date, a time or both.

    `order` says what 3/5/2022 means (day first or month first). Raises `MomentError`: date_unreadable,
    date_impossible (the 31st of April, 25:00) or date_ambiguous (3/5/2022 without an order).
    """
    written = unicodedata.normalize("NFKC", text).strip()
    if found := _COMPACT.match(written):
        y, mo, d, h, mi, s = found.groups()
        clock = _clock(int(h), int(mi), int(s or 0)) if h else None
        return _dated(int(y), int(mo), int(d), clock, None)
    day, rest = _read_day(written, order)
    if not rest:
        if not day:
            raise MomentError("date_unreadable")
        return _dated(day.get("year"), day.get("month"), day.get("day"), None, None, day)
    found = _CLOCK.match(rest)
    if not found:
        raise MomentError("date_unreadable")
    clock, offset = _read_clock(found)
    return _dated(day.get("year"), day.get("month"), day.get("day"), clock, offset, day)


def resolve(moment: Moment, reference: datetime | None, zone: tzinfo) -> datetime:
    """Put a moment on the calendar: an aware instant in `zone` (midnight when no time of day was written).

    `reference` is the instant at which the text was on somebody's screen: a day without a year, a weekday, "昨天" and
    a bare time are the latest such before it. Raises `MomentError("year_missing")` when it is needed and None, and
    date_impossible when there is no such day (29 February of a common year).
    """
    clock = moment.clock or time()
    if moment.year is not None:
        return _at(moment.year, moment.month or 1, moment.day or 1, clock, moment.offset or zone)
    if reference is None:
        raise MomentError("year_missing")
    local = reference.astimezone(zone)
    today = local.date()
    if moment.day is not None:
        return _latest_year(moment, clock, local, zone)
    if moment.days_ago is not None:
        day = today - timedelta(days=moment.days_ago)
    elif moment.weekday is not None:
        day = today - timedelta(days=(today.weekday() - moment.weekday) % 7)
        if datetime.combine(day, clock, zone) > local + CLOCK_SLACK:
            day -= timedelta(days=7)
    else:
        day = today if datetime.combine(today, clock, zone) <= local + CLOCK_SLACK else today - timedelta(days=1)
    return datetime.combine(day, clock, zone)


def excel_instant(serial: float, zone: tzinfo) -> datetime:
    """The instant of an Excel serial (days since 1899-12-30, 1900 system), rounded to the second.

    Raises `MomentError("date_impossible")` outside the years 1980 to 2099.
    """
    if not EXCEL_SERIALS[0] <= serial < EXCEL_SERIALS[1]:
        raise MomentError("date_impossible")
    return (EXCEL_EPOCH + timedelta(seconds=round(serial * 86400))).replace(tzinfo=zone)


def epoch_instant(seconds: float, zone: tzinfo) -> datetime:
    """The instant of a Unix time in seconds, written in `zone`."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone)


def _latest_year(moment: Moment, clock: time, local: datetime, zone: tzinfo) -> datetime:
    for year in range(local.year, local.year - 8, -1):  # 29 February may be eight years away (1904, 2104)
        try:
            found = _at(year, moment.month or 1, moment.day or 1, clock, zone)
        except MomentError:
            continue
        if found <= local + timedelta(days=1):
            return found
    raise MomentError("date_impossible")


def _read_day(written: str, order: Order) -> tuple[dict[str, int], str]:
    day: dict[str, int] = {}
    end = 0
    if found := _YMD.match(written):
        day = dict(zip(("year", "month", "day"), map(int, found.groups()), strict=True))
    elif found := _XXY.match(written):
        a, b, year = map(int, found.groups())
        day = {"year": year, **_ordered(a, b, order)}
    elif (found := _NAMED.match(written)) is not None:
        day = _named(found.group())
    elif found := _ENGLISH.match(written):
        month = ENGLISH_MONTHS.get(found.group(1).lower())
        if month is None:
            raise MomentError("date_unreadable")
        day = {"year": int(found.group(3)), "month": month, "day": int(found.group(2))}
    elif found := _MD.match(written):
        day = {"month": int(found.group(1)), "day": int(found.group(2) or found.group(3))}
    if found:
        end = found.end()
        gap = _GAP.match(written, end)
        end = gap.end() if gap else end
    return day, written[end:]


def _ordered(a: int, b: int, order: Order) -> dict[str, int]:
    if order == "dmy" or (not order and a > 12):
        return {"day": a, "month": b}
    if order == "mdy" or (not order and (b > 12 or a == b)):
        return {"month": a, "day": b}
    raise MomentError("date_ambiguous")


def _named(word: str) -> dict[str, int]:
    lower = word.lower()
    if lower in DAYS_AGO:
        return {"days_ago": DAYS_AGO[lower]}
    if lower[:3] in ENGLISH_WEEKDAYS:
        return {"weekday": ENGLISH_WEEKDAYS[lower[:3]]}
    return {"weekday": WEEKDAYS[word[-1]]}


def _read_clock(found: re.Match[str]) -> tuple[time, tzinfo | None]:
    hour = int(found["h"])
    minute = int(found["m"] or found["cm"] or (30 if found["half"] else 0))
    period = (found["before"] or found["after"] or "").lower().replace(".", "")
    if (period in AFTERNOON and 1 <= hour < 12) or (period == "中午" and 1 <= hour <= 2):
        hour += 12
    elif period in ("am", "凌晨", "上午") and hour == 12:
        hour = 0
    micro = int((found["f"] or "").ljust(6, "0")[:6])
    offset: tzinfo | None = None
    if written := found["zone"]:
        if written in ("Z", "UTC"):
            offset = UTC
        else:
            digits = written[1:].replace(":", "")
            ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            if ahead >= timedelta(hours=24):
                raise MomentError("date_impossible")
            offset = timezone(ahead if written[0] == "+" else -ahead)
    return _clock(hour, minute, int(found["s"] or 0), micro), offset


def _clock(hour: int, minute: int, second: int, micro: int = 0) -> time:
    try:
        return time(hour, minute, second, micro)
    except ValueError:
        raise MomentError("date_impossible") from None


def _dated(
    year: int | None,
    month: int | None,
    day: int | None,
    clock: time | None,
    offset: tzinfo | None,
    named: dict[str, int] | None = None,
) -> Moment:
    if month is not None:
        try:
            date(year or 2024, month, day or 1)  # a leap year stands in for an unknown one
        except ValueError:
            raise MomentError("date_impossible") from None
    named = named or {}
    return Moment(year, month, day, named.get("days_ago"), named.get("weekday"), clock, offset)


def _at(year: int, month: int, day: int, clock: time, zone: tzinfo) -> datetime:
    try:
        return datetime.combine(date(year, month, day), clock, zone)
    except ValueError:
        raise MomentError("date_impossible") from None
