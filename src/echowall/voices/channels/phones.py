"""Phone numbers as people and programs write them."""

from __future__ import annotations

import re
import unicodedata

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}-?[2-9]\d{6,7}(?:-\d{1,6})?|[2-9]\d{6,7}|[48]00-?\d{3}-?\d{4}|1\d{4}|9\d{4}")
_ABROAD = re.compile(r"\+\d{7,15}")
_SCIENTIFIC = re.compile(r"\d\.\d+[Ee]\+?\d+")
_NO_PHONE = frozenset(["", "无", "不详", "没有", "未知", "匿名", "none", "n/a", "nan", "-", "null"])


def phone_of(text: str) -> tuple[str, str]:
    """The phone in a text as (number, code): digits without spaces and +86, or "" and why not.

    Codes: phone_masked (stars or a placeholder: nothing to call), phone_rounded (Excel wrote 1.38E+10: digits are
    lost), phone_unreadable. A number of a mainland mobile, a landline, a service number or +country passes; no number
    at all is ("", "").
    """
    if text.strip().lower() in _NO_PHONE:
        return "", ""
    plain = unicodedata.normalize("NFKC", text)
    if "*" in plain or "[" in plain or re.search(r"[xX]{3}", plain):
        return "", "phone_masked"
    if _SCIENTIFIC.fullmatch(plain.strip()):
        return "", "phone_rounded"
    squeezed = re.sub(r"[\s()\u2010-\u2015.]|(?<=\d)-(?=\d{4}\b)", "", plain)
    squeezed = re.sub(r"^(?:\+|00)?86-?(?=1\d{10}$|0\d{9,11}$)", "", squeezed)
    for number in re.split(r"[,，;；、/或]", squeezed):
        if any(pattern.fullmatch(number) for pattern in (_MOBILE, _LANDLINE, _ABROAD)):
            return number, ""
    return "", "phone_unreadable"
