"""Fitting the linear scorers of one head and folding them into one column of weights for each label.

Five linear classifiers see the same vectors and err differently. Three are support vector machines on features scaled
by naive Bayes log-count ratios (Wang and Manning 2012, "Baselines and bigrams"): the ratios of the values with and
without balanced classes, and the ratios of mere presence. The fourth is complement naive Bayes (Rennie et al. 2003),
the fifth a support vector machine on the features as they are. Each is linear in the features, so their mixture is one
linear scorer: as fast as any one of them. How closely they follow their texts and how they are mixed is decided on
scores of texts that the fit had not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from echowall.understanding.calibration import Doubles, Labels, fit_mixture
from echowall.understanding.model import Head, TextModel, softmax
from echowall.understanding.vectors import Rows, Vocabulary

SMOOTH, SMOOTH_PRESENCE = 0.1, 1.0
COSTS = (0.04, 0.15)
"""How closely the support vectors may follow their texts: the one that does better on a fold unseen is taken."""
LONG_ROW = 500
"""Texts with more features than this on average are long: there the plain support vectors add nothing but time."""
FOLDS = 3
MORE_FOLDS = 5
"""With few texts each fold must leave more to learn from, else confidence is measured on a weaker model."""
FEW = 2_000_000
"""Up to this many non-zero values in the table, the larger number of folds is affordable (under a minute)."""


@dataclass(frozen=True)
class Fitted:
    """One head after fitting: ``weights`` (features, labels), ``bias`` (labels,), ``held_out`` probabilities."""

    labels: tuple[str, ...]
    weights: Doubles
    bias: Doubles
    held_out: Doubles
    shares: tuple[float, ...]


@dataclass(frozen=True)
class _Scorer:
    weights: Doubles
    bias: Doubles


@dataclass(frozen=True)
class How:
    """What is settled once for a head: how closely to follow the texts, and whether these are long."""

    cost: float
    is_long: bool = False


def matrix(rows: Rows, width: int) -> Any:
    """The rows as a scipy sparse matrix of shape (texts, width)."""
    from scipy.sparse import csr_matrix

    return csr_matrix((rows.values, rows.indices, rows.starts), shape=(len(rows.starts) - 1, width))


def beside(table: Any, more: npt.NDArray[np.floating]) -> Any:
    """The table with further columns, ``more`` of shape (texts, columns), on its right."""
    from scipy.sparse import csr_matrix, hstack

    return hstack([table, csr_matrix(more)], format="csr")


def fit_head(
    table: Any, labels: Sequence[str], answers: Sequence[str], weight: Doubles, groups: Sequence[str]
) -> Fitted:
    """Fit one head on ``table`` (scipy sparse, texts x features) to ``answers``.

    ``weight`` counts each text; texts of one group (near-duplicates) never stand on both sides of a fold.
    """
    known = {label: i for i, label in enumerate(labels)}
    truth = np.array([known[answer] for answer in answers], np.int64)
    count = MORE_FOLDS if table.nnz < FEW else FOLDS
    folds = _folds(groups, count)
    parts: list[Doubles] = []
    how: How | None = None
    for fold in range(count):
        out = folds == fold
        task = (table[~out], truth[~out], len(labels), weight[~out])
        if how is None:
            how = How(_best_cost(task, table[out], truth[out]), table.nnz > LONG_ROW * table.shape[0])
        for i, scorer in enumerate(_scorers(task, how)):
            if len(parts) <= i:
                parts.append(np.zeros((len(truth), len(labels))))
            parts[i][out] = table[out] @ scorer.weights + scorer.bias
    parts = [part - part.mean(1, keepdims=True) for part in parts]
    size = [float(part.std()) or 1.0 for part in parts]
    mixture = fit_mixture([part / by for part, by in zip(parts, size, strict=True)], truth, weight)
    shares = [float(share) / by for share, by in zip(mixture.shares, size, strict=True)]
    held_out = softmax(sum(share * part for share, part in zip(shares, parts, strict=True)) + mixture.added)
    weights = np.zeros((table.shape[1], len(labels)))
    bias = mixture.added.copy()
    whole = _scorers((table, truth, len(labels), weight), how or How(COSTS[0]))
    for share, scorer in zip(shares, whole, strict=True):
        weights += share * scorer.weights
        bias += share * scorer.bias
    return Fitted(tuple(labels), weights, bias, held_out.astype(np.float64), tuple(mixture.shares.tolist()))


def assemble(
    vocabulary: Vocabulary, heads: Sequence[tuple[Head, Fitted]], facts: dict[str, Any], *, compact: bool
) -> TextModel:
    """One model of the fitted heads; ``compact`` stores weights as whole numbers from -127 to 127 per label."""
    weights = np.concatenate([fitted.weights for _, fitted in heads], axis=1).astype(np.float32)
    bias = np.concatenate([fitted.bias for _, fitted in heads]).astype(np.float32)
    scale = np.ones(weights.shape[1], np.float32)
    if compact:
        scale = np.maximum(np.abs(weights).max(0), 1e-9).astype(np.float32) / 127
        weights = np.rint(weights / scale).astype(np.int8)
    return TextModel(vocabulary, tuple(head for head, _ in heads), weights, scale, bias, facts)


def _folds(groups: Sequence[str], count: int) -> Labels:
    """A fold for each text, the same for a whole group; the groups take turns in order of appearance."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(group, len(seen)) % count for group in groups], np.int64)


