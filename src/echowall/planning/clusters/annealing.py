"""Clusters of estates too large to list all sets: one building at a time moves across a border, by simulated annealing.

A move keeps both clusters connected. People outside the band and broken terms are allowed at a price that rises, so that
the search can pass through what may not stay. Starts come from random spanning trees, cut where the people fit
(as in the recombination of DeFord, Duchin, Solomon 2021).
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

from echowall.planning.clusters.ground import Ground
from echowall.planning.clusters.partition import spread_of
from echowall.planning.clusters.terms import Terms, bits
from echowall.planning.deadline import Deadline

Parts = list[int]
"""The number of the cluster of each building."""


@dataclass(slots=True)
class Annealing:
    """One estate, one number of clusters. ``names``: labels of locks and of today's clusters, by number of cluster."""

    ground: Ground
    terms: Terms
    count: int
    band: tuple[int, int]
    names: dict[str, int]
    near: list[list[int]] = field(default_factory=list)
    pinned: dict[int, int] = field(default_factory=dict)
    today: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.near = [list(bits(mask)) for mask in self.ground.adjacent]
        self.pinned = {v: self.names[label] for _, v, label in self.terms.locks}
        self.today = {v: self.names[label] for v, label in self.ground.current.items() if label in self.names}

    @property
    def is_plain(self) -> bool:
        """Whether only people and cut edges count, which needs no look at whole clusters."""
        terms = self.terms
        return not (self.ground.problem.weights.spread or terms.pairs or terms.sets or terms.covers)


@dataclass(slots=True)
class State:
    """A partition with what a move needs: neighbours by cluster, people, the cut edges and where each stands."""

    parts: Parts
    tally: list[list[int]]
    people: list[int]
    cut: list[tuple[int, int]]
    where: dict[tuple[int, int], int]
    masks: list[int]


def state_of(job: Annealing, parts: Parts) -> State:
    """Return the state of ``parts``."""
    tally = [[0] * job.count for _ in parts]
    people, masks = [0] * job.count, [0] * job.count
    for v, part in enumerate(parts):
        people[part] += job.ground.people[v]
        masks[part] |= 1 << v
        for u in job.near[v]:
            tally[v][parts[u]] += 1
    cut = [(u, v) for u, v in job.ground.edges if parts[u] != parts[v]]
    return State(list(parts), tally, people, cut, {edge: i for i, edge in enumerate(cut)}, masks)


def whole_cost(job: Annealing, parts: Parts) -> int:
    """Return twice the objective of ``parts``, as the sets' costs in `partition`."""
    weights, total = job.ground.problem.weights, 0
    state = state_of(job, parts)
    if weights.spread:
        total += 2 * weights.spread * sum(spread_of(job.ground, mask)[0] for mask in state.masks)
    changes = sum(label != job.names.get(job.ground.current[v]) for v, label in _today_labels(job, parts))
    return total + 2 * weights.cut * len(state.cut) + 2 * weights.change * changes


def _today_labels(job: Annealing, parts: Parts) -> list[tuple[int, int]]:
    return [(v, parts[v]) for v in job.ground.current]


def is_allowed(job: Annealing, parts: Parts) -> bool:
    """Return whether ``parts`` keeps people, connection, locks, changes and all terms."""
    state = state_of(job, parts)
    if any(not job.band[0] <= people <= job.band[1] for people in state.people) or 0 in state.masks:
        return False
    if any(parts[v] != part for v, part in job.pinned.items()):
        return False
    most = job.ground.problem.max_changes
    if most is not None and sum(parts[v] != job.names.get(n) for v, n in job.ground.current.items()) > most:
        return False
    against = job.terms.forbidden(job.ground.size) if not job.is_plain else []
    for mask in state.masks:
        if pieces_of(job.ground, mask)[1:]:
            return False
        if against and (any(against[v] & mask for v in bits(mask)) or not job.terms.allow(mask)):
            return False
    return True


