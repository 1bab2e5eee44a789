"""What any plan of the routes must cost at the least, and how that was proved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from echowall.planning.column_bounds import Numbers, Walk, covering_bound
from echowall.planning.deadline import Deadline
from echowall.planning.routes.ground import Ground
from echowall.planning.routes.model import Part
from echowall.planning.routes.types import RoutesProblem
from echowall.planning.tables import shortest
from echowall.planning.types import Effort, Said
from echowall.planning.walks import Field, cheapest

SLICES = 400
MOST_STATES = 25_000_000
"""Pricing one round takes slices × drops² steps: more than this is left to the radial bound."""
WALKS = Said("列生成：放宽为可重复到访的路线，线性松弛的下界", "column generation over walks that may repeat a place")
RADIAL = Said(
    "每件货至少要按满载分摊一次往返（Haimovich、Rinnooy Kan 1985），是较弱的下界",
    "every item pays its share of a full trip there and back (Haimovich, Rinnooy Kan 1985): a weak bound",
)
NONE = Said(
    "没有容量限制，也没有算出更好的界：只知不小于 0",
    "no capacities and nothing better in time: only that it is not below 0",
)


def bound_of(
    problem: RoutesProblem, ground: Ground, parts: list[Part], deadline: Deadline, effort: Effort
) -> tuple[float, Said]:
    """Return the sum of the parts' bounds and how they were proved (the weakest way is said where they differ)."""
    total, ways = 0.0, []
    for number, part in enumerate(parts):
        share = Deadline(replace(effort, seconds=deadline.left / (len(parts) - number)))
        radial = _radial(problem, ground, part)
        walked = _walked(problem, ground, part, share, effort)
        radial += _cheapest_extra(problem, ground, part)
        total += max(radial, walked)
        ways.append(WALKS if walked >= radial and walked > 0 else RADIAL if radial > 0 else NONE)
    order = [NONE, RADIAL, WALKS]
    return total, min(ways, key=order.index) if ways else NONE


def _radial(problem: RoutesProblem, ground: Ground, part: Part) -> float:
    """There and back for each drop, shared by what fits on a trip; drops that may be left count what leaving them costs."""
    capacities = [problem.crews[crew].capacity for crew in part.crews]
    most = max(capacities, key=lambda one: one or 0) if all(capacities) else None
    depots = sorted({ground.depots[crew] for crew in part.crews})
    ways = [shortest(ground.metres, depot) + shortest(ground.metres.T, depot) for depot in depots]
    farthest = total = 0.0
    for index in part.drops:
        drop = ground.drops[index]
        near = min(float(way[drop.place]) for way in ways)
        left = _left(problem, ground, index)
        if drop.priority == 0:
            farthest = max(farthest, near)
        total += min(near * drop.amount / most, left) if most else 0.0
    return max(total, farthest)


def _cheapest_extra(problem: RoutesProblem, ground: Ground, part: Part) -> float:
    rows = ground.extra[list(part.drops)][:, list(part.crews)]
    least = np.where(rows >= 0, rows, np.iinfo(np.int64).max).min(axis=1)
    must = np.array([ground.drops[index].priority == 0 for index in part.drops])
    return float(least[must].sum())


def _left(problem: RoutesProblem, ground: Ground, index: int) -> float:
    drop = ground.drops[index]
    return 1e9 if drop.priority == 0 else float(problem.left_metres[drop.priority - 1] * len(drop.visits))


