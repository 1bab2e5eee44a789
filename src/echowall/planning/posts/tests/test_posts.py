import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echowall.planning.deadline import Deadline
from echowall.planning.documents import read, write
from echowall.planning.networks import Node
from echowall.planning.posts.report import Found, plan_of
from echowall.planning.posts.street import Street
from echowall.planning.posts.task import TASK
from echowall.planning.posts.types import Choice, Link, PostProblem, Prices, Residence
from echowall.planning.types import Effort, Plan

QUICK = Effort(seconds=20, workers=1)
EXAMPLE = Path(__file__).parents[5] / "docs/examples/plan/posts.json"

# A yard of three doors in a row, gates at both ends and one in the middle, all to roads.
#   road1 —west— d1 — d2 — d3 —east— road2 ; d2 —middle— road3
YARD = PostProblem(
    nodes=(
        Node("road1", -50, 0),
        Node("d1", 0, 0),
        Node("d2", 100, 0),
        Node("d3", 200, 0),
        Node("road2", 250, 0),
        Node("road3", 100, -50),
    ),
    links=(
        Link("西门", "road1", "d1", "gate"),
        Link("a", "d1", "d2"),
        Link("b", "d2", "d3"),
        Link("东门", "d3", "road2", "gate"),
        Link("中门", "d2", "road3", "gate", is_drivable=False),
    ),
    outside=("road1", "road2", "road3"),
    residences=tuple(Residence(f"{n}号楼", "锦绣苑", f"d{n}", 100) for n in (1, 2, 3)),
    detour_metres=250.0,
)


def states(plan: Plan) -> dict[str, str]:
    assert plan.solution is not None
    return {choice.link: choice.state for choice in plan.solution.choices}


@st.composite
def small_problems(draw: st.DrawFn) -> PostProblem:
    """Two yards side by side, two roads, up to six decided links between any of them."""
    nodes = (
        Node("n", 50, 100), Node("s", 50, -100), Node("a1", 0, 0), Node("a2", 40, 0), Node("b1", 80, 0), Node("b2", 120, 0),
    )  # fmt: skip
    ways = [Link("a", "a1", "a2"), Link("b", "b1", "b2")]
    ends = st.sampled_from([("n", "a1"), ("s", "a2"), ("n", "b1"), ("s", "b2"), ("a2", "b1"), ("s", "a1"), ("n", "b2")])
    links = []
    for number, (start, end) in enumerate([("n", "a1"), ("n", "b1"), *draw(st.lists(ends, max_size=4))]):
        links.append(
            Link(
                f"门{number}",
                start,
                end,
                draw(st.sampled_from(["gate", "mouth", "gap"])),
                draw(st.sampled_from([None, 30.0, 200.0])),
                draw(st.booleans()),
                draw(st.sampled_from([None, 1, 2])),
                draw(st.sampled_from([None, 0.0, 10.0])),
            )
        )
    names = st.sampled_from([link.id for link in links])
    locks = draw(st.lists(st.tuples(names, st.sampled_from(["open", "post", "closed"])), max_size=1))
    current = draw(st.dictionaries(names, st.just("open"), max_size=3))
    problem = PostProblem(
        nodes=nodes,
        links=(*ways, *links),
        outside=("n", "s"),
        residences=(
            Residence("甲1", "甲", "a1", 10),
            Residence("甲2", "甲", "a2", 20),
            Residence("乙1", "乙", "b2", 30),
        ),
        separate=draw(st.sampled_from([(), (("甲", "乙"),)])),
        detour_metres=draw(st.sampled_from([0.0, 80.0, 1000.0])),
        vehicle_sources=draw(st.sampled_from([(), ("s",)])),
        prices=Prices(100, 1, 10, 20, 50),
        max_posts=draw(st.sampled_from([None, None, 1, 2])),
        max_people=draw(st.sampled_from([None, None, 6])),
        current=tuple(Choice(link, state) for link, state in current.items()),
        max_changes=1 if current and draw(st.booleans()) else None,
        locks=tuple(Choice(link, state) for link, state in locks),
    )
    return problem if not TASK.faults_of(problem) else replace(problem, locks=())


