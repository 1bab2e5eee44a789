import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echowall.planning import cli, documents
from echowall.planning.roster.duties import Duties
from echowall.planning.roster.planner import solve
from echowall.planning.roster.pricing import Pricer, fits
from echowall.planning.roster.rules import faults_of
from echowall.planning.roster.task import TASK
from echowall.planning.roster.types import (
    FREE,
    Absence,
    Assignment,
    Contract,
    Cover,
    Fairness,
    History,
    Limit,
    Lock,
    Pattern,
    Post,
    Problem,
    Roster,
    Shift,
    Volunteer,
    Wish,
)
from echowall.planning.types import Effort, Plan
from echowall.planning.validators.roster import validate
from echowall.planning.validators.roster_points import Lines, points_of

DAY = Shift("早", start_minute=480)
LATE = Shift("中", start_minute=960)
NIGHT = Shift("夜", start_minute=0, is_night=True)
EFFORT = Effort(seconds=300, work=4, workers=1)


def people(count: int, *, experienced: int | None = None) -> tuple[Volunteer, ...]:
    able = count if experienced is None else experienced
    return tuple(Volunteer(f"V{number}", "c", is_experienced=number < able) for number in range(count))


def street(**changes: object) -> Problem:
    """Nine people, three posts around the clock wished for four days: more than they can hold."""
    problem = Problem(
        days=4,
        shifts=(NIGHT, DAY, LATE),
        contracts=(Contract("c", run=Limit(maximum=3)),),
        volunteers=people(9, experienced=5),
        posts=tuple(Post(f"K{number}", rank=number) for number in range(3)),
        fairness=Fairness(1, 1, 1),
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


def held(plan: Plan[Roster]) -> int:
    assert plan.solution is not None
    return len(plan.solution.held_posts)


class TestHoldPosts:
    def test_says_how_many_posts_can_be_held_and_why_not_more(self) -> None:
        plan = solve(street(), EFFORT)
        values = {metric.code: metric.value for metric in plan.metrics}
        assert validate(street(), plan) == []
        assert held(plan) == values["posts_most"] == 1
        assert plan.solution is not None
        assert plan.solution.held_posts == ("K0",)

    def test_every_pair_has_one_experienced(self) -> None:
        none = street(volunteers=people(9, experienced=0))
        assert held(solve(none, EFFORT)) == 0

    def test_names_the_required_posts_that_conflict(self) -> None:
        both = street(posts=(Post("K0", is_required=True), Post("K1", is_required=True)))
        plan = solve(both, EFFORT)
        assert plan.status == "infeasible"
        assert plan.conflict is not None
        assert [one.subject for one in plan.conflict.demands] == ["K0", "K1"]

    def test_names_a_lock_against_an_absence(self) -> None:
        absent = Volunteer("V0", "c", absences=(Absence(1),))
        asked = street(volunteers=(absent, *people(9)[1:]), locks=(Lock("V0", 1, must=True), Lock("V1", shift="夜")))
        plan = solve(asked, EFFORT)
        assert plan.conflict is not None
        assert plan.conflict.is_smallest
        assert {one.code for one in plan.conflict.demands} == {"lock", "absence"}


class TestKeepDecisions:
    def test_locks_hold(self) -> None:
        asked = street(locks=(Lock("V0", shift="夜"), Lock("V1", 2, "中", "K0", must=True), Lock("V2", 0)))
        plan = solve(asked, EFFORT)
        assert validate(asked, plan) == []
        assert plan.solution is not None
        assert Assignment("V1", 2, "中", "K0") in plan.solution.assignments

    def test_replans_from_today_with_few_changes(self) -> None:
        first = solve(street(), EFFORT)
        assert first.solution is not None
        gone = replace(street().volunteers[0], absences=(Absence(2), Absence(3)))
        again = street(
            volunteers=(gone, *street().volunteers[1:]),
            current=first.solution.assignments,
            frozen_days=2,
            change_weight=10,
        )
        plan = solve(again, EFFORT)
        assert validate(again, plan) == []
        assert plan.solution is not None
        assert plan.change_count is not None
        lost = sum(one.volunteer == "V0" and one.day >= 2 for one in first.solution.assignments)
        assert lost <= plan.change_count <= 4 * lost
        too_few = replace(again, max_changes=0, posts=(replace(again.posts[0], is_required=True),))
        if lost:
            assert solve(too_few, EFFORT).status == "infeasible"

    def test_rests_after_the_last_shift_of_the_week_before(self) -> None:
        tired = tuple(replace(one, history=History(last=("中",))) for one in people(9))
        plan = solve(street(volunteers=tired), EFFORT)
        assert held(plan) == 0

    def test_same_work_same_roster(self) -> None:
        assert replace(solve(street(), EFFORT), seconds=0) == replace(solve(street(), EFFORT), seconds=0)


SHIFTS = st.sampled_from(["早", "夜"])
LIMITS = st.builds(
    lambda low, more, under, over: Limit(low, low + more, under, over),
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from([None, 2]),
    st.sampled_from([None, 3]),
)


@st.composite
def small(draw: st.DrawFn) -> Problem:
    days = draw(st.integers(2, 4))
    two = (Shift("早", start_minute=480, forbidden_next=("夜",)), NIGHT)
    steps = st.tuples(st.sampled_from([("早",), ("夜", FREE)]), st.sampled_from([("早", "夜"), (FREE,)]))
    contract = Contract(
        "c",
        shifts=Limit(draw(st.integers(0, 2)), draw(st.integers(2, 4)), 5, draw(st.sampled_from([None, 4]))),
        run=draw(LIMITS),
        rest_run=Limit(draw(st.integers(0, 2)), None, draw(st.sampled_from([None, 1]))),
        nights_running=draw(st.sampled_from([1, 2, None])),
        weekends=Limit(0, 1, None, 2),
        weekend_run=Limit(draw(st.integers(0, 2)), 2, 1, 1),
        whole_weekend_weight=draw(st.integers(0, 2)),
        same_weekend_weight=draw(st.integers(0, 2)),
        patterns=(Pattern(draw(steps), draw(st.sampled_from([None, 5])), draw(st.sampled_from([None, 2]))),),
        is_closed=draw(st.booleans()),
    )
    last = st.lists(st.sampled_from(["早", "夜", FREE]), max_size=2).map(tuple)
    volunteers = tuple(
        Volunteer(f"V{n}", "c", history=History(480 * draw(st.integers(0, 2)), last=draw(last))) for n in range(2)
    )
    covers = tuple(Cover(day, name, draw(st.integers(0, 2)), 7, 3) for day in range(days) for name in ("早", "夜"))
    day = st.integers(0, days - 1)
    wishes = st.lists(st.builds(Wish, st.just("V0"), day, SHIFTS, st.booleans(), st.integers(1, 3)), max_size=2)
    locks = st.lists(st.builds(Lock, st.just("V1"), day, SHIFTS, st.just(""), st.booleans()), max_size=1)
    return Problem(
        days,
        two,
        (contract,),
        volunteers,
        covers=covers,
        wishes=tuple(draw(wishes)),
        locks=tuple(draw(locks)),
        first_weekday=4,
        fairness=Fairness(draw(st.integers(0, 1)), draw(st.integers(0, 1)), draw(st.integers(0, 1)), 480, 0),
        current=(Assignment("V0", 0, "早"),) if draw(st.booleans()) else (),
        change_weight=1,
    )


def every_roster(problem: Problem) -> list[Roster]:
    cells = list(itertools.product((one.id for one in problem.volunteers), range(problem.days)))
    return [
        Roster(tuple(Assignment(*cell, shift) for cell, shift in zip(cells, line, strict=True) if shift))
        for line in itertools.product((FREE, "早", "夜"), repeat=len(cells))
    ]


def legal(problem: Problem, roster: Roster) -> bool:
    shell = Plan("roster", "feasible", roster, 0, *[None] * 4, (), (), None, 0, 0)  # type: ignore[arg-type]
    return all(fault.place in ("objective", "change_count") for fault in validate(problem, shell))


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=small())
def test_equals_brute_force(problem: Problem) -> None:
    if problem.days > 3:
        problem = replace(
            problem,
            days=3,
            covers=tuple(one for one in problem.covers if one.day < 3),
            wishes=tuple(one for one in problem.wishes if one.day < 3),
            locks=tuple(one for one in problem.locks if one.day is not None and one.day < 3),
        )
    assert faults_of(problem) == []
    plan = solve(problem, EFFORT)
    best = [points_of(problem, one, Lines(problem, one)) for one in every_roster(problem) if legal(problem, one)]
    if not best:
        assert plan.status == "infeasible"
        return
    assert validate(problem, plan) == []
    assert plan.objective == min(best)
    assert plan.status == "optimal"


