import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echowall.planning import documents
from echowall.planning.cli import main
from echowall.planning.deadline import Deadline
from echowall.planning.siting import median
from echowall.planning.siting.planner import solve
from echowall.planning.siting.task import TASK
from echowall.planning.siting.types import Assignment, Lock, Place, Site, SitingProblem
from echowall.planning.types import Effort
from echowall.planning.validators.siting import validate

EXAMPLE = Path(__file__).parents[5] / "docs/examples/plan/siting.json"
QUICK = Effort(seconds=20, workers=1)


def estate(places: int, sites: int, count: int, seed: int = 1, **wishes: object) -> SitingProblem:
    """Places and candidate sites strewn over a square kilometre."""
    rng = np.random.default_rng(seed)
    spread = rng.integers(0, 1000, (places + sites, 2)).astype(float)
    people = rng.integers(20, 400, places)
    return SitingProblem(
        tuple(Place(f"b{i}", f"{i} 号楼", int(people[i]), *spread[i]) for i in range(places)),
        tuple(Site(f"s{j}", f"{j} 号点", *spread[places + j]) for j in range(sites)),
        count,
        **wishes,  # type: ignore[arg-type]
    )


@st.composite
def small_problems(draw: st.DrawFn) -> SitingProblem:
    places, sites = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    row = st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=sites, max_size=sites)
    table = draw(st.lists(row, min_size=places, max_size=places))
    locks = draw(st.dictionaries(st.integers(0, sites - 1), st.booleans(), max_size=2))
    current = draw(st.sets(st.integers(0, sites - 1), max_size=3))
    return SitingProblem(
        tuple(Place(f"b{i}", f"{i} 号楼", draw(st.integers(0, 5))) for i in range(places)),
        tuple(Site(f"s{j}", f"{j} 号点") for j in range(sites)),
        draw(st.integers(1, sites)),
        draw(st.sampled_from(["median", "centre", "cover"])),
        tuple(tuple(values) for values in table),
        max_metres=draw(st.one_of(st.none(), st.integers(5, 30))),
        reach_metres=draw(st.integers(0, 20)),
        locks=tuple(Lock(f"s{site}", is_open) for site, is_open in locks.items()),
        current=tuple(f"s{site}" for site in sorted(current)),
        max_changes=draw(st.one_of(st.none(), st.integers(0, 2))) if current else None,
    )


def best_by_trying_all(problem: SitingProblem) -> int | None:
    """The best objective over all choices, None where there is none."""
    table = problem.metres or ()
    values = []
    for opened in itertools.combinations(range(len(problem.sites)), problem.open_count):
        ids = {f"s{site}" for site in opened}
        if any((lock.site in ids) != lock.is_open for lock in problem.locks):
            continue
        if problem.max_changes is not None and len(ids - set(problem.current)) > problem.max_changes:
            continue
        ways = [min((w for w in (row[s] for s in opened) if w is not None), default=None) for row in table]
        if any(way is None or (problem.max_metres is not None and way > problem.max_metres) for way in ways):
            continue
        people = [place.people for place in problem.places]
        known = [way for way in ways if way is not None]
        near = sum(p for p, w in zip(people, known, strict=True) if w <= problem.reach_metres)
        total = sum(p * w for p, w in zip(people, known, strict=True))
        values.append({"median": total, "centre": max(known), "cover": -near}[problem.aim])
    return min(values) if values else None


@settings(max_examples=40, deadline=None)
@given(problem=small_problems())
def test_small_plans_are_the_best_of_all_and_pass_the_validator(problem: SitingProblem) -> None:
    assert TASK.faults_of(problem) == []
    plan = solve(problem, QUICK)
    best = best_by_trying_all(problem)
    if best is None:
        assert plan.status == "infeasible"
        assert plan.conflict is not None
        assert plan.conflict.demands
        return
    assert validate(problem, plan) == []
    assert plan.status == "optimal"
    assert plan.objective == abs(best)


def test_median_of_an_estate_is_proved_and_the_same_every_time() -> None:
    problem = estate(120, 60, 14)
    plan = solve(problem, QUICK)
    again = solve(problem, QUICK)
    assert plan.status == "optimal"
    assert plan.bound == plan.objective
    assert validate(problem, plan) == []
    assert again.solution == plan.solution


