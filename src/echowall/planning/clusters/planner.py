"""Clusters: which way to go for which size, the number of clusters where none is given, and what conflicts.

Estates of the seed's size: all sets are listed, and the choice among them is proved. Larger ones: annealing, then labels
in CP-SAT near the borders, then over the whole, which gives the bound.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from echowall.planning.clusters.annealing import Annealing, Parts, anneal, is_allowed, start, whole_cost
from echowall.planning.clusters.enumeration import TooManyError, connected_sets
from echowall.planning.clusters.ground import Ground, survey
from echowall.planning.clusters.labelling import label
from echowall.planning.clusters.partition import choose, pool_of
from echowall.planning.clusters.report import Chosen, plan_of
from echowall.planning.clusters.terms import Terms, bits, terms_of
from echowall.planning.clusters.types import ClusterProblem, ClusterSolution
from echowall.planning.conflicts import find_conflict
from echowall.planning.deadline import Deadline
from echowall.planning.types import Conflict, Demand, Effort, Plan, Said

STEPS_LISTED = 1_500_000
BUILDINGS_LISTED = 12.0  # per cluster on average: beyond, the sets are too many to list
HOPS = 2


@dataclass(slots=True)
class Outcome:
    """What came of one number of clusters. Values are twice the objective. ``way``: enumeration or labels."""

    chosen: list[tuple[int, str | None]] | None
    bound: float | None
    is_impossible: bool
    way: str
    set_count: int = 0


def solve(problem: ClusterProblem, effort: Effort) -> Plan[ClusterSolution]:
    """Return the plan of ``problem``, which has no faults."""
    deadline = Deadline(effort)
    ground = survey(problem)
    terms = terms_of(ground)
    tried: list[tuple[int, Outcome]] = []
    for count in _counts(ground):
        outcome = _attempt(ground, terms, count, effort, deadline)
        tried.append((count, outcome))
        if outcome.chosen is not None or deadline.is_over:
            break
    count, outcome = tried[-1]
    refused = [number for number, attempt in tried[:-1] if attempt.is_impossible]
    conflict = None
    if outcome.chosen is None and tried[0][1].is_impossible:
        count, outcome = tried[0]
        conflict = _conflict(ground, terms, count, effort, deadline)
    chosen = Chosen(
        count, outcome.chosen, outcome.bound, outcome.is_impossible, outcome.way, outcome.set_count, refused
    )
    return plan_of(ground, terms, chosen, conflict, effort, deadline)


def _counts(ground: Ground) -> Iterator[int]:
    """The number asked for; or numbers from the one that fits the people wished per cluster best, outwards."""
    problem = ground.problem
    if problem.cluster_count is not None:
        yield problem.cluster_count
        return
    wish = sum(ground.people) / problem.people_wished
    yield from sorted(range(1, ground.size + 1), key=lambda count: (abs(count - wish), count))[:9]


def _attempt(ground: Ground, terms: Terms, count: int, effort: Effort, deadline: Deadline) -> Outcome:
    band = ground.band(count)
    names = {label for _, _, label in terms.locks}
    if terms.hopeless or band[0] > band[1] or len(names) > count:
        return Outcome(None, None, True, "rules")
    if ground.size / count <= BUILDINGS_LISTED:
        try:
            sets = connected_sets(ground, terms, band, STEPS_LISTED, deadline)
        except TooManyError:
            pass
        else:
            pool = pool_of(ground, terms, sets, count)
            found = choose(pool, effort, deadline)
            chosen = None if found.chosen is None else [(pool.sets[i], pool.labels[i]) for i in found.chosen]
            return Outcome(chosen, found.bound, found.is_impossible, "enumeration", len(sets))
    return _large(ground, terms, count, effort, deadline)


def job_of(ground: Ground, terms: Terms, count: int, band: tuple[int, int]) -> Annealing:
    """Return the annealer's job: names of locks first, then those of today's clusters with the most buildings."""
    wanted = list(dict.fromkeys(label for _, _, label in terms.locks))
    today = list(ground.current.values())
    wanted += sorted(set(today) - set(wanted), key=lambda name: (-today.count(name), name))
    return Annealing(ground, terms, count, band, {name: i for i, name in enumerate(wanted[:count])})


def _large(ground: Ground, terms: Terms, count: int, effort: Effort, deadline: Deadline) -> Outcome:
    job = job_of(ground, terms, count, ground.band(count))
    rng = random.Random(effort.seed)  # noqa: S311 - a search, not a secret
    best = _annealed(job, rng, effort, deadline, share=0.25 if ground.size <= 120 else 0.5)
    if best is not None:
        best = _polished(job, best, effort, deadline, until=deadline.spent + 0.25 * deadline.left)
    labels = label(job, effort, deadline, known=best)
    if labels.parts is not None and is_allowed(job, labels.parts) and _is_better(job, labels.parts, best):
        best = labels.parts
    if best is None:
        return Outcome(None, None, labels.is_impossible, "labels")
    bound = min(max(0.0, labels.bound) + _least_walk(ground, count), float(whole_cost(job, best)))
    by_number = {number: name for name, number in job.names.items()}
    masks = [sum(1 << v for v, p in enumerate(best) if p == part) for part in range(count)]
    return Outcome([(mask, by_number.get(part)) for part, mask in enumerate(masks)], bound, False, "labels")


def _is_better(job: Annealing, parts: Parts, best: Parts | None) -> bool:
    return best is None or whole_cost(job, parts) < whole_cost(job, best)


def _annealed(job: Annealing, rng: random.Random, effort: Effort, deadline: Deadline, *, share: float) -> Parts | None:
    """Anneal from new starts, longer each time, for ``share`` of the time (or as many runs as the work given)."""
    until = deadline.spent + share * deadline.left
    best: Parts | None = None
    steps, run = 400 * job.ground.size, 0
    while deadline.spent < until and (effort.work is None or run < effort.work):
        slot = Deadline(replace(effort, seconds=until - deadline.spent))
        begin = start(job, rng) if best is None or run % 3 != 2 else best
        found = anneal(job, begin, steps, rng, slot, heat=1.5 if begin is not best else 0.6)
        if found is not None and _is_better(job, found, best):
            best = found
        run += 1
        steps = min(int(steps * 1.5), 12_000 * job.ground.size)
    return best


def _polished(job: Annealing, best: Parts, effort: Effort, deadline: Deadline, *, until: float) -> Parts:
    """Give everything within a few hops of a border free again, and let CP-SAT draw the border anew."""
    hops = HOPS
    while deadline.spent < until and hops <= 5:
        free = 0
        for u, v in job.ground.edges:
            if best[u] != best[v]:
                free |= 1 << u | 1 << v
        for _ in range(hops - 1):
            for v in bits(free):
                free |= job.ground.adjacent[v]
        fixed = {v: part for v, part in enumerate(best) if not free >> v & 1}
        if not fixed:
            break
        slot = Deadline(replace(effort, seconds=(until - deadline.spent) / 2))
        found = label(job, effort, slot, known=best, fixed=fixed)
        if found.parts is not None and is_allowed(job, found.parts) and _is_better(job, found.parts, best):
            best = found.parts
        else:
            hops += 1
    return best


def _least_walk(ground: Ground, count: int) -> float:
    """Twice the walk that no plan avoids: all but ``count`` buildings go at least to the next building."""
    if not ground.problem.weights.spread or ground.size <= count:
        return 0.0
    away = ground.metres.copy()
    np.fill_diagonal(away, away.max() + 1)
    walks = np.sort(away.min(axis=1) * np.array(ground.people))
    return 2.0 * ground.problem.weights.spread * float(walks[: ground.size - count].sum())


def _conflict(ground: Ground, terms: Terms, count: int, effort: Effort, deadline: Deadline) -> Conflict | None:
    band = ground.band(count)
    zh = f"分成 {count} 个组团时，每个组团 {band[0]}–{band[1]} 人"
    balance = Demand("balance", "", Said(zh, f"{count} clusters of {band[0]} to {band[1]} people each"))
    demands = list(dict.fromkeys([balance, *terms.demands()]))
    most = ground.problem.max_changes
    limit = Demand("max_changes", "", Said(f"最多变动 {most} 栋楼", f"at most {most} buildings change"))
    if most is not None:
        demands.append(limit)
    slot = Deadline(replace(effort, seconds=max(1.0, deadline.left)))

    def is_feasible(kept: frozenset[int]) -> bool | None:
        if len(kept) == len(demands):  # that is how we came here
            return False
        some = {demands[i] for i in kept}
        changed = replace(ground.problem, max_changes=most if limit in some else None)
        asked = band if balance in some else (0, sum(ground.people))
        return _is_possible(replace(ground, problem=changed), terms.only(some), count, asked, effort, slot)

    return find_conflict(demands, is_feasible, slot)


def _is_possible(
    ground: Ground, terms: Terms, count: int, band: tuple[int, int], effort: Effort, deadline: Deadline
) -> bool | None:
    if terms.hopeless or band[0] > band[1] or len({label for _, _, label in terms.locks}) > count:
        return False
    slot = Deadline(replace(effort, seconds=min(5.0, deadline.left)))
    if ground.size / count <= BUILDINGS_LISTED and band[0] > 0:
        try:
            sets = connected_sets(ground, terms, band, STEPS_LISTED, slot)
        except TooManyError:
            pass
        else:
            pool = pool_of(ground, terms, sets, count)
            found = choose(replace(pool, costs=np.zeros_like(pool.costs)), effort, slot)
            return True if found.chosen is not None else False if found.is_impossible else None
    job = job_of(ground, terms, count, band)
    parts = label(job, effort, slot)
    if parts.is_impossible:
        return False
    return True if parts.parts is not None and is_allowed(job, parts.parts) else None
