"""Texts as sparse vectors over a vocabulary: the same code for training on thousands and for scoring one."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from math import sqrt

import numpy as np
import numpy.typing as npt

from echowall.understanding.runs import RunTable
from echowall.understanding.segmentation import BLOCKS, Grams, Ints, Reading, grams

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Vector:
    """One text: feature ``ids`` ascending, ``values`` and ``counts`` beside.

    ``known`` are the positions of the known features among all of ``grams`` (the blocks one after the other), and
    ``inverse`` gives for each of these where it stands in ``ids``.
    """

    ids: Ints
    values: Floats
    counts: Ints
    inverse: Ints
    known: npt.NDArray[np.intp]
    grams: tuple[Grams, ...]


@dataclass(frozen=True)
class Rows:
    """Many vectors in compressed-row form: row i is ``indices[starts[i]:starts[i+1]]`` with ``values`` beside."""

    values: Floats
    indices: Ints
    starts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """The known features of every block, in order of id, with their rarity (smoothed inverse document frequency)."""

    reading: Reading
    names: tuple[tuple[str, ...], ...]
    rarity: Floats

    @cached_property
    def size(self) -> int:
        """How many features there are in all."""
        return sum(len(block) for block in self.names)

    @cached_property
    def edges(self) -> Ints:
        """First feature id of each block, and the size at the end; shape (blocks + 1,)."""
        return np.cumsum([0, *(len(block) for block in self.names)]).astype(np.int32)

    @cached_property
    def _ids(self) -> tuple[dict[str, int], ...]:
        return tuple(
            dict(zip(block, range(first, first + len(block)), strict=True))
            for block, first in zip(self.names, self.edges.tolist(), strict=False)
        )

    @cached_property
    def _runs(self) -> dict[int, RunTable]:
        """The blocks of runs of characters, which are looked up as numbers."""
        tables = zip(BLOCKS, self.names, self.edges.tolist(), strict=False)
        return {i: RunTable(names, first) for i, (block, names, first) in enumerate(tables) if block.is_runs}

    def vector(self, text: str) -> Vector:
        """One text as a vector: log(1 + count) x rarity, each block scaled to its weight."""
        found = grams(text, self.reading)
        every = np.concatenate([self._look_up(i, block) for i, block in enumerate(found)])
        known = (every >= 0).nonzero()[0]
        distinct, inverse, counts = _distinct(every[known])
        values = weigh(distinct, counts, self.rarity, self.edges)
        return Vector(distinct, values, counts, inverse, known, found)

    def _look_up(self, number: int, block: Grams) -> Ints:
        """The id of each feature of a block in turn, -1 where it is not known."""
        if block.keys is not None:
            return self._runs[number].find(block.keys)
        return np.fromiter(map(self._ids[number].get, block.names, _UNKNOWN), np.int32, block.count)

    def rows(self, texts: Sequence[str]) -> Rows:
        """Many texts as a sparse matrix of shape (texts, size)."""
        indices, values, starts = array("i"), array("f"), [0]
        for text in texts:
            vector = self.vector(text)
            indices.frombytes(vector.ids.tobytes())
            values.frombytes(vector.values.tobytes())
            starts.append(len(indices))
        return Rows(np.array(values, np.float32), np.array(indices, np.int32), np.array(starts, np.int64))


_UNKNOWN = repeat(-1)


def _distinct(ids: Ints) -> tuple[Ints, Ints, Ints]:
    """What ``np.unique`` gives with inverse and counts, at a third of its cost for the few hundred ids of a text."""
    if not len(ids):
        return ids, ids, ids
    order = ids.argsort(kind="stable")
    ascending = ids[order]
    is_first = np.empty(len(ids), np.bool_)
    is_first[0] = True
    np.not_equal(ascending[1:], ascending[:-1], out=is_first[1:])
    inverse = np.empty(len(ids), np.int32)
    inverse[order] = is_first.cumsum() - 1
    starts = is_first.nonzero()[0]
    counts = np.empty(len(starts), np.int32)
    np.subtract(starts[1:], starts[:-1], out=counts[:-1], casting="unsafe")
    counts[-1] = len(ids) - starts[-1]
    return ascending[starts], inverse, counts


def weigh(ids: Ints, counts: npt.NDArray[np.integer], rarity: Floats, edges: Ints) -> Floats:
    """The values of one text's features; ``ids`` ascending. A block without a known feature stays empty."""
    values = np.log1p(counts.astype(np.float32)) * rarity[ids]
    cuts = ids.searchsorted(edges).tolist()
    for block, begin, end in zip(BLOCKS, cuts, cuts[1:], strict=False):
        if begin < end:
            part = values[begin:end]
            part *= block.weight / sqrt(part @ part)
    return values


def learn_vocabulary(texts: Sequence[str], reading: Reading, *, least: int = 2) -> tuple[Vocabulary, Rows]:
    """The features that at least ``least`` texts contain, and the texts themselves over them."""
    tables: list[dict[str, int]] = [{} for _ in BLOCKS]
    held: list[list[tuple[Ints, Ints]]] = []
    for text in texts:
        row: list[tuple[Ints, Ints]] = []
        for table, found in zip(tables, grams(text, reading), strict=True):
            ids = np.array([table.setdefault(name, len(table)) for name in found.names], np.int32)
            distinct, counts = np.unique(ids, return_counts=True)
            row.append((distinct, counts.astype(np.int32)))
        held.append(row)
    kept: list[Ints] = []
    rarities: list[Floats] = []
    names: list[tuple[str, ...]] = []
    first = 0
    for number, (block, table) in enumerate(zip(BLOCKS, tables, strict=True)):
        every = np.concatenate([row[number][0] for row in held]) if held else np.zeros(0, np.int32)
        spread = np.bincount(every, minlength=len(table))
        new = np.full(len(table), -1, np.int32)
        chosen = np.flatnonzero(spread >= least)
        new[chosen] = np.arange(first, first + len(chosen), dtype=np.int32)
        first += len(chosen)
        kept.append(new)
        listed = list(table)
        names.append(tuple(listed[i] for i in chosen))
        rare = np.log((1 + len(texts)) / (1 + spread[chosen])) + 1
        rarities.append((rare if block.weighted_by_rarity else np.ones(len(chosen))).astype(np.float32))
    vocabulary = Vocabulary(reading, tuple(names), np.concatenate(rarities))
    return vocabulary, _compress(held, kept, vocabulary)


def _compress(held: list[list[tuple[Ints, Ints]]], kept: list[Ints], vocabulary: Vocabulary) -> Rows:
    indices, values, starts = array("i"), array("f"), [0]
    for row in held:
        ids = np.concatenate([new[at] for (at, _), new in zip(row, kept, strict=True)])
        counts = np.concatenate([many for _, many in row])
        mask = ids >= 0
        ids, counts = ids[mask], counts[mask]
        order = np.argsort(ids, kind="stable")
        ids = ids[order]
        indices.frombytes(ids.astype(np.int32).tobytes())
        values.frombytes(weigh(ids, counts[order], vocabulary.rarity, vocabulary.edges).tobytes())
        starts.append(len(indices))
    return Rows(np.array(values, np.float32), np.array(indices, np.int32), np.array(starts, np.int64))
