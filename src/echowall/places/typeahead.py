"""Places proposed while somebody types: by name, other names, address, and the initials of the pinyin."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from pypinyin import Style, lazy_pinyin

from .models import Place, PlaceAlias
from .queries import tree_version

PUBLIC_KINDS = frozenset({"community", "compound", "building", "facility"})
"""What a resident may pick: names of these are public; units and households are asked for as a room."""

_KEEP_SECONDS = 60.0
_DEEPER = ("office", "community", "facility", "grid", "compound", "building", "unit", "household")


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place as a picker shows it; ``above`` are the names above it down from the community; degrees WGS 84."""

    id: UUID
    name: str
    above: str
    kind: str
    path: str
    latitude: float | None
    longitude: float | None

    def as_json(self) -> dict[str, Any]:
        """Return what the place picker of the pages reads."""
        return {
            "id": str(self.id), "name": self.name, "path": self.above, "lng": self.longitude, "lat": self.latitude,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    place: FoundPlace
    names: tuple[str, ...]
    whole: str
    initials: str
    whole_initials: str
    depth: int


_held: dict[UUID, tuple[float, tuple[int, str], list[_Entry]]] = {}


def find_places(
    office_ids: Sequence[UUID], typed: str, *, kinds: Collection[str] = (), within: Sequence[str] = (), limit: int = 12
) -> list[FoundPlace]:
    """Return the places of these offices that fit what was typed, the best first.

    Args:
        office_ids: the street offices to look in.
        typed: part of a name, another name or an address ("铁路小区3"), or initials of its pinyin ("tlxq", "tlxq3").
        kinds: only these kinds of place; all when empty.
        within: paths below which the place must lie; anywhere when empty.
        limit: how many at most.
    """
    words = _plain(typed)
    if not words:
        return []
    found: list[tuple[float, int, str, FoundPlace]] = []
    for office_id in office_ids:
        for entry in _entries(office_id):
            if kinds and entry.place.kind not in kinds:
                continue
            score = _score(entry, words)
            if score and _is_within(entry.place.path, within):
                found.append((-score, entry.depth, entry.whole, entry.place))
    found.sort(key=lambda one: one[:3])
    return [one[3] for one in found[:limit]]


def _is_within(path: str, within: Sequence[str]) -> bool:
    return not within or any(path == w or path.startswith(w + ".") for w in within)


def _score(entry: _Entry, words: str) -> float:
    if any(name.startswith(words) for name in entry.names):
        return 4.0 if words in entry.names else 3.0
    if any(words in name for name in entry.names):
        return 2.5
    if words in entry.whole:
        return 2.0
    if words.isascii():
        if entry.initials.startswith(words):
            return 1.8
        if entry.whole_initials.startswith(words) or words in entry.initials:
            return 1.5
        return 1.0 if words in entry.whole_initials else 0.0
    return 0.7 if _in_order(words, entry.whole) else 0.0


def _in_order(words: str, whole: str) -> bool:
    """Whether the letters typed stand in the address in this order: "铁小3" for 铁路小区3号楼."""
    at = 0
    for letter in words:
        at = whole.find(letter, at) + 1
        if not at:
            return False
    return True


def _plain(text: str) -> str:
    return re.sub(r"[\s\-_#号楼栋幢,，、]+$|\s+", "", unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=100_000)
def _initials(name: str) -> str:
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors="default")).lower()


def _entries(office_id: UUID) -> list[_Entry]:
    checked_at = time.monotonic()
    held = _held.get(office_id)
    if held and checked_at - held[0] < _KEEP_SECONDS:
        return held[2]
    version = tree_version(office_id)
    entries = held[2] if held and held[1] == version else _read(office_id)
    _held[office_id] = (checked_at, version, entries)
    return entries


def _read(office_id: UUID) -> list[_Entry]:
    aliases: dict[UUID, list[str]] = {}
    for place_id, name in PlaceAlias.objects.filter(place__office_id=office_id).values_list("place_id", "name"):
        aliases.setdefault(place_id, []).append(_plain(name))
    rows = list(Place.objects.filter(office_id=office_id, is_active=True).exclude(kind=Place.Kind.HOUSEHOLD))
    by_id = {place.id: place for place in rows}
    return [_entry(place, by_id, aliases.get(place.id, [])) for place in rows]


def _entry(place: Place, by_id: dict[UUID, Place], aliases: list[str]) -> _Entry:
    chain = []
    above = by_id.get(place.parent_id) if place.parent_id else None
    while above is not None:
        if above.kind != Place.Kind.OFFICE:
            chain.append(above.name)
        above = by_id.get(above.parent_id) if above.parent_id else None
    inside = place.kind in {"building", "unit"}
    whole = _plain("".join(reversed(chain)) + place.name)
    address = _plain(str(place))
    shown = FoundPlace(
        place.id, str(place) if inside else place.name, " › ".join(reversed(chain)), place.kind, place.path,
        place.latitude, place.longitude,
    )  # fmt: skip
    names = (_plain(place.name), address, *aliases)
    return _Entry(shown, names, whole, _initials(address), _initials(whole), _DEEPER.index(place.kind))
