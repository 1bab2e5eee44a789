"""Fitting the linear scorers of one head and folding them into one column of weights for each label.

Four kinds of linear classifier see the same vectors and err differently: a support vector machine with balanced
classes, the same on features scaled by naive Bayes log-count ratios (Wang and Manning 2012, "Baselines and bigrams"),
complement naive Bayes (Rennie et al. 2003), and ridge regression on the classes. Each is linear in the features, so
their mixture is one linear scorer: as fast as any one of them. How they are mixed is decided on scores of texts that
the fit had not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from echowall.understanding.calibration import Doubles, Labels, fit_mixture
from echowall.understanding.model import Head, TextModel, softmax
from echowall.understanding.vectors import Rows, Vocabulary

SMOOTH = 0.1
LONG_ROW = 500
"""Texts with more features than this on average are long (some 150 characters): they can bear a closer fit."""
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
class Closeness:
    """How closely each scorer follows its texts; chosen by cross-validation on two public sets and our own corpus."""

    margin: float
    ratio: float
    ridge: float


SHORT, LONG = Closeness(margin=0.3, ratio=0.05, ridge=5.0), Closeness(margin=0.3, ratio=0.15, ridge=0.3)


@dataclass(frozen=True)
class _Scorer:
    weights: Doubles
    bias: Doubles


def matrix(rows: Rows, width: int) -> Any:
    """The rows as a scipy sparse matrix of shape (texts, width)."""
    from scipy.sparse import csr_matrix

    return csr_matrix((rows.values, rows.indices, rows.starts), shape=(len(rows.starts) - 1, width))


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
    for fold in range(count):
        out = folds == fold
        for i, scorer in enumerate(_scorers(table[~out], truth[~out], len(labels), weight[~out])):
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
    for share, scorer in zip(shares, _scorers(table, truth, len(labels), weight), strict=True):
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


def _scorers(table: Any, truth: Labels, count: int, weight: Doubles) -> list[_Scorer]:
    present = np.unique(truth)
    if len(present) < 2:
        only = np.full(count, -1.0)
        only[present] = 1.0
        return [_Scorer(np.zeros((table.shape[1], count)), only)] * 4
    close = LONG if table.nnz > LONG_ROW * table.shape[0] else SHORT
    task = (table, truth, count, weight)
    return [
        _margin(*task, close.margin),
        _ratio_margin(*task, close.ratio),
        _complement(*task),
        _ridge(*task, close.ridge),
    ]


def _margin(table: Any, truth: Labels, count: int, weight: Doubles, cost: float) -> _Scorer:
    from sklearn.svm import LinearSVC

    fitted = LinearSVC(C=cost, class_weight="balanced", random_state=0, tol=1e-3)
    fitted.fit(table, truth, sample_weight=weight)
    weights, bias = np.zeros((table.shape[1], count)), np.full(count, -1.0)
    if len(fitted.classes_) == 2:
        no, yes = fitted.classes_
        weights[:, yes], weights[:, no] = fitted.coef_[0], -fitted.coef_[0]
        bias[yes], bias[no] = fitted.intercept_[0], -fitted.intercept_[0]
    else:
        weights[:, fitted.classes_], bias[fitted.classes_] = fitted.coef_.T, fitted.intercept_
    return _Scorer(weights, bias)


def _ratio_margin(table: Any, truth: Labels, count: int, weight: Doubles, cost: float) -> _Scorer:
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    weights, bias = np.zeros((table.shape[1], count)), np.full(count, -1.0)
    whole = np.asarray(table.T @ weight)
    for label in np.unique(truth).tolist():
        is_it = truth == label
        inside = np.asarray(table.T @ (weight * is_it)) + SMOOTH
        outside = whole - inside + 2 * SMOOTH
        ratio = np.abs(np.log((inside / inside.sum()) / (outside / outside.sum())))
        scaled = csr_matrix((table.data * ratio[table.indices].astype(np.float32), table.indices, table.indptr))
        scaled.resize(table.shape)
        fitted = LinearSVC(C=cost, class_weight="balanced", random_state=0, tol=1e-3)
        fitted.fit(scaled, is_it, sample_weight=weight)
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


def _ridge(table: Any, truth: Labels, count: int, weight: Doubles, penalty: float) -> _Scorer:
    from sklearn.linear_model import Ridge

    present = np.unique(truth)
    goals = np.where(truth[:, None] == present, 1.0, -1.0)
    fitted = Ridge(alpha=penalty, solver="sparse_cg", tol=1e-3, random_state=0)
    fitted.fit(table, goals, sample_weight=weight)
    weights, bias = np.zeros((table.shape[1], count)), np.full(count, -1.0)
    weights[:, present], bias[present] = fitted.coef_.T, fitted.intercept_
    return _Scorer(weights, bias)
