"""Rounds nobody can foresee: a fresh choice by lot among rounds that are nearly as good.

Each night some places are left out by lot, worth less than what may be lost, ways are shaken, what was looked at at the
same hour last time counts less, the problem is solved again, and the round is taken where it loses no more than allowed.
Then, at no loss, teams that are alike draw their rounds, and a coin turns each round that may be walked the other way.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pyvrp import Solution as Found

from echowall.planning.rounds.ground import Ground, Table, data_of
from echowall.planning.rounds.timing import round_of
from echowall.planning.rounds.types import RoundsProblem
from echowall.planning.searching import Search, run

Orders = tuple[tuple[int, ...], ...]
"""By team: the rows of the places in order (empty: stays in)."""

SHAKES = (0.8, 0.5, 0.2)
"""How much of the loss allowed is left out by lot; ways move by a quarter of it. The strongest that keeps within it wins."""


def orders_of(problem: RoundsProblem, found: Found) -> Orders:
    """Return the orders of what PyVRP found."""
    orders: list[tuple[int, ...]] = [() for _ in problem.teams]
    for route in found.routes():
        rows = tuple(int(step.idx) for step in route.schedule() if step.is_client())
        orders[route.vehicle_type()] = rows
    return tuple(orders)


def points_of(problem: RoundsProblem, ground: Ground, orders: Orders) -> int:
    """Return what the orders are worth, less what changes from the plan in force cost."""
    worth = sum(int(ground.worth[row]) for order in orders for row in order)
    by = {problem.places[row].id: problem.teams[team].id for team, order in enumerate(orders) for row in order}
    return worth - problem.change_points * sum(by.get(given.place) != given.team for given in problem.current)


def drawn(problem: RoundsProblem, ground: Ground, best: Orders, searches: list[Search], generator: Generator) -> Orders:
    """Return tonight's orders, worth at least (1 − ``loss_share``) of ``best``. One of ``searches`` (seconds, work) for
    each of `SHAKES`."""
    most = points_of(problem, ground, best)
    room = problem.loss_share * abs(most)
    chosen = _without(problem, ground, best, _left_out(ground, best, room, generator))
    for shake, search in zip(SHAKES, searches, strict=True):
        prizes = ground.worth * _familiar(problem, ground, best)
        prizes[_left_out(ground, best, shake * room, generator)] = 0.0
        factors = generator.uniform(1 - shake / 4, 1 + shake / 4, ground.metres.shape)
        ways: Table = np.where(ground.metres < 0, -1, np.rint(ground.metres * factors)).astype(np.int64)
        data = data_of(problem, ground, prizes, ways)
        found = run(Search(data, int(generator.integers(2**31)), search.seconds, search.work))
        orders = orders_of(problem, found)
        if found.is_feasible() and points_of(problem, ground, orders) >= most - room:
            chosen = orders
            break
    if points_of(problem, ground, chosen) < most - room:
        chosen = best
    return _turned(problem, ground, _swapped(problem, ground, chosen, generator), generator)


def _left_out(ground: Ground, orders: Orders, room: float, generator: Generator) -> list[int]:
    """Rows of ``orders`` drawn by lot, together worth at most ``room``; none that must be seen."""
    rows = [row for order in orders for row in order if not ground.must[row]]
    drawn_rows: list[int] = []
    for position in generator.permutation(len(rows)):
        row = rows[position]
        if ground.worth[row] <= room:
            drawn_rows.append(row)
            room -= float(ground.worth[row])
    return drawn_rows


def _without(problem: RoundsProblem, ground: Ground, orders: Orders, rows: list[int]) -> Orders:
    """The orders without these rows, each where that can still be walked."""
    result = []
    for team, order in enumerate(orders):
        shorter = tuple(row for row in order if row not in rows)
        may = not shorter or round_of(problem, ground, team, shorter) is not None
        result.append(shorter if may else order)
    return tuple(result)


def _familiar(problem: RoundsProblem, ground: Ground, orders: Orders) -> NDArray[np.float64]:
    """1, but 0.8 for places that the best round sees in the hour in which they were seen last time."""
    last = {seen.place: seen.begins // 3600 for seen in problem.last_round}
    factor = np.ones(len(problem.places))
    for team, order in enumerate(orders):
        night = round_of(problem, ground, team, order) if order else None
        for row, look in zip(order, night.looks if night else (), strict=False):
            if last.get(look.place) == look.begins // 3600:
                factor[row] = 0.8
    return factor


def _swapped(problem: RoundsProblem, ground: Ground, orders: Orders, generator: Generator) -> Orders:
    """Teams with the same base, hours and speed draw which of their rounds each takes, where locks allow."""
    if problem.current and problem.change_points:
        return orders
    kinds: dict[object, list[int]] = {}
    for index, team in enumerate(problem.teams):
        kinds.setdefault((team.base, team.starts, team.ends, team.metres_per_second), []).append(index)
    result = list(orders)
    for group in kinds.values():
        drawn_teams = [group[k] for k in generator.permutation(len(group))]
        if all(ground.may[row, team] for team, own in zip(drawn_teams, group, strict=True) for row in orders[own]):
            for team, own in zip(drawn_teams, group, strict=True):
                result[team] = orders[own]
    return tuple(result)


def _turned(problem: RoundsProblem, ground: Ground, orders: Orders, generator: Generator) -> Orders:
    result = []
    for team, order in enumerate(orders):
        back = tuple(reversed(order))
        may_turn = bool(order) and round_of(problem, ground, team, back) is not None
        result.append(back if may_turn and generator.random() < 0.5 else order)
    return tuple(result)
