"""Cheapest walks within a resource (load or time), no place left and entered again at once, by dynamic programming.

Christofides, Mingozzi, Toth: "Exact algorithms for the vehicle routing problem, based on spanning tree and shortest path
relaxations", Mathematical Programming 20 (1981). All states of a slice of the resource at once in numpy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echowall.planning.column_bounds import Numbers, Walk

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Field:
    """Where walks go: ``cost[i, j]`` between drops, ``out`` and ``back`` from and to the depot (inf: no way).

    The resource: a walk is at drop j with at least ``use[i, j]`` (≥ 1) more than at i before; first with ``first[j]``;
    within ``early[j]`` … ``late[j]`` (waiting up to ``early`` where ``may_wait``), and ends within ``most`` after
    ``last[j]`` more.
    """

    cost: Numbers
    out: Numbers
    back: Numbers
    use: Whole
    first: Whole
    last: Whole
    early: Whole
    late: Whole
    most: int
    may_wait: bool


def cheapest(field: Field, worth: Numbers, keep: int = 60) -> tuple[float, list[Walk]]:
    """Return the least of (cost − ``worth`` of the drops) over all walks, and up to ``keep`` walks below zero."""
    size = len(worth)
    span = field.most + 1
    best = np.full((2, span, size), np.inf)
    before = np.full((2, span, size), -1, dtype=np.int64)
    since = np.zeros((2, span, size), dtype=np.int64)
    reduced = field.cost - worth[None, :]
    np.fill_diagonal(reduced, np.inf)
    start = field.out - worth
    begins = np.maximum(field.first, field.early) if field.may_wait else field.first
    block = max(1, int(field.use[~np.eye(size, dtype=bool)].min())) if size > 1 else span
    rows = np.arange(size)
    for low in range(0, span, block):
        times = np.arange(low, min(low + block, span))
        _extend(field, reduced, (best, before, since), times)
        for drop in rows[(begins >= low) & (begins < low + block) & (begins <= field.late)]:
            _insert(best, before, since, (int(begins[drop]), int(drop)), float(start[drop]))
        if field.may_wait:
            _wait(field, (best, before, since), times)
    ends = np.arange(span)[:, None] + field.last[None, :] <= field.most
    total = np.where(ends, best[0] + field.back[None, :], np.inf)
    least = float(total.min()) if total.size else np.inf
    walks = []
    for drop in np.argsort(total.min(axis=0), kind="stable")[:keep]:
        time = int(total[:, drop].argmin())
        if total[time, drop] < -1e-9:
            drops = _traced(before, since, time, int(drop))
            walks.append(Walk(float(total[time, drop] + worth[list(drops)].sum()), drops))
    return least, walks


_States = tuple[Numbers, Whole, Whole]


def _extend(field: Field, reduced: Numbers, states: _States, times: Whole) -> None:
    """Fill the states of ``times`` from earlier ones (all uses are at least as long as ``times``)."""
    best, before, since = states
    size = len(reduced)
    here = np.arange(size)
    # [time, to, from]
    when = times[:, None, None] - field.use.T[None]
    known = np.maximum(when, 0)
    came = np.broadcast_to(here[None, None, :], when.shape)
    first = best[0][known, came]
    # The place entered must not be the one that was left just before: then the second best of another origin.
    is_back = before[0][known, came] == here[None, :, None]
    value = np.where(is_back, best[1][known, came], first) + reduced.T[None]
    level = np.where(is_back, 1, 0)
    is_open = (times[:, None] >= field.early[None]) & (times[:, None] <= field.late[None])
    value = np.where((when >= 0) & is_open[:, :, None], value, np.inf)
    one = value.argmin(axis=2)
    grid = np.ogrid[: len(times), :size]
    first_value = value[grid[0], grid[1], one]
    level_of_one = level[grid[0], grid[1], one]
    value[grid[0], grid[1], one] = np.inf
    two = value.argmin(axis=2)
    second_value = value[grid[0], grid[1], two]
    for rank, origin, found, levels in ((0, one, first_value, level_of_one), (1, two, second_value, None)):
        best[rank][times] = found
        before[rank][times] = origin
        chosen = level[grid[0], grid[1], origin] if levels is None else levels
        # The origin's time and level in one number.
        since[rank][times] = known[grid[0], grid[1], origin] * 2 + chosen


def _insert(best: Numbers, before: Whole, since: Whole, at: tuple[int, int], value: float) -> None:
    """Begin a walk here: origin -1 differs from every drop."""
    if value < best[(0, *at)]:
        for table in (best, before, since):
            table[(1, *at)] = table[(0, *at)]
        best[(0, *at)], before[(0, *at)], since[(0, *at)] = value, -1, 0
    elif value < best[(1, *at)]:
        best[(1, *at)], before[(1, *at)], since[(1, *at)] = value, -1, 0


def _wait(field: Field, states: _States, times: Whole) -> None:
    """Whoever is at a drop by one time may as well be there at the next, within its window."""
    best, before, since = states
    columns = np.arange(best.shape[2])
    for time in times[times > 0]:
        may = (time - 1 >= field.early) & (time <= field.late)
        waited = np.where(may, best[:, time - 1], np.inf)
        if not (waited[0] < best[1, time]).any():
            continue
        values = np.vstack([best[:, time], waited])
        origins = np.vstack([before[:, time], before[:, time - 1]])
        roots = np.vstack([since[:, time], since[:, time - 1]])
        one = values.argmin(axis=0)
        first = values[one, columns].copy()
        values[origins == origins[one, columns]] = np.inf
        two = values.argmin(axis=0)
        best[0, time], best[1, time] = first, values[two, columns]
        before[0, time], before[1, time] = origins[one, columns], origins[two, columns]
        since[0, time], since[1, time] = roots[one, columns], roots[two, columns]


def _traced(before: Whole, since: Whole, time: int, drop: int) -> tuple[int, ...]:
    drops, level = [drop], 0
    while before[level, time, drop] >= 0:
        origin = int(before[level, time, drop])
        time, next_level = divmod(int(since[level, time, drop]), 2)
        drop, level = origin, next_level
        drops.append(drop)
    return tuple(reversed(drops))
