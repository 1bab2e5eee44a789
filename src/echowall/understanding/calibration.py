"""Confidence that means what it says: mixing scores into probabilities, and the thresholds of the bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

SURE_PRECISION = 0.95
LOOK_PRECISION = 0.75
SURE_MARGIN = 0.01
"""Aimed at on top of the promise: held-out confidence comes from models that lack a part of the texts, and the model
fitted to all of them says the same answers with more confidence."""
DOUBT = 1.6449
"""Normal quantile of the lower bound that a precision is counted with: it is met in 19 of 20 samples."""
NEVER = 1.01
"""A threshold no confidence reaches: the held-out data gave no reason to trust any answer."""


@dataclass(frozen=True)
class Mixture:
    """How much each scorer counts, and what is added for each label; a softmax of the sum is the probability."""

    shares: Doubles
    added: Doubles

    def scores(self, parts: Sequence[Doubles]) -> Doubles:
        """The mixed scores, shape (texts, labels)."""
        return sum((share * part for share, part in zip(self.shares, parts, strict=True)), np.zeros(1)) + self.added


def fit_mixture(parts: Sequence[Doubles], truth: Labels, weight: Doubles) -> Mixture:
    """The shares (not negative) and label offsets with the least log loss on held-out scores.

    One scorer gives temperature scaling (Guo et al. 2017, "On calibration of modern neural networks"). Several share
    equally; some are left out, or a log-linear pool with free shares is taken, only if that is right more often by
    more than the standard error of the difference: on few texts a choice among mixtures is mostly luck. ``parts`` are
    score matrices of shape (texts, labels) that were computed on texts not learnt from.
    """
    every = range(len(parts))
    subsets = [chosen for size in every for chosen in combinations(every, size) if chosen]
    plain = _right(sum(parts, np.zeros(1)), truth)
    gains = [
        _sure_gain(_right(sum((parts[i] for i in chosen), np.zeros(1)), truth) - plain, weight) for chosen in subsets
    ]
    best = max(range(len(subsets)), key=lambda i: gains[i], default=-1)
    chosen = subsets[best] if best >= 0 and gains[best] > 0 else tuple(every)
    together = sum((parts[i] for i in chosen), np.zeros(1)) / len(chosen)
    joint = _pool([together], truth, weight, offsets=False)
    shares = np.zeros(len(parts))
    shares[list(chosen)] = joint.shares[0] / len(chosen)
    equal = Mixture(shares, joint.added)
    free = _pool(parts, truth, weight)
    gain = _sure_gain(_right(free.scores(parts), truth) - _right(equal.scores(parts), truth), weight)
    return free if gain > 0 else equal


def _sure_gain(difference: Doubles, weight: Doubles) -> float:
    """How many more texts are right, less the standard error of that number."""
    gain = difference * weight
    return float(gain.sum() - np.sqrt((gain**2).sum()))


def _right(scores: Doubles, truth: Labels) -> Doubles:
    hits: Doubles = (scores.argmax(1) == truth).astype(np.float64)
    return hits


def _pool(parts: Sequence[Doubles], truth: Labels, weight: Doubles, *, offsets: bool = True) -> Mixture:
    from scipy.optimize import minimize

    count, labels = parts[0].shape
    stacked = np.stack(parts)
    rows = np.arange(count)
    once = np.zeros((count, labels))
    once[rows, truth] = 1

    def loss(at: Doubles) -> tuple[float, Doubles]:
        shares, added = at[: len(parts)], at[len(parts) :]
        mixed = np.tensordot(shares, stacked, 1) + added
        mixed -= mixed.max(1, keepdims=True)
        chances = np.exp(mixed)
        chances /= chances.sum(1, keepdims=True)
        lost = -(weight * np.log(chances[rows, truth] + 1e-12)).sum() + 0.5 * (added @ added)
        wrong = (chances - once) * weight[:, None]
        slope = np.concatenate([(stacked * wrong).sum((1, 2)), wrong.sum(0) + added])
        return float(lost), slope

    begin = np.concatenate([np.full(len(parts), 1.0), np.zeros(labels)])
    bounds = [(0.0, 50.0)] * len(parts) + [(-3.0, 3.0) if offsets else (0.0, 0.0)] * labels
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds)
    return Mixture(found.x[: len(parts)], found.x[len(parts) :])


def lower_bound(hits: Doubles, count: Doubles, doubt: float = DOUBT) -> Doubles:
    """The share of hits, as low as it may well be: Wilson's score bound (Wilson 1927), one-sided.

    ``hits`` of ``count`` tries, elementwise; ``doubt`` is a normal quantile, 0 gives the plain share.
    """
    share, spread = hits / count, doubt * doubt / count
    root = np.sqrt(share * (1 - share) * spread + spread * spread / 4)
    bound: Doubles = (share + spread / 2 - root) / (1 + spread)
    return bound


def threshold(
    confidence: Doubles, right: npt.NDArray[np.bool_], precision: float, *, least: int = 20, doubt: float = DOUBT
) -> float:
    """The lowest confidence from which on held-out answers were right at least this often.

    Counted with the lower bound of the share, and over at least ``least`` answers, so that luck is not taken for skill.
    ``NEVER`` when no confidence reaches the precision.
    """
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(right[order]).astype(np.float64)
    count = np.arange(1, len(order) + 1, dtype=np.float64)
    good = np.flatnonzero((lower_bound(hits, count, doubt) >= precision) & (count >= least))
    return float(confidence[order][good[-1]]) if len(good) else NEVER


def sure_threshold(confidence: Doubles, right: npt.NDArray[np.bool_]) -> float:
    """The confidence from which an answer may stand unseen: ``SURE_PRECISION`` kept on messages not learnt from."""
    return threshold(confidence, right, SURE_PRECISION + SURE_MARGIN)


def look_threshold(confidence: Doubles, right: npt.NDArray[np.bool_], sure: float) -> float:
    """The confidence below which an answer must be looked at: from there up to ``sure``, 3 in 4 answers were right."""
    below = confidence < sure
    return min(sure, threshold(confidence[below], right[below], LOOK_PRECISION, least=10, doubt=0.0))


def lift(chances: Doubles, truth: Labels, label: int, *, recall: float, precision: float) -> float:
    """What to add to one label's score so that it is found at least this often, as long as it stays this precise."""
    scores = np.log(chances + 1e-12)
    rest = np.delete(scores, label, axis=1).max(1)
    margin = scores[:, label] - rest
    is_it = truth == label
    best = 0.0
    for step in np.arange(0.0, 4.01, 0.1).tolist():
        said = margin + step > 0
        hits = int((said & is_it).sum())
        if hits < precision * int(said.sum()):
            break
        best = step
        if hits >= recall * int(is_it.sum()):
            break
    return best


def expected_error(confidence: Doubles, right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: mean gap between confidence and share right, over equal bins, weighted by size."""
    at = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[at == b].mean() - right[at == b].mean()) * (at == b).sum() for b in set(at.tolist())]
    return float(sum(gaps) / max(1, len(confidence)))
