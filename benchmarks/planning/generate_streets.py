"""Streets of the seed's size: about 160 compounds in blocks between arterial roads, most with several gates."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field

from echowall.planning.networks import Node
from echowall.planning.posts.types import Kind, Link, PostProblem, Residence

BLOCK_X, BLOCK_Y = 300.0, 230.0


@dataclass
class _Street:
    rng: random.Random
    nodes: list[Node] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    residences: list[Residence] = field(default_factory=list)

    def node(self, x: float, y: float, *, is_outside: bool = False) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(Node(name, round(x, 1), round(y, 1)))
        if is_outside:
            self.outside.append(name)
        return name

    def link(
        self,
        start: str,
        end: str,
        kind: Kind = "way",
        *,
        drivable: bool = True,
        people: int | None = 2,
        fence: float | None = 0.0,
    ) -> None:
        words = {"way": "路", "gate": "门", "mouth": "路口", "gap": "豁口"}
        name = f"{words[kind]}{len(self.links)}"
        self.links.append(Link(name, start, end, kind, None, drivable, people, fence))

    def nearest(self, names: list[str], x: float, y: float) -> str:
        where = {node.id: node for node in self.nodes}
        return min(names, key=lambda name: (where[name].x - x) ** 2 + (where[name].y - y) ** 2)


def street(seed: int, *, compound_count: int = 160, detour_metres: float = 200.0) -> PostProblem:
    """Return a generated street: a grid of blocks; in most a lane with two mouths, and compounds on both its sides.

    A compound has one or two gates to the lane and up to two to the arterials, sometimes a hole in the wall to its
    neighbour; an open yard has no gate but a wide mouth.
    """
    made = _Street(random.Random(seed))
    columns = 6
    rows = -(-compound_count // (columns * 5))
    done = 0
    for row in range(rows):
        for column in range(columns):
            left = compound_count - done
            blocks_left = rows * columns - row * columns - column
            count = (
                min(left, max(0, round(left / blocks_left) + made.rng.choice((-1, 0, 0, 1))))
                if blocks_left > 1
                else left
            )
            _block(made, column * BLOCK_X, row * BLOCK_Y, count, done)
            done += count
    return PostProblem(
        nodes=tuple(made.nodes),
        links=tuple(made.links),
        outside=tuple(made.outside),
        residences=tuple(made.residences),
        detour_metres=detour_metres,
    )


def _block(made: _Street, x: float, y: float, count: int, first: int) -> None:
    rng = made.rng
    stops = 6
    south = [made.node(x + i * BLOCK_X / stops, y, is_outside=True) for i in range(stops + 1)]
    north = [made.node(x + i * BLOCK_X / stops, y + BLOCK_Y, is_outside=True) for i in range(stops + 1)]
    west, east = (made.node(x + side, y + BLOCK_Y / 2, is_outside=True) for side in (0.0, BLOCK_X))
    for side in (south, north):
        for one, other in itertools.pairwise(side):
            made.link(one, other)
    for middle, end in ((west, 0), (east, stops)):
        made.link(south[end], middle)
        made.link(middle, north[end])
    lane = [made.node(x + 15 + i * (BLOCK_X - 30) / 8, y + BLOCK_Y / 2) for i in range(9)]
    for one, other in itertools.pairwise(lane):
        made.link(one, other)
    made.link(west, lane[0], "mouth", people=rng.choice((2, 2, 3)), fence=rng.uniform(6, 12))
    if rng.random() < 0.85:
        made.link(lane[-1], east, "mouth", people=rng.choice((2, 2, 3)), fence=rng.uniform(6, 12))
    upper = (count + 1) // 2
    for side, number, road in ((1, upper, north), (-1, count - upper, south)):
        neighbours: list[list[str]] = []
        for i in range(number):
            width = (BLOCK_X - 30) / number
            begin = x + 15 + i * width
            middle_y = y + BLOCK_Y / 2 + side * BLOCK_Y / 4
            name = f"小区{first + (i if side > 0 else upper + i) + 1}"
            neighbours.append(_compound(made, name, (begin + width / 2, middle_y), width * 0.7, lane, road))
            if i and rng.random() < 0.3:
                wide = rng.uniform(2, 8)
                made.link(neighbours[-2][-1], neighbours[-1][0], "gap", drivable=False, people=None, fence=wide)


def _compound(
    made: _Street, name: str, middle: tuple[float, float], width: float, lane: list[str], road: list[str]
) -> list[str]:
    rng = made.rng
    x, y = middle
    columns = rng.choice((1, 2, 2, 3))
    inner = []
    for i in range(columns):
        for j in (-1, 1):
            inner.append(made.node(x + (i - (columns - 1) / 2) * width / columns, y + j * 25))
    for i, node in enumerate(inner):
        for other in (i + 1, i + 2):
            if other < len(inner) and not (other == i + 1 and i % 2):
                made.link(node, inner[other])
        made.residences.append(Residence(f"{name}-{i + 1}", name, node, rng.randint(60, 320), rng.random() < 0.9))
    where = {node.id: node for node in made.nodes}
    to_lane = sorted(inner, key=lambda n: abs(where[n].y - where[lane[0]].y))
    is_yard = rng.random() < 0.15
    for node in to_lane[: rng.choice((1, 1, 2))]:
        kind: Kind = "gap" if is_yard else "gate"
        end = made.nearest(lane, where[node].x, where[node].y)
        made.link(node, end, kind, drivable=True, people=2, fence=rng.uniform(8, 25) if is_yard else 0.0)
    for node in to_lane[::-1][: rng.choice((0, 1, 1, 2))]:
        end = made.nearest(road, where[node].x, where[node].y)
        made.link(node, end, "gate", drivable=rng.random() < 0.6, people=2)
    return inner