class TestValidator:
    @pytest.mark.parametrize("number", range(5))
    def test_catches_a_spoilt_roster(self, number: int) -> None:
        plan = solve(street(), EFFORT)
        assert plan.solution is not None
        one, *rest = plan.solution.assignments
        spoilt = (
            (tuple(rest), None),
            ((replace(one, shift="早" if one.shift != "早" else "中"), *rest), None),
            ((one, *rest, Assignment("V8", 3, "早", "K2")), None),
            ((one, *rest, one), None),
            ((one, *rest), 999.0),
        )[number]
        roster = replace(plan.solution, assignments=spoilt[0])
        changed = replace(plan, solution=roster, objective=spoilt[1] if spoilt[1] else plan.objective)
        assert validate(street(), changed) != []


def test_names_all_faults_of_the_input_at_once() -> None:
    wrong = street(
        locks=(Lock("没有", 9, "晚", must=True),),
        volunteers=(Volunteer("V0", "x"), Volunteer("V0", "c")),
        contracts=(Contract("c", run=Limit(3, 2)),),
    )
    assert {fault.place for fault in faults_of(wrong)} == {
        "volunteers.0.id",
        "volunteers.1.id",
        "volunteers.0.contract",
        "contracts.0.run.maximum",
        "locks.0.volunteer",
        "locks.0.shift",
        "locks.0.day",
    }


