"""Checks posts from the problem alone: separation by maximum flow, walks, vehicles, limits, and every figure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import networkx as nx

from echowall.planning.documents import Fault
from echowall.planning.posts.types import Link, PostProblem, PostSolution
from echowall.planning.types import Plan

SOURCE, SINK = ("source",), ("sink",)


def validate(problem: PostProblem, plan: Plan[PostSolution]) -> list[Fault]:
    """Return every hard rule that the plan breaks and every figure that is not so; nothing where there is no plan."""
    if plan.solution is None:
        return []
    states = {choice.link: str(choice.state) for choice in plan.solution.choices}
    faults = [*_states(problem, plan.solution, states), *_separation(problem, states)]
    faults += [*_walks(problem, plan.solution, states), *_vehicles(problem, states), *_limits(problem, states)]
    return faults + list(_figures(problem, plan, states))


def _states(problem: PostProblem, solution: PostSolution, states: dict[str, str]) -> Iterator[Fault]:
    decided = {link.id: link for link in problem.links if link.kind != "way"}
    if len(states) < len(solution.choices):
        yield Fault("choices", str(len(solution.choices)), "同一处写了两次", "a link is named twice")
    for name in sorted(decided.keys() - states.keys()):
        yield Fault("choices", name, "没有写明怎么安排", "is left out")
    for name, state in states.items():
        link = decided.get(name)
        if link is None:
            yield Fault("choices", name, "不是可安排的大门、路口或豁口", "is nothing to be decided on")
        elif (state == "post" and link.post_people is None) or (state == "closed" and link.fence_metres is None):
            yield Fault("choices", f"{name}: {state}", "这里不能这样安排", "is not possible here")
    for lock in problem.locks:
        if states.get(lock.link, "open") != lock.state:
            yield Fault("locks", lock.link, f"应为 {lock.state}", f"must be {lock.state}")


def _separation(problem: PostProblem, states: dict[str, str]) -> Iterator[Fault]:
    """No flow passes from one side to the other over what is open (max-flow min-cut)."""
    doors: dict[str, set[str]] = {}
    for residence in problem.residences:
        doors.setdefault(residence.area, set()).add(residence.node)
    graph: nx.Graph[object] = nx.Graph()
    graph.add_nodes_from(node.id for node in problem.nodes)
    for link in problem.links:
        if states.get(link.id, "open") == "open":
            graph.add_edge(link.start, link.end, capacity=1)
    everybody = {node for some in doors.values() for node in some}
    if _flow(graph, problem.outside, everybody):  # only then: which
        for area, some in sorted(doors.items()):
            flow = _flow(graph, problem.outside, some)
            if flow:
                text = f"与外面还有 {flow} 条不经卡口的通路"
                yield Fault("separation", area, text, f"{flow} disjoint paths lead in past every post")
    for a, b in problem.separate:
        flow = _flow(graph, doors[a], doors[b])
        if flow:
            yield Fault(
                "separate", f"{a}, {b}", f"彼此还有 {flow} 条不经卡口的通路", f"{flow} disjoint paths between them"
            )


def _flow(graph: nx.Graph[object], sources: Iterable[str], sinks: Iterable[str]) -> int:
    joined = graph.copy()
    # No capacity: without limit.
    joined.add_edges_from((SOURCE, node) for node in sources)
    joined.add_edges_from((SINK, node) for node in sinks)
    if not nx.has_path(joined, SOURCE, SINK):
        return 0
    return int(nx.maximum_flow_value(joined, SOURCE, SINK))


def _length(problem: PostProblem, link: Link, where: dict[str, tuple[float, float]]) -> float:
    return math.dist(where[link.start], where[link.end]) if link.metres is None else link.metres


def _away(problem: PostProblem, closed: set[str]) -> dict[str, float]:
    where = {node.id: (node.x, node.y) for node in problem.nodes}
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    graph.add_nodes_from(where)
    for link in problem.links:
        if link.id not in closed:
            graph.add_edge(link.start, link.end, metres=_length(problem, link, where))
    found: dict[str, float] = nx.multi_source_dijkstra_path_length(graph, set(problem.outside), weight="metres")
    return found


def _walks(problem: PostProblem, solution: PostSolution, states: dict[str, str]) -> Iterator[Fault]:
    today = _away(problem, set())
    planned = _away(problem, {name for name, state in states.items() if state == "closed"})
    said = {walk.residence: walk for walk in solution.walks}
    for residence in problem.residences:
        before = today.get(residence.node, math.inf)
        after = planned.get(residence.node, math.inf)
        if after > before + problem.detour_metres + 1e-4:
            text = f"要走 {after:.0f} 米，今天 {before:.0f} 米，多走超过 {problem.detour_metres:g} 米"
            yield Fault("walks", residence.id, text, f"walks {after:.0f} m instead of {before:.0f} m")
        walk = said.get(residence.id)
        if walk is None or abs(walk.today - before) > 0.06 or abs(walk.planned - after) > 0.06:
            yield Fault("walks", residence.id, "步行距离不符", "the stated walk is not so")


def _vehicles(problem: PostProblem, states: dict[str, str]) -> Iterator[Fault]:
    today, planned = (_driven(problem, shut) for shut in (set(), {n for n, s in states.items() if s == "closed"}))
    for residence in problem.residences:
        if residence.needs_vehicle and residence.node in today - planned:
            yield Fault("vehicles", residence.id, "急救、消防车到不了", "no vehicle reaches it any more")


def _driven(problem: PostProblem, closed: set[str]) -> set[str]:
    graph: nx.Graph[str] = nx.Graph()
    sources = problem.vehicle_sources or problem.outside
    graph.add_nodes_from(sources)
    graph.add_edges_from((k.start, k.end) for k in problem.links if k.is_drivable and k.id not in closed)
    return set().union(*(nx.node_connected_component(graph, source) for source in sources))


def _limits(problem: PostProblem, states: dict[str, str]) -> Iterator[Fault]:
    links = {link.id: link for link in problem.links}
    posts = [links[name] for name, state in states.items() if state == "post" and name in links]
    duties = sum(link.post_people or 0 for link in posts) * problem.shifts
    changes = sum(states.get(choice.link) != choice.state for choice in problem.current)
    for name, found in (("max_posts", len(posts)), ("max_people", duties), ("max_changes", changes)):
        most = getattr(problem, name)
        if most is not None and found > most:
            yield Fault(name, str(found), f"不能超过 {most}", f"above {most}")


def _figures(problem: PostProblem, plan: Plan[PostSolution], states: dict[str, str]) -> Iterator[Fault]:
    prices, cost, duties, fence = problem.prices, 0, 0, 0.0
    today = {choice.link: choice.state for choice in problem.current}
    changes = 0
    for link in problem.links:
        state = states.get(link.id, "open")
        if link.id in today and today[link.id] != state:
            changes += 1
            cost += prices.change
        if state == "post":
            duties += (link.post_people or 0) * problem.shifts
            cost += (link.post_people or 0) * problem.shifts * prices.days * prices.person_shift
        elif state == "closed":
            fence += link.fence_metres or 0
            cost += round((link.fence_metres or 0) * prices.fence_metre) + (prices.lock if link.kind == "gate" else 0)
    if plan.objective is None or abs(plan.objective - cost) > 0.5:
        yield Fault("objective", f"{plan.objective}", f"应为 {cost} 元", f"is {cost}")
    if plan.bound is not None and plan.bound > cost + 0.5:
        yield Fault("bound", f"{plan.bound}", "下界高于费用", "is above the value")
    if plan.status == "optimal" and plan.bound != plan.objective:
        yield Fault("status", plan.status, "界与费用不等，不能称最优", "bound and value differ")
    if plan.change_count != (changes if problem.current else None):
        yield Fault("change_count", str(plan.change_count), f"应为 {changes}", f"is {changes}")
    true = {"post_count": sum(s == "post" for s in states.values()), "duties_a_day": duties, "fence_metres": fence}
    for metric in plan.metrics:
        if metric.code in true and abs(metric.value - true[metric.code]) > 0.06:
            yield Fault(f"metrics.{metric.code}", f"{metric.value:g}", f"应为 {true[metric.code]:g}", "is not so")