def best_by_hand(problem: PostProblem) -> float | None:
    """Every state of every link, judged by the check that knows nothing of the planner."""
    street = Street(problem)
    decided = [problem.links[i] for i in street.decided]
    best = None
    for chosen in itertools.product(*(sorted(street.may(i)) for i in street.decided)):
        named = {link.id: state for link, state in zip(decided, chosen, strict=True)}
        plan = plan_of(street, Found(named, 0.0, 1), QUICK, Deadline(QUICK))  # type: ignore[arg-type]
        if (best is None or plan.objective < best) and not TASK.validate(problem, plan):
            best = plan.objective
    return best


class TestPlan:
    @settings(max_examples=40)
    @given(problem=small_problems())
    def test_equals_trying_everything(self, problem: PostProblem) -> None:
        plan = TASK.solve(problem, QUICK)
        best = best_by_hand(problem)
        assert plan.objective == best
        assert plan.status == ("infeasible" if best is None else "optimal")
        assert TASK.validate(problem, plan) == []
        if best is None:
            assert plan.conflict is not None
            assert plan.conflict.is_smallest

    def test_leaves_one_gate_of_many(self) -> None:
        plan = TASK.solve(YARD, QUICK)
        assert states(plan) in (
            {"西门": "post", "东门": "closed", "中门": "closed"},
            {"西门": "closed", "东门": "post", "中门": "closed"},
        )
        assert any("设卡" in said.zh and "绕行" not in said.zh for said in plan.explanation)

    def test_keeps_more_gates_where_the_walk_would_grow_too_long(self) -> None:
        plan = TASK.solve(replace(YARD, detour_metres=90.0), QUICK)
        assert list(states(plan).values()).count("post") == 3

    def test_keeps_a_gate_for_vehicles(self) -> None:
        # The middle gate alone would do for walks, but no fire engine passes it.
        cheap = replace(YARD.links[4], post_people=1)
        problem = replace(YARD, links=(*YARD.links[:4], cheap), detour_metres=130.0)
        assert list(states(TASK.solve(problem, QUICK)).values()).count("post") == 2
        people = tuple(replace(r, needs_vehicle=False) for r in YARD.residences)
        assert states(TASK.solve(replace(problem, residences=people), QUICK)) == {
            "西门": "closed",
            "东门": "closed",
            "中门": "post",
        }

    def test_a_post_at_the_mouth_of_a_lane_serves_the_yards_behind_it(self) -> None:
        nodes = (Node("road", 0, 0), Node("lane", 30, 0), Node("x", 60, 20), Node("y", 60, -20))
        links = (
            Link("巷口", "road", "lane", "mouth", fence_metres=8),
            Link("甲门", "lane", "x", "gate"),
            Link("乙门", "lane", "y", "gate"),
        )
        people = (Residence("1", "甲", "x", 9), Residence("2", "乙", "y", 9))
        problem = PostProblem(nodes, links, ("road",), people)
        assert states(TASK.solve(problem, QUICK)) == {"巷口": "post", "甲门": "open", "乙门": "open"}
        apart = states(TASK.solve(replace(problem, separate=(("甲", "乙"),)), QUICK))
        assert list(apart.values()).count("post") == 2
        assert TASK.solve(replace(problem, separate=(("甲", "乙"),), max_posts=1), QUICK).status == "infeasible"

    def test_respects_locks_and_counts_changes(self) -> None:
        today = tuple(Choice(name, "post") for name in ("西门", "中门"))
        problem = replace(YARD, locks=(Choice("中门", "post"),), current=today, max_changes=0)
        plan = TASK.solve(problem, QUICK)
        assert states(plan)["中门"] == "post"
        assert states(plan)["西门"] == "post"
        assert plan.change_count == 0

    def test_names_what_conflicts(self) -> None:
        locks = tuple(Choice(name, "closed") for name in ("西门", "中门", "东门"))
        plan = TASK.solve(replace(YARD, locks=locks, detour_metres=120.0), QUICK)
        assert plan.conflict is not None
        assert plan.conflict.is_smallest
        kinds = {demand.code for demand in plan.conflict.demands}
        assert kinds <= {"detour", "vehicle", "lock"}
        assert "lock" in kinds

    def test_the_same_seed_and_work_give_the_same_plan(self) -> None:
        plans = [TASK.solve(YARD, Effort(seconds=30, work=5, seed=2)) for _ in range(2)]
        assert replace(plans[0], seconds=0) == replace(plans[1], seconds=0)


