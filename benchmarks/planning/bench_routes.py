"""Routes: CVRP X and VRPTW Gehring-Homberger beside best known, an estate's deliveries of a day, care visits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import fmean

from benchmarks.planning import generate_days, read_vrplib
from benchmarks.planning.table import Group, Row, Verdict

from echowall.planning.routes.planner import solve
from echowall.planning.routes.types import RoutesProblem
from echowall.planning.types import Effort
from echowall.planning.validators.routes import validate


def public(family: str, sizes: range, seconds: float) -> Callable[[bool], Iterator[Row]]:
    """Return a solver of the instances with so many nodes; quick: every eighth for a tenth of the time."""

    def rows(quick: bool) -> Iterator[Row]:
        chosen = ((n, p, b) for n, p, b in read_vrplib.instances(family) if len(p.places) in sizes)
        for index, (name, problem, best) in enumerate(chosen):
            if not quick or index % 8 == 0:
                yield _row(name, problem, best, seconds / 10 if quick else seconds)

    return rows


def judge(asked: float, seconds: float) -> Callable[[list[Row]], Verdict]:
    """Return a judge of the mean gap to best known."""

    def verdict(rows: list[Row]) -> Verdict:
        text = f"mean gap ≤ {asked:.1%} in {seconds:g} s"
        gaps = [row.to_best for row in rows if row.to_best is not None]
        if not gaps or not all(row.valid for row in rows):
            return Verdict(text, "no valid plans, or no instances (ECHOWALL_DATA_DIR)", False)
        found = f"mean gap {fmean(gaps):.2%} over {len(gaps)}, slowest {max(row.seconds for row in rows):.1f} s"
        return Verdict(text, found, fmean(gaps) <= asked)

    return verdict


def made_up(make: Callable[[int], RoutesProblem], seconds: float) -> Callable[[bool], Iterator[Row]]:
    """Return a solver of made-up days: ten of them, quick: two."""

    def rows(quick: bool) -> Iterator[Row]:
        for seed in range(1, 3 if quick else 11):
            yield _row(f"seed {seed}", make(seed), None, seconds)

    return rows


def in_time(limit: float) -> Callable[[list[Row]], Verdict]:
    """Return a judge: every day planned, all rules kept, within the limit."""

    def verdict(rows: list[Row]) -> Verdict:
        slowest = max((row.seconds for row in rows), default=0.0)
        good = sum(row.valid for row in rows)
        found = f"{good} of {len(rows)} planned, slowest {slowest:.1f} s"
        return Verdict(f"all planned within {limit:g} s", found, bool(rows) and good == len(rows) and slowest <= limit)

    return verdict


def _row(name: str, problem: RoutesProblem, best: float | None, seconds: float) -> Row:
    plan = solve(problem, Effort(seconds=seconds))
    valid = plan.solution is not None and not validate(problem, plan)
    return Row(name, plan.objective, best, plan.bound, plan.seconds, valid, f"{len(problem.visits)} visits")


GROUPS = [
    Group("routes-cvrp-300", "CVRP X, up to 300", public("CVRP", range(302), 60), judge(0.010, 60)),
    Group("routes-cvrp-1000", "CVRP X, above 300", public("CVRP", range(302, 1002), 120), judge(0.020, 120)),
    Group("routes-vrptw", "VRPTW Gehring-Homberger 1,000", public("VRPTW", range(2000), 120), judge(0.040, 120)),
    Group("routes-day", "7,000 orders, 67 buildings, 14 clusters", made_up(generate_days.deliveries, 9), in_time(10)),
    Group("routes-care", "120 care visits, 10 carers", made_up(generate_days.care, 20), in_time(21)),
]
