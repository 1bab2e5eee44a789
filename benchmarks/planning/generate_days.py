"""Made-up days of a street office at the sizes of the seeds, from a fixed seed: deliveries, a night's round, a call list."""

from __future__ import annotations

import math
import random

from echowall.planning.callqueue.types import CallProblem, Contact, Kind
from echowall.planning.rounds.types import Base, RoundsProblem, Team
from echowall.planning.rounds.types import Place as Spot
from echowall.planning.routes.types import Crew, Place, RoutesProblem, Visit

MORNING, NOON, EVENING = 8 * 3600, 12 * 3600, 20 * 3600


def deliveries(seed: int, *, clusters: int = 14, buildings: int = 67, households: int = 7_000) -> RoutesProblem:
    """One day of an estate: an order of each household, buildings in clusters, two carts for each cluster, two gates.

    A building of older people gets its orders in the morning; one in ten orders may be left till tomorrow.
    """
    luck = random.Random(seed)
    columns = math.ceil(math.sqrt(buildings))
    spots = [
        (90.0 * (i % columns) + luck.uniform(-15, 15), 70.0 * (i // columns) + luck.uniform(-10, 10))
        for i in range(buildings)
    ]
    width, depth = 90.0 * columns, 70.0 * math.ceil(buildings / columns)
    places = [Place("east", "东门", width, depth / 2), Place("west", "西门", -60.0, depth / 2)]
    places += [Place(f"b{i}", f"{i + 1} 号楼", x, y) for i, (x, y) in enumerate(spots)]
    # Buildings in rows, cut into clusters of nearly equal size along the rows.
    cluster_of = [f"{1 + i * clusters // buildings} 组团" for i in range(buildings)]
    visits = []
    for number in range(households):
        building = number % buildings
        window = (MORNING, NOON) if building % 5 == 0 else (MORNING, 18 * 3600)
        priority = 1 if luck.random() < 0.1 else 0
        visits.append(
            Visit(
                f"o{number}", f"b{building}", luck.choice((1, 1, 1, 2)), 45, *window, (), priority, cluster_of[building]
            )
        )
    crews = []
    for number in range(clusters):
        name = f"{1 + number} 组团"
        own = [spots[i] for i in range(buildings) if cluster_of[i] == name]
        gate = "east" if sum(x for x, _ in own) / len(own) > width / 2 else "west"
        crews.append(
            Crew(f"c{number}", f"{name}配送", gate, 40, 40, MORNING, 18 * 3600, 240, 1.0, clusters=(name,), count=2)
        )
    return RoutesProblem(tuple(places), tuple(visits), tuple(crews), drop_amount=20)


def care(seed: int, *, visits: int = 120, crews: int = 10) -> RoutesProblem:
    """Care visits at doors: skills, windows around medicines and meals, mostly the carer of last time."""
    luck = random.Random(seed)
    places = [Place("centre", "社区卫生服务中心", 900.0, 900.0)]
    places += [Place(f"d{i}", f"{i} 户", luck.uniform(0, 1800), luck.uniform(0, 1800)) for i in range(visits)]
    windows = ((MORNING, 10 * 3600), (10 * 3600, NOON), (MORNING, 17 * 3600))
    calls = tuple(
        Visit(
            f"v{i}", f"d{i}", 0, luck.choice((900, 1200, 1800)), *luck.choice(windows),
            ("护理",) if luck.random() < 0.3 else (), 0, "", f"n{luck.randrange(crews)}" if luck.random() < 0.7 else None,
        )
        for i in range(visits)
    )  # fmt: skip
    teams = tuple(
        Crew(f"n{k}", f"{k + 1} 号护工", "centre", None, 1, MORNING, 18 * 3600, 0, 1.2, ("护理",) if k % 2 == 0 else ())
        for k in range(crews)
    )
    return RoutesProblem(tuple(places), calls, teams, other_carer_metres=400)


def round_of_night(seed: int, *, places: int = 131, teams: int = 4) -> RoundsProblem:
    """131 places over nine square kilometres, some closing early, four teams by car from 20:00 to 04:00."""
    luck = random.Random(seed)
    spots = []
    for number in range(places):
        opens = EVENING if luck.random() < 0.7 else EVENING + 2 * 3600
        closes = luck.choice((22, 24, 26, 30)) * 3600
        spots.append(
            Spot(
                f"p{number}", f"{number + 1} 号", luck.choice((1, 2, 2, 3, 3, 4, 5)), luck.randrange(1, 25),
                luck.choice((600, 900, 1200, 1800)), opens, max(closes, opens + 3600),
                luck.uniform(0, 3000), luck.uniform(0, 3000),
            )
        )  # fmt: skip
    crews = tuple(Team(f"t{k}", f"{k + 1} 组", "base", EVENING, 28 * 3600, 5.0) for k in range(teams))
    return RoundsProblem(tuple(spots), (Base("base", "街道办", 1500.0, 1500.0),), crews, tonight=seed)


def calls(seed: int, *, contacts: int = 600) -> CallProblem:
    """A list as it came in: four kinds of people, deadlines at noon, five and nine, four callers, five in the evening."""
    luck = random.Random(seed)

    def chance(high: tuple[int, ...], yes: float, no: float) -> tuple[float, ...]:
        return tuple(yes if hour in high else no for hour in range(24))

    kinds = (
        Kind("elder", "老人", chance((8, 9, 10, 15, 16), 0.65, 0.45)),
        Kind("worker", "上班族", chance((12, 18, 19, 20), 0.55, 0.2)),
        Kind("student", "学生", chance((12, 17, 18, 19, 20), 0.5, 0.1)),
        Kind("night", "上夜班的", chance((14, 15, 16, 17, 18), 0.6, 0.08)),
    )
    people = tuple(
        Contact(
            f"p{i}", f"第 {i + 1} 位", luck.choices(("elder", "worker", "student", "night"), (3, 5, 2, 1))[0],
            luck.choices((12 * 60, 17 * 60, 21 * 60), (2, 3, 5))[0], 1, luck.choices((0, 1, 2), (7, 2, 1))[0],
        )
        for i in range(contacts)
    )  # fmt: skip
    return CallProblem(kinds, people, (2,) * 9 + (3,) * 4, 8, 5.0, 1.5, 0.85, 90, 6)
