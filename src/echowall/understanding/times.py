"""When help must have come: Chinese time words read relative to the instant at which the message was sent.

Two kinds of words count: points in time (``calendar_words``: 4日, 明早八点前, 本周五之前) and lengths of time
(半小时内, 还剩两天的药, 马上). What lies before the message, or is told as something that happened ("3号做的核酸"), is
no deadline. A day without an hour ends at 23:59:59; "之前" with a day includes that day, as residents use it.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from echowall.understanding.calendar_words import Point, points
from echowall.understanding.normalise import plain_form
from echowall.understanding.numerals import NUMERAL, number
from echowall.understanding.types import Evidence, NeededBy

_CLAUSE_END = re.compile(r"[,。!?;\n]")
_HINT = re.compile(r"[日号天午晚早晨夜周末底月时点今明昨钟初内拜期]|剩|够|立[即刻]|马上|:\d|\d[./-]\d|国庆|元旦|五一")

# Told as something that happened or began: no deadline.
_PAST = re.compile(
    r"^[^,。!?;\n]{0,14}?(?:[做打去买发来开住接测查收进送说][的过]|开始|就(?:没|断|停|不(?!行了?$)|开|有|出|"
    r"发|已)|已经?|过了?(?!期)"
    r"|以来|起[,就一]|至今|到现在|确诊|发病|入院|出院|(?:做|打|去|买|送|来|测|查|隔离|断|停|吃|封|阳|"
    r"发烧)了(?!$|吗|没|完))"
)
_NEED = re.compile(
    r"要|需|得|该|必须|务必|能不能|能否|可否|可以|希望|请|求|送|前|内|截止|最后|到期|到时间|到日子|用完|吃完|"
    r"打完|断|没了|没有了"
    r"|[去打做]|急|透析|化疗|复查|手术|产检|疫苗|第.针|预约|过期|帮|赶|取|接|出发|考试|面试|报到"
)
_EVENT = re.compile(
    r"(?:解封|放假|开门|上班|开学|发布|公布|演[习练]|停[水电]|恢复|通车|开会|核酸结果|结果)|几点|什么时候|"
    r"几号|吗[?。]?$"
)

_WITHIN = re.compile(
    rf"(?P<n>半|{NUMERAL}|几|两三|三四)(?:多|来)?个?(?P<u>分钟|刻钟|小时|钟头|天|日|周|星期|礼拜|月)(?:之|"
    rf"以)?(?P<how>内|后就?(?=要|得|必须|就|没|断|过期|到期|用完))"
    r"(?!.{0,4}(?:核酸|阴性|检测|报告|有效|去过|没有|未|到过|来自|旅居|活动|接触))"
)
_SUPPLY = re.compile(
    r"(?:只剩|仅剩|就剩|还剩|剩|只够|还够|够|只有|还有|仅有|撑|维持|坚持|能用|可以?用|不到|最多)(?:了|下|"
    r"的?药?|最后|不到|大概|大约|约|差不多|下去|吃|用|喝|打|撑)?"
    rf"(?P<n>半|{NUMERAL}|两三|[一两二三](?:到|至|-|~)[二两三四五])(?:多)?个?(?P<u>天|日|周|星期|月|顿|餐|次|"
    rf"小时|钟头|分钟|片|粒|颗|支|包|袋|针|罐)(?!没|了没|前|没有)"
)
_SUPPLIES = re.compile(r"药|量|粮|菜|奶|氧|电|胰岛|透|吃的?|喝|水|米|面|针|片|粒|支|油|气|用|尿|食|撑|吸|断")
# "再过三天就没药了", "三天后奶粉就断了": the length of time stands before what runs out.
_RUNS_OUT = re.compile(
    rf"(?:(?:再过|再有|过)(?P<n>{NUMERAL}|两三|三四)个?(?P<u>天|日|周|星期|礼拜|小时)(?:之|以)?后?|"
    rf"(?P<n2>{NUMERAL}|两三|三四)个?(?P<u2>天|日|周|星期|礼拜|小时)(?:之|以)?后)"
    r"[^,。!?;\n]{0,6}?(?:就|便|会|要|得|快)[^,。!?;\n]{0,8}?(?:没|断|见底|用完|吃完|打完|喝完|耗尽|告罄|撑不住)"
)
_AT_ONCE = re.compile(
    r"(?:马上|立即|立刻|即刻|现在就|火速)(?!就?要?(?:过年|开学|毕业|到|[^,。!?]{0,4}了(?:$|[,。!?])))"
)

_HOURS = {
    "分钟": 1 / 60,
    "刻钟": 0.25,
    "小时": 1,
    "钟头": 1,
    "天": 24,
    "日": 24,
    "周": 168,
    "星期": 168,
    "礼拜": 168,
    "月": 720,
}
_PORTION_HOURS = {
    "顿": 8,
    "餐": 8,
    "次": 24,
    "片": 24,
    "粒": 24,
    "颗": 24,
    "支": 24,
    "针": 24,
    "包": 24,
    "袋": 8,
    "罐": 72,
}


def needed_by(text: str, sent_at: datetime, plain: str | None = None) -> NeededBy | None:
    """Give the earliest deadline that ``text``, sent at the aware ``sent_at``, names; None where it names none.

    ``plain`` is ``plain_form(text)`` where the caller has it. The answer's instants carry ``sent_at``'s time zone.
    Raises ValueError for a naive ``sent_at``.
    """
    deadlines = all_deadlines(text, sent_at, plain)
    return min(deadlines, key=lambda found: (found.confidence < 0.45, found.end), default=None)


def all_deadlines(text: str, sent_at: datetime, plain: str | None = None) -> tuple[NeededBy, ...]:
    """Give every deadline that ``text`` names, in the order of the text; see ``needed_by``."""
    if sent_at.tzinfo is None:
        raise ValueError("sent_at must be an aware datetime / sent_at 必须带时区")
    words = plain_form(text) if plain is None else plain
    if not _HINT.search(words):
        return ()
    found = [_from_point(point, words, text, sent_at) for point in points(words, sent_at)]
    found += [_within(match, words, text, sent_at) for match in _WITHIN.finditer(words)]
    found += [_supply(match, words, text, sent_at) for match in _SUPPLY.finditer(words)]
    found += [_runs_out(match, text, sent_at) for match in _RUNS_OUT.finditer(words)]
    found += [_at_once(match, words, text, sent_at) for match in _AT_ONCE.finditer(words)]
    kept = [one for one in found if one is not None]
    return tuple(sorted(kept, key=lambda one: one.evidence[0].start))


def _clause(words: str, start: int, end: int) -> tuple[str, str]:
    """Give what the clause says before and after ``words[start:end]``."""
    low = max(
        (found.end() for found in _CLAUSE_END.finditer(words, max(0, start - 40), start)), default=max(0, start - 40)
    )
    after = _CLAUSE_END.search(words, end)
    return words[low:start], words[end : after.start() if after else len(words)][:40]


def _from_point(point: Point, words: str, text: str, sent_at: datetime) -> NeededBy | None:
    before, after = _clause(words, point.start, point.end)
    if point.end_at < sent_at or (not point.is_before and _PAST.search(after)):
        return None
    ahead = words[point.end : point.end + 24]
    needs = bool(point.is_before or _NEED.search(after) or _NEED.search(before) or (not after and _NEED.search(ahead)))
    if point.is_today and not needs:
        return None
    if not needs and _EVENT.search(after + before):
        return None
    confidence = (0.9 if point.is_before else 0.8 if needs else 0.45) * point.certainty
    if _EVENT.search(after) and not point.is_before:
        confidence *= 0.5
    evidence = Evidence(text[point.start : point.end], point.start, point.end, point.basis)
    return NeededBy(point.start_at, point.end_at, round(confidence, 2), point.basis, (evidence,))


def _within(match: re.Match[str], words: str, text: str, sent_at: datetime) -> NeededBy | None:
    hours = _amount(match["n"]) * _HOURS[match["u"]]
    before, after = _clause(words, match.start(), match.end())
    if hours <= 0 or hours > 24 * 92:
        return None
    confidence = 0.85 if _NEED.search(after) or _NEED.search(before) or not after else 0.5
    end = sent_at + timedelta(hours=hours)
    evidence = Evidence(text[match.start() : match.end()], match.start(), match.end(), "duration")
    return NeededBy(sent_at, end, confidence, "duration", (evidence,))


def _supply(match: re.Match[str], words: str, text: str, sent_at: datetime) -> NeededBy | None:
    around = words[max(0, match.start() - 16) : match.end() + 14]
    if not _SUPPLIES.search(around.replace(match[0], "", 1)) and match["u"] not in _PORTION_HOURS:
        return None
    unit = match["u"]
    is_portion = unit in _PORTION_HOURS
    amount = 1.0 if is_portion and unit not in ("顿", "餐", "袋", "次") else _amount(match["n"])
    hours = amount * (_PORTION_HOURS[unit] if is_portion else _HOURS[unit])
    if hours <= 0 or hours > 24 * 62 or re.match(r".{0,4}(?:解封|解除|到期日|放假|过年|上班)", words[match.end() :]):
        return None
    evidence = Evidence(text[match.start() : match.end()], match.start(), match.end(), "supply_left")
    return NeededBy(None, sent_at + timedelta(hours=hours), 0.5 if is_portion else 0.8, "supply_left", (evidence,))


def _runs_out(match: re.Match[str], text: str, sent_at: datetime) -> NeededBy | None:
    hours = _amount(match["n"] or match["n2"]) * _HOURS[match["u"] or match["u2"]]
    if hours <= 0 or hours > 24 * 62:
        return None
    evidence = Evidence(text[match.start() : match.end()], match.start(), match.end(), "supply_left")
    return NeededBy(None, sent_at + timedelta(hours=hours), 0.8, "supply_left", (evidence,))


def _at_once(match: re.Match[str], words: str, text: str, sent_at: datetime) -> NeededBy | None:
    before, after = _clause(words, match.start(), match.end())
    if not _NEED.search(after) and not _NEED.search(before):
        return None
    evidence = Evidence(text[match.start() : match.end()], match.start(), match.end(), "at_once")
    return NeededBy(sent_at, sent_at + timedelta(hours=2), 0.5, "at_once", (evidence,))


def _amount(words: str) -> float:
    """Read an amount; of a range the smaller counts: "两三天" is two days."""
    if words == "半":
        return 0.5
    if words == "几":
        return 3.0
    first = re.split(r"到|至|-|~", words)[0]
    if first in ("两三", "三四"):
        first = first[0]
    return float(number(first) or 0)
