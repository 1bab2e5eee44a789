"""One plain form of a message for matching, character for character, so that offsets still point into the original."""

from __future__ import annotations

from functools import lru_cache

from opencc import OpenCC

_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF
_ODD = {
    "　": " ",
    "\xa0": " ",
    "“": '"',
    "”": '"',
    "﹟": "#",
    "﹣": "-",
    "—": "-",
    "–": "-",
    "‐": "-",
    "−": "-",
    "～": "~",
}
# OpenCC keeps these apart because their simplification depends on the word; in residents' messages one reading rules.
_ONE_READING = {
    "著": "着",
    "乾": "干",
    "麽": "么",
    "囉": "啰",
    "嘞": "嘞",
    "妳": "你",
    "祂": "他",
    "徵": "征",
    "裏": "里",
    "癥": "症",
}


@lru_cache(maxsize=1)
def plain_table() -> dict[int, str]:
    """What each character becomes in the plain form, by code point; characters that stay are not listed."""
    table = {0xFF01 + i: chr(0x21 + i) for i in range(94)}
    table.update({i: chr(i + 32) for i in range(ord("A"), ord("Z") + 1)})
    table.update({0xFF21 + i: chr(ord("a") + i) for i in range(26)})
    han = [chr(code) for code in range(_FIRST_HAN, _LAST_HAN + 1)]
    plain = OpenCC("t2s").convert("\n".join(han)).split("\n")
    table.update({ord(old): new for old, new in zip(han, plain, strict=True) if old != new and len(new) == 1})
    table.update({ord(old): new for old, new in (_ODD | _ONE_READING).items()})
    return table


def plain_form(text: str) -> str:
    """Give ``text`` in simplified characters, half-width, ASCII in lower case; the length never changes."""
    return text.translate(plain_table())
