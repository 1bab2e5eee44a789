"""The fixed cast of the tests: two streets of 二七区, their people, teams and sources, always the same.

福华街街道 is the street of the story, 嵩山路街道 the neighbour who must never see any of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from echowall.kernel.actors import SYSTEM_ACTOR, Actor
from echowall.kernel.clock import SHANGHAI
from echowall.kernel.scope import as_system
from echowall.people.models import Worker
from echowall.people.operations import appoint, open_account
from echowall.places.models import Place
from echowall.places.operations import NewPlace, add_place, add_places
from echowall.teams.models import Team
from echowall.teams.operations import add_member, form_team, set_responsibilities
from echowall.voices.models import Source
from echowall.voices.operations import add_source

PASSWORD = "echo-wall-2022"
DAWN = datetime(2022, 5, 1, 8, 0, tzinfo=SHANGHAI)
EVENING = datetime(2022, 5, 3, 21, 10, tzinfo=SHANGHAI)  # when Mr Wang wrote


@dataclass
class Street:
    """One street office with its places, people, teams and sources."""

    office: Place
    communities: list[Place]
    compound: Place
    building: Place
    duty: Worker
    dispatcher: Worker
    handler: Worker
    community: Worker
    leader: Worker
    inspector: Worker
    administrator: Worker
    medical: Team
    supplies: Team
    general: Team
    web: Source
    group: Source
    hotline: Source

    def actor(self, who: str) -> Actor:
        """Return one of the people (duty, dispatcher, handler …) as an actor."""
        worker: Worker = getattr(self, who)
        return worker.as_actor()


@dataclass
class Cast:
    """Both streets."""

    city: Place
    district: Place
    fuhua: Street
    songshan: Street


def make_cast() -> Cast:
    """Make the cast; a second call in the same database is not meant."""
    with as_system():
        city = add_place(parent=None, new=NewPlace("city", "郑州市", "4101"), actor=SYSTEM_ACTOR, at=DAWN)
        district = add_place(parent=city, new=NewPlace("district", "二七区", "410103"), actor=SYSTEM_ACTOR, at=DAWN)
        fuhua = _street(district, "福华街街道", "410103009", ("七一三社区", "福华街社区"), "铁路小区", "fh")
        songshan = _street(district, "嵩山路街道", "410103011", ("雅居社区", "航海西路社区"), "嵩山雅苑", "ss")
        return Cast(city, district, fuhua, songshan)


def _street(district: Place, name: str, code: str, communities: tuple[str, ...], compound: str, prefix: str) -> Street:
    office = add_place(parent=district, new=NewPlace("office", name, code), actor=SYSTEM_ACTOR, at=DAWN)
    areas = add_places(
        parent=office,
        new=[NewPlace("community", c, label=f"c{i}") for i, c in enumerate(communities, 1)],
        actor=SYSTEM_ACTOR,
        at=DAWN,
    )
    yard = add_place(parent=areas[0], new=NewPlace("compound", compound, label="y1"), actor=SYSTEM_ACTOR, at=DAWN)
    building = add_place(parent=yard, new=NewPlace("building", "3号楼", label="b3"), actor=SYSTEM_ACTOR, at=DAWN)
    people = {
        role: _worker(f"{prefix}_{role}", person, post, areas[0] if role == "community" else office)
        for role, person, post in (
            ("duty", "值班员王芳", "duty_officer"),
            ("dispatcher", "调度员李强", "dispatcher"),
            ("handler", "承办人张敏", "handler"),
            ("community", "社区赵丽", "community"),
            ("leader", "书记钱伟", "leader"),
            ("inspector", "督查孙静", "inspector"),
            ("administrator", "管理员周涛", "administrator"),
        )
    }
    teams = [
        form_team(office=office, name=n, actor=SYSTEM_ACTOR, at=DAWN)
        for n in ("医疗保障专班", "生活物资专班", "综合协调专班")
    ]
    topics: tuple[tuple[str, ...], ...] = (("medicine", "medical_care", "emergency"), ("supplies",), ("",))
    for team, claimed in zip(teams, topics, strict=True):
        set_responsibilities(
            team=team, answers_for=[(t, office, t == "emergency") for t in claimed], actor=SYSTEM_ACTOR, at=DAWN
        )
    add_member(team=teams[0], worker=people["handler"], is_lead=True, actor=SYSTEM_ACTOR, at=DAWN)
    sources = [
        add_source(channel=channel, name=title, place=place, actor=SYSTEM_ACTOR, at=DAWN, is_public=channel == "web")
        for channel, title, place in (
            ("web", f"{name}网上留言", office),
            ("pasted", f"{compound}业主群", yard),
            ("hotline", f"{name}热线", office),
        )
    ]
    return Street(office, areas, yard, building, *people.values(), *teams, *sources)


def _worker(username: str, name: str, role: str, place: Place) -> Worker:
    worker = open_account(username=username, name=name, password=PASSWORD, actor=SYSTEM_ACTOR, at=DAWN)
    appoint(worker=worker, role=role, place=place, actor=SYSTEM_ACTOR, at=DAWN)
    return worker
