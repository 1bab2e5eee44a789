import itertools
import json
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echowall.planning import networks
from echowall.planning.clusters import planner
from echowall.planning.clusters.ground import Ground, survey
from echowall.planning.clusters.task import TASK
from echowall.planning.clusters.types import Building, ClusterProblem, Facility, Lock, Need, Wall, Weights
from echowall.planning.distances import Travel
from echowall.planning.documents import read, write
from echowall.planning.networks import Network, Node
from echowall.planning.types import Effort, Plan

QUICK = Effort(seconds=20, workers=1)
EXAMPLE = Path(__file__).parents[5] / "docs/examples/plan/clusters.json"


def grid(columns: int, rows: int, people: int = 100) -> ClusterProblem:
    cells = [(x, y) for y in range(rows) for x in range(columns)]
    buildings = tuple(Building(f"{n}号楼", 50.0 * x, 40.0 * y, people) for n, (x, y) in enumerate(cells, 1))
    return ClusterProblem(buildings, tolerance=0.0)


@st.composite
def small_problems(draw: st.DrawFn) -> ClusterProblem:
    cells = [(x, y) for y in range(3) for x in range(3)]
    kept = draw(st.lists(st.sampled_from(cells), min_size=3, max_size=6, unique=True))
    buildings = tuple(
        Building(f"b{n}", 50.0 * x + 3 * y, 40.0 * y, draw(st.integers(0, 9)) * 10) for n, (x, y) in enumerate(kept)
    )
    ids = st.sampled_from([b.id for b in buildings])
    labels = st.sampled_from(["甲", "乙", "1"])
    pairs = st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1])

    def choices(most: int) -> tuple[Lock, ...]:
        named = draw(st.dictionaries(ids, labels, max_size=most))
        return tuple(Lock(building, cluster) for building, cluster in named.items())

    current = choices(6)
    return ClusterProblem(
        buildings,
        cluster_count=draw(st.integers(1, 3)),
        tolerance=draw(st.sampled_from([0.2, 0.5, 1.0])),
        radius=draw(st.sampled_from([None, 70.0, 150.0])),
        walls=draw(st.sampled_from([(), (Wall(((25.0, -20.0), (28.0, 60.0))),)])),
        facilities=(Facility("f", "菜点", 40.0, 35.0), Facility("g", "菜点", 5.0, 5.0)),
        needs=draw(st.sampled_from([(), (Need("菜点", 160.0),), (Need("菜点", 140.0, is_own=True),)])),
        locks=choices(2),
        together=tuple(draw(st.lists(pairs, max_size=1))),
        apart=tuple(draw(st.lists(pairs, max_size=1))),
        current=current,
        max_changes=draw(st.sampled_from([None, 1])) if current else None,
        weights=draw(st.sampled_from([Weights(1, 500, 700), Weights(0, 1, 0), Weights(0, 3, 2)])),
    )


def best_by_hand(problem: ClusterProblem) -> int | None:
    """Every partition of the buildings, and every way to name its parts."""
    count = problem.cluster_count or 0
    names = sorted({lock.cluster for lock in (*problem.locks, *problem.current)})
    labels = [*names, *(f"new{i}" for i in range(count))]
    index = {b.id: v for v, b in enumerate(problem.buildings)}
    ground, values = survey(problem), []
    for parts in itertools.product(range(count), repeat=len(problem.buildings)):
        # Each partition once: parts are numbered as they first appear.
        if len(set(parts)) != count or any(p > max(parts[:i], default=-1) + 1 for i, p in enumerate(parts)):
            continue
        value = value_of(problem, ground, parts)
        for named in itertools.permutations(labels, count) if value is not None else ():
            if any(named[parts[index[lock.building]]] != lock.cluster for lock in problem.locks):
                continue
            changes = sum(named[parts[index[lock.building]]] != lock.cluster for lock in problem.current)
            if problem.max_changes is None or changes <= problem.max_changes:
                values.append(value + problem.weights.change * changes)
    return min(values, default=None)


def value_of(problem: ClusterProblem, ground: Ground, parts: tuple[int, ...]) -> int | None:
    """What a partition costs without changes; None where it breaks a rule."""
    index = {b.id: v for v, b in enumerate(problem.buildings)}
    graph: nx.Graph = nx.Graph(ground.edges)
    graph.add_nodes_from(range(ground.size))
    low, high = ground.band(problem.cluster_count or 1)
    if any(parts[index[a]] != parts[index[b]] for a, b in problem.together):
        return None
    if any(parts[index[a]] == parts[index[b]] for a, b in problem.apart):
        return None
    total = problem.weights.cut * sum(parts[u] != parts[v] for u, v in ground.edges)
    for label in set(parts):
        members = [v for v, part in enumerate(parts) if part == label]
        if not low <= sum(ground.people[v] for v in members) <= high or not nx.is_connected(graph.subgraph(members)):
            return None
        centres = [
            sum(ground.people[v] * int(ground.metres[v, c]) for v in members)
            for c in members
            if problem.radius is None or max(ground.metres[v, c] for v in members) <= problem.radius
        ]
        if not centres or not needs_hold(problem, members):
            return None
        total += problem.weights.spread * min(centres)
    return total


