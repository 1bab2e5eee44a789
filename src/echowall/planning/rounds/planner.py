"""The planner of inspection rounds: the best round by PyVRP, a proven bound beside it, then tonight's lot."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np

from echowall.planning.conflicts import find_conflict
from echowall.planning.deadline import Deadline
from echowall.planning.rounds import bounds, lots, wording
from echowall.planning.rounds.ground import Ground, data_of, ground_of
from echowall.planning.rounds.lots import Orders
from echowall.planning.rounds.timing import round_of
from echowall.planning.rounds.types import RoundsProblem, RoundsSolution
from echowall.planning.searching import Search, run
from echowall.planning.types import Conflict, Effort, Metric, Plan, Said, Status, gap_between

BEST_SHARE, LOT_SHARE = 0.6, 0.35


def solve(problem: RoundsProblem, effort: Effort) -> Plan[RoundsSolution]:
    """Return tonight's rounds. The problem must have no faults (`rules.faults_of`)."""
    deadline = Deadline(effort)
    ground = ground_of(problem)
    conflict = _conflict(problem, ground, deadline)
    if conflict is not None:
        return _nothing(ground, "infeasible", conflict, deadline, effort)
    best, bound, how = _best_and_bound(problem, ground, deadline, effort)
    if best is None:
        return _nothing(ground, "unknown", None, deadline, effort)
    room = LOT_SHARE * effort.seconds
    room = min(room, deadline.left)
    shares = [Search(data_of(problem, ground, ground.worth.astype(float), ground.metres), 0, room / 3, effort.work)] * 3
    generator = np.random.default_rng([effort.seed, problem.tonight])
    orders = lots.drawn(problem, ground, best, shares, generator)
    return _plan(problem, ground, (best, orders), (bound, how), deadline, effort)


def _best_and_bound(
    problem: RoundsProblem, ground: Ground, deadline: Deadline, effort: Effort
) -> tuple[Orders | None, float, Said]:
    """Search and bound beside each other where there are two workers, else one after the other."""
    data = data_of(problem, ground, ground.worth.astype(float), ground.metres)
    room = BEST_SHARE * effort.seconds
    if effort.workers > 1 and room >= 4:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            future = pool.submit(run, Search(data, effort.seed, room - 1.5, effort.work))
            bound, how = bounds.bound_of(problem, ground, Deadline(replace(effort, seconds=room)), effort)
            found = future.result()
    else:
        found = run(Search(data, effort.seed, room / 2, effort.work))
        limit = Deadline(replace(effort, seconds=min(room / 2, deadline.left)))
        bound, how = bounds.bound_of(problem, ground, limit, effort)
    return (lots.orders_of(problem, found) if found.is_feasible() else None), bound, how


def _plan(
    problem: RoundsProblem,
    ground: Ground,
    found: tuple[Orders, Orders],
    limit: tuple[float, Said],
    deadline: Deadline,
    effort: Effort,
) -> Plan[RoundsSolution]:
    best, orders = found
    nights = [round_of(problem, ground, team, order) for team, order in enumerate(orders) if order]
    points = lots.points_of(problem, ground, orders)
    rounds = tuple(night for night in nights if night is not None)
    solution = RoundsSolution(rounds, max(points, lots.points_of(problem, ground, best)))
    # Points are whole, so what is below a bound is at most the whole number below it.
    bound = float(np.floor(limit[0] + 1e-6))
    return Plan(
        task="rounds",
        status="optimal" if bound == points else "feasible",
        solution=solution,
        objective=float(points),
        objective_text=wording.OBJECTIVE,
        bound=bound,
        bound_text=limit[1],
        gap=gap_between(points, bound),
        metrics=_metrics(problem, ground, solution),
        explanation=(ground.said, *wording.reasons(problem, solution, points)),
        conflict=None,
        seed=effort.seed,
        seconds=deadline.spent,
        is_maximised=True,
        change_count=_changes(problem, solution) if problem.current else None,
    )


def _changes(problem: RoundsProblem, solution: RoundsSolution) -> int:
    by = {look.place: night.team for night in solution.rounds for look in night.looks}
    return sum(by.get(given.place) != given.team for given in problem.current)


def _metrics(problem: RoundsProblem, ground: Ground, solution: RoundsSolution) -> tuple[Metric, ...]:
    looks = {look.place: look for night in solution.rounds for look in night.looks}
    worth = sum(int(ground.worth[row]) for row, place in enumerate(problem.places) if place.id in looks)
    high = [place for place in problem.places if place.risk >= 4]
    figures = [
        Metric("looks", Said("今晚检查", "places looked at"), float(len(looks)), "处"),
        Metric(
            "worth_share", Said("占全部价值", "share of all worth"), 100 * worth / max(1, int(ground.worth.sum())), "%"
        ),
        Metric(
            "high_left",
            Said("高风险（4、5 级）未去", "high risk left"),
            float(sum(p.id not in looks for p in high)),
            "处",
        ),
        Metric("metres", Said("路程共", "way in all"), float(sum(night.metres for night in solution.rounds)), "米"),
    ]
    last = {seen.place: seen.begins // 3600 for seen in problem.last_round}
    again = [look for name, look in looks.items() if name in last]
    if again:
        same = sum(last[look.place] == look.begins // 3600 for look in again)
        text = Said("与上次同一钟点看的", "seen at the same hour as last time")
        figures.append(Metric("same_hour", text, 100 * same / len(again), "%"))
    return tuple(figures)


def _conflict(problem: RoundsProblem, ground: Ground, deadline: Deadline) -> Conflict | None:
    """Places that must be looked at and cannot be: by themselves, or because all of them take longer than the night."""
    locks = [lock for lock in problem.locks if lock.must]
    rows = {place.id: row for row, place in enumerate(problem.places)}
    if not locks:
        return None
    demands = [wording.must_demand(problem, lock) for lock in locks]

    def is_feasible(some: frozenset[int]) -> bool | None:
        kept = replace(
            problem, locks=tuple(locks[k] for k in sorted(some)) + tuple(x for x in problem.locks if not x.must)
        )
        part = ground_of(kept)
        chosen = [rows[locks[k].place] for k in some]
        if any(not part.may[row].any() for row in chosen):
            return False
        room = sum(team.ends - team.starts for team in problem.teams)
        return sum(problem.places[row].seconds for row in set(chosen)) <= room

    return find_conflict(demands, is_feasible, Deadline(Effort(seconds=max(2.0, min(10.0, deadline.left)))))


def _nothing(
    ground: Ground, status: Status, conflict: Conflict | None, deadline: Deadline, effort: Effort
) -> Plan[RoundsSolution]:
    return Plan(
        task="rounds",
        status=status,
        solution=None,
        objective=None,
        objective_text=wording.OBJECTIVE,
        bound=None,
        bound_text=wording.IMPOSSIBLE if status == "infeasible" else wording.UNDECIDED,
        gap=None,
        metrics=(),
        explanation=(ground.said,),
        conflict=conflict,
        seed=effort.seed,
        seconds=deadline.spent,
        is_maximised=True,
    )