Task = tuple[Any, Labels, int, Doubles]


def _best_cost(task: Task, table: Any, truth: Labels) -> float:
    """The cost with which the plainest of the scorers answers most of the texts of ``table`` rightly."""
    tried = {cost: _scored(_by_value(*task, cost), table) for cost in COSTS} if len(np.unique(task[1])) > 1 else {}
    return max(tried, key=lambda cost: int((tried[cost].argmax(1) == truth).sum()), default=COSTS[0])


def _scored(scorer: _Scorer, table: Any) -> Doubles:
    scores: Doubles = table @ scorer.weights + scorer.bias
    return scores


def _scorers(task: Task, how: How) -> list[_Scorer]:
    """The classifiers fitted to one task: the same ones in the same order for the same ``how``."""
    table, truth, count, _ = task
    present = np.unique(truth)
    if len(present) < 2:
        only = np.full(count, -1.0)
        only[present] = 1.0
        return [_Scorer(np.zeros((table.shape[1], count)), only)] * (4 if how.is_long else 5)
    found = [
        _by_value(*task, how.cost),
        _by_value(*task, how.cost, is_balanced=True),
        _by_presence(*task, how.cost),
        _complement(*task),
    ]
    if not how.is_long:
        found.append(_margins(*task, np.ones((count, table.shape[1])), (2 * how.cost, True)))
    return found


def _by_value(
    table: Any, truth: Labels, count: int, weight: Doubles, cost: float, *, is_balanced: bool = False
) -> _Scorer:
    return _margins(table, truth, count, weight, _ratios(table, truth, count, weight, SMOOTH), (cost, is_balanced))


def _by_presence(table: Any, truth: Labels, count: int, weight: Doubles, cost: float) -> _Scorer:
    from scipy.sparse import csr_matrix

    present = csr_matrix((np.ones_like(table.data), table.indices, table.indptr), table.shape)
    ratios = _ratios(present, truth, count, weight, SMOOTH_PRESENCE)
    return _margins(table, truth, count, weight, ratios, (cost, False))


def _ratios(table: Any, truth: Labels, count: int, weight: Doubles, smooth: float) -> Doubles:
    """How much more (or less) each feature is found with a label than without: size of the log ratio, by label."""
    out = np.zeros((count, table.shape[1]))
    whole = np.asarray(table.T @ weight)
    for label in np.unique(truth).tolist():
        inside = np.asarray(table.T @ (weight * (truth == label))) + smooth
        outside = whole - inside + 2 * smooth
        out[label] = np.abs(np.log((inside / inside.sum()) / (outside / outside.sum())))
    return out


def _margins(
    table: Any, truth: Labels, count: int, weight: Doubles, ratios: Doubles, how: tuple[float, bool]
) -> _Scorer:
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    cost, is_balanced = how
    weights, bias = np.zeros((table.shape[1], count)), np.full(count, -1.0)
    for label in np.unique(truth).tolist():
        ratio = ratios[label]
        scaled = csr_matrix((table.data * ratio[table.indices], table.indices, table.indptr), table.shape)
        fitted = LinearSVC(C=cost, class_weight="balanced" if is_balanced else None, random_state=0, tol=1e-2)
        fitted.fit(scaled, truth == label, sample_weight=weight)
        weights[:, label], bias[label] = fitted.coef_[0] * ratio, fitted.intercept_[0]
    return _Scorer(weights, bias)


def _complement(table: Any, truth: Labels, count: int, weight: Doubles) -> _Scorer:
    from sklearn.naive_bayes import ComplementNB

    fitted = ComplementNB(alpha=0.3)
    fitted.fit(table, truth, sample_weight=weight)
    logs = fitted.feature_log_prob_
    weights = np.zeros((table.shape[1], count))
    weights[:, fitted.classes_] = (logs - logs.mean(0)).T
    return _Scorer(weights, np.zeros(count))
