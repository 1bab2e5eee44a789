"""Better rosters: part of the days and people are planned anew, again and again, while the whole is bounded beside it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echowall.planning.deadline import Deadline
from echowall.planning.roster.model import Model
from echowall.planning.roster.patterns import mix_lines
from echowall.planning.roster.rows import Found, Relaxed, Try, Values
from echowall.planning.roster.types import Problem
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
    relaxed = model.rows.relaxed(deadline.left * 0.3)
    if relaxed.bound == math.inf:
        return Best(None, None, is_impossible=True)
    best = Best(start, None if relaxed.bound is None else float(math.ceil(relaxed.bound - 1e-5)))
    is_mixed = start is None and is_loose(model.duties.problem) and _begin(model, best, effort, deadline, relaxed)
    if best.values is None:
        _take(model, best, model.rows.solve(_share(effort, deadline, 0.6)))
    if best.values is None or deadline.is_over:
        return best
    if is_mixed:
        # The mixture of lines bounds better than CP-SAT would: all the time goes to better rosters.
        improve(model, best, effort, deadline, relaxed.values)
    elif effort.workers == 1:
        _take(model, best, model.rows.solve(_share(effort, deadline, 0.3), best.values))
        improve(model, best, effort, deadline, relaxed.values)
    else:
        _improve_and_prove(model, best, effort, deadline, relaxed)
    return best


def _begin(model: Model, best: Best, effort: Effort, deadline: Deadline, relaxed: Relaxed) -> bool:
    """Set out from lines of shifts where the rules allow it (then True), else from a roster near the relaxation."""
    mixed = mix_lines(model, effort, deadline)
    if mixed is not None and mixed.bound is not None:
        best.bound = max(mixed.bound, -math.inf if best.bound is None else best.bound)
    if mixed is not None and mixed.values is not None:
        best.values = settled(model, mixed.values)
        return mixed.bound is not None
    best.values = near(model, effort, deadline, relaxed, np.asarray(model.rows.low, dtype=np.int64))
    return False


def _improve_and_prove(model: Model, best: Best, effort: Effort, deadline: Deadline, relaxed: Relaxed) -> None:
    with ThreadPoolExecutor(1) as side:
        alone = replace(effort, workers=1, seed=effort.seed + 1)
        proving = side.submit(model.rows.solve, _share(alone, deadline, 1.0), best.values)
        improve(model, best, effort, deadline, relaxed.values, lambda: proving.done() and proving.result().is_done)
        _take(model, best, proving.result())


def near(model: Model, effort: Effort, deadline: Deadline, relaxed: Relaxed, start: Values) -> Values | None:
    """A roster near the relaxation: each person by itself takes the days and shifts that have most of it there."""
    rows = model.rows
    costs = rows.cost
    if relaxed.values is None:
        return one_by_one(model, effort, deadline, start)
    person, _ = model.owners()
    wish = np.where(person >= 0, np.round(1000 * (0.1 - relaxed.values)), 0).astype(np.int64)
    try:
        rows.cost = wish.tolist()
        values = one_by_one(model, effort, deadline, start)
    finally:
        rows.cost = costs
    return None if values is None else settled(model, values)


def settled(model: Model, values: Values) -> Values | None:
    """The same roster, with the variables that belong to nobody (weekends, what is missing, points) as they must be.

    ``values`` may be shorter: of a model that had fewer of those. None where the roster breaks a hard rule.
    """
    person, _ = model.owners()
    whole = np.asarray(model.rows.low, dtype=np.int64)
    whole[: len(values)] = values
    return model.rows.solve(Try(60.0), whole, person < 0).values


def _share(effort: Effort, deadline: Deadline, share: float) -> Try:
    work = None if effort.work is None else effort.work * share
    return Try(deadline.left * share, work, effort.workers, effort.seed)


def is_loose(problem: Problem) -> bool:
    """Whether nothing but points couples the people: then each can be planned beside the others."""
    is_soft = all(None not in (cover.under_weight, cover.over_weight) for cover in problem.covers)
    return is_soft and not problem.posts and problem.max_changes is None


def one_by_one(model: Model, effort: Effort, deadline: Deadline, values: Values) -> Values | None:
    """Plan one person after the other, each as is best beside those before; None where one cannot be planned at all.

    Only for people whom nothing but points couples. ``values``: what holds before the first of them is planned.
    """
    person, _ = model.owners()
    terms = model.rows.neighbours()
    order = list(range(len(model.people)))
    random.Random(effort.seed).shuffle(order)  # noqa: S311
    for number in order:
        if deadline.is_over:
            return None
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


def improve(
    model: Model,
    best: Best,
    effort: Effort,
    deadline: Deadline,
    relaxed: NDArray[np.float64] | None = None,
    is_settled: Callable[[], bool] = lambda: False,
) -> None:
    """Plan parts anew, as long as there is time (or work) and the bound is not reached."""
    if best.values is None:
        return
    draw = random.Random(effort.seed)  # noqa: S311
    parts = Parts(model, draw, relaxed)
    left = math.inf if effort.work is None else effort.work / 2
    cost = model.rows.value_of(best.values)
    while not deadline.is_over and left > 0:
        if best.bound is not None and cost <= best.bound + 1e-6:
            break
        if effort.work is None and is_settled():
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
    """Which part to plan anew next: some people, some days, or some people on some days; often those people whose days
    are least like the linear relaxation."""

    def __init__(self, model: Model, draw: random.Random, relaxed: NDArray[np.float64] | None) -> None:
        self._draw, self._model, self._relaxed = draw, model, relaxed
        self._person, self._day = model.owners()
        self._days = list(range(model.duties.problem.frozen_days, model.duties.problem.days))
        self._people = len(model.people)
        self._per_cell = max(1.0, float((self._person >= 0).sum()) / max(1, self._people * len(self._days)))
        self._size = 700.0
        self._touching = model.rows.neighbours()

    def next(self, values: Values) -> NDArray[np.bool_]:
        """Return which variables are free."""
        cells = self._size / self._per_cell
        kind, length = self._draw.random(), len(self._days)
        if kind < 0.5:
            days = length
        elif kind < 0.6:
            days = max(4, round(cells / self._people))
        else:
            days = self._draw.randint(min(length, 5), min(length, 14))
        days = min(days, length)
        near, day = self._costly(values) if self._draw.random() < 0.6 else ([], -1)
        start = self._draw.randint(0, length - days)
        if day >= 0:
            start = min(length - days, max(0, day - self._days[0] - self._draw.randrange(days)))
        first = self._days[start]
        inside = (self._day >= first) & (self._day < first + days)
        count = min(self._people, max(2, round(cells / days)))
        there = self._draw.sample(near, min(len(near), count // 2))
        chosen = [*there, *self._some_people(count - len(there), inside, values)]
        mine = np.isin(self._person, chosen) & inside
        return self._model.rows.with_neighbours(mine, self._person < 0, self._touching)

    def _costly(self, values: Values) -> tuple[list[int], int]:
        """Something that costs points now: the people whom it concerns, and its day (-1: nothing costs)."""
        costs = np.where(self._person < 0, np.asarray(self._model.rows.cost), 0)
        found = np.flatnonzero(costs * values > 0)
        if not len(found):
            return [], -1
        owner, columns = self._touching
        row = owner[columns == self._draw.choice(found.tolist())][0]
        there = columns[owner == row]
        there = there[self._person[there] >= 0]
        if not len(there):
            return [], -1
        return sorted(set(self._person[there].tolist())), int(self._draw.choice(self._day[there].tolist()))

    def _some_people(self, count: int, inside: NDArray[np.bool_], values: Values) -> list[int]:
        if self._relaxed is None or self._draw.random() < 0.5:
            return self._draw.sample(range(self._people), count)
        far = np.abs(self._relaxed - values)
        distance = np.bincount(self._person[inside], weights=far[inside], minlength=self._people)
        # By chance, in proportion to the distance (Efraimidis, Spirakis 2006: weighted sampling by keys).
        keys = [self._draw.random() ** (1 / (1e-3 + weight)) for weight in distance]
        return [int(one) for one in np.argsort(keys)[::-1][:count]]

    def learn(self, found: Found) -> None:
        """Make parts larger where they are solved to the end, smaller where not."""
        self._size = min(60_000.0, max(100.0, self._size * (1.08 if found.is_done else 0.9)))
