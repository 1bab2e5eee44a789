"""Better rosters: part of the days and people are planned anew, again and again, while the whole is bounded beside it."""

from __future__ import annotations

import math
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echowall.planning.deadline import Deadline
from echowall.planning.roster.model import Model
from echowall.planning.roster.rows import Found, Try, Values
from echowall.planning.types import Effort

SIDE_SECONDS = 12.0
"""A part is planned anew for at most this long: longer ones are made smaller instead."""
SIDE_WORK = 0.4


@dataclass(slots=True)
class Best:
    """The best roster known, and the least points that any can have (None: not known)."""

    values: Values | None
    bound: float | None
    is_impossible: bool = False

    def learn(self, found: Found, cost: float | None) -> None:
        """Take in a bound, and the impossibility that a search proved."""
        if found.is_done and found.values is None:
            self.is_impossible = True
        bound = cost if found.is_done and found.values is not None else found.bound
        if bound is not None and math.isfinite(bound):
            self.bound = max(bound, -math.inf if self.bound is None else self.bound)


def search(model: Model, effort: Effort, deadline: Deadline, start: Values | None = None) -> Best:
    """Return the best roster found in the time (or the work) given, and the bound proved beside it."""
    best = Best(_one_by_one(model, effort, deadline) if start is None else start, None)
    if best.values is None:
        _take(model, best, model.rows.solve(_share(effort, deadline, 0.6)))
    if best.values is None or deadline.is_over:
        return best
    if effort.workers == 1:
        _take(model, best, model.rows.solve(_share(effort, deadline, 0.3), best.values))
        _improve(model, best, effort, deadline)
        return best
    with ThreadPoolExecutor(1) as side:
        proof = _share(replace(effort, workers=1, seed=effort.seed + 1), deadline, 1.0)
        proving = side.submit(model.rows.solve, proof, best.values)
        _improve(model, best, effort, deadline, lambda: proving.done() and proving.result().is_done)
        _take(model, best, proving.result())
    return best


def _share(effort: Effort, deadline: Deadline, share: float) -> Try:
    work = None if effort.work is None else effort.work * share
    return Try(deadline.left * share, work, effort.workers, effort.seed)


def _one_by_one(model: Model, effort: Effort, deadline: Deadline) -> Values | None:
    """Plan one person after the other, each as is best beside those before: possible where only points couple them."""
    problem = model.duties.problem
    is_soft = all(None not in (cover.under_weight, cover.over_weight) for cover in problem.covers)
    if problem.posts or problem.max_changes is not None or not is_soft:
        return None
    values = np.asarray(model.rows.low, dtype=np.int64)
    person, _ = model.owners()
    terms = model.rows.neighbours()
    order = list(range(len(model.people)))
    random.Random(effort.seed).shuffle(order)  # noqa: S311
    for number in order:
        free = model.rows.with_neighbours(person == number, person < 0, terms)
        found = model.rows.solve(Try(deadline.left, SIDE_WORK, 1, effort.seed), values, free)
        if found.values is None:
            return None
        values = found.values
    return values


def _take(model: Model, best: Best, found: Found) -> None:
    cost = None if found.values is None else model.rows.value_of(found.values)
    if cost is not None and (best.values is None or cost < model.rows.value_of(best.values)):
        best.values = found.values
    best.learn(found, cost)


def _improve(model: Model, best: Best, effort: Effort, deadline: Deadline, is_settled=lambda: False) -> None:  # type: ignore[no-untyped-def]
    assert best.values is not None
    draw = random.Random(effort.seed)  # noqa: S311
    parts = Parts(model, draw)
    left = math.inf if effort.work is None else effort.work / 2
    cost = model.rows.value_of(best.values)
    while not deadline.is_over and left > 0:
        if effort.work is None and (is_settled() or (best.bound is not None and cost <= best.bound + 1e-6)):
            break
        free = parts.next(best.values)
        limit = Try(min(SIDE_SECONDS, deadline.left), SIDE_WORK, 1, draw.randrange(2**31))
        found = model.rows.solve(limit, best.values, free)
        left -= max(found.work, 1e-3)
        parts.learn(found)
        if found.values is None:
            continue
        new = model.rows.value_of(found.values)
        if new <= cost:
            best.values, cost = found.values, new


class Parts:
    """Which part to plan anew next: some people, some days, or some people on some days."""

    def __init__(self, model: Model, draw: random.Random) -> None:
        self._draw = draw
        self._model = model
        self._person, self._day = model.owners()
        self._days = [day for day in range(model.duties.problem.frozen_days, model.duties.problem.days)]
        self._people = len(model.people)
        self._per_cell = max(1.0, float((self._person >= 0).sum()) / max(1, self._people * len(self._days)))
        self._size = 700.0
        self._touching = model.rows.neighbours()

    def next(self, values: Values) -> NDArray[np.bool_]:
        """Return which variables are free."""
        cells = self._size / self._per_cell
        kind = self._draw.random()
        length = len(self._days)
        if kind < 0.5:
            people, days = max(2, round(cells / length)), length
        elif kind < 0.6:
            days = max(4, round(cells / self._people))
            people = max(2, round(cells / days))
        else:
            days = min(length, self._draw.randint(min(length, 5), min(length, 14)))
            people = max(2, round(cells / days))
        chosen = self._draw.sample(range(self._people), min(people, self._people))
        days = min(days, length)
        first = self._days[self._draw.randint(0, length - days)]
        mine = np.isin(self._person, chosen) & (self._day >= first) & (self._day < first + days)
        return self._model.rows.with_neighbours(mine, self._person < 0, self._touching)

    def learn(self, found: Found) -> None:
        """Make parts larger where they are solved to the end, smaller where not."""
        self._size = min(60_000.0, max(100.0, self._size * (1.08 if found.is_done else 0.9)))