def _walked(problem: RoutesProblem, ground: Ground, part: Part, deadline: Deadline, effort: Effort) -> float:
    depots = sorted({ground.depots[crew] for crew in part.crews})
    fields = [_field(problem, ground, part, depot) for depot in depots]
    known = [field for field in fields if field is not None]
    if len(known) < len(fields) or len(part.drops) < 2:
        return 0.0
    if sum(field.most * len(part.drops) ** 2 for field in known) > MOST_STATES:
        return 0.0
    trips = sum(problem.crews[crew].count * problem.crews[crew].trips for crew in part.crews)
    # No drop is taken to be worth more than a few times the way there and back: any worth gives a valid bound, and
    # smaller ones settle sooner.
    there = np.min([field.out + field.back for field in known], axis=0)
    left = np.minimum([_left(problem, ground, index) for index in part.drops], 3 * there + float(there.max()))
    start = np.minimum(left, there / 2)

    def price(worth: Numbers) -> tuple[float, list[Walk]]:
        found = [cheapest(field, worth) for field in known]
        return min(least for least, _ in found), [walk for _, walks in found for walk in walks]

    return covering_bound(left, min(trips, len(part.drops)), price, deadline, effort.work, start)


def _field(problem: RoutesProblem, ground: Ground, part: Part, depot: int) -> Field | None:
    """The drops as a field for walks from one depot: by load where all crews have a capacity, else by time."""
    crews = [crew for crew in part.crews if ground.depots[crew] == depot]
    at = [ground.drops[index].place for index in part.drops]
    rows = ground.extra[list(part.drops)][:, crews]
    extra = np.where(rows >= 0, rows, np.iinfo(np.int64).max // 4).min(axis=1).astype(float)
    if (ground.metres[np.ix_([*at, depot], [*at, depot])] < 0).any():
        return None
    metres = ground.metres.astype(float)
    cost = metres[np.ix_(at, at)] + extra[None, :]
    fixed = (
        min(problem.crews[crew].cost_metres for crew in crews) if all(problem.crews[c].trips == 1 for c in crews) else 0
    )
    out, back = metres[depot, at] + extra + fixed, metres[at, depot]
    capacities = [problem.crews[crew].capacity for crew in crews]
    amounts = np.array([ground.drops[index].amount for index in part.drops])
    if all(capacities) and amounts.min() > 0:
        most = max(one for one in capacities if one is not None)
        slices = int(min(most, max(SLICES, np.ceil(most / amounts.min()))))
        use = np.floor(amounts * slices / most + 1e-9).astype(np.int64)
        nothing, full = np.zeros_like(use), np.full_like(use, slices)
        return Field(
            cost,
            out,
            back,
            np.broadcast_to(use[None, :], cost.shape).copy(),
            use,
            nothing,
            nothing,
            full,
            slices,
            False,
        )
    return _field_by_time(problem, ground, part, depot, (cost, out, back))


def _field_by_time(
    problem: RoutesProblem, ground: Ground, part: Part, depot: int, costs: tuple[Numbers, Numbers, Numbers]
) -> Field | None:
    """Time in slices, all rounded so that every real route stays possible."""
    crews = [crew for crew in part.crews if ground.depots[crew] == depot]
    at = [ground.drops[index].place for index in part.drops]
    seconds = np.min([ground.seconds[crew] for crew in crews], axis=0)
    starts = min(problem.crews[crew].starts for crew in crews)
    ends = max(problem.crews[crew].ends for crew in crews)
    service = np.array([ground.drops[index].seconds for index in part.drops])
    slice_seconds = max(60.0, (ends - starts) / SLICES)
    use = np.floor((service[:, None] + seconds[np.ix_(at, at)]) / slice_seconds).astype(np.int64)
    if len(at) > 1 and use[~np.eye(len(at), dtype=bool)].min() < 1:
        return None
    early = np.array([ground.drops[index].earliest for index in part.drops]) - starts
    late = np.array([ground.drops[index].latest for index in part.drops]) - starts
    load = min(problem.crews[crew].load_seconds for crew in crews)
    most = int((ends - starts) // slice_seconds)
    return Field(
        *costs,
        use,
        np.floor((load + seconds[depot, at]) / slice_seconds).astype(np.int64),
        np.floor((service + seconds[at, depot]) / slice_seconds).astype(np.int64),
        np.maximum(np.floor(early / slice_seconds), 0).astype(np.int64),
        np.minimum(np.floor(late / slice_seconds), most).astype(np.int64),
        most,
        True,
    )
