"""How good the answers are: accuracy, macro-F1, precision and recall of every class, the confusion, the speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: how many texts truly have it (``support``) and how well it was found."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Figures:
    """One head over one set of texts. ``confusion[i][j]``: truly ``labels[i]``, answered ``labels[j]``.

    Macro-F1 is the plain mean over the classes that occur in the truth or in the answers.
    """

    count: int
    accuracy: float
    macro_f1: float
    labels: tuple[str, ...]
    classes: dict[str, ClassFigures]
    confusion: tuple[tuple[int, ...], ...]

    def as_data(self) -> dict[str, Any]:
        """Plain dicts and lists, ready for JSON."""
        return asdict(self)


def measure(truth: Sequence[str], answers: Sequence[str]) -> Figures:
    """Compare answers with the truth, both in the same order. Raises ValueError if the lengths differ."""
    labels = tuple(sorted(set(truth) | set(answers)))
    at = {label: i for i, label in enumerate(labels)}
    table = [[0] * len(labels) for _ in labels]
    for true, said in zip(truth, answers, strict=True):
        table[at[true]][at[said]] += 1
    classes = {label: _class_figures(table, i) for i, label in enumerate(labels)}
    hits = sum(table[i][i] for i in range(len(labels)))
    return Figures(
        count=len(truth),
        accuracy=_ratio(hits, len(truth)),
        macro_f1=_ratio(sum(figures.f1 for figures in classes.values()), len(classes)),
        labels=labels,
        classes=classes,
        confusion=tuple(tuple(row) for row in table),
    )


def top_level(codes: Sequence[str]) -> list[str]:
    """The parents of dotted topic codes: ``medicine.chronic`` becomes ``medicine``."""
    return [code.partition(".")[0] for code in codes]


def describe(figures: Figures, *, confusion: bool = True) -> str:
    """The figures as lines of text for a terminal."""
    width = max((_width(label) for label in figures.labels), default=4)
    lines = [f"n={figures.count}  accuracy={figures.accuracy:.4f}  macro-F1={figures.macro_f1:.4f}", ""]
    lines.append(f"{_pad('', width)}  precision  recall      F1       n")
    for label, one in figures.classes.items():
        lines.append(f"{_pad(label, width)}  {one.precision:9.3f}  {one.recall:6.3f}  {one.f1:6.3f}  {one.support:6d}")
    if confusion:
        lines += ["", "confusion (row: truth, column: answer, in the same order)"]
        for label, row in zip(figures.labels, figures.confusion, strict=True):
            lines.append(f"{_pad(label, width)}  " + " ".join(f"{count:5d}" for count in row))
    return "\n".join(lines)


def _class_figures(table: list[list[int]], i: int) -> ClassFigures:
    hits, support, said = table[i][i], sum(table[i]), sum(row[i] for row in table)
    return ClassFigures(_ratio(hits, said), _ratio(hits, support), _ratio(2 * hits, support + said), support)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _width(label: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in label)


def _pad(label: str, width: int) -> str:
    return label + " " * (width - _width(label))
