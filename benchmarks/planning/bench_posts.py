"""Posts: ten generated streets of 160 compounds, and one real network from OpenStreetMap."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.planning import read_osm_city
from benchmarks.planning.generate_streets import street
from benchmarks.planning.table import Group, Row, Verdict

from echowall.planning.posts.task import TASK
from echowall.planning.posts.types import PostProblem
from echowall.planning.types import Effort

PATCHES = ("wuhan_guanggu", "shanghai_huangpu_lujiazui")


def row_of(name: str, problem: PostProblem) -> Row:
    """Plan for 60 s, check by maximum flow, and say it in one row."""
    faults = TASK.faults_of(problem)
    assert not faults, faults[:5]
    plan = TASK.solve(problem, Effort(60))
    valid = plan.solution is not None and not TASK.validate(problem, plan)
    found = {metric.code: metric.value for metric in plan.metrics}
    note = plan.status
    if plan.solution is not None:
        note += f": {found['area_count']:g} areas, {found['post_count']:g} posts, longest detour {found['worst_detour']:g} m"
    return Row(name, plan.objective, None, plan.bound, plan.seconds, valid, note)


def _streets(quick: bool) -> Iterator[Row]:
    for seed in range(2 if quick else 10):
        yield row_of(f"street {seed}: 160 compounds", street(seed))


def _real(quick: bool) -> Iterator[Row]:
    where = read_osm_city.folder()
    for patch in () if where is None else PATCHES[:1] if quick else PATCHES:
        yield row_of(patch, read_osm_city.street(where, patch))


def _judge_real(rows: list[Row]) -> Verdict:
    """One real network is asked for; the larger one is shown with whatever gap it has."""
    verdict = _judge(rows)
    good = [row for row in rows if _judge([row]).is_met]
    return Verdict(f"on one real network: {verdict.asked}", verdict.found, bool(good) or not rows)


def _judge(rows: list[Row]) -> Verdict:
    good = [
        row for row in rows if row.valid and row.to_bound is not None and row.to_bound <= 0.01 and row.seconds <= 61
    ]
    asked = "gap ≤ 1 % in 60 s, separation proved by maximum flow"
    if not rows:
        return Verdict(asked, "no map: set ECHOWALL_DATA_DIR", True)
    return Verdict(
        asked, f"{len(good)} of {len(rows)}, at most {max(r.seconds for r in rows):.1f} s", len(good) == len(rows)
    )


GROUPS = [
    Group("posts", "generated streets of 160 compounds", _streets, _judge),
    Group("posts-real", "roads and buildings of OpenStreetMap; compounds and gates inferred", _real, _judge_real),
]
