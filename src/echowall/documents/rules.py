"""The kinds of papers: what they are called, the letter of their number, and who may issue them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of paper."""

    name: str | Promise
    letter: str
    permission: str


KINDS: Final[dict[str, Kind]] = {
    "supervision_notice": Kind(_("督办单"), "督", "matters.supervise"),
    "circular": Kind(_("通报"), "通", "bulletins.issue"),
    "reply_letter": Kind(_("答复函"), "函", "matters.answer"),
    "matter_form": Kind(_("事项办理单"), "办", "matters.dispatch"),
}


def number_of(office_name: str, kind: str, year: int, sequence: int) -> str:
    """Return a paper's number as offices write it (党政机关公文格式 GB/T 9704: 发文机关代字、年份、发文顺序号):
    ``福华街督〔2022〕3号``.
    """
    short = re.sub(r"(街道)?(办事处)?$", "", office_name) or office_name
    return f"{short}{KINDS[kind].letter}〔{year}〕{sequence}号"
