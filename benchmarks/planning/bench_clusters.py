"""Clusters: ten generated estates of the seed's size, too narrow bands, and public instances of minimum-cut districting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.planning.generate_estates import estate
from benchmarks.planning.read_districting import folder, instances
from benchmarks.planning.table import Group, Row, Verdict

from echowall.planning.clusters.task import TASK
from echowall.planning.clusters.types import ClusterProblem
from echowall.planning.types import Effort

ESTATES = 10


def row_of(name: str, problem: ClusterProblem, seconds: float, best: float | None = None, note: str = "") -> Row:
    """Plan, check, and say it in one row."""
    faults = TASK.faults_of(problem)
    assert not faults, faults
    plan = TASK.solve(problem, Effort(seconds))
    valid = not TASK.validate(problem, plan)
    told = note or plan.status
    if plan.conflict is not None:
        told += ": " + "; ".join(demand.text.zh for demand in plan.conflict.demands)
    return Row(name, plan.objective, best, plan.bound, plan.seconds, valid, told)


def _estates(quick: bool) -> Iterator[Row]:
    for seed in range(2 if quick else ESTATES):
        yield row_of(f"estate {seed}: 67 buildings, 14", estate(seed), 60)


def _judge_estates(rows: list[Row]) -> Verdict:
    good = [
        row for row in rows if row.to_bound is not None and row.to_bound <= 0.01 and row.valid and row.seconds <= 61
    ]
    worst = max((row.seconds for row in rows), default=0.0)
    found = f"{len(good)} of {len(rows)}, at most {worst:.1f} s"
    return Verdict("gap ≤ 1 % in 60 s on every estate", found, len(good) == len(rows))


def _narrow(quick: bool) -> Iterator[Row]:
    for seed in range(2 if quick else ESTATES):
        for tolerance in (0.10, 0.05, 0.03, 0.01):
            problem = replace(estate(seed), tolerance=tolerance)
            yield row_of(f"estate {seed} within ±{100 * tolerance:g} %", problem, 10)


def _judge_narrow(rows: list[Row]) -> Verdict:
    good = [row for row in rows if row.note.startswith(("optimal", "feasible", "infeasible")) and row.valid]
    worst = max((row.seconds for row in rows), default=0.0)
    found = f"{len(good)} of {len(rows)} decided, at most {worst:.1f} s"
    return Verdict("proved possible or impossible in 10 s", found, len(good) == len(rows) and worst <= 10.9)


def _districting(quick: bool) -> Iterator[Row]:
    where = folder()
    if where is None:
        return
    for found in instances(where):
        if not quick or len(found.problem.buildings) < 60:
            seconds = 60 if quick else 600
            yield row_of(found.name, found.problem, seconds, found.best_cut, f"published bound {found.best_bound:g}")


def _judge_districting(rows: list[Row]) -> Verdict:
    reached = [row for row in rows if row.valid and row.to_best is not None and row.to_best <= 0]
    asked = "best known on at least 8 of 11 (73 %) in 600 s each"
    if not rows:
        return Verdict(asked, "no instances: set ECHOWALL_DATA_DIR", True)
    return Verdict(asked, f"{len(reached)} of {len(rows)}", len(reached) >= 0.72 * len(rows))


GROUPS = [
    Group("clusters", "67 buildings, 20,000 people, 14 clusters (generated estates)", _estates, _judge_estates),
    Group("clusters-narrow", "the same within narrower bands, 10 s", _narrow, _judge_narrow),
    Group("clusters-districting", "public minimum-cut districting", _districting, _judge_districting),
]
