"""Definitions of bulletins: what officials wrote in `playbooks/bulletins/*.yaml`, read and checked, all mistakes at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from echowall.kernel.errors import InvalidInput, NotFound, Problem

from .figures import FIGURES, SPLITS

LANGUAGES = ("zh", "en")
SPANS = ("day", "week", "range")
FILLED = frozenset({"office", "area", "period", "source"})
_HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a text to be filled: a figure with further filters, or one of the filled-in words."""

    name: str
    also: tuple[tuple[str, str], ...] = ()

    @property
    def is_figure(self) -> bool:
        """Whether it is counted."""
        return self.name not in FILLED


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a text of plain words and holes per language, and a figure shown split up ("" for none)."""

    heading: Mapping[str, str]
    text: Mapping[str, tuple[str | Hole, ...]]
    split_figure: str = ""
    split_by: str = ""


@dataclass(frozen=True, slots=True)
class BulletinDefinition:
    """One kind of bulletin."""

    id: str
    span: str
    title: Mapping[str, tuple[str | Hole, ...]]
    sections: tuple[Section, ...]
    needs_source: bool = False

    def name(self, language: str) -> str:
        """Return its title with the holes left out, for lists and menus."""
        words = "".join(part for part in self.title[language] if isinstance(part, str))
        return words.strip(" :“”") or self.id


def parse(text: str) -> tuple[str | Hole, ...]:
    """Return the plain words and the holes of a text, in order: ``共{received|intent=help}条``."""
    parts: list[str | Hole] = []
    at = 0
    for found in _HOLE.finditer(text):
        if found.start() > at:
            parts.append(text[at : found.start()])
        name, *filters = found[1].split("|")
        pairs = (f.partition("=") for f in filters)
        parts.append(Hole(name.strip(), tuple((key.strip(), value.strip()) for key, _sign, value in pairs)))
        at = found.end()
    return (*parts, text[at:]) if at < len(text) else tuple(parts)


def read_definition(content: str, place: str) -> BulletinDefinition:
    """Return the definition that a file holds.

    Raises:
        InvalidInput: with every mistake: unknown figure, filter or language missing, wrong span.
    """
    data: Any = yaml.safe_load(content)
    problems: list[Problem] = []

    def fault(code: str, where: str, value: object, message: str, fix: str = "") -> None:
        problems.append(Problem(code, message, place=f"{place} {where}", value=str(value), fix=fix))

    def both(node: Any, where: str) -> Mapping[str, str]:
        if not isinstance(node, dict) or any(not isinstance(node.get(language), str) for language in LANGUAGES):
            fault("text_missing", where, node, _("要有中文和英文两种文字"), "{zh: …, en: …}")
            return dict.fromkeys(LANGUAGES, "")
        return node

    def holes(node: Any, where: str) -> Mapping[str, tuple[str | Hole, ...]]:
        parsed = {language: parse(text) for language, text in both(node, where).items()}
        for hole in (part for parts in parsed.values() for part in parts if isinstance(part, Hole) and part.is_figure):
            if hole.name not in FIGURES:
                fault("figure_unknown", where, hole.name, _("没有这个数"), "、".join(FIGURES))
            for key, _value in hole.also:
                if key not in {*SPLITS, "state", "source"}:
                    fault("filter_unknown", where, key, _("不能按它细分"), "、".join(SPLITS))
        return parsed

    if not isinstance(data, dict):
        raise InvalidInput(Problem("definition_unreadable", _("不是简报的写法"), place=place))
    if data.get("span") not in SPANS:
        fault("span_unknown", "span", data.get("span"), _("没有这种期间"), "、".join(SPANS))
    sections = []
    for number, node in enumerate(data.get("sections") or [], 1):
        split = node.get("split") or {}
        if split and (split.get("figure") not in FIGURES or split.get("by") not in SPLITS):
            fault("split_unknown", f"sections {number}", split, _("不能这样分列"), "、".join(SPLITS))
        sections.append(
            Section(
                both(node.get("heading"), f"sections {number}"),
                holes(node.get("text"), f"sections {number}"),
                split.get("figure", ""),
                split.get("by", ""),
            )
        )
    if not sections:
        fault("sections_missing", "sections", "", _("没有内容"))
    title = holes(data.get("title"), "title")
    if problems:
        raise InvalidInput(problems)
    return BulletinDefinition(str(data["id"]), data["span"], title, tuple(sections), bool(data.get("needs_source")))


@lru_cache(maxsize=1)
def definitions() -> Mapping[str, BulletinDefinition]:
    """Return the bulletins of this installation by id.

    Raises:
        InvalidInput: with the mistakes of all files.
    """
    found: dict[str, BulletinDefinition] = {}
    problems: list[Problem] = []
    for path in sorted((Path(settings.PLAYBOOKS_DIR) / "bulletins").glob("*.yaml")):
        try:
            one = read_definition(path.read_text(encoding="utf-8"), path.name)
            found[one.id] = one
        except InvalidInput as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInput(problems)
    return found


def definition(kind: str) -> BulletinDefinition:
    """Return one bulletin's definition.

    Raises:
        NotFound: ``bulletin_unknown``.
    """
    found = definitions().get(kind)
    if found is None:
        raise NotFound(Problem("bulletin_unknown", _("没有这种简报"), value=kind))
    return found
