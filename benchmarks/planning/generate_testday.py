"""Generates a street's test day: buildings, sites, firms, lessons."""

from __future__ import annotations

import random

from echowall.planning.testday.types import Building, Firm, Problem, Service, Site, Window


def street(
    *, people: int = 20_000, buildings: int = 67, sites: int = 5, tube_people: int = 10, seed: int = 0
) -> Problem:
    """Return a day to plan: ``people`` in ``buildings`` over about a square kilometre, ``sites`` of eight hours each
    (08:00–12:00 and 14:00–18:00), two firms with a site of their own, 12 % students with lessons."""
    draw = random.Random(seed)
    weights = [draw.lognormvariate(0, 0.5) for _ in range(buildings)]
    sizes = [max(20, round(people * weight / sum(weights))) for weight in weights]
    sizes[0] += people - sum(sizes)
    homes = [
        Building(
            f"B{number + 1:02}",
            size,
            f"{number + 1} 号楼",
            round(draw.uniform(0, 1000), 1),
            round(draw.uniform(0, 1000), 1),
            students=round(size * 0.12),
            home_visits=round(size * 0.01),
        )
        for number, size in enumerate(sizes)
    ]
    windows = (Window(480, 720), Window(840, 1080))
    places = [
        Site(f"S{n + 1}", f"{n + 1} 号采样点", windows, 12, "community", draw.uniform(150, 850), draw.uniform(150, 850))
        for n in range(sites)
    ]
    places.append(Site("E1", "企业采样点", (Window(420, 1200),), 6, "enterprise", 500.0, 1100.0))
    firms = (
        Firm("F1", 600, "E1", "电子厂", (Window(420, 540), Window(1140, 1200))),
        Firm("F2", 250, "E1", "物流园", (Window(720, 840),)),
    )
    breaks = tuple(Window(start, start + 20) for start in (520, 580, 640, 880, 940, 1000))
    return Problem(
        sites=tuple(places),
        buildings=tuple(homes),
        firms=firms,
        breaks=breaks,
        walk_metres=1200.0,
        service=Service(tube_people=tube_people),
    )
