"""Places that a message names, found in the office's own tree of places.

Names and aliases are matched by one Aho–Corasick automaton over the plain form, near-homophones by a second one over
toneless pinyin in which the sounds that northern speakers confuse are one. What is inside a compound is read by
``doors`` and looked up below the compound, so the tree need not hold every room.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick, Implementation
from pypinyin import Style, lazy_pinyin

from echowall.understanding.doors import Door, building_number, doors
from echowall.understanding.normalise import plain_form
from echowall.understanding.types import Evidence, GazetteerEntry, PlaceMention

Hit = tuple[int, int, str, float]  # start, end, the name as indexed, how well it was written
_NEAR = 40  # characters before a name in which a larger place still belongs to it
_INSIDE = {"building", "unit", "household"}
# Endings that people leave out or swap.
_TAIL = re.compile(r"(?:小区|社区|家属院|家属区|住宅区|花园小区|村委会|街道办事处|街道|办事处|居委会)$")
_SHORT_KINDS = {"street", "street_office", "office", "community", "village", "compound", "district"}
_UPPER_KINDS = _SHORT_KINDS - {"compound"} | {"city", "grid"}
_TOO_COMMON = {
    "花园",
    "新村",
    "小区",
    "家园",
    "社区",
    "东院",
    "西院",
    "南院",
    "北院",
    "新区",
    "广场",
    "中心",
    "学校",
    "医院",
    "大院",
    "街道",
}
# Of a name like 西区 or 12号小区 nothing is left: it says little by itself.
_SAYS_NOTHING = re.compile(r"[0-9a-z一二三四五六七八九十东南西北中]|号|期|区|院|苑|栋|小区")
# Without such a word near it nobody means a place by a name that only sounds like one.
_PLACE_CUE = re.compile(r"[区院园苑城村街路楼栋座幢号府里庄厦寓#住]|单元|\d-\d")
_YARD = re.compile(r"(?P<side>[东西南北中前后新老])(?:院|区|苑)|(?P<n>[0-9一二三四五六七八九十]+)(?:号院|期|区)")
_DEPTH = {
    "city": 0,
    "district": 1,
    "street_office": 2,
    "street": 2,
    "office": 2,
    "community": 3,
    "village": 3,
    "grid": 4,
    "compound": 5,
}
_SOUNDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("hu", "fu"))


def _sound(syllable: str) -> str:
    for old, new in _SOUNDS[:4]:
        syllable = syllable.replace(old, new)
    return "n" + syllable[1:] if syllable.startswith("l") else syllable


class _Sounds:
    """Toneless pinyin of single characters with the confusable sounds made one, remembered per character."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, words: str) -> list[str]:
        known = self._known
        missing = [c for c in words if c not in known]
        if missing:
            spoken = lazy_pinyin(missing, style=Style.NORMAL, errors="default")
            known.update({c: _sound(s) for c, s in zip(missing, spoken, strict=False)})
        return [known[c] for c in words]


