"""Points in time as Chinese words: 4日, 5月4号, 后天下午三点, 本周五之前, 月底, 初三.

Only reads them; ``times`` judges them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from echowall.understanding.numerals import NUMERAL, number

# Lunar New Year's Day, from the calendar of the Purple Mountain Observatory; for 初一 to 初十 near the feast only.
_NEW_YEAR = {
    2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17),
    2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31),
}  # fmt: skip
_FEASTS = {"元旦": (1, 1), "五一": (5, 1), "六一": (6, 1), "十一": (10, 1), "国庆": (10, 1)}

_RELATIVE = {
    "大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "次": 1, "后": 2, "大后": 3, "第二": 1,
}  # fmt: skip
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 6}
_WEEKDAYS |= {str(i + 1): i for i in range(6)}

# (first hour, last hour) of a part of the day; 24 stands for 23:59:59.
_PARTS = {
    "凌晨": (0, 6), "清晨": (5, 9), "早晨": (6, 10), "早上": (6, 10), "一早": (6, 10), "早": (6, 10), "晨": (6, 10),
    "上午": (8, 12), "中午": (11, 13), "午后": (13, 17), "下午": (13, 18), "傍晚": (17, 19), "晚上": (18, 24),
    "晚间": (18, 24), "晚": (18, 24), "夜里": (18, 24), "夜间": (18, 24), "半夜": (18, 24), "深夜": (18, 24),
    "夜": (18, 24),
}  # fmt: skip
_AFTERNOON = {"下午", "午后", "傍晚", "晚上", "晚间", "晚", "夜里", "夜间", "半夜", "深夜", "夜"}

_NOT_A_DAY = (
    r"(?!楼|院|线|门|单元|栋|房|文件|码|馆|仓|幢|座|采样|卡口|出口|口|店|公馆|电梯|库|柜|窗|机|商|地块|宿舍|"
    r"病房|床|梯|井|桥|路|厅|厂|棚|岗|点|台|桌|室|[院大]|[\dA-Za-z]|常|记|本|期|光|用|子|场|元|历|照)"
)
_DATE = (
    rf"(?:(?P<year>20\d\d)(?:年|[./-]))?(?P<month>{NUMERAL})(?:月(?:份)?|(?<=\d)[./-](?=\d{{1,2}}[日号]|"
    rf"\d{{1,2}}(?:之?前|以前|去|要|晚|早|上午|下午|到期)))(?P<mday>{NUMERAL}(?!个)|初|中旬|底|末)?[日号]?"
    rf"|(?<![路街巷弄道村组里坊第\d.栋楼#-])(?P<day>{NUMERAL})[日号]{_NOT_A_DAY}"
    r"|(?P<relative>大前|大后|前|昨|今|当|明|次|后|第二(?!天了))(?:天(?!津|气|窗|然|台)|[日儿](?!子|常|"
    r"[^,。]{0,1}园)个?|个儿?(?!月|人|小|星)|(?=[早晚晨夜](?!餐|饭|点|期|报|恋)))"
    r"|(?P<which>上上个?|上个?|下下个?|下个?|这个?|本)?(?:周|星期|"
    r"礼拜)(?P<weekday>[一二三四五六日天末1-6])(?!个|边|期|[多岁年])"
    r"|(?P<monthly>本月底|这个?月底|月底|月末|下个?月底|下个?月初|下个?月(?P<nday>\d{1,2}|"
    r"[一二三四五六七八九十]{1,3})[日号]|年底|本周(?:之?内)|这周(?:之?内))"
    r"|(?:大年|正月|农历)?初(?P<lunar>[一二三四五六七八九十])(?!中|年级|[的个]?学生|步|期)"
    r"|(?P<feast>元旦|五一|六一|十一(?=前|之前|假|放)|国庆)(?:节)?"
)
_PART = (
    r"(?P<part>凌晨|清晨|早晨|早上|一早|上午|中午|午后|下午|傍晚|晚上|晚间|夜里|夜间|半夜|深夜|"
    r"早(?![就已日产点餐饭恋些该])|晨|晚(?![餐饭点期辈婚])|夜)"
)
_CLOCK = (
    rf"(?P<hour>{NUMERAL})(?:[点时](?!候|间|段|[都儿]|击|赞|评|意|建议|问题|要求|[^,。]{{0,1}}意见)(?:钟|整)?|"
    rf":(?=\d\d))(?P<minute>半|一刻|三刻|\d{{1,2}}(?=分|[^\d月日号栋楼]|$)|{NUMERAL}(?=分))?分?(?:(?:到|至|-|"
    rf"~)(?:{_PART.replace('part', 'part2')})?(?P<hour2>{NUMERAL})(?:点|时|:00)(?P<minute2>半)?)?"
)
_BEFORE = r"(?P<before>(?:之|以)?前(?![后面台天往胸往年几排])|截止|截至)"
_POINT = re.compile(rf"(?:{_DATE})?(?:的|,)?(?:{_PART})?(?:{_CLOCK})?{_BEFORE}?")
# Where a point in time may begin: the large pattern is tried only there.
_START = re.compile(
    r"[0-9零一二两三四五六七八九十]{1,4}[日号点时月:./]|20\d\d[年./-]|[今明昨][天日儿个早晚晨夜]|[前后]天|"
    r"大[前后年]|当[天日晚]|次日|第二天|本[周月]|这个?[周月星礼]|[上下]{1,2}个?[周月星礼]|"
    r"周[一二三四五六日天末\d]|星期|礼拜|月底|月末|年底"
    r"|初[一二三四五六七八九十]|正月|农历|元旦|国庆|五一|六一|十一|早上?|晚上?|[上下中]午|午后|傍晚|凌晨|半夜|"
    r"夜|清晨|深夜|一早"
)
_LOOSE_CLOCK = re.compile(r"[第有快好早晚多少大小差这那几各每此]$")


@dataclass(frozen=True, slots=True)
class Point:
    """A point or span of time that words name: ``plain[start:end]``; ``is_before`` where 之前 or 截止 follows."""

    start: int
    end: int
    start_at: datetime
    end_at: datetime
    basis: str
    is_before: bool
    is_today: bool
    certainty: float


def points(plain: str, sent_at: datetime) -> Iterator[Point]:
    """Give the points in time of a message in plain form, also those that lie before ``sent_at``."""
    at = 0
    while (begin := _START.search(plain, at)) is not None:
        at = begin.start() + 1
        match = _POINT.match(plain, begin.start())
        if match is None or match.end() - match.start() < 2:
            continue
        at = match.end()
        point = _read(match, plain, sent_at)
        if point is not None:
            yield point


def _read(match: re.Match[str], plain: str, sent_at: datetime) -> Point | None:
    named = _day(match, plain, sent_at)
    has_date = bool(match["month"] or match["day"] or match["relative"] or match["weekday"] or match["monthly"])
    has_date = has_date or bool(match["lunar"] or match["feast"])
    if has_date and named is None:
        return None
    if not has_date and not match["hour"]:
        return None
    first, last, certainty = named or (sent_at.date(), sent_at.date(), 0.9)
    if match["hour"] is not None:
        span = _clock(match, plain, first, sent_at, has_date)
        basis = "clock_time"
    elif match["part"]:
        span, basis = _part_of_day(match["part"], first, sent_at, match["relative"]), "part_of_day"
    else:
        span, basis = _whole(first, last, sent_at), "date"
    if span is None:
        return None
    is_today = first == last == sent_at.date() and not match["before"]
    return Point(match.start(), _end(match), span[0], span[1], basis, bool(match["before"]), is_today, certainty)


def _end(match: re.Match[str]) -> int:
    return match.end() - 1 if match[0].endswith((",", "的")) else match.end()


def _whole(first: date, last: date, sent_at: datetime) -> tuple[datetime, datetime]:
    zone = sent_at.tzinfo
    return datetime.combine(first, time(), zone), datetime.combine(last, time(23, 59, 59), zone)


def _part_of_day(part: str, day: date, sent_at: datetime, relative: str | None) -> tuple[datetime, datetime]:
    low, high = _PARTS[part]
    zone = sent_at.tzinfo
    start = datetime.combine(day, time(low), zone)
    end = datetime.combine(day, time(23, 59, 59) if high == 24 else time(high), zone)
    # "今晚" said shortly before midnight reaches into the small hours.
    if high == 24 and relative in ("今", "当") and day == sent_at.date() and sent_at.hour >= 22:
        end = datetime.combine(day + timedelta(days=1), time(6), zone)
    # "明早" said after midnight means the morning that is coming.
    if relative == "明" and sent_at.hour < 4 and high <= 12:
        start, end = start - timedelta(days=1), end - timedelta(days=1)
    return start, end


def _clock(
    match: re.Match[str], plain: str, day: date, sent_at: datetime, has_date: bool
) -> tuple[datetime, datetime] | None:
    hour = number(match["hour"])
    minute = _minute(match["minute"])
    if hour is None or hour > 24 or minute is None or (hour == 24 and minute):
        return None
    part = match["part"]
    is_bare = not has_date and part is None
    if is_bare and not _is_clock(match, plain):
        return None
    hour += _afternoon(hour, part, has_date)
    at = datetime.combine(day, time(), sent_at.tzinfo) + timedelta(hours=hour, minutes=minute)
    if match["relative"] == "明" and sent_at.hour < 4 and part in ("早", "早上", "一早", "清晨", "早晨", "晨"):
        at -= timedelta(days=1)
    if is_bare:
        at = _next(at, hour, sent_at)
    elif not has_date and at < sent_at:
        at += timedelta(days=1)  # "凌晨两点的飞机" said in the evening; what was done before is sorted out by its verb
    until = at
    second = number(match["hour2"]) if match["hour2"] else None
    if second is not None and second <= 24:
        second += _afternoon(second, match["part2"] or part, has_date)
        if second < hour and second <= 12:
            second += 12
        until = at + timedelta(hours=max(0, second - hour))
    return at, until


def _is_clock(match: re.Match[str], plain: str) -> bool:
    """Tell "8点前送到" from "有一点" and "两点建议"."""
    if _LOOSE_CLOCK.search(plain[max(0, match.start() - 1) : match.start()]):
        return False
    if ":" in match[0] or match["minute"] or match["before"] or "钟" in match[0] or "整" in match[0] or match["hour2"]:
        return True
    hour = number(match["hour"]) or 0
    return (
        hour >= 3
        and re.match(r"要|去|做|送|到|来|得|必须|的|之|左右|准时|出发|打|有|开", plain[match.end() :]) is not None
    )


def _next(at: datetime, hour: int, sent_at: datetime) -> datetime:
    """Take the next time that a bare hour comes round; 3 means 15:00 unless that is past too."""
    options = [at] if hour > 12 else [at, at + timedelta(hours=12)]
    options += [one + timedelta(days=1) for one in options]
    waking = [one for one in options if one > sent_at and 6 <= one.hour <= 22]
    return min(waking or [one for one in options if one > sent_at])


def _afternoon(hour: int, part: str | None, has_date: bool) -> int:
    if part in _AFTERNOON:
        if part in ("半夜", "深夜", "夜里", "夜") and (hour < 6 or hour == 12):
            return 24 if hour < 6 else 12
        return 12 if hour <= 12 and not (hour == 12 and part in ("下午", "午后")) else 0
    if part == "中午":
        return 12 if hour < 4 else 0
    return 12 if part is None and has_date and 1 <= hour <= 6 else 0


def _minute(words: str | None) -> int | None:
    if not words:
        return 0
    fixed = {"半": 30, "一刻": 15, "三刻": 45}.get(words)
    value = fixed if fixed is not None else number(words)
    return value if value is not None and value < 60 else None


def _day(match: re.Match[str], plain: str, sent_at: datetime) -> tuple[date, date, float] | None:
    """Give the first and last day that the words name and how certain that is; None where they name no day."""
    today = sent_at.date()
    if match["relative"]:
        day = today + timedelta(days=_RELATIVE[match["relative"]])
        return day, day, 1.0
    if match["weekday"]:
        return _weekday(match, plain, today)
    if match["month"]:
        return _month_day(match, today)
    if match["day"]:
        return _bare_day(number(match["day"]), today)
    if match["monthly"]:
        return _monthly(match, today)
    if match["feast"]:
        month, day_of_month = _FEASTS[match["feast"]]
        return _nearest(today, month, day_of_month)
    if match["lunar"]:
        return _lunar(number(match["lunar"]) or 0, today)
    return None


def _weekday(match: re.Match[str], plain: str, today: date) -> tuple[date, date, float]:
    monday = today - timedelta(days=today.weekday())
    which = (match["which"] or "").replace("个", "")
    weeks = {"上上": -2, "上": -1, "下": 1, "下下": 2}.get(which, 0)
    day = monday + timedelta(weeks=weeks, days=_WEEKDAYS[match["weekday"]])
    told = re.match(r"[^,。!?]{0,6}(?:[做打去买来][的过]|了|就|已)", plain[match.end() :])
    if not which and day < today and not told:
        day += timedelta(weeks=1)
    first = day - timedelta(days=1) if match["weekday"] == "末" else day
    return first, day, 0.95 if which else 0.85


def _month_day(match: re.Match[str], today: date) -> tuple[date, date, float] | None:
    month = number(match["month"])
    words = match["mday"]
    if month is None or not 1 <= month <= 12 or words is None:
        return None
    year = int(match["year"]) if match["year"] else today.year
    fixed = {"初": (1, 5), "中旬": (11, 20), "底": (28, 31), "末": (28, 31)}.get(words)
    last_day = monthrange(year, month)[1]
    if fixed:
        if match["year"] is None and month < today.month - 6:
            year += 1
        return date(year, month, fixed[0]), date(year, month, min(fixed[1], last_day)), 0.8
    day = number(words)
    if day is None or not 1 <= day <= 31:
        return None
    if match["year"]:
        return (date(year, month, day), date(year, month, day), 1.0) if day <= last_day else None
    return _nearest(today, month, day)


def _nearest(today: date, month: int, day: int) -> tuple[date, date, float] | None:
    options = [
        date(y, month, day) for y in (today.year - 1, today.year, today.year + 1) if day <= monthrange(y, month)[1]
    ]
    best = min(options, key=lambda one: abs((one - today).days), default=None)
    return (best, best, 1.0) if best else None


def _bare_day(day: int | None, today: date) -> tuple[date, date, float] | None:
    """Read "4日": this month's; where that is past, next month's if it comes within 15 days, else it stays past."""
    if day is None or not 1 <= day <= 31:
        return None
    if day <= monthrange(today.year, today.month)[1]:
        this = date(today.year, today.month, day)
        if this >= today:
            return this, this, 1.0
    following = today.replace(day=1) + timedelta(days=32)
    if day <= monthrange(following.year, following.month)[1]:
        ahead = date(following.year, following.month, day)
        if (ahead - today).days <= 15:
            return ahead, ahead, 0.9
    if day <= monthrange(today.year, today.month)[1]:
        this = date(today.year, today.month, day)
        return this, this, 1.0
    return None


def _monthly(match: re.Match[str], today: date) -> tuple[date, date, float] | None:
    words = match["monthly"].replace("个", "")
    last = date(today.year, today.month, monthrange(today.year, today.month)[1])
    following = last + timedelta(days=1)
    if "周" in words:
        return today, today + timedelta(days=6 - today.weekday()), 0.9
    if words == "年底":
        return date(today.year, 12, 21), date(today.year, 12, 31), 0.7
    if words.startswith("下"):
        end = monthrange(following.year, following.month)[1]
        if match["nday"]:
            day = number(match["nday"]) or 0
            return (following.replace(day=day), following.replace(day=day), 1.0) if 1 <= day <= end else None
        return (
            (following, following.replace(day=5), 0.8)
            if "初" in words
            else (
                following.replace(day=end - 2),
                following.replace(day=end),
                0.8,
            )
        )
    return last - timedelta(days=2), last, 0.9


def _lunar(day: int, today: date) -> tuple[date, date, float] | None:
    """Read 初三 as a lunar day from 20 days before to 15 after New Year; else it is a school year."""
    new_year = _NEW_YEAR.get(today.year)
    if new_year is None or not 1 <= day <= 10:
        return None
    start = date(today.year, *new_year)
    if not -15 <= (start - today).days <= 20:
        return None
    found = start + timedelta(days=day - 1)
    return found, found, 0.9
