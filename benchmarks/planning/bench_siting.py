"""Siting: the OR-Library's p-median instances, each to proven optimality within 60 s."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.planning import read_pmed
from benchmarks.planning.table import Group, Row, Verdict

from echowall.planning.siting.planner import solve
from echowall.planning.types import Effort
from echowall.planning.validators.siting import validate

SECONDS = 60.0


def pmed(quick: bool) -> Iterator[Row]:
    """Solve them all, or with ``quick`` every fourth for 20 s."""
    for index, (name, problem, optimal) in enumerate(read_pmed.instances()):
        if quick and index % 4:
            continue
        plan = solve(problem, Effort(seconds=20.0 if quick else SECONDS))
        valid = plan.solution is not None and not validate(problem, plan)
        size = f"n={len(problem.places)} p={problem.open_count}"
        yield Row(name, plan.objective, optimal, plan.bound, plan.seconds, valid, size)


def judge(rows: list[Row]) -> Verdict:
    """Count the proved ones."""
    asked = f"all to proven optimality within {SECONDS:g} s"
    if not rows:
        return Verdict(asked, "no instances (ECHOWALL_DATA_DIR)", False)
    proved = sum(row.valid and row.value == row.bound for row in rows)
    return Verdict(
        asked, f"{proved} of {len(rows)} proved, slowest {max(r.seconds for r in rows):.1f} s", proved == len(rows)
    )


GROUPS = [Group("siting-pmed", "p-median, OR-Library", pmed, judge)]
