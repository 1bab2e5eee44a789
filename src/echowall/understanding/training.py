"""Training the model of intent, topic and urgency, and the gate that lets no worse model be installed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from echowall.understanding import calibration
from echowall.understanding.evaluation import Figures, measure, top_level
from echowall.understanding.examples import Example, ExamplesError, Fault, read_examples
from echowall.understanding.kept import groups, split
from echowall.understanding.learning import Fitted, assemble, beside, fit_head, matrix
from echowall.understanding.model import Head, ModelFileError, TextModel, parents, shipped_model
from echowall.understanding.segmentation import Reading, choose_reading
from echowall.understanding.topics import default_topics
from echowall.understanding.types import Guess, Intent, Urgency
from echowall.understanding.vectors import learn_vocabulary

HEADS = ("intent", "topic", "urgency")
CORRECTION_WEIGHT = 3.0
MACRO_F1_TOLERANCE = 0.005
CRITICAL_RECALL, CRITICAL_PRECISION = 0.95, 0.60
"""The model's own aim for critical on held-out messages; the rules of danger come on top of it."""


@dataclass(frozen=True, slots=True)
class Setback:
    """One figure on the kept test set that would get worse."""

    head: str
    measure: str
    installed: float
    trained: float

    def __str__(self) -> str:
        """Both figures, as the user reads them."""
        return f"{self.head} 的 {self.measure}: 现用 {self.installed:.4f},新训练 {self.trained:.4f}"


class WorseModelError(Exception):
    """The trained model is worse than the installed one on the kept test set and was not installed."""

    def __init__(self, setbacks: Sequence[Setback], report: Report) -> None:
        """The message names every setback with both figures."""
        lines = "\n".join(f"  {setback}" for setback in setbacks)
        super().__init__(
            f"新模型在保留测试集上比现用模型差,没有安装,现用模型未改动:\n{lines}\n请检查新增语料或更正记录。"
        )
        self.setbacks = tuple(setbacks)
        self.report = report


