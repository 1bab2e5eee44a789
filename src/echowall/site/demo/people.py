"""Who works in the demonstration, in which teams, and where messages come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from echowall.kernel.actors import SYSTEM_ACTOR, Actor
from echowall.people.models import Worker
from echowall.people.operations import appoint, open_accounts
from echowall.places.models import Place
from echowall.teams.models import Team
from echowall.teams.operations import add_member, form_team, set_responsibilities
from echowall.voices.models import Source
from echowall.voices.operations import add_source

from .accounts import DEMO_PASSWORD, STAFF
from .places import Ground

# name, duty, topics, sign-in name of its lead, critical lead
TEAMS = (
    (
        "医疗保障专班",
        "就医用药、转运、特殊人群",
        ("medicine", "medical_care", "emergency", "psychological"),
        "yiliao",
        True,
    ),
    ("生活物资专班", "保供、配送、团购", ("supplies",), "wuzi", False),
    ("隔离管控专班", "居家隔离、解封、健康码", ("isolation", "health_code", "policy"), "", False),
    ("核酸检测专班", "采样点、检测结果", ("testing",), "", False),
    ("物业协调专班", "物业、消杀、水电气暖", ("property", "utilities", "environment"), "", False),
    ("企业服务专班", "复工、货运、纾困", ("enterprise", "employment", "transport"), "", False),
    ("督查信访专班", "举报投诉", ("report",), "", False),
    ("综合协调专班", "兜底", ("",), "", False),
)


@dataclass
class Staff:
    """The people, teams and sources of the demonstration."""

    workers: dict[str, Worker]
    teams: dict[str, Team]
    leads: dict[str, Worker]  # by team id
    sources: dict[str, Source] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        """Return one of the people as an actor."""
        return self.workers[username].as_actor()


def engage_staff(ground: Ground, at: datetime) -> Staff:
    """Open the accounts, appoint, form the teams and open the sources."""
    estate_community = next(c for c in ground.communities if c.name == "理想社区")
    leads = [(f"zhuanban{n + 1}", f"{'刘马孙朱胡林郭何'[n]}组长") for n, team in enumerate(TEAMS) if not team[3]]
    people = [(username, name) for username, name, _role, _title in STAFF] + leads
    opened = open_accounts(people=people, password=DEMO_PASSWORD, actor=SYSTEM_ACTOR, at=at)
    by_name = {worker.username: worker for worker in opened}
    workers = {username: by_name[username] for username, _name, _role, _title in STAFF}
    for username, _name, role, _title in STAFF:
        place = _post(username, ground, estate_community)
        appoint(worker=workers[username], role=role, place=place, actor=SYSTEM_ACTOR, at=at)
    for username, _name in leads:
        appoint(worker=by_name[username], role="handler", place=ground.office, actor=SYSTEM_ACTOR, at=at)
    staff = Staff(workers, {}, {})
    for number, (name, duty, topics, lead, is_critical) in enumerate(TEAMS):
        team = form_team(
            office=ground.office,
            name=name,
            duty=duty,
            phone="0371-6000" + f"{number + 1:04d}",
            is_phone_public=True,
            actor=SYSTEM_ACTOR,
            at=at,
        )
        set_responsibilities(
            team=team, answers_for=[(t, ground.office, is_critical) for t in topics], actor=SYSTEM_ACTOR, at=at
        )
        who = by_name[lead or f"zhuanban{number + 1}"]
        add_member(team=team, worker=who, is_lead=True, actor=SYSTEM_ACTOR, at=at)
        staff.teams[name], staff.leads[str(team.id)] = team, who
    staff.sources = _sources(ground, at)
    return staff


def _post(username: str, ground: Ground, community: Place) -> Place:
    return {"shequ": community, "linjie": ground.neighbour}.get(username, ground.office)


def _sources(ground: Ground, at: datetime) -> dict[str, Source]:
    office = ground.office
    wanted = (
        ("web", "web", "回音壁网上留言", office, True),
        ("wechat_group", "pasted", "理想家园业主群", ground.estate, False),
        ("hotline", "hotline", "24小时社区热线", office, False),
        ("official_account", "wechat", "街道发布公众号", office, False),
        ("platform", "table", "郑在抗疫平台导出", office, False),
        ("email", "mail", "街道公开邮箱", office, False),
        ("open311", "open311", "Open311", office, True),
    )
    return {
        key: add_source(channel=channel, name=name, place=place, is_public=public, actor=SYSTEM_ACTOR, at=at)
        for key, channel, name, place, public in wanted
    }