def test_goes_through_json_and_is_drawn() -> None:
    problem = street()
    assert documents.read(Problem, documents.write(problem)) == problem
    plan = solve(problem, EFFORT)
    assert documents.read(Plan[Roster], documents.write(plan)) == plan
    picture = TASK.draw(problem, plan)
    assert picture.startswith("<svg")
    assert "周一" in picture


def test_command_plans_the_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = Path(__file__).parents[5] / "docs/examples/plan/roster.json"
    output, picture = tmp_path / "班表.json", tmp_path / "班表.svg"
    asked = [
        "plan",
        "roster",
        "--input",
        example,
        "--output",
        output,
        "--svg",
        picture,
        "--work",
        "2",
        "--workers",
        "1",
    ]
    monkeypatch.setattr("sys.argv", ["echowall", *map(str, asked)])
    assert cli.main() == 0
    said = capsys.readouterr().out
    assert "最多能守住（已证明）" in said
    assert "全部规则守住" in said
    assert picture.read_text(encoding="utf-8").startswith("<svg")


class TestColumnGeneration:
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_bound_holds_and_cheapest_line_is_cheapest(self, data: st.DataObject) -> None:
        run = data.draw(st.integers(1, 3))
        contract = Contract(
            "c",
            minutes=Limit(480 * data.draw(st.integers(0, 2)), 480 * 4),
            shift_maximum=(("夜", data.draw(st.integers(1, 3))),),
            run=Limit(data.draw(st.integers(1, run)), run),
            rest_run=Limit(data.draw(st.integers(0, 2))),
            nights_running=None,
            weekends=Limit(0, data.draw(st.integers(0, 2))),
        )
        two = (Shift("早", forbidden_next=("夜",)), NIGHT)
        covers = tuple(Cover(day, name, 1, 9, 1) for day in range(6) for name in ("早", "夜"))
        problem = Problem(6, two, (contract,), people(1), covers=covers, first_weekday=3)
        assert fits(problem)
        costs = np.array(data.draw(st.lists(st.integers(-9, 9), min_size=12, max_size=12)), dtype=float).reshape(6, 2)
        line = Pricer(Duties(problem), problem.volunteers[0]).cheapest(costs)
        every = [
            sum(costs[one.day, ("早", "夜").index(one.shift)] for one in roster.assignments)
            for roster in every_roster(problem)
            if legal(problem, roster)
        ]
        assert (line is None) == (not every)
        if line is not None:
            assert line.cost == min(every)
            assert sum(costs[day, shift] for day, shift in enumerate(line.shifts) if shift >= 0) == line.cost
