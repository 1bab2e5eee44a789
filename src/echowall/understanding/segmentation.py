"""Chinese message text to countable features: words, word pairs, runs of characters, the opening, concepts.

Everything is computed from one normalised copy of the text that keeps its length, so that a feature always points
back to ``text[start:end]`` of the message as said. Digits all become 0: what decides is that there is a number, not
which, and no telephone number can enter a vocabulary.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from operator import add

import numpy as np
import numpy.typing as npt
import rjieba
import yaml

from echowall.understanding.normalise import plain_table
from echowall.understanding.runs import Keys, RunTable, keys

Ints = npt.NDArray[np.int32]

CHAR_SIZES = (1, 2, 3, 4)
LEAD_LIMIT = 60
MOST_CONCEPTS = 14
"""Pairs of concepts are only formed in texts with at most this many: beyond, everything goes with everything."""
_LEAD_ENDS = "\n。!?"


@dataclass(frozen=True, slots=True)
class Block:
    """One family of features. ``weight`` is its length in the joined vector, each family being scaled to 1 first."""

    name: str
    weight: float
    weighted_by_rarity: bool = True
    is_runs: bool = False


BLOCKS = (
    Block("word", 1.0),
    Block("char", 1.0, is_runs=True),
    Block("lead_word", 0.5),
    Block("lead_char", 0.5, is_runs=True),
    Block("concept", 0.8, weighted_by_rarity=False),
    Block("concept_pair", 0.8, weighted_by_rarity=False),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts of one collection are read.

    ``spaced``: words are already separated by spaces. ``lead``: the opening counts again by itself (long texts).
    ``title``: the first line is a title and counts again by itself (short texts).
    """

    spaced: bool = False
    lead: bool = False
    title: bool = False


@dataclass(frozen=True, slots=True)
class Grams:
    """The ``count`` features of one block in one text: ``names[i]`` stands at ``text[starts[i]:ends[i]]``.

    Names and places are made when asked for. ``keys`` are the names of runs of characters as numbers (see ``runs``),
    None for other blocks and where a text cannot be read so.
    """

    count: int
    say: Callable[[], Sequence[str]]
    place: Callable[[], tuple[Ints, Ints]]
    keys: Keys | None = None

    @property
    def names(self) -> Sequence[str]:
        """The features as strings."""
        return self.say()


