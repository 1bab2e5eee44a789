"""The registers of matters."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from echowall.kernel.actors import Actor
from echowall.kernel.register import Column, Filter, Register, choice_filter, date_filter
from echowall.kernel.register.definition import Rows
from echowall.kernel.search import matching
from echowall.kernel.signs import INTENT, URGENCY
from echowall.places.choices import communities
from echowall.teams.choices import teams
from echowall.understanding.topics import default_topics, topic_name
from echowall.voices.models.sources import Channel

from .models import Matter, State
from .models.matters import OPEN_STATES


def _topics(_actor: Actor) -> Sequence[tuple[str, str]]:
    language = "en" if get_language() == "en" else "zh"
    return [(code, topic_name(code, language)) for code in default_topics()]


def _standing(_actor: Actor) -> Sequence[tuple[str, object]]:
    return [("open", _("在办")), ("overdue", _("超期")), ("ended", _("已办结"))]


def _by_standing(rows: Rows, text: str) -> Rows:
    if text == "overdue":
        return rows.filter(state__in=OPEN_STATES, colour="red")
    return rows.filter(state__in=OPEN_STATES) if text == "open" else rows.exclude(state__in=OPEN_STATES)


def _by_topic(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(topic=text) | Q(topic__startswith=f"{text}."))


def _by_path(rows: Rows, text: str) -> Rows:
    return rows.filter(place_path__under=text)


def channel_label(channel: str) -> str:
    """Return what a matter's channel is called; one opened by hand has none of hearing's."""
    return str(Channel(channel).label) if channel in Channel.values else _("人工立案")


MATTERS = Register(
    name="matters",
    title=_("事项"),
    permission="matters.see",
    base=lambda _actor: Matter.objects.select_related("place", "lead_team", "owner"),
    order="-opened_at",
    search=matching,
    link=lambda m: reverse("matters:detail", args=[m.id]),
    tone=lambda m: "tone-critical" if m.urgency == "critical" and m.state in OPEN_STATES else "",
    columns=(
        Column("number", _("编号"), lambda m: m.number, width=20, sort="number"),
        Column("urgency", _("紧急"), lambda m: m.urgency, "urgency", width=8),
        Column("title", _("事项"), lambda m: m.title, width=40),
        Column("place", _("地点"), lambda m: m.place.address, width=20),
        Column("topic", _("类别"), lambda m: topic_name(m.topic), width=20),
        Column("intent", _("诉求"), lambda m: m.intent, "intent", width=8),
        Column("state", _("状态"), lambda m: m.get_state_display(), width=12),
        Column("clock", _("时限"), lambda m: (m.colour if m.state in OPEN_STATES else "", m.due_at), "clock",
               sort="due_at", width=18),
        Column("team", _("专班"), lambda m: m.lead_team.name if m.lead_team else "", width=16),
        Column("owner", _("承办人"), lambda m: m.owner.name if m.owner else "", width=12, in_list=False),
        Column("opened_at", _("收到"), lambda m: m.opened_at, "instant", sort="opened_at", width=17),
        Column("closed_at", _("结案"), lambda m: m.closed_at, "instant", width=17, in_list=False),
        Column("channel", _("渠道"), lambda m: channel_label(m.channel), width=12, in_list=False),
        Column("reports", _("反映"), lambda m: m.report_count, "number", width=8, in_list=False),
        Column("reworks", _("返工"), lambda m: m.rework_count, "number", width=8, in_list=False),
        Column("satisfaction", _("满意度"), lambda m: m.satisfaction, "number", width=8, in_list=False),
        Column("summary", _("内容"), lambda m: m.summary, "long", width=60, in_list=False),
    ),
    filters=(
        Filter("standing", _("办理"), _by_standing, "choice", _standing),
        choice_filter("state", _("状态"), "state", State.choices),
        choice_filter("urgency", _("紧急"), "urgency", [(k, s.word) for k, s in URGENCY.items()]),
        choice_filter("colour", _("时限"), "colour", [("green", _("正常")), ("amber", _("将到期")), ("red", _("超期"))]),
        choice_filter("intent", _("诉求"), "intent", [(k, s.word) for k, s in INTENT.items()]),
        Filter("topic", _("类别"), _by_topic, "choice", _topics),
        Filter("community", _("社区"), _by_path, "choice", communities),
        choice_filter("team", _("专班"), "lead_team_id", teams),
        choice_filter("channel", _("渠道"), "channel", [*Channel.choices, ("desk", _("人工立案"))]),
        date_filter("since", _("从"), "opened_at"),
        date_filter("until", _("到"), "opened_at", until=True),
    ),
)
