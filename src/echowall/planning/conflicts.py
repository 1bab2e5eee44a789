"""Which demands cannot hold together: a smallest set, or one from which nothing can be left out.

Smallest: the implicit hitting set method for a smallest minimal unsatisfiable subset (Ignatiev, Previti, Liffiton,
Marques-Silva: "Smallest MUS Extraction with Minimal Hitting Set Dualization", CP 2015). When time runs out first, the
deletion filter's irreducible set (Chinneck, Dravnieks 1991) is returned and said to be just that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ortools.sat.python import cp_model

from echowall.planning.deadline import Deadline
from echowall.planning.types import Conflict, Demand

Feasible = Callable[[frozenset[int]], bool | None]
"""Can the demands of these indices hold together (with everything that is no demand)? None: not decided in its time."""


def find_conflict(demands: Sequence[Demand], is_feasible: Feasible, deadline: Deadline) -> Conflict | None:
    """Return demands that conflict, or None where all hold together or the oracle could not tell.

    The set of all demands must have been found infeasible. A demand that the oracle cannot decide about stays in.
    """
    everything = frozenset(range(len(demands)))
    if is_feasible(everything) is not False:
        return None
    found, is_smallest = _smallest(everything, is_feasible, deadline)
    if not is_smallest:
        found = _irreducible(everything, is_feasible, deadline)
    return Conflict(tuple(demands[i] for i in sorted(found)), is_smallest)


def _irreducible(everything: frozenset[int], is_feasible: Feasible, deadline: Deadline) -> frozenset[int]:
    kept = set(everything)
    for index in sorted(everything, reverse=True):
        if deadline.is_over:
            break
        if is_feasible(frozenset(kept - {index})) is False:
            kept.discard(index)
    return frozenset(kept)


def _smallest(everything: frozenset[int], is_feasible: Feasible, deadline: Deadline) -> tuple[frozenset[int], bool]:
    corrections: list[frozenset[int]] = []
    # Half of what is left: the rest belongs to the deletion filter, should this not end.
    until = deadline.spent + deadline.left / 2
    while deadline.spent < until:
        candidate = _hitting_set(corrections, everything, until - deadline.spent)
        answer = is_feasible(candidate) if candidate is not None else None
        if candidate is None or answer is None:
            break
        if answer is False:
            return candidate, True
        grown = set(candidate)
        for index in sorted(everything - candidate):
            if deadline.spent >= until:
                break
            if is_feasible(frozenset(grown | {index})):
                grown.add(index)
        corrections.append(everything - grown)
    return everything, False


def _hitting_set(
    corrections: Sequence[frozenset[int]], everything: frozenset[int], seconds: float
) -> frozenset[int] | None:
    model = cp_model.CpModel()
    taken = {index: model.new_bool_var(f"demand {index}") for index in sorted(everything)}
    for correction in corrections:
        model.add_bool_or(taken[index] for index in sorted(correction))
    model.minimize(sum(taken.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = max(0.1, seconds)
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    return frozenset(index for index, variable in taken.items() if solver.value(variable))
