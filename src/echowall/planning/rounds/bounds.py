"""The most that any rounds of the night can be worth, proved."""

from __future__ import annotations

import numpy as np

from echowall.planning.column_bounds import Numbers, Walk, covering_bound
from echowall.planning.deadline import Deadline
from echowall.planning.rounds.ground import Ground
from echowall.planning.rounds.types import RoundsProblem
from echowall.planning.types import Effort, Said
from echowall.planning.walks import Field, cheapest

SLICE_SECONDS = 60.0
KNAPSACK = Said(
    "背包松弛：各点的检查时间加最短进入路程，不超过各组总时间",
    "knapsack relaxation: time of each look and its shortest way in, against the time of all teams",
)
WALKS = Said(
    "列生成：按开放时间和路程走、可重复到访的路线，线性松弛的上界",
    "column generation over walks within opening times that may repeat a place",
)


def bound_of(problem: RoundsProblem, ground: Ground, deadline: Deadline, effort: Effort) -> tuple[float, Said]:
    """Return the upper bound in points and how it was proved."""
    rows = np.flatnonzero(ground.may.any(axis=1))
    if not rows.size:
        return 0.0, KNAPSACK
    worth = ground.worth[rows].astype(float)
    time = _times(problem, ground, rows)
    room = float(sum(team.ends - team.starts for team in problem.teams))
    simple, price_of_time = _knapsack(worth, time, room)
    field = _fields(problem, ground, rows)
    if field is None or deadline.is_over:
        return simple, KNAPSACK
    fields: list[Field] = field

    def price(asked: Numbers) -> tuple[float, list[Walk]]:
        found = [cheapest(one, asked) for one in fields]
        return min(least for least, _ in found), [walk for _, walks in found for walk in walks]

    # A place that must be looked at is as dear to leave as any other here: leaving it only makes the bound larger.
    start = np.minimum(worth, price_of_time * time)
    lost = covering_bound(worth, len(problem.teams), price, deadline, effort.work, start)
    better = float(worth.sum()) - lost
    return (better, WALKS) if better < simple else (simple, KNAPSACK)


def _times(problem: RoundsProblem, ground: Ground, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Numbers:
    """Seconds that a look takes of a night at the least: itself and the shortest way into it."""
    first = len(problem.bases)
    fastest = np.min(ground.seconds, axis=0)
    at = [*range(first), *(first + int(row) for row in rows)]
    into = fastest[np.ix_(at, at)].astype(float)
    np.fill_diagonal(into, np.inf)
    into[into < 0] = np.inf
    service = np.array([problem.places[int(row)].seconds for row in rows], dtype=float)
    shortest = into.min(axis=0)[first:]
    times: Numbers = service + np.where(np.isfinite(shortest), shortest, 0.0)
    return times


def _knapsack(worth: Numbers, time: Numbers, room: float) -> tuple[float, float]:
    """The best fractional choice, and what a second is worth in it."""
    order = np.argsort(-worth / time, kind="stable")
    used = np.cumsum(time[order])
    fits = int(np.searchsorted(used, room, side="right"))
    value = float(worth[order[:fits]].sum())
    if fits == len(order):
        return value, 0.0
    last = order[fits]
    before = float(used[fits - 1]) if fits else 0.0
    return value + float(worth[last] * (room - before) / time[last]), float(worth[last] / time[last])


def _fields(
    problem: RoundsProblem, ground: Ground, rows: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> list[Field] | None:
    """One field for each kind of team; all times rounded so that every real round stays possible."""
    first = len(problem.bases)
    at = [first + int(row) for row in rows]
    service = np.array([problem.places[int(row)].seconds for row in rows])
    opens = np.array([problem.places[int(row)].opens for row in rows])
    closes = np.array([problem.places[int(row)].closes for row in rows])
    kinds: dict[tuple[int, int, int, float], int] = {}
    for index, team in enumerate(problem.teams):
        kinds.setdefault((ground.bases[index], team.starts, team.ends, team.metres_per_second), index)
    fields = []
    for (base, starts, ends, _), index in kinds.items():
        seconds = ground.seconds[index]
        use = np.floor((service[:, None] + seconds[np.ix_(at, at)]) / SLICE_SECONDS).astype(np.int64)
        if len(at) > 1 and use[~np.eye(len(at), dtype=bool)].min() < 1:
            return None
        most = int((ends - starts) // SLICE_SECONDS)
        nothing = np.zeros((len(at), len(at)))
        nothing[seconds[np.ix_(at, at)] < 0] = np.inf
        fields.append(
            Field(
                nothing,
                np.where(seconds[base, at] < 0, np.inf, 0.0),
                np.where(seconds[at, base] < 0, np.inf, 0.0),
                np.maximum(use, 1),
                np.maximum(np.floor(seconds[base, at] / SLICE_SECONDS), 0).astype(np.int64),
                np.maximum(np.floor((service + seconds[at, base]) / SLICE_SECONDS), 0).astype(np.int64),
                np.maximum(np.floor((opens - starts) / SLICE_SECONDS), 0).astype(np.int64),
                np.minimum(np.floor((closes - starts) / SLICE_SECONDS), most).astype(np.int64),
                most,
                True,
            )
        )
    return fields
