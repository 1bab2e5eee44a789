from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import simpy

from echowall.planning import cli, documents
from echowall.planning.testday.calls import quotas
from echowall.planning.testday.planner import solve
from echowall.planning.testday.rules import faults_of
from echowall.planning.testday.simulation import crowd_of, waits_of
from echowall.planning.testday.task import TASK
from echowall.planning.testday.types import (
    Building,
    Call,
    Day,
    Firm,
    Lanes,
    Lock,
    Problem,
    Service,
    Site,
    Window,
)
from echowall.planning.types import Effort, Plan
from echowall.planning.validators.testday import validate

EFFORT = Effort(seconds=300, workers=1)
MORNING = (Window(480, 600),)


def estate(**changes: object) -> Problem:
    problem = Problem(
        sites=(
            Site("S1", windows=MORNING, x=0),
            Site("S2", windows=MORNING, x=600),
            Site("E1", windows=MORNING, kind="enterprise"),
        ),
        buildings=tuple(Building(f"B{n}", 60 + 10 * n, x=100.0 * n, students=10, home_visits=1) for n in range(7)),
        firms=(Firm("F1", 40, "E1", windows=(Window(480, 540),)),),
        breaks=(Window(520, 540),),
        trials=20,
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def plan() -> Plan[Day]:
    return solve(estate(), EFFORT)


class TestPlanTestDay:
    def test_keeps_the_promise_and_passes_the_check(self, plan: Plan[Day]) -> None:
        assert faults_of(estate()) == []
        assert validate(estate(), plan) == []
        assert plan.solution is not None
        trials = {trial.name: trial for trial in plan.solution.trials}
        assert trials["plan"].within_share >= 0.95
        assert trials["plan"].kept_share >= 0.9
        assert trials["eight"].within_share < trials["plan"].within_share
        assert plan.bound is not None
        assert plan.objective is not None
        assert plan.bound <= plan.objective

    def test_same_seed_same_day(self, plan: Plan[Day]) -> None:
        assert replace(solve(estate(), EFFORT), seconds=0) == replace(plan, seconds=0)

    def test_students_come_between_lessons(self, plan: Plan[Day]) -> None:
        assert plan.solution is not None
        assert {call.start_minute for call in plan.solution.calls if call.is_student} == {520, 530}

    def test_hands_on_who_is_visited_at_home(self, plan: Plan[Day]) -> None:
        assert plan.solution is not None
        assert [(one.building, one.people, one.minutes) for one in plan.solution.home_visits] == [
            (f"B{n}", 1, 6.0) for n in range(7)
        ]

    def test_locks_hold(self) -> None:
        asked = estate(locks=(Lock("B0", "S2"), Lock("B6", "S2", 500)))
        found = solve(asked, EFFORT)
        assert validate(asked, found) == []

    def test_replans_with_few_changes(self, plan: Plan[Day]) -> None:
        assert plan.solution is not None
        again = estate(current=plan.solution.calls, change_weight=500.0)
        found = solve(again, EFFORT)
        assert validate(again, found) == []
        assert found.change_count == 0

    def test_names_what_conflicts(self) -> None:
        far = estate(locks=(Lock("B0", "S2"), Lock("B1", "S1")), walk_metres=500.0)
        found = solve(far, EFFORT)
        assert found.status == "infeasible"
        assert found.conflict is not None
        assert {(one.code, one.subject) for one in found.conflict.demands} == {("lock", "B0"), ("walk", "")}

    def test_larger_tubes_need_no_more_lanes(self, plan: Plan[Day]) -> None:
        assert plan.bound is not None
        bounds = []
        for size in (1, 10, 20):
            found = solve(estate(service=Service(tube_people=size), trials=5), EFFORT)
            assert found.bound is not None
            bounds.append(found.bound)
        assert bounds == sorted(bounds, reverse=True)
        assert bounds[0] > bounds[1]


class TestSimulation:
    def test_equals_simpy(self) -> None:
        problem = estate(service=Service(slow_share=0.5))
        calls = [Call("B0", "S1", 480 + 10 * n, 30) for n in range(6)]
        lanes = Lanes("S1", 3)
        crowd = crowd_of(problem, calls, MORNING, 4, np.random.default_rng(5))
        waits, ends = waits_of(problem, crowd, lanes, np.random.default_rng(7))
        slow = np.where(np.random.default_rng(7).random((4, 3)) < 0.5, 1.5, 1.0)
        for number in range(4):
            there = np.isfinite(crowd.arrivals[number])
            expected, end = _by_simpy(crowd.arrivals[number][there], crowd.services[number], slow[number])
            assert waits[number][there] == pytest.approx(expected)
            assert ends[number] == pytest.approx(end)

    def test_one_lane_is_lindley(self) -> None:
        problem = estate(service=Service(slow_share=0, tube_seconds=0))
        crowd = crowd_of(problem, [Call("B0", "S1", 480, 50)], MORNING, 3, np.random.default_rng(1))
        waits, _ = waits_of(problem, crowd, Lanes("S1", 1), np.random.default_rng(1))
        for number in range(3):
            wait, line = 0.0, crowd.arrivals[number][np.isfinite(crowd.arrivals[number])]
            for person in range(1, len(line)):
                wait = max(0.0, wait + crowd.services[number, person - 1] - line[person] + line[person - 1])
                assert waits[number, person] == pytest.approx(wait)

    def test_calls_everybody_whatever_comes_late(self) -> None:
        assert sum(quotas(estate(), [3.0, 2.0, 3.0, 3.0], 997)) == 997


def _by_simpy(arrivals: np.ndarray, services: np.ndarray, slow: np.ndarray) -> tuple[list[float], float]:
    world = simpy.Environment(initial_time=0.0)
    lanes = simpy.PriorityStore(world)
    for lane in range(len(slow)):
        lanes.put((0.0, lane))
    waits = [0.0] * len(arrivals)
    served = [0] * len(slow)

    def person(number: int):  # type: ignore[no-untyped-def]
        yield world.timeout(arrivals[number])
        _, lane = yield lanes.get()
        waits[number] = world.now - arrivals[number]
        served[lane] += 1
        change = 0.5 if served[lane] % 10 == 0 else 0.0
        yield world.timeout((services[number] + change) * slow[lane])
        yield lanes.put((world.now, lane))

    for number in range(len(arrivals)):
        world.process(person(number))
    world.run()
    return waits, max(time for time, _ in lanes.items)


class TestValidator:
    @pytest.mark.parametrize("number", range(6))
    def test_catches_a_spoilt_day(self, plan: Plan[Day], number: int) -> None:
        day = plan.solution
        assert day is not None
        one, *rest = day.calls
        trial = replace(day.trials[0], within_share=0.99)
        first, *lanes = day.lanes
        spoilt = (
            replace(day, calls=tuple(rest)),
            replace(day, calls=(replace(one, start_minute=700), *rest)),
            replace(day, calls=(replace(one, site="E1"), *rest)),
            replace(day, lanes=(replace(first, count=first.count + 1), *lanes)),
            replace(day, home_visits=()),
            replace(
                day,
                calls=tuple(replace(call, start_minute=480) for call in day.calls if not call.is_student)
                + tuple(call for call in day.calls if call.is_student),
                trials=(trial, *day.trials[1:]),
            ),
        )[number]
        assert validate(estate(), replace(plan, solution=spoilt)) != []


def test_names_all_faults_of_the_input_at_once() -> None:
    wrong = estate(
        buildings=(Building("B0", 0), Building("B0", 3, students=4)),
        firms=(Firm("F1", 5, "S1"),),
        locks=(Lock("B9", "S1"),),
        breaks=(Window(600, 540),),
    )
    assert {fault.place for fault in faults_of(wrong)} == {
        "buildings.0.id",
        "buildings.1.id",
        "buildings.0.people",
        "buildings.1.students",
        "firms.0.site",
        "locks.0.building",
        "breaks.0",
    }


def test_goes_through_json_and_is_drawn(plan: Plan[Day], tmp_path: Path) -> None:
    assert documents.read(Problem, documents.write(estate())) == estate()
    assert documents.read(Plan[Day], documents.write(plan)) == plan
    picture = TASK.draw(estate(), plan)
    assert "平均排队人数" in picture


def test_command_plans_the_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = Path(__file__).parents[5] / "docs/examples/plan/testday.json"
    output, picture = tmp_path / "检测日.json", tmp_path / "检测日.svg"
    asked = ["plan", "testday", "--input", example, "--output", output, "--svg", picture, "--seconds", "300"]
    monkeypatch.setattr("sys.argv", ["echowall", *map(str, asked)])
    assert cli.main() == 0
    said = capsys.readouterr().out
    assert "全体八点到场" in said
    assert "全部规则守住" in said
    assert picture.read_text(encoding="utf-8").startswith("<svg")