class Gazetteer:
    """The tree of places ready for matching. Build once; matching is pure and thread-safe."""

    def __init__(self, entries: Iterable[GazetteerEntry]) -> None:
        """Index ``entries``. Raises ValueError naming every node whose parent is missing or whose id stands twice."""
        self.entries: dict[str, GazetteerEntry] = {}
        errors: list[str] = []
        for entry in entries:
            if entry.id in self.entries:
                errors.append(f"id {entry.id!r} stands twice")
            self.entries[entry.id] = entry
        errors += [
            f"{e.id!r}: no parent {e.parent_id!r}"
            for e in self.entries.values()
            if e.parent_id and e.parent_id not in self.entries
        ]
        if errors:
            raise ValueError("gazetteer: " + "; ".join(errors))
        self._children: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
        self._by_name: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for entry in self.entries.values():
            self._index(entry)
        self._names = list(self._by_name)
        self._automaton = _automaton(self._names)
        self._sounds = _Sounds()
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for name in self._names:
            if len(name) >= 3 and all("\u4e00" <= c <= "\u9fff" for c in name):
                self._by_sound["|".join(self._sounds.of(name)) + "|"].append(name)
        self._spoken = list(self._by_sound)
        self._sound_automaton = _automaton(["|" + s for s in self._spoken])

    def _index(self, entry: GazetteerEntry) -> None:
        if entry.kind in _INSIDE:
            if entry.parent_id:
                for name in (entry.name, *entry.aliases):
                    self._children[entry.parent_id].setdefault(
                        (entry.kind, building_number(plain_form(name))), entry.id
                    )
            return
        for name, score in _spellings(entry):
            if not any(one[0] == entry.id for one in self._by_name[name]):
                self._by_name[name].append((entry.id, score))

    def ancestors(self, place_id: str) -> list[str]:
        """Give the ids from ``place_id`` up to the root, ``place_id`` first. Raises KeyError for an unknown id."""
        found = []
        at: str | None = place_id
        while at is not None and at not in found:
            found.append(at)
            at = self.entries[at].parent_id
        return found

    def find(
        self, text: str, context_place_id: str | None = None, plain: str | None = None
    ) -> tuple[PlaceMention, ...]:
        """Find the places that ``text`` names, best first; ``context_place_id`` is the place of the channel.

        A door without a compound is looked up below the context (if that is, or lies in, a compound). Where several
        places fit, ``place_id`` is the best and ``candidates`` lists all with their scores.
        """
        words = plain_form(text) if plain is None else plain
        context = self.ancestors(context_place_id) if context_place_id in self.entries else []
        named = self._named(words)
        if not any(self._is_settled(hit) for hit in named) and _PLACE_CUE.search(words):
            named = _joined(named, self._heard(words))
        inside = doors(words)
        taken: set[int] = set()
        mentions = []
        groups = _chains(named)
        for group in groups:
            door_index = _door_after(group[-1][1], inside, groups, words)
            door = inside[door_index] if door_index is not None else None
            if door_index is not None:
                taken.add(door_index)
            mentions.append(self._mention(text, words, group, door, context, named))
        for index, door in enumerate(inside):
            if index not in taken:
                mentions.append(self._bare_door(text, door, context))
        return tuple(sorted(mentions, key=lambda one: -one.confidence))

    def _is_settled(self, hit: Hit) -> bool:
        """Tell whether a written name leaves nothing to listen for: a place below the community, by its own name."""
        return any(
            self.entries[place].kind not in _UPPER_KINDS and score > 0.9 for place, score in self._by_name[hit[2]]
        )

    def _named(self, words: str) -> list[Hit]:
        """Give (start, end, name, weight) of the names in ``words``: the longest wins where they overlap."""
        hits = self._automaton.find_matches_as_indexes(words, overlapping=True)
        return _longest([(start, end, self._names[index], 1.0) for index, start, end in hits])

    def _heard(self, words: str) -> list[Hit]:
        """Find names that sound alike where none is written: 金水花苑 for 金水花园."""
        syllables = self._sounds.of(words)
        starts: dict[int, int] = {}
        at = 0
        for index, syllable in enumerate(syllables):
            starts[at] = index
            at += len(syllable) + 1
        starts[at] = len(syllables)
        spoken = "|" + "|".join(syllables) + "|"
        found = []
        for index, start, end in self._sound_automaton.find_matches_as_indexes(spoken, overlapping=True):
            low, high = starts[start], starts[end - 1]
            for name in self._by_sound[self._spoken[index]]:
                alike = sum(a == b for a, b in zip(name, words[low:high], strict=False))
                if alike >= len(name) / 2 or len(name) >= 5:
                    found.append((low, high, name, 0.6 + 0.3 * alike / len(name)))
        return _longest(found)

    def _mention(
        self, text: str, words: str, group: list[Hit], door: Door | None, context: list[str], named: list[Hit]
    ) -> PlaceMention:
        start, end, name, weight = group[-1]
        upper = {
            place for _, stop, other, _ in named if start - _NEAR <= stop <= start for place, _ in self._by_name[other]
        }
        scored = [
            (place, self._score(place, score * weight, upper, context, words)) for place, score in self._by_name[name]
        ]
        scored.sort(key=lambda one: (-one[1], -_DEPTH.get(self.entries[one[0]].kind, 6), one[0]))
        best, score = scored[0]
        if len(scored) > 1 and scored[1][1] > score - 0.04:
            score *= 0.6
        evidence = [Evidence(text[group[0][0] : end], group[0][0], end, "name" if weight == 1.0 else "sounds_like")]
        place_id, kind, certainty = best, self.entries[best].kind, 1.0
        if door:
            evidence.append(Evidence(text[door.start : door.end], door.start, door.end, "door"))
            place_id, kind = self._below(best, door)
            certainty = 1.0 if door.certainty >= 0.8 else 0.95
        return PlaceMention(
            place_id, self.entries[place_id].name, kind, round(min(0.99, score * certainty), 2), self._compound(best),
            door.building if door else "", door.unit if door else "", door.room if door else "",
            tuple((p, round(s, 2)) for p, s in scored[:5]) if len(scored) > 1 else (), tuple(evidence),
        )  # fmt: skip

    def _score(self, place: str, base: float, upper: set[str], context: list[str], words: str) -> float:
        line = self.ancestors(place)
        score = 0.85 * base
        if upper.intersection(line[1:]):
            score += 0.1
        if context and (place in context or context[0] in line):
            score += 0.1
        elif context and any(one in context[1:3] for one in line):
            score += 0.05
        yard = _YARD.search(self.entries[place].name)
        if yard and yard[0] in words:
            score += 0.04
        return score

    def _below(self, place: str, door: Door) -> tuple[str, str]:
        kind = self.entries[place].kind
        for wanted, value in (("building", door.building), ("unit", door.unit), ("household", door.room)):
            child = self._children.get(place, {}).get((wanted, value)) if value else None
            if child is None:
                if value:
                    break
                continue
            place, kind = child, wanted
        return place, kind

    def _bare_door(self, text: str, door: Door, context: list[str]) -> PlaceMention:
        evidence = (Evidence(text[door.start : door.end], door.start, door.end, "door"),)
        fitting = [(self._below(place, door), place) for place in context]
        for (place_id, kind), start in fitting:
            if place_id != start:
                return self._door_mention(place_id, kind, 0.85 * door.certainty, door, evidence)
        base = next((p for p in context if self.entries[p].kind == "compound"), None)
        if base:
            return self._door_mention(base, "compound", 0.7 * door.certainty, door, evidence)
        words = text[door.start : door.end]
        certainty = round(0.4 * door.certainty, 2)
        return PlaceMention(None, words, "door", certainty, "", door.building, door.unit, door.room, (), evidence)

    def _door_mention(
        self, place: str, kind: str, certainty: float, door: Door, evidence: tuple[Evidence, ...]
    ) -> PlaceMention:
        name, compound = self.entries[place].name, self._compound(place)
        read = (door.building, door.unit, door.room)
        return PlaceMention(place, name, kind, round(certainty, 2), compound, *read, (), evidence)

    def _compound(self, place: str) -> str:
        return next((self.entries[p].name for p in self.ancestors(place) if self.entries[p].kind == "compound"), "")


