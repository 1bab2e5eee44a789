"""Test days: 20,000 people in one day, against equal division and against everybody at eight."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.planning.generate_testday import street
from benchmarks.planning.table import Group, Row, Verdict

from echowall.planning.testday.planner import solve
from echowall.planning.types import Effort
from echowall.planning.validators.testday import validate

SECONDS = 60.0
WAYS = {"plan": "this plan", "equal": "equal division", "eight": "everybody at eight"}


def days(quick: bool) -> Iterator[Row]:
    """For each generated street three lines: the lanes, and in the note what each way's simulation gave."""
    for seed, tube in ((0, 10),) if quick else ((0, 10), (1, 10), (2, 10), (0, 20)):
        problem = street(seed=seed, tube_people=tube)
        plan = solve(problem, Effort(SECONDS, seed))
        valid = plan.solution is not None and not validate(problem, plan)
        for trial in plan.solution.trials if plan.solution else ():
            note = (
                f"{100 * trial.within_share:.1f} % within {problem.promise.wait_minutes:g} min, "
                f"95 % within {trial.wait_95:g} min, promise kept on {100 * trial.kept_share:.0f} % of {trial.trials} days"
            )
            name = f"{tube}:1 seed {seed}, {WAYS[trial.name]}"
            yield Row(name, trial.lanes, None, plan.bound, plan.seconds, valid, note)


def _judge(rows: list[Row]) -> Verdict:
    ours = [row for row in rows if row.instance.endswith(WAYS["plan"])]
    kept = all(row.valid and float(row.note.split(" %")[0]) >= 95 for row in ours)
    gaps = ", ".join("–" if row.to_bound is None else f"{100 * row.to_bound:.0f} %" for row in ours)
    asked = "95 % of simulated waits within 5 minutes with the fewest lanes"
    return Verdict(asked, f"kept: {kept}; lanes above the bound by work: {gaps}", kept and bool(ours))


GROUPS = [Group("testday", "20,000 people in one day, as many lanes for each way", days, _judge)]