@dataclass(frozen=True)
class Report:
    """What a training run gave: sizes, seconds, and the figures of every head on the kept test set."""

    trained_on: int
    kept: int
    repeated: int
    shadowed: int
    corrections: int
    features: int
    seconds: float
    figures: dict[str, Figures]
    bands: dict[str, dict[str, float]]
    installed: dict[str, Figures] | None = None
    version: str = ""
    setbacks: tuple[Setback, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """Plain dicts and lists, ready for JSON."""
        return asdict(self)


def train(
    corpus: Sequence[Path], *, output: Path, corrections: Sequence[Path] = (), installed: Path | None = None
) -> Report:
    """Train on labelled files, test on the kept messages, and write the model to ``output`` if it is not worse.

    ``installed`` is the model to beat (``output`` itself when it exists and nothing else is named). Raises
    ExamplesError with all faults of the files, WorseModelError when a macro-F1 falls by more than 0.005 or the recall
    of critical falls at all; in both cases nothing is written.
    """
    began = time.perf_counter()
    examples = read_examples(corpus, ("text",), HEADS)
    corrected = read_examples(corrections, ("text",), HEADS, weight=CORRECTION_WEIGHT) if corrections else []
    _check_labels([*examples, *corrected])
    divided = split(examples, corrected)
    if len(divided.training) < 50 or len(divided.kept) < 10:
        raise ExamplesError([Fault("语料", 0, "", str(len(examples)), "至少需要约 100 条不重复的标注留言")])
    model = fit(divided.training)
    figures, bands = examine(model, divided.kept)
    rival = installed or output
    before = examine(TextModel.load(rival), divided.kept)[0] if rival.exists() else None
    found = setbacks(before, figures) if before else []
    report = Report(
        trained_on=len(divided.training),
        kept=len(divided.kept),
        repeated=divided.repeated,
        shadowed=divided.shadowed,
        corrections=len(corrected),
        features=model.vocabulary.size,
        seconds=round(time.perf_counter() - began, 1),
        figures=figures,
        bands=bands,
        installed=before,
        version=model.version,
        setbacks=tuple(found),
    )
    if found:
        raise WorseModelError(found, report)
    output.parent.mkdir(parents=True, exist_ok=True)
    model.save(output)
    return report


def fit(
    examples: Sequence[Example],
    heads: Sequence[str] = HEADS,
    *,
    compact: bool = True,
    adviser: TextModel | None = None,
) -> TextModel:
    """Fit a model with the given heads; thresholds and confidence come from folds the fit had not seen.

    What ``adviser`` says of a text counts as further features, unless the texts are long or segmented already: it was
    not made for those.
    """
    texts = [example.text for example in examples]
    reading = choose_reading(texts) if tuple(heads) != HEADS else Reading()
    vocabulary, rows = learn_vocabulary(texts, reading, least=3 if reading.lead else 2)
    table = matrix(rows, vocabulary.size)
    if reading.lead or reading.spaced:
        adviser = None
    if adviser is not None:
        table = beside(table, np.array([adviser.advice(text) for text in texts]))
    weight = np.array([example.weight for example in examples])
    together = groups(texts)
    fitted: list[tuple[Head, Fitted]] = []
    for name in heads:
        answers = [example.labels[name] for example in examples]
        one = fit_head(table, sorted(set(answers)), answers, weight, together)
        fitted.append(_with_bands(name, one, answers, weight))
    facts = {"texts": len(texts), "shares": {head.name: list(one.shares) for head, one in fitted}}
    return replace(assemble(vocabulary, fitted, facts, compact=compact), adviser=adviser)


def try_out(learnt: Sequence[Example], tried: Sequence[Example], label: str) -> dict[str, Any]:
    """Train a fresh classifier for one label, answer other texts with it, and give all figures as plain data.

    The model that comes with the program advises it; that model was made from our own corpus alone.
    The speed is that of one text after the other on one core, from the text to its scores.
    """
    began = time.perf_counter()
    model = fit(learnt, [label], compact=False, adviser=_adviser())
    trained = time.perf_counter()
    labels = model.head(label).labels
    answers = [labels[int(model.scores(example.text).argmax())] for example in tried]
    seconds = time.perf_counter() - trained
    return {
        "train_count": len(learnt),
        "features": model.vocabulary.size,
        "train_seconds": round(trained - began, 2),
        "messages_per_second": round(len(tried) / seconds, 1),
        "characters_per_message": round(sum(len(example.text) for example in tried) / len(tried), 1),
        **measure([example.labels[label] for example in tried], answers).as_data(),
    }


def _adviser() -> TextModel | None:
    try:
        return shipped_model()
    except ModelFileError:
        return None


def examine(model: TextModel, kept: Sequence[Example]) -> tuple[dict[str, Figures], dict[str, dict[str, float]]]:
    """The figures of each head on kept messages, ``topic_top`` for the upper level, and how the bands did."""
    answers = [model.classify(example.text) for example in kept]
    figures: dict[str, Figures] = {}
    bands: dict[str, dict[str, float]] = {}
    for head in model.heads:
        truth = [example.labels[head.name] for example in kept]
        named = [(head.name, truth)]
        if any("." in label for label in head.labels):
            named.append((f"{head.name}_top", top_level(truth)))
        for name, wanted in named:
            given = [answer[name] for answer in answers]
            figures[name] = measure(wanted, [guess.value for guess in given])
            bands[name] = _band_figures(wanted, given)
    return figures, bands


def _band_figures(truth: Sequence[str], given: Sequence[Guess]) -> dict[str, float]:
    right = np.array([guess.value == true for guess, true in zip(given, truth, strict=True)])
    found = {"calibration_error": _error(np.array([guess.confidence for guess in given]), right)}
    for band in ("sure", "look", "must_look"):
        here = np.array([guess.band == band for guess in given])
        found[f"{band}_share"] = round(float(here.mean()), 4)
        found[f"{band}_precision"] = round(float(right[here].mean()), 4) if here.any() else 0.0
    return found


def setbacks(installed: dict[str, Figures], trained: dict[str, Figures]) -> list[Setback]:
    """Everything in which the trained model is worse than the installed one on the same kept messages."""
    out = []
    for head, before in installed.items():
        after = trained.get(head)
        macro = after.macro_f1 if after else 0.0
        if macro < before.macro_f1 - MACRO_F1_TOLERANCE:
            out.append(Setback(head, "macro-F1", before.macro_f1, macro))
    critical = Urgency.CRITICAL.value
    if "urgency" in installed and critical in installed["urgency"].classes:
        recall = installed["urgency"].classes[critical].recall
        now = trained["urgency"].classes[critical].recall if "urgency" in trained else 0.0
        if now < recall:
            out.append(Setback("urgency", "危急召回率", recall, now))
    return out


def _with_bands(name: str, one: Fitted, answers: Sequence[str], weight: calibration.Doubles) -> tuple[Head, Fitted]:
    truth = np.array([one.labels.index(answer) for answer in answers], np.int64)
    chances, bias = one.held_out, one.bias
    critical = Urgency.CRITICAL.value
    if name == "urgency" and critical in one.labels:
        at = one.labels.index(critical)
        added = calibration.lift(chances, truth, at, recall=CRITICAL_RECALL, precision=CRITICAL_PRECISION)
        bias = bias.copy()
        bias[at] += added
        chances = chances.copy()
        chances[:, at] *= np.exp(added)
        chances /= chances.sum(1, keepdims=True)
    head = Head(name, one.labels, *_thresholds(chances, truth), _above(one.labels, chances, truth))
    return head, Fitted(one.labels, one.weights, bias, chances, one.shares)


def _thresholds(chances: calibration.Doubles, truth: calibration.Labels) -> tuple[float, float]:
    confidence = chances.max(1)
    right = chances.argmax(1) == truth
    sure = calibration.sure_threshold(confidence, right)
    return sure, calibration.look_threshold(confidence, right, sure)


def _above(
    labels: Sequence[str], chances: calibration.Doubles, truth: calibration.Labels
) -> tuple[float, float] | None:
    """The thresholds of the upper level of dotted labels: there chances add up, so an answer is sure earlier."""
    if not any("." in label for label in labels):
        return None
    above, of_label = parents(labels)
    sums = np.zeros((len(chances), len(above)))
    np.add.at(sums.T, of_label, chances.T)
    return _thresholds(sums, of_label[truth])


def _error(confidence: calibration.Doubles, right: Any) -> float:
    return round(calibration.expected_error(confidence, right), 4)


def _check_labels(examples: Sequence[Example]) -> None:
    """Every label must be one of the vocabulary; raises ExamplesError with every text that has another."""
    allowed = {
        "intent": {intent.value for intent in Intent},
        "topic": set(default_topics()),
        "urgency": {urgency.value for urgency in Urgency},
    }
    faults = [
        Fault(
            example.file,
            example.row,
            head,
            example.labels[head],
            "不是已知的代码; 可用: " + "、".join(sorted(allowed[head])),
        )
        for example in examples
        for head in HEADS
        if example.labels[head] not in allowed[head]
    ]
    if faults:
        raise ExamplesError(faults)