def _automaton(names: list[str]) -> AhoCorasick:
    return AhoCorasick(names or ["\0"], implementation=Implementation.ContiguousNFA)


def _spellings(entry: GazetteerEntry) -> list[tuple[str, float]]:
    """Give the spellings of a node with their weight: name, aliases, and the name without its common ending."""
    found = []
    for name, weight in [(entry.name, 1.0), *((alias, 0.98) for alias in entry.aliases)]:
        plain = plain_form(name).strip()
        if len(plain) < 2:
            continue
        found.append((plain, weight if len(_SAYS_NOTHING.sub("", plain)) >= 2 else weight * 0.5))
        short = _TAIL.sub("", plain)
        is_telling = len(_SAYS_NOTHING.sub("", short)) >= 2 and short not in _TOO_COMMON
        if short != plain and is_telling and entry.kind in _SHORT_KINDS:
            found.append((short, weight * (0.92 if len(short) >= 3 else 0.75)))
    return found


def _longest(hits: list[Hit]) -> list[Hit]:
    hits.sort(key=lambda hit: (hit[0] - hit[1], -hit[3], hit[0]))
    kept: list[Hit] = []
    for hit in hits:
        if not any(one[0] < hit[1] and hit[0] < one[1] for one in kept):
            kept.append(hit)
    return sorted(kept)


def _joined(written: list[Hit], heard: list[Hit]) -> list[Hit]:
    """Add what was heard to what is written; it takes the place of a shorter written name that it covers.

    里想家园 beside 福华街 is added; 理想加园 is 理想家园 and not 理想 (社区); 铁路小区 as written stays.
    """
    added = [
        one
        for one in heard
        if all(other[1] <= one[0] or one[1] <= other[0] or _covers(one, other) for other in written)
    ]
    kept = [other for other in written if not any(_covers(one, other) for one in added)]
    return sorted(kept + added)


def _covers(one: Hit, other: Hit) -> bool:
    return one[0] <= other[0] and other[1] <= one[1] and one[1] - one[0] > other[1] - other[0]


def _chains(named: list[Hit]) -> list[list[Hit]]:
    """Join names that follow each other directly, the larger place before the smaller: 福华街福华社区金水花园."""
    groups: list[list[Hit]] = []
    telling = [hit for hit in named if len(_SAYS_NOTHING.sub("", hit[2])) >= 2]
    for hit in telling or named:
        if groups and 0 <= hit[0] - groups[-1][-1][1] <= 2:
            groups[-1].append(hit)
        else:
            groups.append([hit])
    return groups


def _door_after(end: int, inside: tuple[Door, ...], groups: list[list[Hit]], words: str) -> int | None:
    """Give the index of the door of the name ending at ``end``: the next one, close by, no name between."""
    for index, door in enumerate(inside):
        if door.start >= end - 1:
            between = words[end : door.start]
            is_free = not any(end <= group[0][0] < door.start for group in groups)
            return index if len(between) <= 12 and is_free and not re.search(r"[。!?\n]", between) else None
    return None
