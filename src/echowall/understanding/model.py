"""The learnt classifier at work: one linear scorer for all heads, in numpy alone, with confidence and deciding words.

scikit-learn is never imported here: its import alone takes two seconds, and it scores one text a hundred times slower.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from echowall.understanding.segmentation import Reading
from echowall.understanding.types import Band, Evidence, Guess
from echowall.understanding.vectors import Floats, Vector, Vocabulary

FORMAT = 1
MOST_EVIDENCE = 3
LEAST_PULL = 0.25
"""A word is named as deciding only if it pulled at least this share of what the strongest word pulled."""
SHIPPED = Path(__file__).parent / "data" / "model.npz"


class ModelFileError(Exception):
    """A model file cannot be used; the message names the file, what is wrong and what to do."""


@dataclass(frozen=True)
class Head:
    """One question that the model answers: its labels and the confidences from which on an answer is in a band.

    ``sure`` and ``look`` were chosen on held-out messages for a stated precision (see ``calibration``). ``above`` holds
    the same two for the parts before the dot where labels are dotted codes; without it ``sure`` and ``look`` serve.
    """

    name: str
    labels: tuple[str, ...]
    sure: float
    look: float
    above: tuple[float, float] | None = None

    def band(self, confidence: float) -> Band:
        """How far a person must look at an answer of this confidence."""
        if confidence >= self.sure:
            return Band.SURE
        return Band.LOOK if confidence >= self.look else Band.MUST_LOOK


@dataclass(frozen=True)
class TextModel:
    """A vocabulary and, for every head, a column of weights for each label, side by side in one matrix.

    ``weights`` has shape (features, all labels of all heads), int8 or float32; a score is
    ``values @ (weights[ids] * scale) + bias`` and a softmax over a head's columns gives calibrated probabilities.
    ``adviser`` is another model whose ``advice`` on the text stands below the features in ``weights``: how a few
    examples of a new question profit from what was learnt on many of another. Such a model is tried, not shipped.
    """

    vocabulary: Vocabulary
    heads: tuple[Head, ...]
    weights: npt.NDArray[Any]
    scale: Floats
    bias: Floats
    facts: Mapping[str, Any]
    adviser: TextModel | None = None

    @cached_property
    def version(self) -> str:
        """A short fingerprint of weights, vocabulary and bands: two models with the same one answer alike."""
        digest = hashlib.sha256(self.weights.tobytes() + self.bias.tobytes() + self.vocabulary.rarity.tobytes())
        digest.update("\n".join(name for block in self.vocabulary.names for name in block).encode())
        digest.update(repr([(head.sure, head.look, head.above) for head in self.heads]).encode())
        return digest.hexdigest()[:12]

    @cached_property
    def columns(self) -> dict[str, slice]:
        """Where each head's labels stand in the weights."""
        out, first = {}, 0
        for head in self.heads:
            out[head.name] = slice(first, first + len(head.labels))
            first += len(head.labels)
        return out

    @cached_property
    def _tops(self) -> dict[str, tuple[Head, npt.NDArray[np.int64]]]:
        """For heads with dotted labels: the head of the parts before the dot, and which of them each label is."""
        out = {}
        for head in self.heads:
            if any("." in label for label in head.labels):
                above, at = parents(head.labels)
                out[head.name] = (Head(f"{head.name}_top", above, *(head.above or (head.sure, head.look))), at)
        return out

    def head(self, name: str) -> Head:
        """The head of that name; KeyError if the model has none."""
        return next(head for head in self.heads if head.name == name) if name in self.columns else _no_head(name)

    def scores(self, text: str) -> Floats:
        """The raw scores of all labels of all heads, shape (labels,)."""
        vector = self.vocabulary.vector(text)
        return self._scores(text, vector, self._rows(vector))

    def advice(self, text: str) -> Floats:
        """The square root of every probability, scaled to length 1 over all heads: features for another model."""
        chances = list(self.probabilities(text).values())
        out: Floats = np.sqrt(np.concatenate(chances) / len(chances)).astype(np.float32)
        return out

    def _scores(self, text: str, vector: Vector, rows: Floats) -> Floats:
        raw = vector.values @ rows
        if self.adviser is not None:
            raw = raw + self.adviser.advice(text) @ self.weights[self.vocabulary.size :]
        out: Floats = raw * self.scale + self.bias
        return out

    def _rows(self, vector: Vector) -> Floats:
        rows: Floats = self.weights.take(vector.ids, 0).astype(np.float32, copy=False)
        return rows

    def probabilities(self, text: str) -> dict[str, Floats]:
        """For each head, the probability of each label in the head's order."""
        scores = self.scores(text)
        return {name: softmax(scores[part]) for name, part in self.columns.items()}

    def classify(self, text: str) -> dict[str, Guess]:
        """One guess for each head with calibrated confidence, band, runners-up and the words that decided it.

        A head whose labels are dotted codes (``medicine.chronic``) also answers for the part before the dot, under
        ``<head>_top``: the sum of its children's probabilities.
        """
        vector = self.vocabulary.vector(text)
        rows = self._rows(vector)
        scores = self._scores(text, vector, rows)
        ranked = [_ranked(softmax(scores[part])) for part in self.columns.values()]
        firsts = [part.start + order[0] for part, (_, order) in zip(self.columns.values(), ranked, strict=True)]
        seconds = [part.start + order[:2][-1] for part, (_, order) in zip(self.columns.values(), ranked, strict=True)]
        pull = rows[:, firsts] * self.scale[firsts]
        # A head with one label alone has nothing to pull away from.
        pull -= rows[:, seconds] * (self.scale[seconds] * np.not_equal(firsts, seconds))
        deciding = _deciding(text, vector, (pull.T * vector.values) / vector.counts)
        out: dict[str, Guess] = {}
        for head, (chances, order), words in zip(self.heads, ranked, deciding, strict=True):
            why = f"{head.name}.{head.labels[order[0]]}"
            evidence = tuple(Evidence(text[a:b], a, b, why) for a, b in words)
            out[head.name] = _guess(head, chances, order, evidence)
            if head.name in self._tops:
                above, of_label = self._tops[head.name]
                out[above.name] = _guess(above, *_ranked(np.bincount(of_label, chances, len(above.labels))), evidence)
        return out

    def save(self, path: Path) -> None:
        """Write the model to one compressed file, whole or not at all. Raises ValueError if it has an adviser."""
        if self.adviser is not None:
            raise ValueError("a model with an adviser cannot be saved; fit it without")
        described = {
            "format": FORMAT,
            "spaced": self.vocabulary.reading.spaced,
            "lead": self.vocabulary.reading.lead,
            "title": self.vocabulary.reading.title,
            "blocks": [len(block) for block in self.vocabulary.names],
            "heads": [[h.name, list(h.labels), h.sure, h.look, h.above] for h in self.heads],
            "facts": dict(self.facts),
        }
        names = "\n".join(name for block in self.vocabulary.names for name in block)
        partial = path.with_name(path.name + ".part")
        with partial.open("wb") as file:
            np.savez_compressed(
                file,
                described=np.frombuffer(json.dumps(described, ensure_ascii=False).encode(), np.uint8),
                names=np.frombuffer(names.encode(), np.uint8),
                rarity=self.vocabulary.rarity,
                weights=self.weights,
                scale=self.scale,
                bias=self.bias,
            )
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> TextModel:
        """Read a model file. Raises ModelFileError when it is absent, damaged or of another format."""
        try:
            with np.load(path, allow_pickle=False) as file:
                held = {key: file[key] for key in file.files}
            described = json.loads(held["described"].tobytes())
            if described["format"] != FORMAT:
                raise ModelFileError(f"{path}: 模型格式为 {described['format']},本程序需要 {FORMAT}; 请重新训练")
            names = held["names"].tobytes().decode().split("\n")
        except FileNotFoundError as error:
            raise ModelFileError(f"{path}: 没有这个模型文件; 请先运行 echowall understanding train") from error
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ModelFileError(f"{path}: 模型文件已损坏 ({error}); 请重新训练或恢复备份") from error
        edges = np.cumsum([0, *described["blocks"]]).tolist()
        blocks = tuple(tuple(names[a:b]) for a, b in itertools.pairwise(edges))
        reading = Reading(described["spaced"], described["lead"], described.get("title", False))
        heads = tuple(_head(*one) for one in described["heads"])
        vocabulary = Vocabulary(reading, blocks, held["rarity"])
        return cls(vocabulary, heads, held["weights"], held["scale"], held["bias"], described["facts"])


