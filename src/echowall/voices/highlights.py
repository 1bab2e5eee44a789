"""Showing why: the text of a message, masked, cut where a deciding word begins or ends. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from echowall.understanding.redaction import mask
from echowall.understanding.types import PersonalData

# In this order where words decided several things: the first names the colour.
PARTS = ("danger", "needed_by", "urgency", "intent", "topic", "place")
_MASKED = frozenset({"phone", "landline", "identity_number", "account"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text as said, and what it decided (one of ``PARTS``)."""

    start: int
    end: int
    part: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the shown text and the parts it decided, the weightiest first."""

    text: str
    parts: tuple[str, ...] = ()

    @property
    def part(self) -> str:
        """The weightiest part, or ""."""
        return self.parts[0] if self.parts else ""


def marks_of(result: Mapping[str, Any]) -> list[Mark]:
    """Return the deciding words of a reading kept as JSON."""
    found = []
    for part in ("urgency", "intent", "topic"):
        found += _marks(part, (result.get(part) or {}).get("evidence", ()))
    found += _marks("needed_by", (result.get("needed_by") or {}).get("evidence", ()))
    for mention in result.get("places") or ():
        found += _marks("place", mention.get("evidence", ()))
    for sign in result.get("danger") or ():
        found += _marks("danger", sign.get("evidence", ()))
    return found


def _marks(part: str, evidence: Iterable[Mapping[str, Any]]) -> list[Mark]:
    return [Mark(one["start"], one["end"], part) for one in evidence if 0 <= one["start"] < one["end"]]


def segments(text: str, personal: Sequence[PersonalData], marks: Sequence[Mark]) -> list[Segment]:
    """Return the text masked and cut at every border of a mark; a masked value is one piece, whatever marks cut it."""
    hidden = [one for one in personal if one.kind in _MASKED and one.end <= len(text)]
    borders = {0, len(text)}
    for mark in marks:
        borders |= {min(mark.start, len(text)), min(mark.end, len(text))}
    for one in hidden:
        borders = {b for b in borders if not one.start < b < one.end} | {one.start, one.end}
    cuts = sorted(borders)
    by_start = {one.start: one for one in hidden}
    return [Segment(_shown(text[a:b], by_start.get(a)), _parts(a, b, marks)) for a, b in pairwise(cuts)]


def _shown(piece: str, hidden: PersonalData | None) -> str:
    if hidden is None:
        return piece
    return mask(piece, (PersonalData(hidden.kind, hidden.value, 0, len(piece), hidden.valid),))


def _parts(start: int, end: int, marks: Sequence[Mark]) -> tuple[str, ...]:
    found = {mark.part for mark in marks if mark.start < end and start < mark.end}
    return tuple(part for part in PARTS if part in found)
