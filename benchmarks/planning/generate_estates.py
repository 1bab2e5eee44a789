"""Estates of the seed's size: 67 buildings, about 7,000 households and 20,000 people, walls, places of daily life."""

from __future__ import annotations

import random
from dataclasses import replace

import networkx

from echowall.planning.clusters.ground import survey
from echowall.planning.clusters.types import Building, ClusterProblem, Facility, Need, Wall

SPACING_X, SPACING_Y = 62.0, 46.0
SLAB_X, SLAB_Y = 44.0, 13.0


def estate(
    seed: int, *, building_count: int = 67, cluster_count: int | None = 14, people: int = 20_000
) -> ClusterProblem:
    """Return a generated estate: rows of slabs and towers with gaps, walls of former compounds with a way round them.

    Slabs hold 60 to 130 households and towers 100 to 190 before the whole is scaled to ``people`` people at about 2.86
    a household (20,000 ÷ 7,000).
    """
    rng = random.Random(seed)
    columns = max(2, round((building_count * 1.15 * SPACING_Y / SPACING_X) ** 0.5 + rng.choice((0, 1))))
    rows = -(-round(building_count * 1.15) // columns)
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    kept = sorted(rng.sample(cells, building_count), key=lambda cell: (cell[1], cell[0]))
    middles, footprints, households = [], [], []
    for column, row in kept:
        x = column * SPACING_X + rng.uniform(-6, 6) + (row % 2) * rng.uniform(0, 12)
        y = row * SPACING_Y + rng.uniform(-5, 5)
        is_tower = rng.random() < 0.3
        half_x, half_y = (11.0, 10.0) if is_tower else (SLAB_X / 2 * rng.uniform(0.8, 1), SLAB_Y / 2)
        middles.append((round(x, 1), round(y, 1)))
        outline = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        footprints.append(tuple((round(x + i * half_x, 1), round(y + j * half_y, 1)) for i, j in outline))
        households.append(rng.randint(100, 190) if is_tower else rng.randint(60, 130))
    scale = people / 2.86 / sum(households)
    buildings = []
    for number, (middle, footprint, count) in enumerate(zip(middles, footprints, households, strict=True), 1):
        homes = max(1, round(count * scale))
        living = round(homes * 2.86 * rng.uniform(0.92, 1.08))
        buildings.append(Building(f"{number}号楼", *middle, living, homes, footprint))
    problem = ClusterProblem(
        buildings=tuple(buildings),
        cluster_count=cluster_count,
        radius=260.0,
        facilities=tuple(_facilities(rng, columns, rows)),
        needs=(Need("菜点", 450.0), Need("采样点", 300.0)),
    )
    while True:  # a wall that shuts a building in all round is none that anybody built
        walled = replace(problem, walls=tuple(_wall(rng, columns, rows) for _ in range(3)))
        if networkx.is_connected(_graph(walled)):
            return walled


def _graph(problem: ClusterProblem) -> networkx.Graph:
    ground = survey(problem)
    graph: networkx.Graph = networkx.Graph(ground.edges)
    graph.add_nodes_from(range(ground.size))
    return graph


def _wall(rng: random.Random, columns: int, rows: int) -> Wall:
    """A straight wall between two rows or columns, over a third to a half of the estate."""
    if rng.random() < 0.5:
        y = (rng.randrange(1, rows) - 0.5) * SPACING_Y
        start = rng.choice((-0.5, columns / 2)) * SPACING_X
        return Wall(((start, y), (start + columns * SPACING_X * rng.uniform(0.33, 0.5), y)))
    x = (rng.randrange(1, columns) - 0.5) * SPACING_X + 6
    start = rng.choice((-0.5, rows / 2)) * SPACING_Y
    return Wall(((x, start), (x, start + rows * SPACING_Y * rng.uniform(0.33, 0.5))))


def _facilities(rng: random.Random, columns: int, rows: int) -> list[Facility]:
    """Four vegetable points and sampling points in an even pattern, a little off it."""
    found = []
    for kind, count in (("菜点", 4), ("采样点", 9)):
        side = round(count**0.5)
        for number in range(count):
            x = (number % side + 0.5) / side * columns * SPACING_X + rng.uniform(-20, 20)
            y = (number // side + 0.5) / side * rows * SPACING_Y + rng.uniform(-20, 20)
            found.append(Facility(f"{kind}{number + 1}", kind, round(x, 1), round(y, 1)))
    return found