def choose_reading(texts: Sequence[str]) -> Reading:
    """See from the texts themselves whether they are segmented already, are long, or have titles.

    Segmented: over half of the texts have a space in at least one of six characters. Long: median over 80 characters.
    Titles: not long, and over half of the texts have a line end within their first 60 characters.
    """
    if not texts:
        return Reading()
    spaced = sum(1 for text in texts if text.count(" ") * 6 > len(text)) * 2 > len(texts)
    median = sorted(len(text) for text in texts)[len(texts) // 2]
    titled = sum(1 for text in texts if "\n" in text[1:LEAD_LIMIT]) * 2 > len(texts)
    return Reading(spaced=spaced, lead=median > 80, title=titled and median <= 80)


_FEATURE_FORM = {ord(old): new for old, new in zip("0123456789\t\r\u200b\ufeff", "0000000000    ", strict=True)}


def normalise(text: str) -> str:
    """The text as features see it: plain form, digits all 0. The length never changes, so positions stay true."""
    return text.translate(_feature_table())


@functools.cache
def _feature_table() -> dict[int, str]:
    """Plain form and feature form in one table, so that a text is gone through once."""
    return _FEATURE_FORM | {code: new.translate(_FEATURE_FORM) for code, new in plain_table().items()}


def words(text: str, *, spaced: bool = False) -> list[tuple[str, int]]:
    """The words of a normalised text with the position of each; white space is no word."""
    out: list[tuple[str, int]] = []
    position = 0
    if spaced:
        for word in text.split():
            position = text.index(word, position)
            out.append((word, position))
            position += len(word)
        return out
    for word in rjieba.cut(text):
        if not word.isspace():
            out.append((word, position))
        position += len(word)
    return out


def lead(text: str) -> str:
    """The opening of a text: up to its first sentence end, line end or double space, at most 60 characters."""
    begin = len(text) - len(text.lstrip(" "))
    end = min(len(text), begin + LEAD_LIMIT)
    for mark in (*_LEAD_ENDS, "  "):
        found = text.find(mark, begin + 1, end)
        if found > 0:
            end = found
    return text[:end]


PAIRED, COUNTED = "data/concepts.yaml", "data/concepts_counted.yaml"


@functools.cache
def _concepts() -> tuple[RunTable, dict[str, int], tuple[tuple[str, ...], ...]]:
    """The listed words as runs and as strings, both giving a place, and for each place the concepts it stands for."""
    by_word: dict[str, tuple[str, ...]] = {}
    for concept, listed in (_listed(PAIRED) | _listed(COUNTED)).items():
        for word in listed.split():
            key = normalise(word)
            by_word[key] = (*by_word.get(key, ()), concept)
    return RunTable(list(by_word)), {word: i for i, word in enumerate(by_word)}, tuple(by_word.values())


@functools.cache
def _listed(name: str) -> dict[str, str]:
    lists: dict[str, str] = yaml.safe_load(resources.files("echowall.understanding").joinpath(name).read_text("utf-8"))
    return lists


def _word_grams(found: list[tuple[str, int]]) -> Grams:
    names = [word for word, _ in found]
    names += [f"{a} {b}" for a, b in itertools.pairwise(names)]

    def place() -> tuple[Ints, Ints]:
        starts = [start for _, start in found]
        ends = [start + len(word) for word, start in found]
        return np.array(starts + starts[:-1], np.int32), np.array(ends + ends[1:], np.int32)

    return Grams(len(names), lambda: names, place)


def _char_grams(text: str) -> Grams:
    """All runs of 1 to 4 characters, and how the text begins (^) and ends ($); white space counts as one space."""
    kept: list[int] | None = None
    if "  " in text or "\n" in text:
        kept = [i for i, char in enumerate(text) if not char.isspace() or (i and not text[i - 1].isspace())]
        text = "".join(" " if text[i].isspace() else text[i] for i in kept)
    size = len(text)
    if not size:
        return _EMPTY

    def place() -> tuple[Ints, Ints]:
        starts, ends = _char_places(size)
        if kept is None:
            return starts, ends
        where = np.array(kept, np.int32)
        return where[starts], where[ends - 1] + 1

    return Grams(len(_char_places(size)[0]), functools.partial(_char_names, text), place, keys(text))


def _char_names(text: str) -> list[str]:
    twos = list(map(add, text, text[1:]))
    threes = list(map(add, twos, text[2:]))
    begins = [f"^{text[:n]}" for n in (1, 2, 3)]
    return [*text, *twos, *threes, *map(add, threes, text[3:]), *begins, *(f"{text[-n:]}$" for n in (1, 2, 3))]


@functools.lru_cache(maxsize=2048)
def _char_places(size: int) -> tuple[Ints, Ints]:
    """Where the character runs of a text of ``size`` characters stand, in the order in which they are formed."""
    edges = [(0, min(n, size)) for n in (1, 2, 3)] + [(max(0, size - n), size) for n in (1, 2, 3)]
    runs = [(np.arange(max(0, size - n + 1)), n) for n in CHAR_SIZES]
    starts = np.concatenate([*(at for at, _ in runs), [start for start, _ in edges]]).astype(np.int32)
    ends = np.concatenate([*(at + n for at, n in runs), [max(1, end) for _, end in edges]]).astype(np.int32)
    starts.setflags(write=False)
    ends.setflags(write=False)
    return starts, ends


def _concept_grams(chars: Grams) -> tuple[Grams, Grams]:
    table, known, of_place = _concepts()
    if chars.keys is None:
        found = np.fromiter((known.get(name, -1) for name in chars.names), np.int32, chars.count)
    else:
        found = table.find(chars.keys)
    listed = (found >= 0).nonzero()[0].tolist()
    hits = [(concept, i) for i in listed for concept in of_place[found[i]]]
    names = [concept for concept, _ in hits]

    def place() -> tuple[Ints, Ints]:
        starts, ends = chars.place()
        at = np.array([i for _, i in hits], np.int32)
        return starts[at], ends[at]

    seen = sorted(set(names) & _listed(PAIRED).keys())
    if len(seen) > MOST_CONCEPTS:
        seen = []
    pairs = [f"{a}*{b}" for i, a in enumerate(seen) for b in seen[i + 1 :]]
    nowhere = functools.partial(_nowhere, len(pairs))
    return Grams(len(names), lambda: names, place), Grams(len(pairs), lambda: pairs, nowhere)


def _nowhere(count: int) -> tuple[Ints, Ints]:
    return np.zeros(count, np.int32), np.zeros(count, np.int32)


_EMPTY = Grams(0, tuple, functools.partial(_nowhere, 0))


def grams(text: str, reading: Reading) -> tuple[Grams, ...]:
    """The features of a message text, one ``Grams`` for each of ``BLOCKS``, in that order."""
    plain = normalise(text)
    found = words(plain, spaced=reading.spaced)
    chars = _char_grams(plain)
    lead_word = lead_char = _EMPTY
    if reading.lead or reading.title:
        opening = lead(plain) if reading.lead else plain[:LEAD_LIMIT].partition("\n")[0]
        lead_word = _word_grams([(word, at) for word, at in found if at < len(opening)])
        lead_char = _char_grams(opening)
    if reading.lead:
        # A long petition touches on everything; there the concepts only blur (measured: macro-F1 0.912 against 0.924).
        return (_word_grams(found), chars, lead_word, lead_char, _EMPTY, _EMPTY)
    return (_word_grams(found), chars, lead_word, lead_char, *_concept_grams(chars))


def shingles(text: str, size: int = 3) -> frozenset[str]:
    """The set of character runs by which near-duplicates are told: letters and digits only, of the normalised text."""
    plain = "".join(char for char in normalise(text) if char.isalnum())
    if len(plain) <= size:
        return frozenset((plain,))
    return frozenset(plain[i : i + size] for i in range(len(plain) - size + 1))
