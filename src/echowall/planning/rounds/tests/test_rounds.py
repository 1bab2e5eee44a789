import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echowall.planning import documents
from echowall.planning.cli import main
from echowall.planning.rounds.ground import ground_of
from echowall.planning.rounds.planner import solve
from echowall.planning.rounds.rules import worth_of
from echowall.planning.rounds.task import TASK
from echowall.planning.rounds.timing import round_of
from echowall.planning.rounds.types import Base, Given, Lock, Place, RoundsProblem, RoundsSolution, Seen, Team
from echowall.planning.types import Effort, Plan
from echowall.planning.validators.rounds import validate

EXAMPLE = Path(__file__).parents[5] / "docs/examples/plan/rounds.json"
QUICK = Effort(seconds=20, work=100, workers=1)
EVENING = 20 * 3600


def night(places: int = 20, teams: int = 2, seed: int = 1, **wishes: object) -> RoundsProblem:
    rng = np.random.default_rng(seed)
    spots = tuple(
        Place(
            f"p{i}", f"{i} 号工地", int(rng.integers(1, 6)), int(rng.integers(1, 20)), int(rng.integers(600, 1500)),
            EVENING, EVENING + int(rng.integers(2, 8)) * 3600, *map(float, rng.integers(0, 3000, 2)),
        )
        for i in range(places)
    )  # fmt: skip
    crews = tuple(Team(f"t{k}", f"{k} 组", "base", EVENING, EVENING + 4 * 3600) for k in range(teams))
    return RoundsProblem(spots, (Base("base", "街道办", 1500, 1500),), crews, **wishes)  # type: ignore[arg-type]


@st.composite
def small_nights(draw: st.DrawFn) -> RoundsProblem:
    count = draw(st.integers(1, 5))
    row = st.lists(st.integers(1, 60), min_size=count + 1, max_size=count + 1)
    metres = draw(st.lists(row, min_size=count + 1, max_size=count + 1))
    places = []
    for index in range(count):
        opens = draw(st.integers(0, 1000))
        places.append(
            Place(f"p{index}", f"{index}", draw(st.integers(1, 5)), draw(st.integers(0, 9)), draw(st.integers(60, 400)),
                opens, opens + draw(st.integers(0, 1500)))
        )  # fmt: skip
    locks = (Lock("p0", draw(st.booleans()), draw(st.sampled_from([None, "t0"]))),) if draw(st.booleans()) else ()
    teams = (Team("t0", "一组", "b", 0, draw(st.integers(200, 1500)), 1.0), Team("t1", "二组", "b", 100, 900, 2.0))
    return RoundsProblem(
        tuple(places), (Base("b", "驻地"),), teams, tuple(map(tuple, metres)), loss_share=0, locks=locks
    )


def most_by_trying_all(problem: RoundsProblem) -> int | None:
    ground = ground_of(problem)
    worths = [worth_of(problem, place) for place in problem.places]
    found = None
    for division in itertools.product((0, 1, 2), repeat=len(worths)):
        if any(ground.must[row] and chosen == 2 for row, chosen in enumerate(division)):
            continue
        groups = [[row for row, chosen in enumerate(division) if chosen == team] for team in (0, 1)]
        if all(
            not own or any(round_of(problem, ground, team, order) for order in itertools.permutations(own))
            for team, own in enumerate(groups)
        ):
            total = sum(worths[row] for own in groups for row in own)
            found = total if found is None else max(found, total)
    return found


@settings(max_examples=40, deadline=None)
@given(problem=small_nights())
def test_small_nights_equal_the_best_of_all_and_the_bound_holds(problem: RoundsProblem) -> None:
    assert TASK.faults_of(problem) == []
    plan = solve(problem, QUICK)
    most = most_by_trying_all(problem)
    if most is None:
        assert plan.solution is None
        return
    assert plan.status not in ("infeasible", "unknown")
    assert validate(problem, plan) == []
    assert plan.objective == most
    assert plan.bound is not None
    assert plan.bound >= most


def test_the_night_keeps_every_rule_and_is_the_same_for_the_same_lot() -> None:
    problem = night()
    plan, again = solve(problem, QUICK), solve(problem, QUICK)
    assert validate(problem, plan) == []
    assert plan.solution == again.solution
    assert plan.bound is not None
    assert plan.objective is not None
    assert plan.objective <= plan.bound <= 1.3 * plan.objective


