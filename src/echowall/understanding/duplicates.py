"""Copies of a message: the same text again, forwarded, or slightly edited.

The same event told in other words is found by ``incidents``.

Candidates come from MinHash over character 4-grams (rensa), each is verified by edit similarity (rapidfuzz). Two people
who filled in the same template are no copies: where phone, identity number, name, door or age are given on both sides
and differ, the texts are told apart however alike they read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Generic, TypeVar

from rapidfuzz import fuzz
from rensa import RMinHash, RMinHashLSH

from echowall.understanding.doors import doors
from echowall.understanding.normalise import plain_form
from echowall.understanding.personal import personal_data

Key = TypeVar("Key", bound=Hashable)

_PERMUTATIONS, _BANDS = 96, 32  # 32 bands of 3: a pair of Jaccard 0.5 is a candidate with probability 0.986
_SHINGLE = 4
_MOST_CANDIDATES = 256
_ALIKE = 82.0  # edit similarity (0-100) from which two texts are one
_CONTAINED = 95.0  # the shorter stands in the longer, as in a forward with a comment
_SHORT = 10  # shorter cores say too little: "求助", "救命" come from anybody
_NOISE = re.compile(
    r"#[^#\n]{1,40}#|//?@[^:\s]{1,30}:|@[\w\u4e00-\u9fff\-\[\]]{1,30}|https?://\S+|网页链接|【[^】]{1,12}】|"
    r"\[[^\]]{1,6}\]"
    r"|^(?:转发微博|转发|帮转发?|转自.{0,12}?[:,]|帮扩|求扩散?|扩散|代发|急转)[:,!]*|求?扩散?[!]*$|(?:已核实|"
    r"求转发?|帮转|请转发|转发微博)"
)
_KEEP = re.compile(r"[^\u4e00-\u9fffa-z0-9]+")
_AGE = re.compile(r"(?:年龄】?[: ]{0,2}(\d{1,3}))|(\d{1,3})岁")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared of a text: its core without noise, and what tells one person from another, by kind."""

    core: str
    details: dict[str, frozenset[str]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Match(Generic[Key]):
    """An earlier text that is the same: ``kind`` exact or near, ``score`` in [0, 1]."""

    key: Key
    kind: str
    score: float


def fingerprint(text: str) -> Fingerprint:
    """Reduce a text to what is compared."""
    plain = plain_form(text)
    details: dict[str, set[str]] = defaultdict(set)
    for one in personal_data(text, plain):
        if one.kind in ("phone", "landline", "identity_number", "name", "wechat", "qq", "plate"):
            details["phone" if one.kind == "landline" else one.kind].add(one.value)
    for door in doors(plain):
        if door.building or door.room:
            details["door"].add(f"{door.building}-{door.unit}-{door.room}")
    ages = {a or b for a, b in _AGE.findall(plain)}
    if ages:
        details["age"] = ages
    return Fingerprint(_core(plain), {kind: frozenset(values) for kind, values in details.items()})


def core_of(text: str) -> str:
    """Reduce a text to its core alone: a sixth of the cost of its ``fingerprint``."""
    return _core(plain_form(text))


def _core(plain: str) -> str:
    return _KEEP.sub("", _NOISE.sub("", plain))


def is_conflict(one: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether both name a person or door and not the same: then they are no copies of each other."""
    for kind, values in one.details.items():
        theirs = other.details.get(kind)
        if theirs and values.isdisjoint(theirs):
            return True
    return False


def similarity(one: Fingerprint, other: Fingerprint) -> float:
    """Give 0 where the texts are told apart, else how alike they are in [0, 1]; 0.8 and more means one text."""
    return 0.0 if is_conflict(one, other) else core_similarity(one.core, other.core)


def core_similarity(one: str, other: str) -> float:
    """Give how alike two cores are in [0, 1], as ``similarity`` does where nothing tells their texts apart."""
    if min(len(one), len(other)) < _SHORT:
        return 0.0
    if one == other:
        return 1.0
    ratio = fuzz.ratio(one, other, score_cutoff=_ALIKE)
    if ratio:
        return ratio / 100
    short, long = sorted((one, other), key=len)
    if len(short) >= 24 and len(long) <= 6 * len(short):
        part = fuzz.partial_ratio(short, long, score_cutoff=_CONTAINED)
        return 0.8 if part else 0.0
    return 0.0


class DuplicateIndex(Generic[Key]):
    """Remembers texts and finds copies of new ones; grows one by one. Not thread-safe: one per worker."""

    def __init__(self) -> None:
        """Start empty."""
        self._lsh = RMinHashLSH(0.5, _PERMUTATIONS, _BANDS)
        self._keys: list[Key] = []
        self._prints: list[Fingerprint] = []
        self._exact: dict[str, list[int]] = defaultdict(list)

    def __len__(self) -> int:
        """Give how many texts it knows."""
        return len(self._keys)

    def add(self, key: Key, text: str) -> None:
        """Remember ``text`` under ``key``."""
        self._remember(key, fingerprint(text))

    def query(self, text: str, limit: int = 20) -> list[Match[Key]]:
        """Find the texts of which ``text`` is a copy, best first, newest first among equals; at most ``limit``."""
        return self._find(fingerprint(text), limit)

    def add_and_query(self, key: Key, text: str, limit: int = 20) -> list[Match[Key]]:
        """Find earlier copies, then remember: one fingerprint for both."""
        made = fingerprint(text)
        found = self._find(made, limit)
        self._remember(key, made)
        return found

    def _remember(self, key: Key, made: Fingerprint) -> None:
        position = len(self._keys)
        self._keys.append(key)
        self._prints.append(made)
        self._exact[made.core].append(position)
        if len(made.core) >= _SHORT:
            self._lsh.insert(position, _minhash(made.core))

    def _find(self, made: Fingerprint, limit: int) -> list[Match[Key]]:
        if len(made.core) < _SHORT:
            return self._short(made, limit)
        positions = set(self._exact.get(made.core, ())[-_MOST_CANDIDATES:])
        candidates: Sequence[int] = self._lsh.query(_minhash(made.core))
        positions.update(sorted(candidates)[-_MOST_CANDIDATES:])
        scored = []
        for position in positions:
            score = similarity(made, self._prints[position])
            if score:
                scored.append((score, position))
        scored.sort(reverse=True)
        return [Match(self._keys[p], "exact" if s == 1.0 else "near", round(s, 3)) for s, p in scored[:limit]]

    def _short(self, made: Fingerprint, limit: int) -> list[Match[Key]]:
        """A short text is a copy only where the same words come with the same phone, name or door."""
        found = []
        for position in reversed(self._exact.get(made.core, ())[-_MOST_CANDIDATES:]):
            known = self._prints[position].details
            if any(values & known.get(kind, frozenset()) for kind, values in made.details.items() if kind != "age"):
                found.append(Match(self._keys[position], "exact", 1.0))
        return found[:limit]


def clusters(pairs: Iterable[tuple[Key, Key]]) -> list[set[Key]]:
    """Join pairs into groups of two and more, in the order in which they first appear."""
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for one, other in pairs:
        parent[root(other)] = root(one)
    groups: dict[Key, set[Key]] = defaultdict(set)
    for key in list(parent):
        groups[root(key)].add(key)
    return [group for group in groups.values() if len(group) > 1]


def bands(made: Fingerprint, rows: int = 4) -> list[int]:
    """Give the bands of a text's MinHash as 63-bit numbers, for a database to index; none for a short text.

    Texts that share a band are candidates: with 24 bands of 4 a pair of Jaccard 0.5 is one with probability 0.79, of
    0.7 with 0.998 (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4).
    """
    if len(made.core) < _SHORT:
        return []
    digest = _minhash(made.core).digest()
    packed = (b"".join(n.to_bytes(8, "little") for n in digest[i : i + rows]) for i in range(0, _PERMUTATIONS, rows))
    return [
        int.from_bytes(blake2b(bytes([band]) + part, digest_size=8).digest(), "little") >> 1
        for band, part in enumerate(packed)
    ]


def _minhash(core: str) -> RMinHash:
    made = RMinHash(_PERMUTATIONS, 42)
    made.update([core[i : i + _SHINGLE] for i in range(max(1, len(core) - _SHINGLE + 1))])
    return made