def needs_hold(problem: ClusterProblem, members: list[int]) -> bool:
    def metres(v: int, place: Facility) -> int:
        b = problem.buildings[v]
        return round(1.3 * ((b.x - place.x) ** 2 + (b.y - place.y) ** 2) ** 0.5)

    for need in problem.needs:
        if not need.is_own and any(min(metres(v, f) for f in problem.facilities) > need.metres for v in members):
            return False
        own = [
            f for f in problem.facilities if min(range(len(problem.buildings)), key=lambda v: metres(v, f)) in members
        ]
        if need.is_own and not any(all(metres(v, f) <= need.metres for v in members) for f in own):
            return False
    return True


class TestPlan:
    @settings(max_examples=40)
    @given(problem=small_problems())
    def test_equals_trying_everything(self, problem: ClusterProblem) -> None:
        plan = TASK.solve(problem, QUICK)
        best = best_by_hand(problem)
        assert plan.objective == best
        assert plan.status == ("infeasible" if best is None else "optimal")
        assert TASK.validate(problem, plan) == []
        if plan.conflict is not None:
            assert plan.conflict.demands

    @settings(max_examples=15)
    @given(problem=small_problems())
    def test_labels_and_annealing_agree_with_it(self, problem: ClusterProblem) -> None:
        limit = planner.BUILDINGS_LISTED
        planner.BUILDINGS_LISTED = 0
        try:
            plan = TASK.solve(problem, Effort(seconds=20, work=0.5))
        finally:
            planner.BUILDINGS_LISTED = limit
        assert TASK.validate(problem, plan) == []
        best = best_by_hand(problem)
        if plan.status == "infeasible":
            assert best is None
        if plan.objective is not None:
            assert best is not None
            assert (plan.bound or 0) <= best <= plan.objective

    def test_respects_walls(self) -> None:
        # Two rows of three with a wall between the rows: the clusters are the rows.
        problem = replace(grid(3, 2), cluster_count=2, walls=(Wall(((-30.0, 20.0), (130.0, 20.0))),))
        plan = TASK.solve(problem, QUICK)
        assert plan.solution is not None
        assert {cluster.buildings for cluster in plan.solution.clusters} == {
            ("1号楼", "2号楼", "3号楼"),
            ("4号楼", "5号楼", "6号楼"),
        }

    def test_measures_over_a_network_where_there_is_one(self) -> None:
        network = Network((Node("a", -10, -10), Node("b", 160, -10)), (networks.Path("a", "b"),), "测图")
        problem = replace(grid(3, 2), cluster_count=2, travel=Travel(network))
        plan = TASK.solve(problem, QUICK)
        assert plan.solution is not None
        assert "测图" in plan.solution.distances_zh
        assert TASK.validate(problem, plan) == []

    def test_proposes_the_number_and_says_which_are_impossible(self) -> None:
        # 9 buildings of 100: with no tolerance only 1, 3 and 9 clusters are possible; wished: 225 each, that is 4.
        plan = TASK.solve(replace(grid(3, 3), people_wished=225), QUICK)
        assert plan.solution is not None
        assert len(plan.solution.clusters) == 3
        assert any("4 个已证明不可能" in said.zh for said in plan.explanation)

    def test_the_same_seed_and_work_give_the_same_plan(self) -> None:
        problem = replace(grid(4, 3), cluster_count=4, tolerance=0.4)
        plans = [TASK.solve(problem, Effort(seconds=30, work=0.5, seed=3)) for _ in range(2)]
        assert replace(plans[0], seconds=0) == replace(plans[1], seconds=0)

    def test_replans_with_few_changes(self) -> None:
        problem = replace(grid(4, 3), cluster_count=3, tolerance=0.1)
        plan = TASK.solve(problem, QUICK)
        assert plan.solution is not None
        current = tuple(Lock(name, c.id) for c in plan.solution.clusters for name in c.buildings)
        first = plan.solution.clusters[0]
        more = replace(problem.buildings[0], people=problem.buildings[0].people + 5)
        again = TASK.solve(replace(problem, buildings=(more, *problem.buildings[1:]), current=current), QUICK)
        assert again.change_count == 0
        assert again.solution is not None
        assert again.solution.clusters[0].id == first.id