def test_another_night_is_another_round_that_loses_no_more_than_allowed() -> None:
    problem = night(30, 1, loss_share=0.05)
    plans = [solve(replace(problem, tonight=number), QUICK) for number in range(3)]
    rounds = set()
    for plan in plans:
        assert plan.solution is not None
        assert plan.objective is not None
        assert plan.objective >= 0.95 * plan.solution.best_worth
        rounds.add(tuple(tuple(look.place for look in one.looks) for one in plan.solution.rounds))
    assert len(rounds) == 3


def test_locks_hold_and_the_plan_in_force_changes_little() -> None:
    problem = night(30, 1)
    first = solve(problem, QUICK).solution
    assert first is not None
    by = {look.place: one.team for one in first.rounds for look in one.looks}
    left = next(place.id for place in problem.places if place.id not in by)
    dropped = next(iter(by))
    today = tuple(Given(place, team) for place, team in by.items())
    again = replace(problem, current=today, change_points=1000, locks=(Lock(left, True), Lock(dropped, False)))
    plan = solve(again, QUICK)
    assert plan.solution is not None
    assert validate(again, plan) == []
    assert plan.change_count is not None
    assert 1 <= plan.change_count <= 4


def test_a_place_that_must_be_seen_and_cannot_is_named() -> None:
    problem = night()
    closed = replace(problem.places[3], opens=0, closes=10)
    bad = replace(problem, places=(*problem.places[:3], closed, *problem.places[4:]), locks=(Lock("p3", True),))
    plan = solve(bad, QUICK)
    assert plan.status == "infeasible"
    assert plan.conflict is not None
    assert [demand.subject for demand in plan.conflict.demands] == ["p3"]


def test_the_validator_sees_what_was_spoilt() -> None:
    seen = tuple(Seen(f"p{i}", "t0", EVENING) for i in range(5))
    problem = night(last_round=seen)
    plan = solve(problem, QUICK)
    solution = plan.solution
    assert solution is not None
    assert validate(problem, plan) == []
    one, rest = solution.rounds[0], solution.rounds[1:]
    look = one.looks[0]
    spoilt = {
        "a look too early": replace(one, looks=(replace(look, arrives=0, begins=0), *one.looks[1:])),
        "a place twice": replace(one, looks=(*one.looks, look)),
        "home too late": replace(one, returns=10**6),
        "wrong metres": replace(one, metres=3),
        "a stranger": replace(one, team="t9"),
    }
    for name, bad in spoilt.items():
        assert validate(problem, replace(plan, solution=replace(solution, rounds=(bad, *rest)))), name
    assert validate(problem, replace(plan, solution=replace(solution, best_worth=10**6)))
    assert validate(problem, replace(plan, bound=1.0))


def test_everything_wrong_is_named_at_once() -> None:
    bad = RoundsProblem(
        (Place("a", "甲", 9, -1, 0, 5, 1),), (Base("b", "乙", 0, 0),), (Team("t", "组", "x", 9, 1, 0),), loss_share=2,
        locks=(Lock("z", True, "y"),),
    )  # fmt: skip
    assert {fault.place for fault in TASK.faults_of(bad)} == {
        "places.0.risk", "places.0.days_since", "places.0.seconds", "places.0.opens", "teams.0.starts",
        "teams.0.metres_per_second", "loss_share", "teams.0.base", "locks.0.place", "locks.0.team", "places.0",
    }  # fmt: skip


def test_the_example_of_the_manual_is_solved() -> None:
    problem = documents.read(RoundsProblem, EXAMPLE.read_bytes())
    assert TASK.faults_of(problem) == []
    plan = solve(problem, QUICK)
    assert plan.solution is not None
    assert validate(problem, plan) == []


def test_the_command_plans_checks_and_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target, picture = tmp_path / "in.json", tmp_path / "out.json", tmp_path / "plan.svg"
    source.write_text(documents.write(night(8)), encoding="utf-8")
    words = ["plan", "plan", "rounds", "--input", source, "--output", target, "--svg", picture, "--work", "30"]
    monkeypatch.setattr("sys.argv", [str(word) for word in [*words, "--workers", "1", "--seconds", "10"]])
    assert main() == 0
    assert documents.read(Plan[RoundsSolution], target.read_bytes()).solution is not None
    assert "巡查方案" in picture.read_text(encoding="utf-8")
