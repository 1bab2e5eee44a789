"""Clusters as labels of buildings in CP-SAT: proves bounds and impossibility, and improves a plan near its borders.

Connection is asked for lazily. A small connected set cannot be a cluster by itself, so where all of it bears a label, a
neighbour does too (for sets of one and two buildings from the start); larger islands are cut off from the main piece of
their cluster by the neighbours between them (Fischetti et al. 2017; Validi, Buchanan, Lykhovyd 2022). Each solve is of
a relaxation: its bound holds for the problem.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal

from echowall.planning.clusters.annealing import Annealing, Parts, pieces_of
from echowall.planning.clusters.partition import tune
from echowall.planning.clusters.terms import bits
from echowall.planning.deadline import Deadline
from echowall.planning.types import Effort


@dataclass(slots=True)
class Labels:
    """The best connected parts found (None: none), the bound of what is linear, and whether nothing is possible."""

    parts: Parts | None = None
    bound: float = -math.inf
    is_impossible: bool = False


@dataclass(slots=True)
class _Model:
    job: Annealing
    model: cp_model.CpModel
    x: list[list[cp_model.IntVar]]
    y: dict[tuple[int, int], cp_model.IntVar]
    added: set[tuple[int, int]] = field(default_factory=set)

    def literal(self, v: int, part: int) -> Literal:
        """For two clusters one variable does for both."""
        if self.job.count == 2:
            return self.x[v][0] if part == 0 else self.x[v][0].negated()
        return self.x[v][part]

    def join_island(self, island: int, around: int) -> None:
        """Wherever all of ``island`` bears a label, somebody ``around`` it does."""
        if (island, around) in self.added:
            return
        self.added.add((island, around))
        for part in range(self.job.count):
            inside = [self.literal(v, part).negated() for v in bits(island)]
            self.model.add_bool_or([*inside, *(self.literal(v, part) for v in bits(around))])


def label(
    job: Annealing,
    effort: Effort,
    deadline: Deadline,
    *,
    known: Parts | None = None,
    fixed: dict[int, int] | None = None,
) -> Labels:
    """Return the best labels (of those that keep ``fixed``), starting from ``known``, with a bound.

    What is not linear in labels (the walk to the middle, the radius, own facilities) is not in the model: its parts
    need `is_allowed`, its bound and its proof of impossibility hold all the same.
    """
    made = _build(job, fixed or {}, known)
    result = Labels()
    while not deadline.is_over:
        solver = cp_model.CpSolver()
        tune(solver, effort, deadline.left)
        status = solver.solve(made.model)
        if status == cp_model.INFEASIBLE:
            result.is_impossible = True
            return result
        result.bound = max(result.bound, solver.best_objective_bound)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return result
        parts = [
            next(p for p in range(job.count) if solver.boolean_value(made.literal(v, p))) for v in range(len(made.x))
        ]
        islands = _islands(job, parts)
        if not islands:
            result.parts = parts
            return result
        for island, around in islands:
            made.join_island(island, around)
        _hint(made, known or parts)
    return result


def _islands(job: Annealing, parts: Parts) -> list[tuple[int, int]]:
    """Every piece of a cluster beside its main one, with the neighbours through which alone it could be joined."""
    masks = [0] * job.count
    for v, part in enumerate(parts):
        masks[part] |= 1 << v
    found = []
    for mask in masks:
        for island in pieces_of(job.ground, mask)[1:]:
            around = 0
            for v in bits(island):
                around |= job.ground.adjacent[v]
            found.append((island, around & ~island))
    return found


def _build(job: Annealing, fixed: dict[int, int], known: Parts | None) -> _Model:
    model = cp_model.CpModel()
    size, count, ground = job.ground.size, job.count, job.ground
    width = 1 if count == 2 else count
    x = [[model.new_bool_var("") for _ in range(width)] for _ in range(size)]
    made = _Model(job, model, x, {})
    for v, part in {**job.pinned, **fixed}.items():
        model.add(made.literal(v, part) == 1)
    for v in range(size):
        if count != 2:
            model.add_exactly_one(x[v])
    for u, v in ground.edges:
        y = model.new_bool_var("")
        made.y[u, v] = y
        for part in range(count):
            a, b = made.literal(u, part), made.literal(v, part)
            model.add_bool_or([a.negated(), b, y])
            model.add_bool_or([a, b.negated(), y])
    for part in range(count):
        living = sum(ground.people[v] * made.literal(v, part) for v in range(size))
        model.add_linear_constraint(living, *job.band)
        model.add_bool_or([made.literal(v, part) for v in range(size)])
    _pairs_and_places(made)
    _small_islands(made)
    if not fixed and not job.pinned and not job.today:
        _break_symmetry(made)
    weights = ground.problem.weights
    moved = [made.literal(v, part).negated() for v, part in job.today.items()]
    strangers = sum(label not in job.names for label in ground.current.values())
    if ground.problem.max_changes is not None:
        model.add(sum(moved) + strangers <= ground.problem.max_changes)
    model.minimize(2 * weights.cut * sum(made.y.values()) + 2 * weights.change * (sum(moved) + strangers))
    if known is not None:
        _hint(made, known)
    return made


def _pairs_and_places(made: _Model) -> None:
    job = made.job
    against = job.terms.forbidden(job.ground.size)
    for v, mask in enumerate(against):
        for u in bits(mask & ~((1 << (v + 1)) - 1)):
            for part in range(job.count):
                made.model.add_bool_or([made.literal(u, part).negated(), made.literal(v, part).negated()])
    for part in range(job.count):
        for term in job.terms.sets:
            first, *rest = bits(term.wants)
            for v in rest:
                made.model.add(made.literal(first, part) == made.literal(v, part))
        for cover in job.terms.covers:
            # Some place lies inside the cluster; that it reaches everybody is left to `is_allowed`.
            places = {v for at, _ in cover.places for v in bits(at)}
            made.model.add_bool_or([made.literal(v, part) for v in sorted(places)])


def _small_islands(made: _Model) -> None:
    ground, low = made.job.ground, made.job.band[0]
    for v in range(ground.size):
        if ground.people[v] < low:
            made.join_island(1 << v, ground.adjacent[v])
    for u, v in ground.edges:
        if ground.people[u] + ground.people[v] < low:
            pair = 1 << u | 1 << v
            made.join_island(pair, (ground.adjacent[u] | ground.adjacent[v]) & ~pair)


def _order(job: Annealing) -> list[int]:
    """Those with the most people first: they decide most."""
    return sorted(range(job.ground.size), key=lambda v: (-job.ground.people[v], v))


def _break_symmetry(made: _Model) -> None:
    """Number the clusters by their first building in `_order`."""
    order, count = _order(made.job), made.job.count
    made.model.add(made.literal(order[0], 0) == 1)
    if count == 2:
        return
    for place, v in enumerate(order):
        for part in range(1, count):
            if part > place:
                made.model.add(made.x[v][part] == 0)
            elif place < 12 * count:
                made.model.add_bool_or([made.x[v][part].negated(), *(made.x[u][part - 1] for u in order[:place])])


def _hint(made: _Model, parts: Parts) -> None:
    job = made.job
    if not job.pinned and not job.today:
        number: dict[int, int] = {}
        for v in _order(job):
            number.setdefault(parts[v], len(number))
        parts = [number[part] for part in parts]
    made.model.clear_hints()  # type: ignore[no-untyped-call]
    for v, row in enumerate(made.x):
        for part, variable in enumerate(row):
            made.model.add_hint(variable, parts[v] == part)
    for (u, v), y in made.y.items():
        made.model.add_hint(y, parts[u] != parts[v])