def test_the_core_left_by_fixing_is_solved_exactly() -> None:
    costs = np.random.default_rng(5).integers(1, 1000, (40, 40))
    nobody = np.zeros(40, dtype=bool)
    choice = median.Choice(6, nobody, nobody, nobody, 40)
    start = np.arange(6)
    found = median.solve(costs, choice, start, Deadline(QUICK))
    stopped = median.solve(costs, choice, start, Deadline(QUICK), work=30)
    assert found.cost == found.bound
    assert stopped.bound <= found.cost <= stopped.cost


def test_locks_hold_and_few_changes_stay_few() -> None:
    problem = estate(40, 20, 5)
    today = solve(problem, QUICK).solution
    assert today is not None
    closed = today.opened[0]
    changed = replace(problem, current=today.opened, max_changes=1, locks=(Lock(closed, False),))
    plan = solve(changed, QUICK)
    assert plan.solution is not None
    assert closed not in plan.solution.opened
    assert plan.change_count == 1
    assert validate(changed, plan) == []


def test_conflicting_demands_are_named_and_no_others() -> None:
    problem = replace(estate(10, 5, 2), locks=(Lock("s0", True), Lock("s1", True), Lock("s2", True)))
    plan = solve(problem, QUICK)
    assert plan.status == "infeasible"
    assert plan.conflict is not None
    assert plan.conflict.is_smallest
    assert {demand.code for demand in plan.conflict.demands} == {"count", "lock"}
    assert len(plan.conflict.demands) == 4


def test_the_validator_sees_what_was_spoilt() -> None:
    problem = estate(20, 8, 3, max_metres=1500)
    plan = solve(problem, QUICK)
    solution = plan.solution
    assert solution is not None
    first = solution.assignments[0]
    other = next(site.id for site in problem.sites if site.id not in solution.opened)
    rest = solution.assignments[1:]
    spoilt = {
        "a closed site": replace(solution, assignments=(Assignment(first.place, other, first.metres), *rest)),
        "a wrong way": replace(solution, assignments=(replace(first, metres=first.metres + 5), *rest)),
        "a site too many": replace(solution, opened=(*solution.opened, other)),
        "a place left out": replace(solution, assignments=rest),
        "an unknown site": replace(solution, opened=("s99", *solution.opened[1:])),
    }
    for name, bad in spoilt.items():
        assert validate(problem, replace(plan, solution=bad)), name
    assert validate(problem, replace(plan, objective=plan.objective + 1 if plan.objective else 1.0))
    assert validate(problem, replace(plan, bound=1e12))
    assert validate(replace(problem, locks=(Lock(solution.opened[0], False),)), plan)


def test_everything_wrong_is_named_at_once() -> None:
    bad = SitingProblem(
        (Place("a", "甲", -1, 0, 0), Place("a", "乙")), (Site("s", "点", 0, 0),), 3, locks=(Lock("x", True),),
        max_metres=-1, max_changes=1,
    )  # fmt: skip
    places = {fault.place for fault in TASK.faults_of(bad)}
    assert places == {
        "places.0.people", "places.1.id", "places.1", "open_count", "locks.0.site", "max_metres", "max_changes",
    }  # fmt: skip


def test_the_example_of_the_manual_is_solved() -> None:
    problem = documents.read(SitingProblem, EXAMPLE.read_bytes())
    assert TASK.faults_of(problem) == []
    plan = solve(problem, QUICK)
    assert plan.solution is not None
    assert validate(problem, plan) == []


def test_the_command_plans_checks_and_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target, picture = tmp_path / "in.json", tmp_path / "out.json", tmp_path / "plan.svg"
    source.write_text(documents.write(estate(12, 6, 3)), encoding="utf-8")
    words = ["plan", "plan", "siting", "--input", source, "--output", target, "--svg", picture, "--workers", "1"]
    monkeypatch.setattr("sys.argv", [str(word) for word in words])
    assert main() == 0
    assert json.loads(target.read_text(encoding="utf-8"))["status"] == "optimal"
    assert "选点方案" in picture.read_text(encoding="utf-8")
