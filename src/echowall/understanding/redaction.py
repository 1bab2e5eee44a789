"""What of a message may be shown: ``mask`` for staff screens, ``redact`` for the public wall.

Redaction is conservative: what may identify a person goes; what is left of doubt is named in ``flags``, so that a
person looks before anything is published. Nothing here decides to publish.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from echowall.understanding.doors import doors
from echowall.understanding.normalise import plain_form
from echowall.understanding.personal import personal_data
from echowall.understanding.types import PersonalData

_HEALTH = re.compile(
    r"癌|肿瘤|艾滋|hiv|梅毒|乙肝|肝炎|抑郁|精神(?:病|分裂|障碍)|双相|自杀|自残|割腕|轻生|残疾|智力|怀孕|孕妇|"
    r"流产|堕胎|透析|尿毒|化疗|放疗|糖尿病|癫痫|确诊|阳性|密接|红码|移植|吸毒|家暴|性侵|病历|诊断"
)
_ADDRESS = re.compile(
    r"(?:路|街|巷|弄|胡同|大道)(?P<door>[0-9一二三四五六七八九十百]+(?:号院?|弄)(?:附[0-9一二三四五六七八九十]+号)?)"
)
_AGE = re.compile(r"(?<!\d)(?P<age>\d{2,3})岁")
_BIRTH = re.compile(r"(?:19|20)\d{2}(?:年|[-./])\d{1,2}(?:月|[-./])\d{1,2}日?(?:出?生)")
_LONG_NUMBER = re.compile(r"(?<![\d*])\d{7,}(?![\d*])")
_WORK = re.compile(
    r"(?:在|是)(?P<work>[\u4e00-\u9fff]{2,12}(?:公司|学校|小学|中学|医院|幼儿园|单位|厂))(?:上班|工作|"
    r"的(?:老师|医生|护士|员工|学生))"
)
_LABELS = {
    "phone": "[电话]", "landline": "[电话]", "identity_number": "[证件号]", "plate": "[车牌]", "email": "[邮箱]",
    "wechat": "[微信号]", "qq": "[QQ]", "account": "[账号]", "number": "[号码]", "door": "[门牌]",
    "birth": "[出生日期]",
    "address": "[门牌]", "work": "[单位]",
}  # fmt: skip
# Kind, pattern, group that goes, and a cheap test whether to look at all.
_PLAIN_SPANS: tuple[tuple[str, re.Pattern[str], str | int, re.Pattern[str]], ...] = (
    ("birth", _BIRTH, 0, re.compile("生")),
    ("address", _ADDRESS, "door", re.compile("号|弄")),
    ("work", _WORK, "work", re.compile("工作|上班|的[老医护员学]")),
    ("number", _LONG_NUMBER, 0, re.compile(r"\d{7}")),
)
_TELEPHONES = ("phone", "landline")
_FEMALE = re.compile(r"女士|小姐|阿姨|大妈|大娘|奶奶|大姐|婆婆")


@dataclass(frozen=True, slots=True)
class Removed:
    """One thing taken out of a text: its kind, the words as they stood, and what stands there now."""

    kind: str
    start: int
    end: int
    words: str
    instead: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text for the public: what was removed, and codes that ask for a look (health_detail, age, many_details)."""

    text: str
    removed: tuple[Removed, ...]
    flags: tuple[str, ...]


def mask(text: str, personal: tuple[PersonalData, ...] | None = None) -> str:
    """Mask phones as 138****1234, identity numbers as 4101**********1234, accounts by their last four digits."""
    found = personal_data(text) if personal is None else personal
    parts = []
    at = 0
    for one in found:
        shown = _masked(one)
        if shown is not None:
            parts += [text[at : one.start], shown]
            at = one.end
    return "".join(parts) + text[at:] if parts else text


def _masked(one: PersonalData) -> str | None:
    if one.kind == "phone":
        return one.value[:3] + "****" + one.value[-4:]
    if one.kind == "identity_number":
        return one.value[:4] + "*" * (len(one.value) - 8) + one.value[-4:]
    if one.kind == "account":
        return "*" * (len(one.value) - 4) + one.value[-4:]
    if one.kind == "landline":
        return one.value[:-4].rstrip("-") + "****"
    return None


def redact(
    text: str,
    personal: tuple[PersonalData, ...] | None = None,
    plain: str | None = None,
    *,
    public_numbers: Collection[str] = (),
) -> Redaction:
    """Take out what may identify a person; names become 王先生 or 某居民, everywhere they stand in the text.

    ``public_numbers`` are telephone numbers that an office itself has made known, however they are written: they stay.
    """
    words = plain_form(text) if plain is None else plain
    found = personal_data(text, words) if personal is None else personal
    spans: list[tuple[str, int, int, str]] = []
    public = _spoken_of(public_numbers)
    for one in found:
        if one.kind == "name":
            _name_everywhere(text, one, spans)
        elif not (one.kind in _TELEPHONES and _digits(one.value) in public):
            spans.append((one.kind, one.start, one.end, _LABELS.get(one.kind, "[略]")))
    spans += [("door", door.start, door.end, _LABELS["door"]) for door in doors(words)]
    for kind, pattern, group, hint in _PLAIN_SPANS:
        if hint.search(words):
            spans += [
                (kind, *match.span(group), _LABELS[kind])
                for match in pattern.finditer(words)
                if not (kind == "number" and match[0] in public)
            ]
    removed, parts, at = [], [], 0
    for kind, start, end, instead in sorted(spans, key=lambda span: (span[1], -span[2])):
        if start >= at:
            removed.append(Removed(kind, start, end, text[start:end], instead))
            parts += [text[at:start], instead]
            at = end
    result = "".join(parts) + text[at:]
    return Redaction(result, tuple(removed), _flags(words, removed))


def _spoken_of(numbers: Collection[str]) -> frozenset[str]:
    """Return the digits of each number, and those of a landline without its area code, as neighbours say it."""
    found = set()
    for number in numbers:
        digits = _digits(number)
        area = re.match(r"0(?:10|2\d|[3-9]\d{2})", digits)
        found |= {digits, digits[area.end() :]} if area and len(digits) >= area.end() + 7 else {digits}
    return frozenset(digits for digits in found if len(digits) >= 7)


def _digits(words: str) -> str:
    return "".join(char for char in words if char.isdigit())


def _name_everywhere(text: str, one: PersonalData, spans: list[tuple[str, int, int, str]]) -> None:
    name = text[one.start : one.end]
    title = re.search(
        r"先生|女士|小姐|阿姨|大爷|大妈|大娘|奶奶|爷爷|叔叔|大叔|大哥|大姐|师傅|同志|老师|医生|护士|主任|书记|"
        r"经理|婆婆|同学",
        name,
    )
    given = name[: title.start()] if title else name
    if title:
        instead = given[:1] + title[0]
        if not one.valid:  # "王先生" is already polite
            return
    else:
        instead = "某居民"
    for match in re.finditer(re.escape(given), text):
        end = match.end() + (len(title[0]) if title and text.startswith(title[0], match.end()) else 0)
        spans.append(("name", match.start(), end, instead))


def _flags(words: str, removed: list[Removed]) -> tuple[str, ...]:
    flags = []
    if _HEALTH.search(words):
        flags.append("health_detail")
    ages = [int(match["age"]) for match in _AGE.finditer(words)]
    if any(age >= 90 for age in ages) or (ages and removed):
        flags.append("age")
    if len(removed) >= 4:
        flags.append("many_details")
    if _FEMALE.search(words) and "家暴" in words:
        flags.append("violence")
    return tuple(flags)
