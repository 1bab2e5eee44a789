"""The p-median problem, solved to proven optimality: Lagrangian relaxation, interchange, fixing, and branching.

The rule "every place is served once" is relaxed (Cornuéjols, Fisher, Nemhauser 1977; Beasley: "A note on solving large
p-median problems", EJOR 21, 1985; subgradient with Polyak's step). Sites that the bound forbids, or demands, in any better
solution are fixed by their reduced cost. On the few that remain the same relaxation bounds the nodes of a search tree,
best bound first.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echowall.planning.deadline import Deadline
from echowall.planning.siting import interchange
from echowall.planning.siting.interchange import Costs

NODE_STEPS = 40


@dataclass(frozen=True, eq=False)
class Choice:
    """Which sites may be chosen: ``count`` of them, with all of ``must`` and none of ``never``; of those that are not
    ``known`` (open today) at most ``fresh``. Masks by site."""

    count: int
    must: NDArray[np.bool_]
    never: NDArray[np.bool_]
    known: NDArray[np.bool_]
    fresh: int


@dataclass(frozen=True, eq=False)
class Found:
    """The sites chosen (sorted), their total cost, and what no choice can be cheaper than."""

    opened: NDArray[np.intp]
    cost: int
    bound: int
    steps: int
    nodes: int


@dataclass
class _State:
    multipliers: NDArray[np.float64]
    best_multipliers: NDArray[np.float64]
    bound: float
    opened: NDArray[np.intp]
    cost: int
    steps: int = 0
    nodes: int = 0


def pick(reduced: NDArray[np.float64], choice: Choice, count: int | None = None) -> tuple[NDArray[np.intp], float]:
    """Return the cheapest set of ``count`` sites (of ``choice`` by default) by ``reduced`` cost, and its sum.

    Without known sites that is the first ones in order; with a limit on fresh ones every division is tried.
    """
    count = choice.count if count is None else count
    must = np.flatnonzero(choice.must)
    rest = count - must.size
    free = np.flatnonzero(~choice.must & ~choice.never)
    ordered = free[np.argsort(reduced[free], kind="stable")]
    base = float(reduced[must].sum())
    fresh = choice.fresh - int((~choice.known[must]).sum())
    new, old = ordered[~choice.known[ordered]], ordered[choice.known[ordered]]
    if rest < 0 or fresh < 0 or min(fresh, new.size) + old.size < rest:
        return must, float("inf")
    if fresh >= rest:
        return np.sort(np.concatenate([must, ordered[:rest]])), base + float(reduced[ordered[:rest]].sum())
    taken = np.arange(max(0, rest - old.size), min(fresh, new.size, rest) + 1)
    sums = _prefix(reduced[new])[taken] + _prefix(reduced[old])[rest - taken]
    best = int(sums.argmin())
    chosen = np.concatenate([must, new[: taken[best]], old[: rest - taken[best]]])
    return np.sort(chosen), base + float(sums[best])


def solve(
    costs: Costs, choice: Choice, start: NDArray[np.intp], deadline: Deadline, work: float | None = None
) -> Found:
    """Return the cheapest choice and a bound; equal where proved.

    ``costs[place, site]`` are whole numbers (a pair that is not allowed costs so much that no good plan has it).
    ``start``: an allowed choice. ``work`` limits the subgradient steps, and the nodes of the tree.
    """
    opened = _interchange(costs, start, choice)
    second = np.partition(costs, 1, axis=1)[:, 1] if costs.shape[1] > 1 else costs[:, 0]
    multipliers = second.astype(np.float64)
    state = _State(multipliers, multipliers, -np.inf, opened, interchange.total(costs, opened))
    steps = int(work) if work is not None else 3000
    for share in (0.25, 0.5, 1.0):
        _ascend(costs, choice, state, deadline, int(steps * share))
        choice = _fixed(costs, choice, state.best_multipliers, state.cost)
        if _is_proved(state) or deadline.is_over:
            break
    bound = state.bound
    if not _is_proved(state) and not deadline.is_over:
        bound = max(bound, _branch(costs, choice, state, deadline, work))
    whole = min(state.cost, int(np.ceil(bound - 1e-6)))
    return Found(state.opened, state.cost, whole, state.steps, state.nodes)


def _prefix(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(values)])


def _is_proved(state: _State) -> bool:
    return bool(np.ceil(state.bound - 1e-6) >= state.cost)


def _interchange(costs: Costs, opened: NDArray[np.intp], choice: Choice) -> NDArray[np.intp]:
    if choice.fresh >= choice.count:
        return interchange.improve(costs, opened, ~choice.never, ~choice.must)
    return interchange.limited(costs, opened, (~choice.never, ~choice.must), choice.known, choice.fresh)


def _ascend(costs: Costs, choice: Choice, state: _State, deadline: Deadline, until: int) -> None:
    """Subgradient steps up to the step of number ``until``; keeps the best bound, multipliers and choice."""
    columns = np.flatnonzero(~choice.never)
    small = costs[:, columns].astype(np.float64)
    inside = Choice(choice.count, choice.must[columns], choice.never[columns], choice.known[columns], choice.fresh)
    factor, idle = 1.5, 0
    direction = np.zeros(len(costs))
    state.multipliers = state.best_multipliers.copy()
    tried: set[bytes] = set()
    while state.steps < until and not deadline.is_over and not _is_proved(state):
        state.steps += 1
        below = np.minimum(small - state.multipliers[:, None], 0.0)
        chosen, least = pick(below.sum(axis=0), inside)
        value = float(state.multipliers.sum()) + least
        if value > state.bound + 1e-9:
            gained = value - state.bound
            idle = 0 if gained > 1e-4 * abs(value) else idle
            state.bound, state.best_multipliers = value, state.multipliers.copy()
        idle += 1
        if idle >= 15:
            factor, idle = factor / 2, 0
            state.multipliers = state.best_multipliers.copy()
        if state.steps % 10 == 1:
            _try(costs, choice, state, columns[chosen], tried)
        if factor < 1e-3:
            break
        slope = 1.0 - (below[:, chosen] < 0).sum(axis=1)
        direction = slope + 0.3 * direction
        norm = float(slope @ direction)
        if not slope.any() or norm <= 0:
            direction, norm = slope, float(slope @ slope)
        if norm == 0:
            break
        state.multipliers = state.multipliers + factor * (1.01 * state.cost - value) / norm * direction


def _try(costs: Costs, choice: Choice, state: _State, chosen: NDArray[np.intp], tried: set[bytes]) -> None:
    key = chosen.tobytes()
    if key in tried:
        return
    tried.add(key)
    if interchange.total(costs, chosen) > 1.3 * state.cost:
        return
    better = _interchange(costs, chosen, choice)
    cost = interchange.total(costs, better)
    if cost < state.cost:
        state.opened, state.cost = better, cost


def _fixed(costs: Costs, choice: Choice, multipliers: NDArray[np.float64], cost: int) -> Choice:
    """The choice without sites that no solution cheaper than ``cost`` opens, and with those that each of them opens."""
    reduced = np.minimum(costs - multipliers[:, None], 0.0).sum(axis=0)
    target = cost - 1 + 1e-6
    base = float(multipliers.sum())
    chosen, _ = pick(reduced, choice)
    _, without_one = pick(reduced, replace(choice, count=choice.count - 1))
    free = ~choice.must & ~choice.never
    is_chosen = np.zeros(len(free), dtype=bool)
    is_chosen[chosen] = True
    # `inf` where all of the count must be open already: then every free site closes, which is right.
    never = choice.never | (free & ~is_chosen & (base + without_one + reduced > target))
    must = choice.must.copy()
    for site in chosen:
        if free[site]:
            closed = choice.never.copy()
            closed[site] = True
            _, least = pick(reduced, replace(choice, never=closed))
            must[site] = base + least > target
    return replace(choice, must=must, never=never)


def _branch(costs: Costs, choice: Choice, state: _State, deadline: Deadline, work: float | None) -> float:
    """Search the tree of open and closed sites; better choices go into ``state``. Returns the proven bound."""
    number = itertools.count()
    heap = [(state.bound, next(number), choice, state.best_multipliers)]
    nodes = int(work) if work is not None else 10_000_000
    while heap and np.ceil(heap[0][0] - 1e-6) < state.cost:
        if deadline.is_over or state.nodes >= nodes:
            return heap[0][0]
        state.nodes += 1
        bound, _, here, multipliers = heapq.heappop(heap)
        bound, multipliers, share = _node(costs, here, state, max(bound, -np.inf), multipliers)
        here = _fixed(costs, here, multipliers, state.cost)
        free = np.flatnonzero(~here.must & ~here.never)
        if np.ceil(bound - 1e-6) >= state.cost:
            continue
        if not free.size:
            _, least = pick(np.minimum(costs - multipliers[:, None], 0.0).sum(axis=0), here)
            if np.isfinite(least):
                _offer(costs, state, np.flatnonzero(here.must))
            continue
        site = free[int(np.abs(share[free] - 0.5).argmin())]
        for mask in ("must", "never"):
            changed = getattr(here, mask).copy()
            changed[site] = True
            heapq.heappush(heap, (bound, next(number), replace(here, **{mask: changed}), multipliers))
    return float(state.cost)


def _node(
    costs: Costs, choice: Choice, state: _State, bound: float, multipliers: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Some subgradient steps: the node's bound, its multipliers, and how often each site was chosen (a share)."""
    columns = np.flatnonzero(~choice.never)
    small = costs[:, columns].astype(np.float64)
    inside = Choice(choice.count, choice.must[columns], choice.never[columns], choice.known[columns], choice.fresh)
    best, best_multipliers = bound, multipliers
    shares = np.zeros(costs.shape[1])
    # The parent's bound holds here too, but these multipliers may show less of it.
    local, factor, idle = -np.inf, 0.5, 0
    for step in range(NODE_STEPS):
        below = np.minimum(small - multipliers[:, None], 0.0)
        chosen, least = pick(below.sum(axis=0), inside)
        if not np.isfinite(least):
            return float(state.cost), best_multipliers, shares
        value = float(multipliers.sum()) + least
        if step >= NODE_STEPS // 2:
            shares[columns[chosen]] += 2 / NODE_STEPS
        idle += 1
        if value > local:
            local, best_multipliers, idle = value, multipliers, 0
        best = max(best, value)
        if np.ceil(best - 1e-6) >= state.cost:
            break
        if idle >= 4:
            factor, idle = factor / 2, 0
        slope = 1.0 - (below[:, chosen] < 0).sum(axis=1)
        norm = float(slope @ slope)
        if norm == 0:
            break
        multipliers = multipliers + factor * (state.cost - value) / norm * slope
    _offer(costs, state, columns[chosen])
    return best, best_multipliers, shares


def _offer(costs: Costs, state: _State, opened: NDArray[np.intp]) -> None:
    cost = interchange.total(costs, opened)
    if cost < state.cost:
        state.opened, state.cost = np.sort(opened), cost
