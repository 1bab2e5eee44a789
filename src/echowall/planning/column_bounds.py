"""A proven bound for routing problems by column generation over walks: relaxed routes that may come to a place twice.

The linear relaxation of set covering by routes (Dantzig, Wolfe 1960; Desrochers, Desrosiers, Solomon: "A new optimization
algorithm for the vehicle routing problem with time windows", Operations Research 40, 1992), its pricing relaxed to walks
without a place left and entered again at once (Christofides, Mingozzi, Toth 1981). Every round of pricing gives a valid
bound, whenever it is stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from echowall.planning.deadline import Deadline

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Walk:
    """One relaxed route: what it costs, the drops in order (one may come twice)."""

    cost: float
    drops: tuple[int, ...]


Pricing = Callable[[Numbers], tuple[float, list[Walk]]]
"""Given what serving each drop is worth, return the least of (cost − worth) over all walks, exactly or from below, and
walks that are below zero (more is better)."""


def covering_bound(
    left: Numbers,
    count: int,
    price: Pricing,
    deadline: Deadline,
    work: float | None = None,
    start: Numbers | None = None,
) -> float:
    """Return what serving or leaving all drops costs at the least.

    ``left[i]``: what leaving drop i costs (a large number where it must be served). At most ``count`` walks are made.
    ``work`` limits the rounds of pricing; ``start``: what serving the drops is worth at first, from a simpler bound.
    """
    bound = 0.0
    worth = np.zeros(len(left)) if start is None else start
    centre = worth
    master = _Master(left, count)
    rounds, pull = 0, 0.0
    while not deadline.is_over and (work is None or rounds < work):
        rounds += 1
        # Between the master's prices and those of the best bound: less to and fro (Wentges 1997).
        asked = pull * centre + (1 - pull) * worth
        least, found = price(asked)
        value = float(asked.sum()) + count * min(0.0, least)
        if value > bound:
            bound, centre = value, asked
        is_new = master.add([walk for walk in found if walk.cost - asked[list(walk.drops)].sum() < -1e-6])
        if not is_new and pull == 0.0:
            break
        # Nothing new between the two: ask for the master's own prices.
        pull = 0.7 if is_new else 0.0
        value, worth = master.solve()
        if value - bound <= 1e-6 * max(1.0, abs(value)):
            break
    return bound


class _Master:
    """The linear programme over the walks known."""

    def __init__(self, left: Numbers, count: int) -> None:
        self._model = mathopt.Model(name="walks")
        self._served = [self._model.add_linear_constraint(lb=1.0) for _ in left]
        self._used = self._model.add_linear_constraint(ub=float(count))
        for row, cost in zip(self._served, left, strict=True):
            is_left = self._model.add_variable(lb=0.0)
            row.set_coefficient(is_left, 1.0)
            self._model.objective.set_linear_coefficient(is_left, float(cost))
        self._left = left
        self._known: set[tuple[int, ...]] = set()
        self._solver = mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)

    def add(self, walks: Sequence[Walk]) -> bool:
        """Add those that are not known; return whether there were any."""
        before = len(self._known)
        for walk in walks:
            if walk.drops in self._known:
                continue
            self._known.add(walk.drops)
            variable = self._model.add_variable(lb=0.0)
            self._model.objective.set_linear_coefficient(variable, walk.cost)
            self._used.set_coefficient(variable, 1.0)
            for drop in set(walk.drops):
                self._served[drop].set_coefficient(variable, float(walk.drops.count(drop)))
        return len(self._known) > before

    def solve(self) -> tuple[float, Numbers]:
        """Return the value and what each drop is worth."""
        result = self._solver.solve()
        prices = result.dual_values(self._served)
        # No drop is worth more than leaving it costs: else the bound of the next round would not hold.
        return result.objective_value(), np.clip(np.array(prices), 0.0, self._left)
