from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echowall.planning import documents
from echowall.planning.callqueue.planner import solve
from echowall.planning.callqueue.task import TASK
from echowall.planning.callqueue.types import CallProblem, CallSolution, Contact, Kind
from echowall.planning.cli import main
from echowall.planning.types import Effort, Plan
from echowall.planning.validators.callqueue import validate

EXAMPLE = Path(__file__).parents[5] / "docs/examples/plan/callqueue.json"
QUICK = Effort(seconds=20, workers=1)
HOURS = range(24)
OLD = Kind("old", "老人", tuple(0.7 if 8 <= hour < 11 else 0.35 for hour in HOURS))
BUSY = Kind("busy", "上班族", tuple(0.6 if hour in (12, 18, 19, 20) else 0.1 for hour in HOURS))


def office(count: int = 80, callers: int = 1, **wishes: object) -> CallProblem:
    contacts = tuple(
        Contact(f"p{i}", f"第 {i} 位", "busy" if i % 2 else "old", (720, 1080, 1260)[i % 3], 1 + i % 2)
        for i in range(count)
    )
    return CallProblem((OLD, BUSY), contacts, (callers,) * 12, 8, **wishes)  # type: ignore[arg-type]


@st.composite
def small_offices(draw: st.DrawFn) -> CallProblem:
    kinds = tuple(
        Kind(f"k{i}", f"{i}", tuple(draw(st.lists(st.sampled_from([0.0, 0.2, 0.9, 1.0]), min_size=24, max_size=24))))
        for i in range(2)
    )
    contacts = tuple(
        Contact(
            f"p{i}", f"{i}", draw(st.sampled_from(["k0", "k1"])), draw(st.integers(480, 800)), draw(st.integers(0, 3)),
            draw(st.integers(0, 3)), draw(st.sampled_from([0, 0, 570])),
        )
        for i in range(draw(st.integers(1, 8)))
    )  # fmt: skip
    callers = tuple(draw(st.lists(st.integers(0, 2), min_size=1, max_size=4)))
    first = (draw(st.sampled_from(contacts)).id,) if draw(st.booleans()) else ()
    return CallProblem(
        kinds, contacts, callers, 8, draw(st.sampled_from([4.0, 30.0])), draw(st.sampled_from([1.0, 12.0])),
        draw(st.sampled_from([0.5, 1.0])), draw(st.sampled_from([0, 20, 60])), 4, first, days=40,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(problem=small_offices())
def test_plans_pass_the_validator_and_the_bound_holds(problem: CallProblem) -> None:
    assert TASK.faults_of(problem) == []
    assert validate(problem, solve(problem, QUICK)) == []


def test_rings_when_people_answer() -> None:
    late = Kind("late", "晚上在家", tuple(0.9 if hour == 18 else 0.2 for hour in HOURS))
    problem = CallProblem((late,), (Contact("p", "某人", "late", 1200),), (1,) * 12, 8, most_attempts=1, days=400)
    plan = solve(problem, QUICK)
    assert plan.solution is not None
    assert plan.solution.calls == ()
    assert plan.bound == pytest.approx(0.9)
    assert plan.objective == pytest.approx(0.9, abs=0.06)


def test_reaches_more_than_first_come_first_served() -> None:
    problem = office(240)
    plan = solve(problem, QUICK)
    figures = {metric.code: metric.value for metric in plan.metrics}
    assert validate(problem, plan) == []
    assert figures["more_low"] > 5
    assert plan.bound is not None
    assert 0.8 * plan.bound < (plan.objective or 0) <= 1.02 * plan.bound


def test_the_same_seed_gives_the_same_days() -> None:
    problem = office(40, days=10)
    assert solve(problem, QUICK).solution == solve(problem, QUICK).solution


def test_locked_contacts_are_rung_first() -> None:
    problem = office(first=("p7", "p3"))
    plan = solve(problem, QUICK)
    assert plan.solution is not None
    assert [call.contact for call in plan.solution.calls[:2]] == ["p7", "p3"]
    assert validate(problem, plan) == []


def test_the_validator_sees_what_was_spoilt() -> None:
    problem = office(60, days=30)
    plan = solve(problem, QUICK)
    solution = plan.solution
    assert solution is not None
    calls = solution.calls
    spoilt = {
        "another order": replace(solution, calls=tuple(reversed(calls))),
        "someone missing": replace(solution, calls=calls[1:]),
        "a wrong chance": replace(solution, calls=(replace(calls[0], chance=0.99), *calls[1:])),
        "a group missing": replace(solution, indices=solution.indices[1:]),
        "days that were not": replace(solution, reached=tuple(1.1 * one for one in solution.reached)),
    }
    for name, bad in spoilt.items():
        assert validate(problem, replace(plan, solution=bad)), name
    assert validate(problem, replace(plan, bound=1.0))


def test_everything_wrong_is_named_at_once() -> None:
    bad = CallProblem(
        (Kind("a", "甲", (2.0,)),),
        (Contact("p", "人", "b", -5, -1),),
        (-1,),
        25,
        decay=3,
        most_attempts=0,
        first=("q",),
    )
    assert {fault.place for fault in TASK.faults_of(bad)} == {
        "kinds.0.chance", "contacts.0.kind", "contacts.0.deadline", "contacts.0.weight", "callers", "starts", "decay",
        "most_attempts", "first.0",
    }  # fmt: skip


def test_the_example_of_the_manual_is_solved() -> None:
    problem = documents.read(CallProblem, EXAMPLE.read_bytes())
    assert TASK.faults_of(problem) == []
    plan = solve(problem, QUICK)
    assert plan.solution is not None
    assert validate(problem, plan) == []


def test_the_command_plans_checks_and_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target, picture = tmp_path / "in.json", tmp_path / "out.json", tmp_path / "plan.svg"
    source.write_text(documents.write(office(20, days=10)), encoding="utf-8")
    words = ["plan", "plan", "callqueue", "--input", source, "--output", target, "--svg", picture]
    monkeypatch.setattr("sys.argv", [str(word) for word in words])
    assert main() == 0
    assert documents.read(Plan[CallSolution], target.read_bytes()).solution is not None
    assert "外呼次序" in picture.read_text(encoding="utf-8")