def pieces_of(ground: Ground, mask: int) -> list[int]:
    """Return the connected pieces of ``mask``, the one with the most people first."""
    found = []
    while mask:
        piece = grown = mask & -mask
        while grown:
            reached = 0
            for v in bits(grown):
                reached |= ground.adjacent[v]
            grown = reached & mask & ~piece
            piece |= grown
        found.append(piece)
        mask &= ~piece
    return sorted(found, key=lambda piece: (-sum(ground.people[v] for v in bits(piece)), piece))


def start(job: Annealing, rng: random.Random) -> Parts:
    """Return connected parts of about equal people: a piece is cut off a random spanning tree, again and again."""
    parts = [job.count - 1] * job.ground.size
    left = (1 << job.ground.size) - 1
    mean = sum(job.ground.people) / job.count
    for part in range(job.count - 1):
        best, best_off = 0, math.inf
        for _ in range(12):
            for piece, people in _subtrees(job, left, rng):
                other = piece if people <= sum(job.ground.people[v] for v in bits(left)) / 2 + mean else left & ~piece
                off = abs((people if other == piece else _people(job, other)) - mean)
                if off < best_off and other != left:
                    best, best_off = other, off
        for v in bits(best):
            parts[v] = part
        left &= ~best
    return _renamed(job, parts)


def _people(job: Annealing, mask: int) -> int:
    return sum(job.ground.people[v] for v in bits(mask))


def _subtrees(job: Annealing, left: int, rng: random.Random) -> list[tuple[int, int]]:
    """Every subtree (as bits) of a random spanning tree of ``left``, with its people."""
    members = list(bits(left))
    root = rng.choice(members)
    order, parent = [root], {root: -1}
    frontier = [(root, u) for u in job.near[root] if left >> u & 1]
    while frontier:
        pick = rng.randrange(len(frontier))
        frontier[pick], frontier[-1] = frontier[-1], frontier[pick]
        v, u = frontier.pop()
        if u not in parent:
            parent[u] = v
            order.append(u)
            frontier += [(u, w) for w in job.near[u] if left >> w & 1 and w not in parent]
    below = {v: 1 << v for v in order}
    people = {v: job.ground.people[v] for v in order}
    for v in reversed(order[1:]):
        below[parent[v]] |= below[v]
        people[parent[v]] += people[v]
    return [(below[v], people[v]) for v in order[1:]]


def _renamed(job: Annealing, parts: Parts) -> Parts:
    """Number the parts so that as many buildings as possible bear the number they are locked to or bear today."""
    wish = {**job.today, **job.pinned}
    pairs: dict[tuple[int, int], int] = {}
    for v, number in wish.items():
        pairs[parts[v], number] = pairs.get((parts[v], number), 0) + (1000 if v in job.pinned else 1)
    to: dict[int, int] = {}
    for part, number in sorted(pairs, key=lambda pair: (-pairs[pair], pair)):
        if part not in to and number not in to.values():
            to[part] = number
    free = [number for number in range(job.count) if number not in to.values()]
    for part in range(job.count):
        if part not in to:
            to[part] = free.pop(0)
    return [to[part] for part in parts]


