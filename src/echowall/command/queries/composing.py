"""Composing a bulletin: the words of its definition with every figure counted now, linked to its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import override

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem
from echowall.kernel.signs import CLOCK, INTENT, URGENCY
from echowall.matters.registers import channel_label
from echowall.places.models import Place
from echowall.understanding.topics import topic_name
from echowall.voices.models import Source

from ..bulletins import LANGUAGES, BulletinDefinition, Hole, Section
from ..figures import FIGURES, SPLITS
from .counting import Counted, Period, count, rows_of

DJANGO_LANGUAGE = {"zh": "zh-hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a bulletin is about: the office, whole days, and (for special ones) a community or a source."""

    office: Place
    period: Period
    community: Place | None = None
    source: Source | None = None

    def narrowing(self, register: str) -> dict[str, str]:
        """Return the filters that narrow every figure of a register."""
        filters = {"community": self.community.path} if self.community else {}
        return filters | ({"source": str(self.source.id)} if self.source and register == "messages" else {})


def period_text(period: Period, language: str) -> str:
    """Return the days as an office writes them: 5月3日, 5月3日~9日, 5月30日~6月5日; with the year where it changes."""
    since, until = period.since, period.until
    if since is None or until is None:
        raise InvalidInput(Problem("period_missing", _("请填写起止日期"), place="since"))
    if language == "en":
        first, last = f"{since.day} {since:%b}", f"{until.day} {until:%b %Y}"
        return last if since == until else f"{first if since.year == until.year else f'{first} {since.year}'} – {last}"
    first = f"{since.month}月{since.day}日"
    if since == until:
        return first
    if since.year != until.year:
        return f"{since.year}年{first}~{until.year}年{until.month}月{until.day}日"
    return f"{first}~{until.day}日" if since.month == until.month else f"{first}~{until.month}月{until.day}日"


class _Counter:
    """Counts each figure once for both languages."""

    def __init__(self, subject: Subject, actor: Actor) -> None:
        self.subject, self.actor = subject, actor
        self.kept: dict[Hole, Counted] = {}

    def __call__(self, hole: Hole) -> Counted:
        if hole not in self.kept:
            also = {**self.subject.narrowing(FIGURES[hole.name].register), **dict(hole.also)}
            self.kept[hole] = count(hole.name, self.actor, self.subject.period, also)
        return self.kept[hole]


def compose(definition: BulletinDefinition, subject: Subject, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return the bulletin by language, as plain JSON: title, as_of, sections of segments, tables, definitions.

    Raises:
        InvalidInput: ``period_missing``, ``period_reversed``, ``source_missing``, or a figure that cannot be counted so.
        NotPermitted: the actor may not see what is counted.
    """
    problems = []
    if subject.period.since and subject.period.until and subject.period.since > subject.period.until:
        problems.append(
            Problem("period_reversed", _("开始日期晚于结束日期"), place="since", value=str(subject.period.since))
        )
    if definition.needs_source and subject.source is None:
        problems.append(Problem("source_missing", _("这种简报要选一个来源"), place="source"))
    if problems:
        raise InvalidInput(problems)
    counted = _Counter(subject, actor)
    document = {}
    for language in LANGUAGES:
        with override(DJANGO_LANGUAGE[language]):
            document[language] = _document(definition, subject, counted, language, at)
    return document


def _document(
    definition: BulletinDefinition, subject: Subject, counted: _Counter, language: str, at: datetime
) -> dict[str, Any]:
    words = {
        "office": subject.office.name,
        "area": subject.community.name if subject.community else subject.office.name,
        "period": period_text(subject.period, language),
        "source": subject.source.name if subject.source else "",
    }

    def fill(parts: tuple[str | Hole, ...]) -> list[dict[str, Any]]:
        return [_segment(part, words, counted) for part in parts]

    sections = [
        {
            "heading": s.heading[language],
            "segments": fill(s.text[language]),
            "table": _table(s, subject, counted, language),
        }
        for s in definition.sections
    ]
    used = {hole.name: counted.kept[hole] for hole in counted.kept if not hole.also}
    used = {hole.name: used.get(hole.name, value) for hole, value in counted.kept.items()}
    return {
        "title": "".join(str(part["text"]) for part in fill(definition.title[language])),
        "period": words["period"],
        "office": words["office"],
        "as_of": clock.local(at).isoformat(sep=" "),  # said on paper, so by the wall clock of its readers
        "sections": sections,
        "definitions": [
            {"title": str(one.figure.title), "definition": str(one.figure.definition), "n": one.n}
            for one in used.values()
        ],
    }


def _segment(part: str | Hole, words: Mapping[str, str], counted: Callable[[Hole], Counted]) -> dict[str, Any]:
    if isinstance(part, str):
        return {"text": part}
    if not part.is_figure:
        return {"text": words[part.name]}
    one = counted(part)
    is_share = one.figure.kind in {"rate", "median"}
    unit = str(one.figure.unit) if one.figure.kind == "median" and one.value is not None else ""
    return {
        "text": f"{one.text} {unit}".strip() if unit.isascii() else one.text + unit,
        "note": _("（n=%d）") % one.n if is_share else "",  # said beside it, on the page and on paper
        "figure": one.code,
        "n": one.n,
        "url": one.url,
        "query": one.query,
        "register": one.figure.register,
        "kind": one.figure.kind,
    }


def _table(section: Section, subject: Subject, counted: _Counter, language: str) -> dict[str, Any] | None:
    if not section.split_figure:
        return None
    figure = FIGURES[section.split_figure]
    whole = counted(Hole(section.split_figure))
    key, column = SPLITS[section.split_by]
    if figure.register == "messages" and key == "community":
        raise InvalidInput(Problem("split_unknown", _("留言不能按社区分列"), place=section.split_figure))
    groups: dict[str, int] = {}
    rows = rows_of(figure.register, whole.query, counted.actor)
    for found, n in rows.values_list(column).annotate(n=Count("*")).values_list(column, "n"):
        value = str(found).split(".")[0] if key == "topic" else str(found or "")
        groups[value] = groups.get(value, 0) + n
    names = value_names(key, list(groups), language)
    order = sorted(groups.items(), key=lambda item: (-item[1], item[0]))
    lines = [
        {
            "name": names.get(value, value) or _("（未分）"),
            "count": n,
            "url": count(
                figure.code, counted.actor, subject.period, {**subject.narrowing(figure.register), key: value}
            ).url
            if value
            else "",
        }
        for value, n in order
    ]
    return {"title": str(figure.title), "by": key, "unit": str(figure.unit), "lines": lines, "n": whole.n}


def value_names(key: str, values: list[str], language: str) -> dict[str, str]:
    """Return what the values of a filter are called."""
    if key in {"community", "team"}:
        if key == "community":
            return dict(Place.objects.filter(path__in=[v for v in values if v]).values_list("path", "name"))
        from echowall.teams.models import Team

        return {
            str(i): name
            for i, name in Team.objects.filter(id__in=[UUID(v) for v in values if v]).values_list("id", "name")
        }
    if key == "topic":
        return {v: topic_name(v, language) for v in values}
    if key == "channel":
        return {v: channel_label(v) for v in values}
    signs = {"intent": INTENT, "urgency": URGENCY, "colour": CLOCK}[key]
    return {v: str(signs[v].word) for v in values if v in signs}
