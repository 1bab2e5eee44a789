"""Heads that are a name, one space and a bare time of day ("王阿姨 19:02"), told from sentences that end in one.

One such line says little; several that open the paste, run forward in time and each have text under them are how a
chat program copies a conversation of one day.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping

LONGEST_NAME = 8
_CLOCK = re.compile(
    r"(?P<part>[^\d]*?)(?P<hour>\d{1,2})[:：](?P<minute>\d{2})(?:[:：]\d{2})?\s*(?P<half>[ap]\.?m)?", re.I
)
_AFTERNOON = re.compile(r"下午|晚上|傍晚|夜里|晚")
# What stands before a time of day in a sentence, a timetable or a notice, and is nobody's name.
_NO_NAME = re.compile(
    r"今天|明天|后天|昨天|前天|今晚|明晚|昨晚|今早|明早|周[一二三四五六日天末]|星期|礼拜|上午|下午|中午|早上|晚上|凌晨|每天|每日"
    r"|时间|截止|集合|开会|会议|开始|结束|出发|到达|发车|上车|领取|配送|送达|采样|核酸|检测|停水|停电|来水|来电|营业|关门|开门"
    r"|吃药|打针|透析|预约|更新|通知|公告|安排|班次|早班|晚班|夜班|值班|第.{1,3}[轮批次组]|^\d+\s?(?:号楼?|栋|幢|座|单元|室|楼|元|个|份|人|点)+$"
)
# The door that neighbours carry in their name: 3-2-501 张三, 3号楼501张三, 7#李.
_DOOR = re.compile(
    r"^\d{1,3}(?:[-—–_/.]\d{1,4}){1,3}\s*|^\d{1,3}\s?(?:号楼|栋|幢|座|#)(?:\d{1,2}单元)?-?(?:\d{1,4}室?)?\s*"
    r"|\s*\d{1,3}(?:[-—–_/.]\d{1,4}){1,3}$"
)
_LETTERS = re.compile(r"[\u4e00-\u9fffA-Za-z]")


def series(heads: Mapping[int, tuple[str, str]], filled: list[int]) -> set[int]:
    """Return the line numbers of the heads that make a conversation together; none, or at least two.

    Args:
        heads: name and time as written, by line number, of every line that has this form.
        filled: the numbers of all lines with text, in order.

    They count when the first line with text is one of them, every one has text under it that is none of them, their
    times never run back more than once (over midnight), and each name is short (its door apart) or seen again.
    """
    uses = Counter(name for name, _when in heads.values())
    likely = {
        number
        for number, (name, _when) in heads.items()
        if _is_name(_DOOR.sub("", name)) and (len(_DOOR.sub("", name)) <= LONGEST_NAME or uses[name] > 1)
    }
    following = dict(itertools.pairwise(filled))
    if not filled or filled[0] not in likely or any(following.get(n, n) in likely | {n} for n in likely):
        return set()
    minutes = [minute for number in sorted(likely) if (minute := minute_of(heads[number][1])) is not None]
    if len(likely) < 2 or len(minutes) < len(likely):
        return set()
    back = sum(later < earlier for earlier, later in itertools.pairwise(minutes))
    is_forward = back == 0 or (back == 1 and minutes[-1] < minutes[0])
    return likely if is_forward else set()


def _is_name(words: str) -> bool:
    return _LETTERS.search(words) is not None and not _NO_NAME.search(words)


def minute_of(when: str) -> int | None:
    """Return the minute of the day that a written time names, or None."""
    found = _CLOCK.fullmatch(when.strip())
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"])
    is_late = _AFTERNOON.search(found["part"]) or (found["half"] or "").lower().startswith("p")
    if is_late and hour < 12:
        hour += 12
    return hour * 60 + minute if hour < 25 and minute < 60 else None