class TestValidator:
    def test_catches_what_is_spoilt(self) -> None:
        problem = replace(YARD, detour_metres=150.0)
        plan = TASK.solve(problem, QUICK)
        assert plan.solution is not None
        assert TASK.validate(problem, plan) == []
        choices = plan.solution.choices

        def with_state(old: str, new: str) -> Plan:
            index = next(i for i, choice in enumerate(choices) if choice.state == old)
            changed = (*choices[:index], replace(choices[index], state=new), *choices[index + 1 :])
            return replace(plan, solution=replace(plan.solution, choices=changed))

        walk = plan.solution.walks[0]
        spoilt = [
            with_state("post", "open"),
            with_state("post", "closed"),
            with_state("closed", "open"),
            replace(plan, objective=1.0),
            replace(plan, bound=plan.objective + 10),
            replace(plan, solution=replace(plan.solution, choices=choices[1:])),
            replace(
                plan, solution=replace(plan.solution, walks=(replace(walk, planned=1.0), *plan.solution.walks[1:]))
            ),
        ]
        assert [index for index, bad in enumerate(spoilt) if not TASK.validate(problem, bad)] == []
        assert any(fault.place == "separation" for fault in TASK.validate(problem, spoilt[0]))


class TestTask:
    def test_names_every_fault_at_once(self) -> None:
        bad = replace(
            YARD,
            links=(*YARD.links, Link("x", "d1", "nowhere", "gate", -3.0)),
            residences=(*YARD.residences, Residence("4号楼", "锦绣苑", "road1", -1)),
            locks=(Choice("a", "closed"),),
            separate=(("锦绣苑", "锦绣苑"),),
        )
        places = {fault.place for fault in TASK.faults_of(bad)}
        assert places == {
            "links.5.end",
            "links.5.metres",
            "residences.3.node",
            "residences.3.people",
            "locks.0.state",
            "separate.0",
        }

    def test_names_who_has_no_way_out_today(self) -> None:
        island = replace(YARD, nodes=(*YARD.nodes, Node("i", 0, 900)), residences=(Residence("岛", "岛", "i", 1),))
        assert [fault.place for fault in TASK.faults_of(island)] == ["residences.0.node"]

    def test_goes_through_json(self) -> None:
        assert read(PostProblem, write(YARD)) == YARD
        plan = TASK.solve(YARD, QUICK)
        assert read(Plan[TASK.solution], write(plan)) == plan  # type: ignore[name-defined]

    def test_solves_the_example_of_the_manual(self) -> None:
        problem = read(PostProblem, EXAMPLE.read_bytes())
        assert TASK.faults_of(problem) == []
        plan = TASK.solve(problem, QUICK)
        assert plan.status == "optimal"
        assert TASK.validate(problem, plan) == []

    def test_runs_as_a_command(self, tmp_path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
        from echowall.planning.cli import main

        (tmp_path / "in.json").write_text(write(YARD), encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        command = "plan posts --input in.json --output out.json --seconds 10 --workers 1 --svg out.svg"
        monkeypatch.setattr("sys.argv", ["planning", *command.split()])
        assert main() == 0
        assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["status"] == "optimal"
        assert "卡口：1 个" in capsys.readouterr().out
        assert "卡口 1 个（有编号）" in (tmp_path / "out.svg").read_text(encoding="utf-8")
