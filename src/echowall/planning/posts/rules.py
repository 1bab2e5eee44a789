"""Everything in a problem that cannot be meant, all at once."""

from __future__ import annotations

import math
from collections.abc import Iterator

from echowall.planning.documents import Fault
from echowall.planning.posts.types import Link, PostProblem


def faults_of(problem: PostProblem) -> list[Fault]:
    """Return every fault of ``problem``, in the order of its parts."""
    faults = [*_ids(problem), *_references(problem), *_numbers(problem), *_choices(problem)]
    return faults or list(_ways_out(problem))


def _ids(problem: PostProblem) -> Iterator[Fault]:
    for name in ("nodes", "links", "residences"):
        seen: set[str] = set()
        for index, item in enumerate(getattr(problem, name)):
            if item.id in seen:
                yield Fault(f"{name}.{index}.id", item.id, "编号重复", "the id is used twice")
            seen.add(item.id)
    for index, node in enumerate(problem.nodes):
        if not (math.isfinite(node.x) and math.isfinite(node.y)):
            yield Fault(f"nodes.{index}", f"{node.x}, {node.y}", "坐标不是数", "is not a place")
    if not problem.residences:
        yield Fault("residences", "[]", "至少要有一栋楼", "at least one building")
    if not problem.outside:
        yield Fault("outside", "[]", "要写明哪些节点在外面", "name the nodes outside")


def _references(problem: PostProblem) -> Iterator[Fault]:
    nodes = {node.id for node in problem.nodes}
    areas = {residence.area for residence in problem.residences}
    ends = [
        (f"links.{i}.{end}", getattr(link, end)) for i, link in enumerate(problem.links) for end in ("start", "end")
    ]
    ends += [(f"residences.{i}.node", residence.node) for i, residence in enumerate(problem.residences)]
    for name in ("outside", "vehicle_sources"):
        ends += [(f"{name}.{i}", node) for i, node in enumerate(getattr(problem, name))]
    for place, node in ends:
        if node not in nodes:
            yield Fault(place, node, "没有这个节点", "no such node")
    for index, pair in enumerate(problem.separate):
        for end, area in enumerate(pair):
            if area not in areas:
                yield Fault(f"separate.{index}.{end}", area, "没有这个小区", "no such area")
        if pair[0] == pair[1]:
            yield Fault(f"separate.{index}", pair[0], "两端是同一小区", "both ends are the same area")
    outside = set(problem.outside)
    for index, residence in enumerate(problem.residences):
        if residence.node in outside:
            yield Fault(f"residences.{index}.node", residence.node, "楼门口不能在外面", "a door cannot be outside")


def _numbers(problem: PostProblem) -> Iterator[Fault]:
    for index, link in enumerate(problem.links):
        for name in ("metres", "post_people", "fence_metres"):
            value = getattr(link, name)
            if value is not None and not 0 <= value < math.inf:
                yield Fault(f"links.{index}.{name}", f"{value:g}", "不能为负", "cannot be negative")
    for index, residence in enumerate(problem.residences):
        if residence.people < 0:
            yield Fault(f"residences.{index}.people", str(residence.people), "人数不能为负", "cannot be negative")
    for name in ("detour_metres", "max_posts", "max_people", "max_changes"):
        value = getattr(problem, name)
        if value is not None and not 0 <= value < math.inf:
            yield Fault(name, f"{value:g}", "不能为负", "cannot be negative")
    if problem.shifts < 1:
        yield Fault("shifts", str(problem.shifts), "每天至少一班", "at least one shift a day")
    for name in ("person_shift", "days", "fence_metre", "lock", "change"):
        value = getattr(problem.prices, name)
        if value < 0:
            yield Fault(f"prices.{name}", str(value), "不能为负", "cannot be negative")
    if problem.max_changes is not None and not problem.current:
        yield Fault("max_changes", str(problem.max_changes), "没有现行方案（current），无从计变动", "needs `current`")


def _choices(problem: PostProblem) -> Iterator[Fault]:
    links = {link.id: link for link in problem.links}
    for name in ("locks", "current"):
        seen: set[str] = set()
        for index, choice in enumerate(getattr(problem, name)):
            place = f"{name}.{index}"
            if choice.link not in links:
                yield Fault(f"{place}.link", choice.link, "没有这段路或这扇门", "no such link")
            elif choice.state not in allowed(links[choice.link]):
                text = "这里不能这样安排（道路不能封，或没有地方设卡、不能封闭）"
                yield Fault(f"{place}.state", choice.state, text, "is not possible here")
            if choice.link in seen:
                yield Fault(f"{place}.link", choice.link, "写了两次", "named twice")
            seen.add(choice.link)


def allowed(link: Link) -> set[str]:
    """Return the states that ``link`` may be in."""
    if link.kind == "way":
        return {"open"}
    found = {"open"}
    if link.post_people is not None:
        found.add("post")
    if link.fence_metres is not None:
        found.add("closed")
    return found


def _ways_out(problem: PostProblem) -> Iterator[Fault]:
    near: dict[str, list[str]] = {node.id: [] for node in problem.nodes}
    for link in problem.links:
        near[link.start].append(link.end)
        near[link.end].append(link.start)
    seen = set(problem.outside)
    line = list(seen)
    for node in line:
        for other in near[node]:
            if other not in seen:
                seen.add(other)
                line.append(other)
    for index, residence in enumerate(problem.residences):
        if residence.node not in seen:
            yield Fault(f"residences.{index}.node", residence.node, "今天就没有路通到外面", "has no way out even today")
