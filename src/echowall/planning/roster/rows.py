"""A linear model in whole numbers: solved as a whole, in part around a known solution, or relaxed for a bound."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver.python import model_builder
from ortools.sat.python import cp_model

Values = NDArray[np.int64]
Term = tuple[int, int]
"""A variable's number and its coefficient."""


@dataclass(frozen=True, slots=True)
class Try:
    """How one search may run: ``work`` is the solver's deterministic time."""

    seconds: float
    work: float | None = None
    workers: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to. ``is_done``: proved optimal, or (without ``values``) impossible."""

    values: Values | None
    bound: float | None
    is_done: bool
    work: float = 0.0


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What the linear relaxation came to: the least cost with fractions, and where it is."""

    bound: float | None
    values: NDArray[np.float64] | None


class Rows:
    """Variables with bounds and costs, and rows ``low <= sum of terms <= high``."""

    def __init__(self) -> None:
        self.low: list[int] = []
        self.high: list[int] = []
        self.cost: list[int] = []
        self._columns: list[int] = []
        self._factors: list[int] = []
        self._starts: list[int] = [0]
        self._row_low: list[int] = []
        self._row_high: list[int] = []
        self.constant = 0

    def variable(self, low: int = 0, high: int = 1, cost: int = 0) -> int:
        """Return the number of a new variable."""
        self.low.append(low)
        self.high.append(high)
        self.cost.append(cost)
        return len(self.low) - 1

    def add(self, terms: Iterable[Term], low: int | None = None, high: int | None = None) -> None:
        """Add a row; None: no limit on that side."""
        merged: dict[int, int] = {}
        for variable, factor in terms:
            merged[variable] = merged.get(variable, 0) + factor
        self._columns.extend(merged)
        self._factors.extend(merged.values())
        self._starts.append(len(self._columns))
        self._row_low.append(_LEAST if low is None else low)
        self._row_high.append(_MOST if high is None else high)

    def value_of(self, values: Values) -> int:
        """Return what these values cost."""
        return int(np.dot(np.asarray(self.cost), values)) + self.constant

    def solve(self, effort: Try, hint: Values | None = None, free: NDArray[np.bool_] | None = None) -> Found:
        """Search by CP-SAT. With ``free``, all other variables stay as in ``hint`` and only a cheaper result is wanted."""
        model, variables, chosen = self._cp_model(hint, free)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = effort.workers
        solver.parameters.max_time_in_seconds = max(0.05, effort.seconds)
        solver.parameters.random_seed = effort.seed % (2**31)
        solver.parameters.linearization_level = 2 if free is None else 1
        if effort.work is not None:
            solver.parameters.max_deterministic_time = max(1e-3, effort.work)
        status = solver.solve(model)
        spent = solver.response_proto.deterministic_time
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            is_done = status == cp_model.INFEASIBLE
            bound = None if free is not None or is_done else solver.best_objective_bound + self.constant
            return Found(None, bound if any(self.cost) else None, is_done, spent)
        values = np.zeros(len(self.low), dtype=np.int64) if free is None or hint is None else hint.copy()
        values[chosen] = [solver.value(variable) for variable in variables]
        bound = solver.best_objective_bound + self.constant if free is None else None
        return Found(values, bound, status == cp_model.OPTIMAL, spent)

    def neighbours(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the row and the variable of every term."""
        owner = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))
        return owner, np.asarray(self._columns, dtype=np.int64)

    def with_neighbours(
        self,
        free: NDArray[np.bool_],
        among: NDArray[np.bool_],
        terms: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> NDArray[np.bool_]:
        """Return ``free`` and those ``among`` that share a row with them, or a row with one that does."""
        owner, columns = terms
        for _ in range(2):
            touched = np.zeros(len(self._starts) - 1, dtype=bool)
            touched[owner[free[columns]]] = True
            near = np.zeros(len(free), dtype=bool)
            near[columns[touched[owner]]] = True
            free = free | (near & among)
        return free

    def relaxed(self, seconds: float) -> Relaxed:
        """Allow fractions (simplex by GLOP): no whole solution costs less.

        ``bound`` None: it did not end in time; infinity: even fractions cannot satisfy the rows.
        """
        model = model_builder.Model()  # type: ignore[no-untyped-call]
        lower, upper = np.asarray(self.low, dtype=float), np.asarray(self.high, dtype=float)
        variables = [model.new_num_var(a, b, "") for a, b in zip(lower, upper, strict=True)]
        columns, factors = self._columns, self._factors
        for row, (start, end) in enumerate(zip(self._starts, self._starts[1:], strict=False)):
            expression = model_builder.LinearExpr.weighted_sum(
                [variables[i] for i in columns[start:end]], [float(f) for f in factors[start:end]]
            )
            low, high = self._row_low[row], self._row_high[row]
            model.add_linear_constraint(
                expression, -math.inf if low == _LEAST else low, math.inf if high == _MOST else high
            )
        costly = [i for i, cost in enumerate(self.cost) if cost]
        model.minimize(
            model_builder.LinearExpr.weighted_sum([variables[i] for i in costly], [float(self.cost[i]) for i in costly])
        )
        solver = model_builder.Solver("glop")
        solver.set_time_limit_in_seconds(max(0.1, seconds))
        status = solver.solve(model)
        if status == model_builder.SolveStatus.INFEASIBLE:
            return Relaxed(math.inf, None)
        if status != model_builder.SolveStatus.OPTIMAL:
            return Relaxed(None, None)
        values = np.array([solver.value(variable) for variable in variables])
        return Relaxed(float(solver.objective_value) + self.constant, values)

    def _cp_model(
        self, hint: Values | None, free: NDArray[np.bool_] | None
    ) -> tuple[cp_model.CpModel, list[cp_model.IntVar], NDArray[np.int64]]:
        count = len(self.low)
        chosen = np.arange(count) if free is None else np.flatnonzero(free)
        model = cp_model.CpModel()
        place = np.full(count, -1)
        place[chosen] = np.arange(len(chosen))
        variables = [model.new_int_var(self.low[i], self.high[i], "") for i in chosen.tolist()]
        self._add_rows(model, variables, place, hint if free is not None else None)
        costly = [i for i in chosen.tolist() if self.cost[i]]
        if costly:
            objective = cp_model.LinearExpr.weighted_sum(
                [variables[place[i]] for i in costly], [self.cost[i] for i in costly]
            )
            model.minimize(objective)
        if hint is not None:
            for variable, value in zip(variables, hint[chosen].tolist(), strict=True):
                model.add_hint(variable, value)
        return model, variables, chosen

    def _add_rows(
        self,
        model: cp_model.CpModel,
        variables: Sequence[cp_model.IntVar],
        place: NDArray[np.int64],
        fixed: Values | None,
    ) -> None:
        starts, columns = np.asarray(self._starts), np.asarray(self._columns, dtype=np.int64)
        factors = np.asarray(self._factors, dtype=np.int64)
        is_free = place[columns] >= 0
        owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        wanted = np.unique(owner[is_free])
        at_rest = np.zeros(len(starts) - 1, dtype=np.int64)
        if fixed is not None:
            np.add.at(at_rest, owner[~is_free], factors[~is_free] * fixed[columns[~is_free]])
        for row in wanted.tolist():
            part = slice(starts[row], starts[row + 1])
            mine = is_free[part]
            low, high = self._row_low[row], self._row_high[row]
            if low != _LEAST:
                low -= int(at_rest[row])
            if high != _MOST:
                high -= int(at_rest[row])
            expression = cp_model.LinearExpr.weighted_sum(
                [variables[i] for i in place[columns[part][mine]].tolist()], factors[part][mine].tolist()
            )
            model.add_linear_constraint(expression, low, high)


_LEAST, _MOST = cp_model.INT_MIN, cp_model.INT_MAX