@functools.cache
def shipped_model() -> TextModel:
    """The model that comes with the program, read once per process."""
    return TextModel.load(SHIPPED)


def softmax(scores: npt.NDArray[np.floating]) -> Floats:
    """Probabilities along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    out: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return out


def parents(labels: Sequence[str]) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """The parts before the dot of dotted codes, each once, and for every label which of them is its own."""
    above = tuple(dict.fromkeys(label.partition(".")[0] for label in labels))
    return above, np.array([above.index(label.partition(".")[0]) for label in labels], np.int64)


def _head(name: str, labels: list[str], sure: float, look: float, above: list[float] | None = None) -> Head:
    return Head(name, tuple(labels), sure, look, (above[0], above[1]) if above else None)


def _no_head(name: str) -> Head:
    raise KeyError(name)


def _ranked(chances: npt.NDArray[Any]) -> tuple[list[float], list[int]]:
    """The chances as plain numbers, and the places of the four largest, the largest first."""
    return chances.tolist(), (-chances).argsort(kind="stable")[:4].tolist()


def _guess(head: Head, chances: Sequence[float], order: Sequence[int], evidence: tuple[Evidence, ...]) -> Guess:
    confidence = chances[order[0]]
    others = tuple((head.labels[i], round(chances[i], 4)) for i in order[1:] if chances[i] >= 0.01)
    return Guess(head.labels[order[0]], round(confidence, 4), head.band(confidence), evidence, others)


def _deciding(text: str, vector: Vector, pull: npt.NDArray[np.floating]) -> list[list[tuple[int, int]]]:
    """For each head the spans of the up to three words (neighbours joined) that pulled most, strongest first.

    ``pull`` has shape (heads, features): what each occurrence of a feature pulls towards the head's answer. An
    occurrence gives its pull in equal shares to the characters it covers, a word gathers what its characters were
    given. All heads go through numpy at once: for texts this short the number of calls is what costs.
    """
    placed = [block.place() for block in vector.grams if block.count]
    # The first half of the word block are the words themselves, the rest are pairs of neighbours.
    names = vector.grams[0].names
    single = [i for i, name in enumerate(names[: (len(names) + 1) // 2]) if name[0].isalnum()]
    if not single or not len(vector.known):
        return [[] for _ in pull]
    word_starts, word_ends = placed[0][0][single], placed[0][1][single]
    starts = np.concatenate([s for s, _ in placed])[vector.known]
    ends = np.concatenate([e for _, e in placed])[vector.known]
    length = ends - starts
    each = pull.take(vector.inverse, 1) * np.where(length > 0, 1.0 / np.maximum(length, 1), 0.0)
    count, size = len(pull), len(text) + 1
    first = (np.arange(count) * size)[:, None]
    steps = np.bincount((starts + first).ravel(), each.ravel(), count * size)
    steps -= np.bincount((ends + first).ravel(), each.ravel(), count * size)
    reached = np.zeros((count, size + 1))
    steps.reshape(count, size).cumsum(1).cumsum(1, out=reached[:, 1:])
    sums = reached.take(word_ends, 1) - reached.take(word_starts, 1)
    spans = list(zip(word_starts.tolist(), word_ends.tolist(), strict=True))
    strongest = (-sums).argsort(1, kind="stable")[:, :MOST_EVIDENCE].tolist()
    return [
        _joined([spans[i] for i in order if own[i] > max(0.0, own[order[0]] * LEAST_PULL)])
        for own, order in zip(sums.tolist(), strongest, strict=True)
    ]


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring spans as one, keeping the order of the stronger."""
    out: list[tuple[int, int]] = []
    for start, end in found:
        for i, (a, b) in enumerate(out):
            if b == start or end == a:
                out[i] = (min(a, start), max(b, end))
                break
        else:
            out.append((start, end))
    return out
