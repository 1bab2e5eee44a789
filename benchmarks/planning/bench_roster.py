"""Rosters: a street of 160 volunteers, the Curtois instances, the INRC-I instances."""

from __future__ import annotations

import csv
import gzip
import os
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.planning import curtois, inrc
from benchmarks.planning.generate_roster import street
from benchmarks.planning.table import Group, Row, Verdict

from echowall.planning.roster.planner import solve
from echowall.planning.roster.types import Problem
from echowall.planning.types import Effort
from echowall.planning.validators.roster import validate

FOLDER = Path(os.environ.get("ECHOWALL_DATA_DIR", "")) / "nurse_rostering"
STREET_SECONDS, CURTOIS_SECONDS, INRC_SECONDS = 60.0, 300.0, 120.0
SMALL = {f"Instance{number}" for number in range(1, 9)}
NEAR = 0.02


def streets(quick: bool) -> Iterator[Row]:
    """Two weeks, 160 people, 52 posts asked for: value and bound are the posts held and the most that can be."""
    for seed in range(1 if quick else 5):
        problem = street(seed=seed)
        plan = solve(problem, Effort(20 if quick else STREET_SECONDS, seed))
        figures = {metric.code: metric.value for metric in plan.metrics}
        held, most = figures.get("posts_held"), figures.get("posts_most")
        note = (
            f"posts held; points {plan.objective}, at least {plan.bound}, user CPU {time.process_time():.0f} s so far"
        )
        valid = plan.solution is not None and not validate(problem, plan)
        yield Row(f"street seed {seed}", held, None, most, plan.seconds, valid, note)


def _judge_streets(rows: list[Row]) -> Verdict:
    kept = all(row.valid and row.value is not None and row.bound is not None for row in rows)
    in_time = all(row.seconds <= STREET_SECONDS + 1.5 for row in rows)
    gaps = ", ".join("–" if row.to_bound is None else f"{100 * row.to_bound:.1f} %" for row in rows)
    asked = "all hard rules kept, number of posts with its bound, within 60 s"
    return Verdict(asked, f"rules kept: {kept}, gaps in posts: {gaps}", kept and in_time)


def _instances(kind: str) -> Iterator[tuple[str, str, float | None]]:
    archive, table = FOLDER / f"{kind}_instances.tar.gz", FOLDER / f"{kind}_best_known.csv.gz"
    if not archive.is_file():
        print(f"   (no {archive.name}: set ECHOWALL_DATA_DIR)")
        return
    with gzip.open(table, "rt", encoding="utf-8") as lines:
        best = {row["instance"]: row["best_known_ub"] for row in csv.DictReader(lines)}
    with tarfile.open(archive) as members:
        for member in sorted(members.getmembers(), key=lambda one: (len(one.name), one.name)):
            file = members.extractfile(member)
            if file is not None:
                name = Path(member.name).name
                yield Path(name).stem, file.read().decode(), float(best[name]) if best.get(name) else None


def _rows(kind: str, read: Callable[[str], Problem], seconds: float, chosen: Callable[[str], bool]) -> Iterator[Row]:
    for name, text, best in _instances(kind):
        if chosen(name):
            problem = read(text)
            before = time.process_time()
            plan = solve(problem, Effort(seconds))
            valid = plan.solution is not None and not validate(problem, plan)
            note = f"user CPU {time.process_time() - before:.0f} s"
            yield Row(name, plan.objective, best, plan.bound, plan.seconds, valid, note)


def curtois_rows(quick: bool) -> Iterator[Row]:
    """Instances 1 to 8, as far as their files are there."""
    chosen = {"Instance2"} if quick else SMALL
    yield from _rows("curtois", curtois.read, CURTOIS_SECONDS, lambda name: name in chosen)


def inrc_rows(quick: bool) -> Iterator[Row]:
    """The sprint and medium instances, as far as their files are there."""
    yield from _rows("inrc1", inrc.read, INRC_SECONDS, lambda name: name == "sprint01" if quick else "long" not in name)


def _judge_near(rows: list[Row]) -> Verdict:
    near = [row for row in rows if row.valid and row.to_best is not None and row.to_best <= NEAR]
    known = [row for row in rows if row.best_known]
    found = f"{len(near)} of {len(known)} within {100 * NEAR:g} % of best known"
    return Verdict("best known reached or within 2 %", found, len(near) == len(known))


def _judge_told(rows: list[Row]) -> Verdict:
    reached = sum(row.to_best is not None and row.to_best <= 0 for row in rows)
    return Verdict(
        "figures beside best known", f"{reached} of {len(rows)} reach best known", all(r.valid for r in rows)
    )


GROUPS = [
    Group("roster-street", "160 volunteers, two weeks, 52 posts asked for", streets, _judge_streets),
    Group("roster-curtois", "shift scheduling instances of Curtois and Qu, 1 to 8", curtois_rows, _judge_near),
    Group("roster-inrc", "nurse rostering competition INRC-I, sprint and medium", inrc_rows, _judge_told),
]
