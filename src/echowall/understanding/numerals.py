"""Chinese, full-width and Arabic numerals as they stand in messages: 三、十二、两百多、〇、幺、贰."""

from __future__ import annotations

import re

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3, "幺": 1, "半": 0}
_DIGITS |= dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True))
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10000, "廿": 20, "卅": 30}

# One numeral, for use inside other patterns (no groups).
NUMERAL = r"(?:\d+|[零〇一二两俩三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾廿卅]+)"
_ARABIC = re.compile(r"\d+")

_LONGEST = 20


def number(words: str) -> int | None:
    """Read one numeral: ``"十二"`` 12, ``"1203"`` 1203, ``"一二零三"`` 1203, ``"两百"`` 200; None where it is none,
    or longer than any that somebody means.
    """
    if not words or len(words) > _LONGEST:
        return None
    if _ARABIC.fullmatch(words):
        return int(words)
    if all(c in _DIGITS for c in words):
        return int("".join(str(_DIGITS[c]) for c in words))
    if not all(c in _DIGITS or c in _UNITS for c in words):
        return None
    return _composed(words)


def _composed(words: str) -> int:
    total = section = 0
    digit: int | None = None
    for c in words:
        unit = _UNITS.get(c)
        if unit is None:
            digit = _DIGITS[c]
        elif c in "廿卅":
            section += unit
        elif unit == 10000:
            total, section, digit = (total + section + (digit or 0)) * unit, 0, None
        else:
            section += (1 if digit is None else digit) * unit
            digit = None
    return total + section + (digit or 0)
