"""Call queue: 600 contacts, 100 simulated days, against first come first served."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.planning import generate_days
from benchmarks.planning.table import Group, Row, Verdict

from echowall.planning.callqueue.planner import solve
from echowall.planning.types import Effort
from echowall.planning.validators.callqueue import validate


def lists(quick: bool) -> Iterator[Row]:
    """Plan ten lists, quick: two. The note has what is more than first come first served, with its 95 % interval."""
    for seed in range(1, 3 if quick else 11):
        problem = generate_days.calls(seed)
        plan = solve(problem, Effort(seconds=60))
        figures = {metric.code: metric.value for metric in plan.metrics}
        note = f"{figures['more']:+.1f} % [{figures['more_low']:.1f}, {figures['more_high']:.1f}] over {figures['days']:.0f} days"
        valid = not validate(problem, plan)
        yield Row(f"seed {seed}", plan.objective, None, plan.bound, plan.seconds, valid, note)


def judge(rows: list[Row]) -> Verdict:
    """The lower end of every interval."""
    lows = [float(row.note.split("[")[1].split(",")[0]) for row in rows]
    worst = min(lows, default=0.0)
    found = f"at least {worst:.1f} % more (lower end of the 95 % interval, worst list)"
    return Verdict(
        "15 % more reached by the deadline", found, bool(rows) and worst >= 15 and all(r.valid for r in rows)
    )


GROUPS = [Group("callqueue", "600 contacts, one day", lists, judge)]
