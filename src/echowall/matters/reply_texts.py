"""Templates of replies: which places they have to fill in, and what a matter gives for them. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLACE = re.compile(r"\{\{\s*([^{}]{1,20}?)\s*\}\}")

# What may stand between {{ and }} in a template.
PLACES = ("编号", "标题", "收到日期", "地点", "专班", "专班电话", "街道", "今天", "处置情况")


@dataclass(frozen=True, slots=True)
class Filled:
    """A template filled in, and the places that nothing was known for; those stay visible in the text."""

    text: str
    open_places: tuple[str, ...]


def fill_in(template: str, facts: Mapping[str, str]) -> Filled:
    """Put the facts into a template; a place without a fact stays as 【…】 so that nobody sends it unseen."""
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if facts.get(name):
            return facts[name]
        missing.append(name)
        return f"【{name}】"

    text = _PLACE.sub(value, template)
    return Filled(text, tuple(dict.fromkeys(missing)))


def unknown_places(template: str) -> list[str]:
    """Return the places of a template that no matter can ever fill."""
    return [name for name in dict.fromkeys(_PLACE.findall(template)) if name not in PLACES]


def open_places(text: str) -> list[str]:
    """Return the places that were left open in a text about to be sent."""
    return [name for name in dict.fromkeys(re.findall(r"【([^【】]{1,20})】", text)) if name in PLACES]
