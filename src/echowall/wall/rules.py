"""What may be published by itself, and what is taken out of a text beyond the redaction of the library: pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from echowall.understanding.redaction import Redaction, redact

_POLITE = re.compile(r"先生|女士|小姐|阿姨|大爷|大妈|奶奶|爷爷|叔叔|师傅|老师|居民|业主|网友|市民")
_MASKED = (
    ("phone", re.compile(r"1\d{2}\*{4}\d{4}"), "[电话]"),
    ("identity_number", re.compile(r"\d{4}\*{8,}[\dXx]{4}"), "[证件号]"),
    ("number", re.compile(r"[\d-]*\*{3,}\d*"), "[号码]"),
)
# Left over after the machine: what a moderator should look at twice.
_LEFT_OVER = re.compile(
    r"\d{3,}|[A-Za-z][A-Za-z0-9_]{4,}|(?:[一二三四五六七八九十\d]+)(?:号楼|栋|幢|单元|楼|室|号院)|"
    r"[\u4e00-\u9fff]{1,6}(?:公司|学校|小学|中学|医院|幼儿园|超市|饭店|诊所)|\d{2}岁|姓[\u4e00-\u9fff]"
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the playbook says on the day."""

    publish_by_itself: bool
    sensitive_topics: frozenset[str]
    sensitive_urgencies: frozenset[str]


@dataclass(frozen=True, slots=True)
class PublicText:
    """A text fit for the wall, what kinds were taken out how often, and the flags."""

    text: str
    removed: dict[str, int]
    flags: tuple[str, ...]


def public_text(text: str, sender: str = "", public_numbers: Collection[str] = ()) -> PublicText:
    """Redact ``text``; the sender's own name goes too, of "王先生" the family name; the office's own numbers stay."""
    result = redact(text, public_numbers=public_numbers)
    counts: dict[str, int] = {}
    for one in result.removed:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    said = result.text
    for kind, pattern, instead in _MASKED:  # what staff screens show masked still tells the neighbours enough
        said, count = pattern.subn(instead, said)
        if count:
            counts[kind] = counts.get(kind, 0) + count
    name = sender.strip()
    if len(name) >= 2 and name in said:
        polite = _POLITE.search(name)
        counts["name"] = counts.get("name", 0) + said.count(name)
        said = said.replace(name, f"某{polite.group()}" if polite else "某居民")
    return PublicText(said, counts, result.flags)


class Words(Protocol):
    """Something that carries the three public texts."""

    title: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The three texts of a post."""

    title: PublicText
    question: PublicText
    answer: PublicText

    @property
    def removed(self) -> dict[str, int]:
        """How many of each kind were taken out of all three."""
        parts = (self.title, self.question, self.answer)
        return {kind: sum(p.removed.get(kind, 0) for p in parts) for part in parts for kind in part.removed}

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags of all three."""
        return (*self.title.flags, *self.question.flags, *self.answer.flags)

    def stand_in(self, words: Words) -> bool:
        """Tell whether these are the texts that stand there already."""
        return (words.title, words.question, words.answer) == (
            self.title.text[:120],
            self.question.text,
            self.answer.text,
        )


def is_sensitive(topic: str, sensitive: frozenset[str]) -> bool:
    """Tell whether the topic or one above it is in the list."""
    parts = topic.split(".")
    return any(".".join(parts[: n + 1]) in sensitive for n in range(len(parts)))


def reasons_to_wait(
    policy: Policy, *, topic: str, urgency: str, flags: Sequence[str], agreed: bool | None
) -> list[str]:
    """Return codes of why somebody has to look before this is published; empty when it may go by itself."""
    found = list(flags)
    if not policy.publish_by_itself:
        found.append("all_moderated")
    if is_sensitive(topic, policy.sensitive_topics):
        found.append("topic_sensitive")
    if urgency in policy.sensitive_urgencies:
        found.append("urgency_sensitive")
    if agreed is False:
        found.append("not_agreed")
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text for the moderator: plain, ``removed`` (with what stands there now) or ``look``."""

    words: str
    kind: str = ""
    instead: str = ""


def shown_removals(text: str, public_numbers: Collection[str] = ()) -> list[Piece]:
    """Return the original in pieces, with what the redaction takes out marked."""
    result: Redaction = redact(text, public_numbers=public_numbers)
    pieces, at = [], 0
    for one in result.removed:
        pieces += [Piece(text[at : one.start]), Piece(one.words, one.kind, one.instead)]
        at = one.end
    return [p for p in [*pieces, Piece(text[at:])] if p.words]


def shown_doubts(text: str) -> list[Piece]:
    """Return the public text in pieces, with what may still point at somebody marked ``look``."""
    pieces, at = [], 0
    for match in _LEFT_OVER.finditer(text):
        pieces += [Piece(text[at : match.start()]), Piece(match[0], "look")]
        at = match.end()
    return [p for p in [*pieces, Piece(text[at:])] if p.words]
