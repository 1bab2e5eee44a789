"""PyVRP run on one or two cores: independent searches with different seeds, the better one kept."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from pyvrp import ProblemData
from pyvrp import Solution as Found
from pyvrp import solve as pyvrp_solve
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, NoImprovement, StoppingCriterion

from echowall.planning.types import Effort

SMALL = 60
"""Clients of a problem that is small: searched from several seeds, and not to the end of the time."""


@dataclass(frozen=True)
class Search:
    """One search: what, from which seed, how long (wall seconds), how many iterations, from which routes.

    ``until``: no longer than this (`time.monotonic`, the same for all processes), of which it takes at most the share
    ``part``: a process that comes to it late leaves those after it their time.
    """

    data: ProblemData
    seed: int
    seconds: float
    work: float | None = None
    start: Found | None = None
    until: float | None = None
    part: float = 1.0


def run(search: Search) -> Found:
    """Return the best found; it may be infeasible (`Found.is_feasible`).

    A small problem is begun anew from several seeds: one search can stay where nothing near is better.
    """
    begun = time.perf_counter()
    seconds = search.seconds
    if search.until is not None:
        seconds = min(seconds, max(0.05, search.part * (search.until - time.monotonic())))
    best: Found | None = None
    starts = 4 if search.data.num_clients <= SMALL else 1
    for number in range(starts):
        left = seconds - (time.perf_counter() - begun)
        if best is not None and left <= 0.02:
            break
        found = _one(search, search.seed + 104_729 * number, left / (starts - number))
        if best is None or _rank(found) < _rank(best):
            best = found
    if best is None:
        raise AssertionError("there is at least one start")
    return best


def _one(search: Search, seed: int, seconds: float) -> Found:
    stops: list[StoppingCriterion] = [MaxRuntime(max(0.05, seconds))]
    if search.work is not None:
        stops.append(MaxIterations(max(1, int(search.work))))
    if search.data.num_clients <= SMALL:
        # Small ones are found long before the time is over: nothing new for so long means nothing more.
        stops.append(NoImprovement(500 + 50 * search.data.num_clients))
    result = pyvrp_solve(
        search.data, MultipleCriteria(stops), seed=seed, collect_stats=False, display=False,
        initial_solution=search.start,
    )  # fmt: skip
    return result.best


def run_all(searches: Sequence[Search], effort: Effort) -> list[Found]:
    """Return what each search finds; on two processes where the effort allows two and there is more than a moment."""
    if effort.workers < 2 or len(searches) < 2 or sum(one.seconds for one in searches) < 4.0:
        return [run(search) for search in searches]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(effort.workers, len(searches)), mp_context=context) as pool:
        return list(pool.map(run, searches))


def best_of_seeds(data: ProblemData, effort: Effort, seconds: float, start: Found | None = None) -> Found:
    """Return the best of ``effort.workers`` searches of one problem, each ``seconds`` long."""
    count = effort.workers if seconds >= 4.0 else 1
    begun = time.perf_counter()
    # A new process needs about a second before it searches.
    lasting = seconds - (1.0 if count > 1 else 0.0)
    until = time.monotonic() + seconds
    seeds = [effort.seed + 7919 * number for number in range(count)]
    searches = [Search(data, seed, lasting, effort.work, start, until) for seed in seeds]
    found = run_all(searches, effort)
    best = min(found, key=_rank)
    left = seconds - (time.perf_counter() - begun)
    if not best.is_feasible() and left > 0.5 and effort.work is None:
        best = run(Search(data, effort.seed + 1, left, None, best))
    return best


def _rank(found: Found) -> tuple[bool, int]:
    return not found.is_feasible(), _cost(found)


def _cost(found: Found) -> int:
    return found.distance_cost() + found.duration_cost() + found.fixed_vehicle_cost() + found.uncollected_prizes()