def anneal(
    job: Annealing, parts: Parts, steps: int, rng: random.Random, deadline: Deadline, heat: float = 1.5
) -> Parts | None:
    """Return the best allowed parts met in ``steps`` moves from ``parts``, or None."""
    state = state_of(job, parts)
    ground, weights = job.ground, job.ground.problem.weights
    unit = max(1.0, sum(ground.people) / ground.size)
    low, high = job.band
    edge = max(1.0, float(weights.cut)) if job.is_plain else _typical(job, state)
    best, best_cost = None, math.inf
    price = 0.0
    cost = _cost(job, state)
    for step in range(steps):
        if step % 512 == 0:
            if deadline.is_over:
                break
            share = step / steps
            cool = heat * edge * (0.06 / heat) ** share
            price = edge * (0.6 + 3.0 * share)
        if not state.cut:
            break
        v, u = state.cut[int(rng.random() * len(state.cut))]
        if rng.random() < 0.5:
            v, u = u, v
        old, new = state.parts[v], state.parts[u]
        if v in job.pinned and job.pinned[v] != new:
            continue
        living = ground.people[v]
        before = max(0, low - state.people[old], state.people[old] - high) + max(
            0, low - state.people[new], state.people[new] - high
        )
        after = max(0, low - state.people[old] + living, state.people[old] - living - high)
        after += max(0, low - state.people[new] - living, state.people[new] + living - high)
        rise = price * (after - before) / unit
        gain = weights.cut * (state.tally[v][old] - state.tally[v][new])
        if v in job.today:
            gain += weights.change * ((job.today[v] != new) - (job.today[v] != old))
        if not job.is_plain:
            gain += _shape(job, state.masks[old] & ~(1 << v)) + _shape(job, state.masks[new] | 1 << v)
            gain -= _shape(job, state.masks[old]) + _shape(job, state.masks[new])
        rise += gain
        if rise > 0 and rng.random() >= math.exp(-rise / cool):
            continue
        if not _stays_connected(job, state, v, old):
            continue
        _move(job, state, v, old, new)
        cost += gain
        if after == 0 and cost < best_cost and _is_balanced(job, state) and is_allowed(job, state.parts):
            best, best_cost = list(state.parts), cost
    return best


def _is_balanced(job: Annealing, state: State) -> bool:
    return all(job.band[0] <= people <= job.band[1] for people in state.people)


def _cost(job: Annealing, state: State) -> float:
    weights = job.ground.problem.weights
    changes = sum(state.parts[v] != part for v, part in job.today.items())
    shapes = 0 if job.is_plain else sum(_shape(job, mask) for mask in state.masks)
    return weights.cut * len(state.cut) + weights.change * changes + shapes


def _typical(job: Annealing, state: State) -> float:
    """What a move typically changes: the unit of temperature and prices."""
    return max(1.0, _cost(job, state) / (2 * job.ground.size))


def _shape(job: Annealing, mask: int) -> int:
    """The price of a cluster as a whole: the walk to its middle, and what it breaks."""
    if not mask:
        return 10**12
    weights = job.ground.problem.weights
    walk = spread_of(job.ground, mask)[0]
    broken = 0 if job.terms.allow(mask) else 1
    broken += sum(
        (term.against[v] & mask).bit_count() for term in job.terms.pairs for v in bits(mask) if term.against[v]
    )
    return weights.spread * walk + broken * 20 * (weights.cut + weights.spread * 200 + 1)


def _stays_connected(job: Annealing, state: State, v: int, old: int) -> bool:
    parts, near = state.parts, job.near
    wanted = [u for u in near[v] if parts[u] == old]
    if len(wanted) <= 1:
        return bool(wanted)
    missing = set(wanted[1:])
    seen = {v, wanted[0]}
    line = [wanted[0]]
    for w in line:
        for u in near[w]:
            if parts[u] == old and u not in seen:
                missing.discard(u)
                if not missing:
                    return True
                seen.add(u)
                line.append(u)
    return False


def _move(job: Annealing, state: State, v: int, old: int, new: int) -> None:
    state.parts[v] = new
    state.people[old] -= job.ground.people[v]
    state.people[new] += job.ground.people[v]
    state.masks[old] &= ~(1 << v)
    state.masks[new] |= 1 << v
    cut, where = state.cut, state.where
    for u in job.near[v]:
        tally = state.tally[u]
        tally[old] -= 1
        tally[new] += 1
        edge = (v, u) if v < u else (u, v)
        if state.parts[u] == new:
            place = where.pop(edge)
            last = cut.pop()
            if last != edge:
                cut[place] = last
                where[last] = place
        elif state.parts[u] == old:
            where[edge] = len(cut)
            cut.append(edge)
