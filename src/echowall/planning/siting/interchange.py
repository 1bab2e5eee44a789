"""Local search by interchange for the p-median problem: the best swap of all, until none helps.

Resende, Werneck: "A fast swap-based local search procedure for location problems" (Annals of OR 150, 2007): the profit
of a swap is the gain of the site that opens, less the loss of the one that closes, plus what both have in common; here
all three for all pairs at once in numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.int64]


def total(costs: Costs, opened: NDArray[np.intp]) -> int:
    """Return the sum over places of the cheapest of the ``opened`` columns."""
    return int(costs[:, opened].min(axis=1).sum())


def improve(
    costs: Costs,
    opened: NDArray[np.intp],
    may_open: NDArray[np.bool_],
    may_close: NDArray[np.bool_],
    swaps: int = 10_000,
) -> NDArray[np.intp]:
    """Return a set of as many sites that no single swap betters (at most ``swaps`` are made).

    ``costs[place, site]``; ``may_open`` and ``may_close`` say by site what may change. The result is sorted.
    """
    opened = np.sort(opened)
    for _ in range(swaps):
        closable = np.flatnonzero(may_close[opened])
        candidates = np.setdiff1d(np.flatnonzero(may_open), opened)
        if not closable.size or not candidates.size:
            break
        change = _changes(costs, opened, candidates)[closable]
        row, column = np.unravel_index(int(change.argmin()), change.shape)
        if change[row, column] >= 0:
            break
        opened[closable[row]] = candidates[column]
        opened = np.sort(opened)
    return opened


def limited(
    costs: Costs,
    opened: NDArray[np.intp],
    may: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    known: NDArray[np.bool_],
    fresh: int,
) -> NDArray[np.intp]:
    """As `improve`, with at most ``fresh`` open sites that are not ``known``; ``may``: what may open, what may close."""
    opened = np.sort(opened)
    while True:
        closable = np.flatnonzero(may[1][opened])
        candidates = np.setdiff1d(np.flatnonzero(may[0]), opened)
        if not closable.size or not candidates.size:
            return opened
        change = _changes(costs, opened, candidates)[closable].astype(np.float64)
        after = (~known[opened]).sum() + (~known[candidates])[None, :] - (~known[opened[closable]]).astype(int)[:, None]
        change[after > fresh] = np.inf
        row, column = np.unravel_index(int(change.argmin()), change.shape)
        if change[row, column] >= 0:
            return opened
        opened[closable[row]] = candidates[column]
        opened = np.sort(opened)


def _changes(costs: Costs, opened: NDArray[np.intp], candidates: NDArray[np.intp]) -> Costs:
    """``[i, j]``: what the total changes by when ``opened[i]`` closes and ``candidates[j]`` opens."""
    near = costs[:, opened]
    if opened.size > 1:
        first_two = np.argpartition(near, 1, axis=1)[:, :2]
        pair = np.take_along_axis(near, first_two, axis=1)
        order = np.argsort(pair, axis=1, kind="stable")
        pair, first_two = np.take_along_axis(pair, order, axis=1), np.take_along_axis(first_two, order, axis=1)
        first, second, owner = pair[:, 0], pair[:, 1], first_two[:, 0]
    else:
        first, owner = near[:, 0], np.zeros(len(costs), dtype=np.intp)
        second = np.maximum(first, costs.max(axis=1))
    offered = costs[:, candidates]
    gain = np.minimum(offered - first[:, None], 0).sum(axis=0)
    # A place whose site closes goes to the new one or to its second, whichever is nearer.
    extra = np.minimum(offered, second[:, None]) - np.minimum(offered, first[:, None])
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(opened.size))
    loss = np.add.reduceat(np.vstack([extra[order], np.zeros((1, candidates.size), dtype=extra.dtype)]), starts, axis=0)
    # reduceat gives the row itself where a segment is empty.
    loss[np.diff(np.append(starts, owner.size)) == 0] = 0
    change: Costs = gain[None, :] + loss
    return change
