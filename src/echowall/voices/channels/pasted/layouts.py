"""The layouts in which chat programs copy, export and print conversations: each finds the head of a message in a line.

Strict layouts carry a name and a time and are safe to recognise side by side in one paste. Loose layouts carry only a
name; one of them is used when no strict head was found, chosen by score.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from echowall.voices.channels.dates import AFTER_DAY, CLOCK, FULL_DAY, NAMED_DAY, SHORT_DAY
from echowall.voices.channels.pasted import clock_heads
from echowall.voices.channels.pasted.lines import SEPARATOR, TIME_LINE, Line, attachments_in, is_system, recalled_by

LAYOUTS = {
    "name_time": "张三 2022/5/3 21:10 ⏎ 文字（微信、企业微信、钉钉复制）",
    "time_name": "2022-05-03 21:10:33 昵称(12345) ⏎ 文字（QQ 导出）",
    "time_line": "2022/5/3 21:10 - 张三：文字，或 [21:10] 张三：文字",
    "name_over_time": "张三 ⏎ 2022/5/3 21:10 ⏎ 文字（飞书、手机多选复制）",
    "tabbed": "21:10 ⇥ 张三 ⇥ 文字",
    "name_block": "张三： ⏎ 文字",
    "one_line": "张三：文字",
    "screen": "时间一行、名字一行、文字一行（手机截图识别）",
    "whole": "整段作为一条留言",
}
STRICT = ("name_time", "time_name", "time_line", "tabbed")
LOOSE = ("name_over_time", "name_block", "one_line", "screen")

MAX_PUNCTUATED_NAME = 12
_DATED = rf"(?:{FULL_DAY}{AFTER_DAY}[\s,，T]*{CLOCK})"
_HALF_DATED = rf"(?:(?:{SHORT_DAY}{AFTER_DAY}|{NAMED_DAY})[\s,，]*{CLOCK})"
_NAME_TIME = re.compile(
    rf"^(?P<name>\S.{{0,59}}?)(?P<gap>[\s:：]+|,\s?(?=\[))[\[(]?(?P<when>{_DATED}|{_HALF_DATED}|{CLOCK})[\])]?[:：]?$",
    re.I,
)
_LONGEST_HEAD = 200  # what is longer is no name with a time, and trying takes the square of its length
_TIME_NAME = re.compile(rf"^(?P<when>{_DATED}|{_HALF_DATED})\s+(?P<name>\S.{{0,79}})$", re.I)
_TIME_LINE = re.compile(
    rf"^[\[【(]?(?P<when>{_DATED}|{_HALF_DATED}|{CLOCK})[\]】)]?\s*(?:[-–—]\s+)?(?P<rest>\S.*)$", re.I | re.S
)
_TABBED = re.compile(rf"^(?P<when>{_DATED}|{_HALF_DATED}|{CLOCK})\t(?P<name>[^\t]{{1,60}})\t(?P<body>.*)$", re.I)
_QQ_ID = re.compile(r"^(?P<name>.*?)\s*[(<（](?P<id>\d{4,12}|[^()<>\s]+@[^()<>\s]+)[)>）]$")
_WECOM_SUFFIX = re.compile(r"@(?:微信|WeChat)$")
_DATED_START = re.compile(rf"^(?:{FULL_DAY}|{SHORT_DAY}|{NAMED_DAY})", re.I)

# Field names that people write in front of a colon inside a message; never the name of somebody who speaks.
_LABELS = re.compile(
    r"^(?:.{0,6}(?:地址|电话|電話|手机|手機|联系人|联系方式|联系电话|姓名|名字|年龄|性别|时间|日期|需求|需要|备注|说明|情况|症状|诉求|问题"
    r"|小区|社区|楼栋|楼号|房号|门牌|单元|身份证|身份证号|数量|品种|物资|药品|药名|药量|品牌|牌子|厂家|规格|病情|病史|求助人|求助|紧急|急"
    r"|注意|提醒|通知|公告|要求|附|例如|比如|如下|以下|原因|地点|内容|链接|网址|来源|转发|转|答|问|价格|套餐|单价|合计|共计|截止|备用)"
    r"|https?|tel|phone|address|note|ps|p\.s|re|fw|cc|to|from|[aqAQ]|\d{1,2})$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[。！？!?，,；;、…]")
_NOT_A_NAME_END = re.compile(
    r"(?:时间|日期|截止|截至|预约|预计|大约|约|于|到|至|从|在|的|了|是|点|号|改为|推迟到|之前|以前)$"
)
_BUILDING = re.compile(r"^\d{1,3}\s?(?:号楼?|號樓?|栋|棟|幢|座|单元|單元|室|[-－—]\d)[\d\-单元室号]*$")
_ONE_LINE = re.compile(r"(?<!\d)[:：]|[:：](?!\d\d)")  # not the colon of a time of day
_NAME_BLOCK = re.compile(r"^(?P<name>\S.{0,39}?)\s*[:：]\s*$")


@dataclass(frozen=True, slots=True)
class Head:
    """Where a message begins: who speaks, the time as written ('' when none) and text on the same line, if any."""

    layout: str
    name: str
    when: str
    body: str | None = None
    account: str = ""
    time_line: int = 0  # the number of the line that holds the time, where that is a line of its own


def heads_of(lines: Sequence[Line], layout: str | None) -> tuple[dict[int, Head], str, dict[str, float]]:
    """Find the heads of all messages: by line number, with the layout that won and the score of each (0 to 1).

    A score is the share of the non-empty lines that a layout explains as heads, one-line messages counting double,
    because a head with a body under it is at best every second line. `layout` overrides the choice.
    """
    content = [line for line in lines if line.text.strip() and not _is_furniture(line.text)]
    found: dict[str, dict[int, Head]] = {name: {} for name in STRICT + LOOSE}
    for line in content:
        head = _strict_head(line.text, layout)
        if head:
            found[head.layout][line.number] = head
    found["name_time"] = _plausible(found["name_time"], lines)
    strict = {n: h for name in STRICT for n, h in found[name].items()}
    if layout in LOOSE or (layout is None and not strict):
        found["name_over_time"] = _over_times(lines)
        found["name_block"] = _blocks(content)
        found["one_line"] = _one_liners(content)
        found["screen"] = _screen_heads(lines)
    total = len(content) or 1
    weight = {"one_line": 1.0, "time_line": 1.0, "tabbed": 1.0}
    scores = {n: min(1.0, round(len(h) * weight.get(n, 2.0) / total, 3)) for n, h in found.items()}
    if layout in found:
        return found[layout], layout, scores
    if strict:
        return strict, max(STRICT, key=lambda n: len(found[n])), scores
    # A time under each name says more than colons do, and a block more than a line.
    best = max(LOOSE, key=lambda n: (bool(found[n]) and n == "name_over_time", scores[n], n == "name_block"))
    return (found[best], best, scores) if found[best] else ({}, "none", scores)


def _is_furniture(text: str) -> bool:
    return bool(SEPARATOR.match(text) or TIME_LINE.match(text) or recalled_by(text) or is_system(text))


def _is_system_line(text: str) -> bool:
    return bool(recalled_by(text) or is_system(text))


def _strict_head(text: str, wanted: str | None) -> Head | None:
    text = text.strip(" \u3000")
    readers = {"tabbed": _tabbed, "time_name": _time_name, "time_line": _time_line, "name_time": _name_time}
    for name, reader in readers.items():
        if wanted in (None, name) and (head := reader(text)):
            return head
    return None


def _tabbed(text: str) -> Head | None:
    found = _TABBED.match(text)
    return Head("tabbed", found["name"].strip(), found["when"], found["body"]) if found else None


def _name_time(text: str) -> Head | None:
    found = _NAME_TIME.match(text) if len(text) <= _LONGEST_HEAD else None
    if not found:
        return None
    name = found["name"].rstrip(":： ")
    if not name or _NOT_A_NAME_END.search(name):
        return None
    name, account = _account(name)
    return Head("name_time", name, found["when"], account=account)


def _time_name(text: str) -> Head | None:
    found = _TIME_NAME.match(text)
    if not found:
        return None
    name, account = _account(found["name"].strip())
    if account:
        return Head("time_name", name, found["when"], account=account)
    if re.search(r"[:：]\s*\S", name) or name.startswith(("-", "–", "—")) or _SENTENCE.search(name) or len(name) > 24:
        return None
    return Head("time_name", name, found["when"])


def _time_line(text: str) -> Head | None:
    found = _TIME_LINE.match(text)
    if not found:
        return None
    parts = re.split(r"[:：]", found["rest"], maxsplit=1)
    bare_clock = not _DATED_START.match(found["when"])
    bracketed = text[0] in "[【("
    if len(parts) < 2 or len(parts[0]) > 40 or _SENTENCE.search(parts[0]) or _LABELS.match(parts[0].strip()):
        return None
    if bare_clock and not bracketed and len(parts[0]) > 16:
        return None
    name, account = _account(parts[0].strip())
    return Head("time_line", name, found["when"], parts[1].strip() or None, account) if name else None


def _account(name: str) -> tuple[str, str]:
    found = _QQ_ID.match(name)
    if found and found["name"]:
        return found["name"].strip(), found["id"]
    return _WECOM_SUFFIX.sub("", name).strip() or name, ""


def _plausible(heads: dict[int, Head], lines: Sequence[Line]) -> dict[int, Head]:
    """Drop "name time" lines that are more likely a sentence ending in a time of day.

    A head without a full date must have company: a name seen at another head, a wide gap before the time, a blank
    line, separator or start of text above it, a day without a year where the paste opens with such a head or has
    several and none with a year, or others like it that make a conversation together (``clock_heads``).
    """
    bare = {
        n: (h.name, h.when) for n, h in heads.items() if not _DATED_START.match(h.when) and not _SENTENCE.search(h.name)
    }
    filled = [line.number for line in lines if line.text.strip() and not _is_furniture(line.text)]
    together = clock_heads.series(bare, filled)
    names = Counter(head.name for head in heads.values())
    first = next((line.number for line in lines if line.text.strip() and not _is_furniture(line.text)), 0)
    days = [head.when for head in heads.values() if _DATED_START.match(head.when)]
    opens_with_day = first in heads and heads[first].when in days
    has_no_years = len(days) > 1 and not any(re.match(FULL_DAY, when) for when in days)
    kept = {}
    for number, head in heads.items():
        above = lines[number - 2].text.strip() if number > 1 else ""
        is_dated = bool(re.match(FULL_DAY, head.when))
        wide = re.search(r"(?:\s{2,}|\t)\S+(?:\s\S+)?$", lines[number - 1].text.strip())
        is_usual = (opens_with_day or has_no_years) and head.when in days
        if _SENTENCE.search(head.name):  # nicknames may hold commas; a sentence before a time is rather longer
            is_dated = is_dated and len(head.name) <= MAX_PUNCTUATED_NAME
            is_usual = is_usual and len(head.name) <= MAX_PUNCTUATED_NAME
        if (
            number in together
            or is_dated
            or is_usual
            or names[head.name] > 1
            or wide
            or not above
            or _is_furniture(above)
        ):
            kept[number] = head
    return kept


def _blocks(content: Sequence[Line]) -> dict[int, Head]:
    found = {}
    for line in content:
        match = _NAME_BLOCK.match(line.text.strip())
        if match and _could_be_name(match["name"]):
            found[line.number] = Head("name_block", match["name"], "")
    return found


def _one_liners(content: Sequence[Line]) -> dict[int, Head]:
    """Cut `name: text`; where a line has several colons, at the one that gives the name used most in this paste."""
    cuts: dict[int, list[tuple[str, str]]] = {}
    uses: Counter[str] = Counter()
    for line in content:
        text = line.text.strip()
        options = []
        for colon in _ONE_LINE.finditer(text[:42]):
            name, body = text[: colon.start()].strip(), text[colon.end() :].strip()
            if _could_be_name(name) and not body.startswith("//"):
                options.append((name, body))
        cuts[line.number] = options
        uses.update({name for name, _ in options})
    found = {}
    for number, options in cuts.items():
        if options:
            begins_with_room = bool(_BUILDING.match(options[0][0]))
            name, body = max(options, key=lambda o: (uses[o[0]], len(o[0]) if begins_with_room else 0))
            found[number] = Head("one_line", name, "", body or None)
    return found


def _over_times(lines: Sequence[Line]) -> dict[int, Head]:
    """A name, under it the time, under that the text; the paste begins with a name, else it is a phone's screen."""
    filled = [line for line in lines if line.text.strip() and not _is_system_line(line.text)]
    found: dict[int, Head] = {}
    if len(filled) < 2 or TIME_LINE.match(filled[0].text) or not TIME_LINE.match(filled[1].text):
        return found
    for line, below in itertools.pairwise(filled):
        name = line.text.strip().rstrip(":：")
        when = TIME_LINE.match(below.text)
        if when and len(name) <= 40 and not _is_furniture(line.text) and not _SENTENCE.search(name):
            found[line.number] = Head("name_over_time", name, when.group(1), time_line=below.number)
    return found


def _screen_heads(lines: Sequence[Line]) -> dict[int, Head]:
    """Names on a line of their own, as text recognition gives a phone's screen back.

    The first line under a time line is a name when it is short and text follows; the same line is a name again later.
    """
    filled = [line for line in lines if line.text.strip()]
    names: set[str] = set()
    found = {}
    for above, line, below in zip(filled, filled[1:], filled[2:], strict=False):
        text = line.text.strip().rstrip(":：")
        if (
            TIME_LINE.match(above.text)
            and len(text) <= 20
            and not _is_furniture(text)
            and not _is_furniture(below.text)
        ):
            names.add(text)
    for line in filled[:-1]:
        text = line.text.strip().rstrip(":：")
        if text in names:
            found[line.number] = Head("screen", text, "")
    return found


def _could_be_name(name: str) -> bool:
    return bool(
        name
        and len(name) <= 40
        and not _LABELS.match(name)
        and not _SENTENCE.search(name)
        and not re.fullmatch(r"[\d\s.\-/]+", name)
        and not re.match(rf"^{FULL_DAY}", name)
        and not attachments_in(name)
    )
