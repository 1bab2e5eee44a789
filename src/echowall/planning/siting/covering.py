"""Siting as covering: can everybody have a site within so many metres, how near can the farthest be, whom does it reach.

Exact by CP-SAT on the 0-1 covering models (Toregas and others 1971; Church, ReVelle: "The maximal covering location
problem", 1974). The centre is found by bisection over the distances that occur (Minieka 1970).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from echowall.planning.deadline import Deadline
from echowall.planning.siting.interchange import Costs
from echowall.planning.siting.median import Choice
from echowall.planning.types import Effort

Mask = NDArray[np.bool_]


def any_choice(near: Mask, choice: Choice, deadline: Deadline, effort: Effort) -> tuple[bool | None, NDArray[np.intp]]:
    """Return whether a choice gives each place (row) a site that is ``near``, and such a choice; None: not decided.

    A negative ``choice.count`` stands for any number.
    """
    model = cp_model.CpModel()
    is_open = _variables(model, choice)
    for row in _needed(near):
        model.add_bool_or(is_open[site] for site in np.flatnonzero(row))
    status, solver = _solve(model, deadline, effort)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return True, _opened(solver, is_open)
    return (False if status == cp_model.INFEASIBLE else None), np.zeros(0, dtype=np.intp)


def farthest(
    metres: Costs, allowed: Mask, choice: Choice, deadline: Deadline, effort: Effort
) -> tuple[int, int] | None:
    """Return the least farthest way (whole metres) that was shown possible, and the least not shown impossible.

    None where not one choice was found in time.
    """
    lengths = np.unique(metres[allowed])
    low, high = 0, len(lengths) - 1
    # What a place needs at the very least, whatever opens.
    nearest = np.where(allowed & ~choice.never[None, :], metres, np.iinfo(np.int64).max).min(axis=1)
    low = int(np.searchsorted(lengths, nearest.max()))
    possible, _ = any_choice(allowed, choice, deadline, effort)
    if not possible:
        return None
    while low < high:
        middle = (low + high) // 2
        share = Effort(max(0.5, deadline.left / 3), effort.seed, effort.work, effort.workers)
        answer, _ = any_choice(allowed & (metres <= lengths[middle]), choice, Deadline(share), share)
        if answer is None:
            # Look for what can be shown from above; the bound stays where it was proved.
            return _from_above(metres, allowed, choice, lengths[low : high + 1], deadline, effort)
        low, high = (low, middle) if answer else (middle + 1, high)
    return int(lengths[high]), int(lengths[low])


def most_reached(
    near: Mask, people: Costs, allowed: Mask, choice: Choice, deadline: Deadline, effort: Effort
) -> tuple[NDArray[np.intp], int, int] | None:
    """Return the choice that has most ``people`` near a site, how many that are, and the proven most; None: none found."""
    model = cp_model.CpModel()
    is_open = _variables(model, choice)
    for row in _needed(allowed) if not allowed.all() else []:
        model.add_bool_or(is_open[site] for site in np.flatnonzero(row))
    reached = []
    for place, row in enumerate(near):
        is_reached = model.new_bool_var("")
        model.add_bool_or([*(is_open[site] for site in np.flatnonzero(row)), ~is_reached])
        reached.append(is_reached * int(people[place]))
    model.maximize(sum(reached))
    status, solver = _solve(model, deadline, effort)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return _opened(solver, is_open), round(solver.objective_value), int(np.floor(solver.best_objective_bound + 1e-6))


def _from_above(
    metres: Costs, allowed: Mask, choice: Choice, lengths: NDArray[np.int64], deadline: Deadline, effort: Effort
) -> tuple[int, int]:
    found = int(lengths[-1])
    for length in lengths[-2:0:-1]:
        if deadline.is_over or not any_choice(allowed & (metres <= length), choice, deadline, effort)[0]:
            break
        found = int(length)
    return found, int(lengths[0])


def _variables(model: cp_model.CpModel, choice: Choice) -> list[cp_model.IntVar]:
    is_open = [model.new_bool_var(f"site {site}") for site in range(len(choice.must))]
    for site, variable in enumerate(is_open):
        if choice.must[site]:
            model.add(variable == 1)
        if choice.never[site]:
            model.add(variable == 0)
    if choice.count >= 0:
        model.add(sum(is_open) == choice.count)
    new = [is_open[site] for site in np.flatnonzero(~choice.known)]
    if choice.fresh < len(new):
        model.add(sum(new) <= choice.fresh)
    return is_open


def _needed(near: Mask) -> list[Mask]:
    """The rows that do not follow from another (whose near sites are all among theirs)."""
    rows = np.unique(near, axis=0)
    rows = rows[np.argsort(rows.sum(axis=1), kind="stable")]
    kept: list[Mask] = []
    for row in rows:
        if not any((one <= row).all() for one in kept):
            kept.append(row)
    return kept


def _solve(model: cp_model.CpModel, deadline: Deadline, effort: Effort) -> tuple[int, cp_model.CpSolver]:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1 if effort.work is not None else effort.workers
    solver.parameters.random_seed = effort.seed
    solver.parameters.max_time_in_seconds = max(0.1, deadline.left)
    if effort.work is not None:
        solver.parameters.max_deterministic_time = effort.work
    return int(solver.solve(model)), solver


def _opened(solver: cp_model.CpSolver, is_open: list[cp_model.IntVar]) -> NDArray[np.intp]:
    return np.array([site for site, variable in enumerate(is_open) if solver.value(variable)], dtype=np.intp)
