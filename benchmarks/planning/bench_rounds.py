"""Inspection rounds: 131 places, 4 teams, one night, within 30 s, with a proven bound."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from benchmarks.planning import generate_days
from benchmarks.planning.table import Group, Row, Verdict

from echowall.planning.rounds.planner import solve
from echowall.planning.types import Effort
from echowall.planning.validators.rounds import validate

LIMIT = 30.0


def nights(quick: bool) -> Iterator[Row]:
    """Plan ten nights, quick: two."""
    for seed in range(1, 3 if quick else 11):
        problem = generate_days.round_of_night(seed)
        plan = solve(problem, Effort(seconds=LIMIT - 2))
        valid = plan.solution is not None and not validate(problem, plan)
        best = plan.solution.best_worth if plan.solution else None
        note = f"before the lot {best}" + (f", gap {(plan.bound or 0) / best - 1:.2%}" if best else "")
        yield Row(f"seed {seed}", plan.objective, None, plan.bound, plan.seconds, valid, note)


def judge(rows: list[Row]) -> Verdict:
    """All in time with a bound."""
    slowest = max((row.seconds for row in rows), default=0.0)
    good = all(row.valid and row.bound is not None for row in rows) and bool(rows)
    gap = fmean(row.to_bound or 0.0 for row in rows) if rows else 0.0
    found = f"mean gap to the bound {gap:.2%}, slowest {slowest:.1f} s"
    return Verdict(f"within {LIMIT:g} s, upper bound stated", found, good and slowest <= LIMIT)


GROUPS = [Group("rounds", "131 places, 4 teams, one night", nights, judge)]
