"""Choose sets so that every building is in exactly one: the linear relaxation over all sets, then CP-SAT.

Every set whose reduced cost exceeds the distance between the relaxation's bound and the best plan known cannot be in a
better plan and is left out before the last search (reduced cost fixing), which keeps that search exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp  # type: ignore[attr-defined]
from ortools.sat.python import cp_model

from echowall.planning.clusters.ground import Ground
from echowall.planning.clusters.terms import Terms, bits
from echowall.planning.deadline import Deadline
from echowall.planning.types import Effort

BATCH = 400
ARTIFICIAL = 50.0  # times the dearest set: what a row costs that no set fills
CERTAIN = 1e-4
TRIES = (500, 2_000, 8_000)


@dataclass(frozen=True, eq=False)
class Pool:
    """Sets that may be clusters. Row i of ``rows`` says what set i takes up: buildings, one cluster, its label, changes."""

    sets: list[int]
    labels: list[str | None]
    costs: NDArray[np.int64]
    rows: NDArray[np.int32]
    low: NDArray[np.int64]
    high: NDArray[np.int64]


@dataclass(slots=True)
class Found:
    """Numbers of the chosen sets in the pool (None: none known), the bound, and whether it was proved impossible."""

    chosen: list[int] | None = None
    bound: float = 0.0
    is_impossible: bool = False
    notes: list[str] = field(default_factory=list)


def cost_of(ground: Ground, chosen: int, changes: int) -> int:
    """Return what the cluster ``chosen`` adds to twice the objective (each cut edge counts once from either side)."""
    weights = ground.problem.weights
    cut = sum((ground.adjacent[v] & ~chosen).bit_count() for v in bits(chosen))
    return weights.cut * cut + 2 * (weights.spread * spread_of(ground, chosen)[0] + weights.change * changes)


def spread_of(ground: Ground, chosen: int) -> tuple[int, int]:
    """Return the person-metres to the best centre of ``chosen`` within the radius, and that centre."""
    members = list(bits(chosen))
    people = np.array([ground.people[v] for v in members], dtype=np.int64)
    between = ground.metres[np.ix_(members, members)]
    walks = people @ between
    if ground.problem.radius is not None:
        walks = np.where(between.max(axis=0) <= ground.problem.radius, walks, walks.max() + 1)
    best = int(walks.argmin())
    return int(people @ between[:, best]), members[best]


def pool_of(ground: Ground, terms: Terms, sets: Sequence[int], count: int) -> Pool:
    """Return the pool of ``sets`` for ``count`` clusters. A set appears once per name that it may sensibly bear."""
    locked = {v: label for _, v, label in terms.locks}
    names = sorted({*locked.values(), *ground.current.values()})
    size = ground.size
    masks, labels, changes = [], [], []
    for chosen in sets:
        for label, changed in _names(ground, locked, chosen):
            masks.append(chosen)
            labels.append(label)
            changes.append(changed)
    rows = np.zeros((len(masks), size + len(names) + 2), dtype=np.int32)
    for i, chosen in enumerate(masks):
        rows[i, list(bits(chosen))] = 1
        label = labels[i]
        if label is not None:
            rows[i, size + names.index(label)] = 1
    rows[:, -2] = 1
    rows[:, -1] = changes
    most = ground.problem.max_changes
    low = np.array([1] * size + [0] * len(names) + [count, 0], dtype=np.int64)
    high = np.array([1] * size + [1] * len(names) + [count, size if most is None else most], dtype=np.int64)
    plain = {chosen: cost_of(ground, chosen, 0) for chosen in sets}
    step = 2 * ground.problem.weights.change
    costs = np.array([plain[m] + step * c for m, c in zip(masks, changes, strict=True)], dtype=np.int64)
    return Pool(masks, labels, costs, rows, low, high)


def _names(ground: Ground, locked: dict[int, str], chosen: int) -> list[tuple[str | None, int]]:
    members = list(bits(chosen))
    held = {locked[v] for v in members if v in locked}
    today = [ground.current[v] for v in members if v in ground.current]
    if held:
        label = next(iter(held))
        return [(label, sum(name != label for name in today))]
    return [(None, len(today)), *((name, sum(o != name for o in today)) for name in sorted(set(today)))]


def choose(pool: Pool, effort: Effort, deadline: Deadline) -> Found:
    """Return the cheapest choice, its bound, or that there is none."""
    found = Found()
    if not len(pool.sets) or not (pool.rows[:, : pool.rows.shape[1]].sum(axis=0) >= pool.low).all():
        found.is_impossible = True
        return found
    # With sets that cost nothing, the bound is what stays unfilled even in fractions.
    if relaxation(replace(pool, costs=np.zeros_like(pool.costs)), deadline)[0] > CERTAIN:
        found.is_impossible = True
        return found
    bound, reduced = relaxation(pool, deadline)
    found.bound = bound
    order = np.argsort(reduced, kind="stable")
    for size in TRIES:
        if found.chosen is None and size < len(order) and not deadline.is_over:
            _search(pool, np.sort(order[:size]), found, effort, 0.08 * deadline.left)
    kept = np.arange(len(order))
    if found.chosen is not None:
        value = int(pool.costs[found.chosen].sum())
        kept = np.flatnonzero(reduced <= value - bound + 1e-3)
        if value - bound < 1:
            found.bound = float(value)
            return found
    _search(pool, kept, found, effort, deadline.left, is_all=True)
    return found


def relaxation(pool: Pool, deadline: Deadline) -> tuple[float, NDArray[np.float64]]:
    """Return the bound of the linear relaxation over the whole pool and the reduced cost of every set.

    Column generation by listing: the relaxation over few sets is solved, all sets are priced at its duals, the most
    negative come in. When time runs out before the end, the bound is Lagrange's at the duals reached.
    """
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.SuppressOutput()
    scale = float(max(1, pool.costs.max()))
    costs = pool.costs / scale
    rows = []
    for low, high in zip(pool.low.tolist(), pool.high.tolist(), strict=True):
        row = solver.Constraint(float(low), float(high))
        for sign in (1.0, -1.0):
            slack = solver.NumVar(0.0, solver.infinity(), "")
            row.SetCoefficient(slack, sign)
            solver.Objective().SetCoefficient(slack, ARTIFICIAL if pool.costs.any() else 1.0)
        rows.append(row)
    inside = np.zeros(len(pool.sets), dtype=bool)
    wanted = np.argsort(costs / pool.rows[:, :-2].sum(axis=1), kind="stable")[:BATCH]
    matrix = pool.rows.astype(np.float64)
    while True:
        for i in wanted:
            variable = solver.NumVar(0.0, solver.infinity(), "")
            solver.Objective().SetCoefficient(variable, float(costs[i]))
            for r in np.flatnonzero(pool.rows[i]):
                rows[r].SetCoefficient(variable, float(pool.rows[i, r]))
        inside[wanted] = True
        if solver.Solve() != pywraplp.Solver.OPTIMAL:
            return 0.0, np.zeros(len(pool.sets))  # worth nothing, but true: no cost is below 0
        duals = np.array([row.dual_value() for row in rows])
        reduced = costs - matrix @ duals
        bad = np.flatnonzero((reduced < -1e-9) & ~inside)
        if not len(bad) or deadline.is_over:
            break
        wanted = bad[np.argsort(reduced[bad], kind="stable")[:BATCH]]
    duals *= scale
    reduced = pool.costs - matrix @ duals
    fixed = np.where(duals > 0, pool.low, pool.high) @ duals
    # At most `count` sets are taken, each no better than the most negative reduced cost.
    return float(fixed + min(0.0, reduced.min()) * pool.high[-2]), reduced


def _search(
    pool: Pool, kept: NDArray[np.int64], found: Found, effort: Effort, seconds: float, *, is_all: bool = False
) -> None:
    """Improve ``found`` by the sets ``kept``. ``is_all``: no set outside them can be part of anything better."""
    model = cp_model.CpModel()
    taken = {int(i): model.new_bool_var("") for i in kept}
    numbers = list(taken)
    known = set(found.chosen or [])
    for r in range(pool.rows.shape[1]):
        users = np.flatnonzero(pool.rows[kept, r])
        terms = [(taken[numbers[u]], int(pool.rows[numbers[u], r])) for u in users]
        low, high = int(pool.low[r]), int(pool.high[r])
        if low == high == 1:
            model.add_exactly_one(variable for variable, _ in terms)
        elif high == 1:
            model.add_at_most_one(variable for variable, _ in terms)
        else:
            model.add_linear_constraint(sum(variable * factor for variable, factor in terms), low, high)
    total = sum(variable * int(pool.costs[i]) for i, variable in taken.items())
    model.minimize(total)
    model.add(total >= math.ceil(found.bound - 1e-3))
    for i, variable in taken.items():
        model.add_hint(variable, i in known)
    solver = cp_model.CpSolver()
    tune(solver, effort, seconds)
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        chosen = [i for i, variable in taken.items() if solver.boolean_value(variable)]
        if found.chosen is None or pool.costs[chosen].sum() < pool.costs[found.chosen].sum():
            found.chosen = chosen
    if not is_all:
        return
    if status == cp_model.INFEASIBLE and found.chosen is None:
        found.is_impossible = True
    elif status in (cp_model.OPTIMAL, cp_model.INFEASIBLE) and found.chosen is not None:
        found.bound = float(pool.costs[found.chosen].sum())
    elif found.chosen is not None:
        found.bound = max(found.bound, min(solver.best_objective_bound, float(pool.costs[found.chosen].sum())))


def tune(solver: cp_model.CpSolver, effort: Effort, seconds: float) -> None:
    """Set time, seed and threads of ``solver``; where work is limited, so that it always does the same."""
    parameters = solver.parameters
    parameters.max_time_in_seconds = max(0.05, seconds)
    parameters.random_seed = effort.seed
    parameters.num_workers = max(1, effort.workers)
    if effort.work is not None:
        parameters.num_workers = 1
        parameters.max_deterministic_time = effort.work
