"""The street in numbers: nodes and links by number, what each state of a link costs, and how far everybody walks."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from echowall.planning.posts.rules import allowed
from echowall.planning.posts.types import PostProblem, State

Adjacent = list[list[tuple[int, int, float]]]
"""For each node: (other node, link, metres)."""


@dataclass(eq=False)
class Street:
    """``decided``: links that are no mere ways. ``away``, ``today``: metres from each node, each residence, to outside with
    nothing closed.

    ``driven``: residences that vehicles reach today (and that need them).
    """

    problem: PostProblem
    node: dict[str, int] = field(default_factory=dict)
    ends: list[tuple[int, int]] = field(default_factory=list)
    metres: list[float] = field(default_factory=list)
    near: Adjacent = field(default_factory=list)
    outside: set[int] = field(default_factory=set)
    sources: set[int] = field(default_factory=set)
    doors: list[int] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)
    away: list[float] = field(default_factory=list)
    today: list[float] = field(default_factory=list)
    driven: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        problem = self.problem
        self.node = {node.id: i for i, node in enumerate(problem.nodes)}
        self.near = [[] for _ in problem.nodes]
        for number, link in enumerate(problem.links):
            a, b = self.node[link.start], self.node[link.end]
            one, other = problem.nodes[a], problem.nodes[b]
            length = math.dist((one.x, one.y), (other.x, other.y)) if link.metres is None else link.metres
            self.ends.append((a, b))
            self.metres.append(length)
            self.near[a].append((b, number, length))
            self.near[b].append((a, number, length))
        self.outside = {self.node[name] for name in problem.outside}
        self.sources = {self.node[name] for name in problem.vehicle_sources} or self.outside
        self.doors = [self.node[residence.node] for residence in problem.residences]
        self.decided = [number for number, link in enumerate(problem.links) if link.kind != "way"]
        self.away = self.walks(())
        self.today = [self.away[door] for door in self.doors]
        reached = self.driven_from(())
        self.driven = [i for i, r in enumerate(problem.residences) if r.needs_vehicle and self.doors[i] in reached]

    def walks(self, closed: Collection[int]) -> list[float]:
        """Return the metres from every node to the nearest outside node with these links closed."""
        away = [math.inf] * len(self.near)
        line = [(0.0, node) for node in self.outside]
        for node in self.outside:
            away[node] = 0.0
        heapq.heapify(line)
        while line:
            metres, node = heapq.heappop(line)
            if metres > away[node]:
                continue
            for other, link, length in self.near[node]:
                further = metres + length
                if further < away[other] and link not in closed:
                    away[other] = further
                    heapq.heappush(line, (further, other))
        return away

    def driven_from(self, closed: Collection[int]) -> set[int]:
        """Return the nodes that vehicles reach from their sources with these links closed."""
        links = self.problem.links
        seen = set(self.sources)
        line = list(seen)
        for node in line:
            for other, link, _ in self.near[node]:
                if other not in seen and links[link].is_drivable and link not in closed:
                    seen.add(other)
                    line.append(other)
        return seen

    def in_the_way(self, door: int, closed: Collection[int], most: float) -> set[int] | None:
        """Return closed links that alone make every walk from ``door`` to outside longer than ``most`` metres.

        None where some walk is short enough. Every short walk there could be meets a first closed link; all that can be
        that first one, by the way so far and the shortest way on, are returned.
        """
        best = {door: 0.0}
        line = [(0.0, door)]
        met: set[int] = set()
        while line:
            metres, node = heapq.heappop(line)
            if metres > best[node]:
                continue
            if node in self.outside:
                return None
            for other, link, length in self.near[node]:
                further = metres + length
                if further + self.away[other] > most:
                    continue
                if link in closed:
                    met.add(link)
                elif further < best.get(other, math.inf):
                    best[other] = further
                    heapq.heappush(line, (further, other))
        return met

    def bars(self, door: int, closed: Collection[int]) -> set[int] | None:
        """Return closed links that alone keep vehicles from ``door``; None where they reach it."""
        seen, line = {door}, [door]
        met: set[int] = set()
        for node in line:
            if node in self.sources:
                return None
            for other, link, _ in self.near[node]:
                if not self.problem.links[link].is_drivable:
                    continue
                if link in closed:
                    met.add(link)
                elif other not in seen:
                    seen.add(other)
                    line.append(other)
        return met

    def cost(self, link: int, state: State) -> int:
        """Return the yuan that ``state`` costs at ``link``, with the price of the change where today is otherwise."""
        prices = self.problem.prices
        found = self.problem.links[link]
        today = {choice.link: choice.state for choice in self.problem.current}
        yuan = prices.change if found.id in today and today[found.id] != state else 0
        if state == "post":
            yuan += (found.post_people or 0) * self.problem.shifts * prices.days * prices.person_shift
        elif state == "closed":
            yuan += round((found.fence_metres or 0) * prices.fence_metre) + (prices.lock if found.kind == "gate" else 0)
        return yuan

    def may(self, link: int) -> set[str]:
        """Return the states that ``link`` may be in."""
        return allowed(self.problem.links[link])

    def blocks(self) -> list[PostProblem]:
        """Return what the street falls apart into when outside is taken away, each a problem of its own.

        Blocks meet only outside, where everybody may be: no walk, drive or separation of one depends on another.
        Limits on the whole street are left out. With vehicles that start elsewhere than outside there is one block.
        """
        problem = replace(self.problem, max_posts=None, max_people=None, max_changes=None)
        if problem.vehicle_sources:
            return [problem]
        block = self._block_of_nodes()
        parts: dict[int, PostProblem] = {}
        for number in sorted({block[door] for door in self.doors}):
            links = [i for i, (a, b) in enumerate(self.ends) if number in (block[a], block[b])]
            used = {end for i in links for end in self.ends[i]} | {d for d in self.doors if block[d] == number}
            names = {problem.links[i].id for i in links}
            residences = tuple(r for r, d in zip(problem.residences, self.doors, strict=True) if block[d] == number)
            areas = {residence.area for residence in residences}
            parts[number] = replace(
                problem,
                nodes=tuple(node for i, node in enumerate(problem.nodes) if i in used),
                links=tuple(problem.links[i] for i in links),
                outside=tuple(problem.nodes[i].id for i in sorted(used & self.outside)),
                residences=residences,
                separate=tuple((a, b) for a, b in problem.separate if a in areas and b in areas),
                locks=tuple(choice for choice in problem.locks if choice.link in names),
                current=tuple(choice for choice in problem.current if choice.link in names),
            )
        return list(parts.values())

    def _block_of_nodes(self) -> list[int]:
        block = [-1] * len(self.near)
        for begin in range(len(self.near)):
            if block[begin] >= 0 or begin in self.outside:
                continue
            block[begin] = begin
            line = [begin]
            for node in line:
                for other, _, _ in self.near[node]:
                    if block[other] < 0 and other not in self.outside:
                        block[other] = begin
                        line.append(other)
        return block