class TestConflict:
    def test_names_the_locks_that_cannot_hold(self) -> None:
        problem = replace(
            grid(3, 2),
            cluster_count=2,
            locks=(Lock("1号楼", "甲"), Lock("2号楼", "乙"), Lock("3号楼", "甲")),
            tolerance=0.4,
        )
        problem = replace(problem, together=(("1号楼", "2号楼"),))
        plan = TASK.solve(problem, QUICK)
        assert plan.status == "infeasible"
        assert plan.conflict is not None
        assert plan.conflict.is_smallest
        assert {(d.code, d.subject) for d in plan.conflict.demands} == {
            ("lock", "1号楼"),
            ("lock", "2号楼"),
            ("together", "1号楼|2号楼"),
        }

    def test_names_a_building_that_alone_is_too_large(self) -> None:
        problem = grid(3, 1)
        big = replace(problem.buildings[0], people=900)
        problem = replace(problem, buildings=(big, *problem.buildings[1:]), cluster_count=2, tolerance=0.1)
        plan = TASK.solve(problem, QUICK)
        assert plan.status == "infeasible"
        assert any("1号楼 有 900 人" in said.zh for said in plan.explanation)

    def test_names_a_need_out_of_reach(self) -> None:
        problem = replace(
            grid(3, 1), cluster_count=1, facilities=(Facility("f", "菜点", 0, 0),), needs=(Need("菜点", 90),)
        )
        plan = TASK.solve(problem, QUICK)
        assert plan.conflict is not None
        assert {demand.subject for demand in plan.conflict.demands} == {"菜点|3号楼"}


class TestNeighbours:
    def test_a_grid_has_no_diagonals(self) -> None:
        assert len(survey(grid(4, 3)).edges) == 3 * 3 + 4 * 2

    def test_two_at_the_same_place_are_neighbours(self) -> None:
        problem = grid(2, 2)
        twin = replace(problem.buildings[3], id="twin")
        edges = survey(replace(problem, buildings=(*problem.buildings, twin))).edges
        assert (3, 4) in edges

    def test_far_ones_are_none(self) -> None:
        assert survey(replace(grid(2, 1), neighbour_metres=49.0)).edges == []
        assert survey(replace(grid(2, 1), neighbour_metres=51.0)).edges == [(0, 1)]


class TestValidator:
    def test_catches_what_is_spoilt(self) -> None:
        problem = replace(grid(4, 2), cluster_count=4, tolerance=0.0, radius=80.0, locks=(Lock("1号楼", "1"),))
        plan = TASK.solve(problem, QUICK)
        assert plan.solution is not None
        assert TASK.validate(problem, plan) == []
        one, two, *rest = plan.solution.clusters
        swapped = (
            replace(one, buildings=(one.buildings[0], two.buildings[1])),
            replace(two, buildings=(two.buildings[0], one.buildings[1])),
        )
        spoilt: list[Plan] = [
            replace(plan, objective=plan.objective + 1),
            replace(plan, bound=plan.objective + 10),
            replace(plan, change_count=3),
            replace(plan, solution=replace(plan.solution, clusters=(one, *rest))),
            replace(plan, solution=replace(plan.solution, clusters=(replace(one, people=7), two, *rest))),
            replace(plan, solution=replace(plan.solution, neighbours=plan.solution.neighbours[1:])),
            replace(plan, solution=replace(plan.solution, clusters=(*swapped, *rest))),
            replace(plan, solution=replace(plan.solution, clusters=(replace(one, id="9"), two, *rest))),
        ]
        assert [index for index, bad in enumerate(spoilt) if not TASK.validate(problem, bad)] == []


class TestTask:
    def test_names_every_fault_at_once(self) -> None:
        problem = replace(
            grid(2, 1),
            cluster_count=5,
            tolerance=2.0,
            locks=(Lock("7号楼", ""),),
            needs=(Need("医院", 0),),
            max_changes=-1,
        )
        places = {fault.place for fault in TASK.faults_of(problem)}
        assert {
            "cluster_count",
            "tolerance",
            "locks.0.building",
            "locks.0.cluster",
            "needs.0.kind",
            "max_changes",
        } <= places

    def test_goes_through_json(self) -> None:
        problem = replace(grid(2, 2), cluster_count=2, walls=(Wall(((0.0, 1.0), (2.0, 3.0))),))
        assert read(ClusterProblem, write(problem)) == problem
        plan = TASK.solve(problem, QUICK)
        assert read(Plan[TASK.solution], write(plan)) == plan  # type: ignore[name-defined]

    def test_draws_every_building_with_its_cluster(self) -> None:
        problem = replace(grid(4, 3), cluster_count=4, tolerance=0.1)
        plan = TASK.solve(problem, QUICK)
        picture = TASK.draw(problem, plan)
        assert plan.solution is not None
        assert all(f"{cluster.id} 组团 {cluster.people} 人" in picture for cluster in plan.solution.clusters)

    def test_solves_the_example_of_the_manual(self) -> None:
        problem = read(ClusterProblem, EXAMPLE.read_bytes())
        assert TASK.faults_of(problem) == []
        plan = TASK.solve(problem, QUICK)
        assert plan.status == "optimal"
        assert TASK.validate(problem, plan) == []

    def test_runs_as_a_command(self, tmp_path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
        from echowall.planning.cli import main

        (tmp_path / "in.json").write_text(write(replace(grid(3, 2), cluster_count=3, tolerance=0.1)), encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        command = "plan clusters --input in.json --output out.json --seconds 10 --workers 1 --svg out.svg"
        monkeypatch.setattr("sys.argv", ["planning", *command.split()])
        assert main() == 0
        assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["status"] == "optimal"
        assert "独立核对" in capsys.readouterr().out
        assert (tmp_path / "out.svg").read_text(encoding="utf-8").startswith("<svg")
