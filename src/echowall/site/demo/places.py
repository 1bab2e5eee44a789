"""The ground: one street with communities, 160 compounds and a working estate of 67 buildings; and a neighbour street."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from random import Random

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.ids import new_id
from echowall.places.models import Place
from echowall.places.operations import NewPlace, add_place, add_places

COMMUNITIES = (
    "永安社区", "福寿社区", "铁英社区", "交通路社区", "新世纪社区", "康桥社区", "庆丰社区", "和平社区", "幸福路社区",
    "人和社区", "兴隆社区", "长江社区", "理想社区",
)  # fmt: skip
_FIRST = ("金桂", "翠竹", "和谐", "锦绣", "阳光", "康乐", "祥和", "铁道", "纺织", "育才", "丰庆", "紫荆", "玉兰", "建设",
          "光明", "新华", "向阳", "银杏", "明珠", "清华")  # fmt: skip
_LAST = ("苑", "小区", "花园", "家属院", "新村", "大院", "公寓", "里")
ESTATE = "理想家园"
ESTATE_BUILDINGS = 67
CENTRE = (34.733, 113.650)


@dataclass
class Ground:
    """The places that the rest of the demonstration stands on."""

    office: Place
    neighbour: Place
    communities: list[Place]
    compounds: list[Place]
    estate: Place
    buildings: dict[str, list[Place]]  # by compound id


def _square(latitude: float, longitude: float, metres: float) -> dict[str, object]:
    dy, dx = metres / 111_320, metres / (111_320 * math.cos(math.radians(latitude)))
    corners = [(-dx, -dy), (dx, -dy), (dx, dy), (-dx, dy), (-dx, -dy)]
    return {"type": "Polygon", "coordinates": [[[round(longitude + x, 6), round(latitude + y, 6)] for x, y in corners]]}


def _compound_names(random: Random, count: int) -> list[str]:
    names = [first + last for first in _FIRST for last in _LAST]
    random.shuffle(names)
    return names[:count]


def lay_ground(random: Random, at: datetime) -> Ground:
    """Make both streets; the first has 13 communities, 160 compounds and an estate of 67 buildings with 3 units each."""
    city = add_place(
        parent=None,
        new=NewPlace("city", "郑州市", "4101", latitude=34.747, longitude=113.625),
        actor=SYSTEM_ACTOR,
        at=at,
    )
    district = add_place(parent=city, new=NewPlace("district", "二七区", "410103"), actor=SYSTEM_ACTOR, at=at)
    office, neighbour = add_places(
        parent=district,
        actor=SYSTEM_ACTOR,
        at=at,
        new=[
            NewPlace("office", "福华街街道", "410103009", latitude=CENTRE[0], longitude=CENTRE[1]),
            NewPlace("office", "嵩山路街道", "410103011", latitude=34.721, longitude=113.634),
        ],
    )
    communities = add_places(
        parent=office,
        actor=SYSTEM_ACTOR,
        at=at,
        new=[
            NewPlace(
                "community",
                name,
                label=f"{office.code}{i:03d}",
                latitude=CENTRE[0] + 0.004 * (i // 4 - 1.5),
                longitude=CENTRE[1] + 0.005 * (i % 4 - 1.5),
            )
            for i, name in enumerate(COMMUNITIES)
        ],
    )
    names = _compound_names(random, 159)
    compounds: list[Place] = []
    for number, community in enumerate(communities):
        mine = names[number :: len(communities)]
        new = [_compound(random, community, name) for name in mine]
        if community.name == "理想社区":
            new.append(
                NewPlace(
                    "compound",
                    ESTATE,
                    latitude=community.latitude,
                    longitude=community.longitude,
                    outline=_square(community.latitude or 0, community.longitude or 0, 320),
                    aliases=("理想城", "远大理想", "家园"),
                )
            )
        compounds += add_places(parent=community, new=new, actor=SYSTEM_ACTOR, at=at)
    estate = next(c for c in compounds if c.name == ESTATE)
    buildings = {
        str(c.id): _buildings(random, c, ESTATE_BUILDINGS if c is estate else random.randint(2, 6), at)
        for c in compounds
    }
    _neighbourhood(neighbour, at)
    _units(buildings)
    return Ground(office, neighbour, communities, compounds, estate, buildings)


def _compound(random: Random, community: Place, name: str) -> NewPlace:
    latitude = (community.latitude or 0) + random.uniform(-0.0017, 0.0017)
    longitude = (community.longitude or 0) + random.uniform(-0.0021, 0.0021)
    return NewPlace("compound", name, latitude=latitude, longitude=longitude, outline=_square(latitude, longitude, 45))


def _buildings(random: Random, compound: Place, count: int, at: datetime) -> list[Place]:
    side = math.ceil(math.sqrt(count))
    step = 60 / 111_320
    return add_places(
        parent=compound,
        actor=SYSTEM_ACTOR,
        at=at,
        new=[
            NewPlace(
                "building",
                f"{i}号楼",
                label=f"b{i}",
                latitude=(compound.latitude or 0) + step * ((i - 1) // side - side / 2),
                longitude=(compound.longitude or 0) + step * ((i - 1) % side - side / 2),
            )
            for i in range(1, count + 1)
        ],
    )


def _units(buildings: dict[str, list[Place]]) -> None:
    """Three units to each building, in one go: 2,000 places through the operation would write as many audit rows."""
    Place.objects.bulk_create(
        [
            Place(
                id=new_id(),
                parent=b,
                kind="unit",
                name=f"{n}单元",
                path=f"{b.path}.u{n}",
                office_id=b.office_id,
                address=f"{b.address}{n}单元",
            )
            for rows in buildings.values()
            for b in rows
            for n in (1, 2, 3)
        ],
        batch_size=1000,
    )


def _neighbourhood(office: Place, at: datetime) -> None:
    community = add_place(
        parent=office, new=NewPlace("community", "雅居社区", label=f"{office.code}001"), actor=SYSTEM_ACTOR, at=at
    )
    compound = add_place(parent=community, new=NewPlace("compound", "嵩山雅苑"), actor=SYSTEM_ACTOR, at=at)
    add_places(
        parent=compound,
        new=[NewPlace("building", f"{i}号楼", label=f"b{i}") for i in range(1, 9)],
        actor=SYSTEM_ACTOR,
        at=at,
    )
