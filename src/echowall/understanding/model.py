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
    """

    vocabulary: Vocabulary
    heads: tuple[Head, ...]
    weights: npt.NDArray[Any]
    scale: Floats
    bias: Floats
    facts: Mapping[str, Any]

    @cached_property
    def version(self) -> str:
        """A short fingerprint of weights and vocabulary: two models with the same one answer alike."""
        digest = hashlib.sha256(self.weights.tobytes() + self.bias.tobytes() + self.vocabulary.rarity.tobytes())
        digest.update("\n".join(name for block in self.vocabulary.names for name in block).encode())
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
        return self._scores(self.vocabulary.vector(text))

    def _scores(self, vector: Vector) -> Floats:
        rows = self.weights[vector.ids].astype(np.float32, copy=False)
        out: Floats = (vector.values @ rows) * self.scale + self.bias
        return out

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
        rows = self.weights[vector.ids].astype(np.float32, copy=False)
        scores = (vector.values @ rows) * self.scale + self.bias
        spans = _Spans(text, vector)
        out: dict[str, Guess] = {}
        for head in self.heads:
            part = self.columns[head.name]
            chances = softmax(scores[part])
            order = np.argsort(-chances, kind="stable")[:4].tolist()
            best, second = part.start + order[0], part.start + order[min(1, len(order) - 1)]
            pull = rows[:, best] * self.scale[best]
            if second != best:
                pull = pull - rows[:, second] * self.scale[second]
            evidence = spans.deciding(pull * vector.values, f"{head.name}.{head.labels[order[0]]}")
            out[head.name] = _guess(head, chances, order, evidence)
            if head.name in self._tops:
                above, of_label = self._tops[head.name]
                sums = np.bincount(of_label, chances, len(above.labels))
                best_first = np.argsort(-sums, kind="stable")[:4].tolist()
                out[above.name] = _guess(above, sums, best_first, evidence)
        return out

    def save(self, path: Path) -> None:
        """Write the model to one compressed file, whole or not at all."""
        described = {
            "format": FORMAT,
            "spaced": self.vocabulary.reading.spaced,
            "lead": self.vocabulary.reading.lead,
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
        reading = Reading(spaced=described["spaced"], lead=described["lead"])
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


def _guess(head: Head, chances: npt.NDArray[Any], order: Sequence[int], evidence: tuple[Evidence, ...]) -> Guess:
    confidence = float(chances[order[0]])
    others = tuple((head.labels[i], round(float(chances[i]), 4)) for i in order[1:] if chances[i] >= 0.01)
    return Guess(head.labels[order[0]], round(confidence, 4), head.band(confidence), evidence, others)


class _Spans:
    """From the pull of each feature back to the words of the message that carry it."""

    def __init__(self, text: str, vector: Vector) -> None:
        self.text = text
        self.vector = vector
        placed = [block.place() for block in vector.grams]
        some = [(s[m], e[m]) for (s, e), m in zip(placed, vector.known, strict=True) if len(m)]
        self.starts = np.concatenate([s for s, _ in some]) if some else _NOWHERE
        self.ends = np.concatenate([e for _, e in some]) if some else _NOWHERE
        self.share = np.where(self.ends > self.starts, 1.0 / np.maximum(self.ends - self.starts, 1), 0.0)
        # The first half of the word block are the words themselves, the rest are pairs of neighbours.
        names = vector.grams[0].names
        single = [i for i, name in enumerate(names[: (len(names) + 1) // 2]) if name[0].isalnum()]
        self.word_starts, self.word_ends = placed[0][0][single], placed[0][1][single]

    def deciding(self, pull: Floats, why: str) -> tuple[Evidence, ...]:
        """The up to three words (neighbours joined) that pulled most towards the answer, strongest first."""
        if not len(self.starts) or not len(self.word_starts):
            return ()
        each = (pull / self.vector.counts)[self.vector.inverse] * self.share
        size = len(self.text) + 1
        steps = np.bincount(self.starts, each, size) - np.bincount(self.ends, each, size)
        reached = np.zeros(size + 1)
        steps.cumsum().cumsum(out=reached[1:])
        sums = reached[self.word_ends] - reached[self.word_starts]
        order = np.argsort(-sums, kind="stable")[:MOST_EVIDENCE].tolist()
        enough = max(0.0, float(sums[order[0]]) * LEAST_PULL)
        strongest = [(int(self.word_starts[i]), int(self.word_ends[i])) for i in order if sums[i] > enough]
        return tuple(Evidence(self.text[a:b], a, b, why) for a, b in _joined(strongest))


_NOWHERE = np.zeros(0, np.int32)


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
