"""The registers of matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from echowall.kernel.actors import Actor
from echowall.kernel.register import Column, Filter, Register, choice_filter, date_filter, mark_filter
from echowall.kernel.register.definition import Rows
from echowall.kernel.search import matching
from echowall.kernel.signs import INTENT, URGENCY
from echowall.kernel.topic_words import topic_choices, topic_label
from echowall.places.choices import communities
from echowall.teams.choices import teams
from echowall.understanding.topics import default_topics
from echowall.voices.queries import Channel

from .models import Matter, State
from .models.matters import OPEN_STATES
from .taking_in import TAKE_IN


def _topics(_actor: Actor) -> Sequence[tuple[str, str]]:
    return topic_choices()


def _standing(_actor: Actor) -> Sequence[tuple[str, object]]:
    return [("open", _("在办")), ("overdue", _("超期")), ("ended", _("已办结"))]


def _by_standing(rows: Rows, text: str) -> Rows:
    if text == "overdue":
        return rows.filter(state__in=OPEN_STATES, colour="red")
    return rows.filter(state__in=OPEN_STATES) if text == "open" else rows.exclude(state__in=OPEN_STATES)


def _by_topic(rows: Rows, text: str) -> Rows:
    if "." not in text:
        return rows.filter(topic_group=text)
    # Each code by name: a pattern would keep the index out of use under row-level security.
    return rows.filter(topic__in=[c for c in default_topics() if c == text or c.startswith(f"{text}.")] or [text])


def _by_community(rows: Rows, text: str) -> Rows:
    return rows.filter(community_path=text)


def _by_path(rows: Rows, text: str) -> Rows:
    return rows.filter(place_path__under=text)


def channel_label(channel: str) -> str:
    """Return what a matter's channel is called; one opened by hand has none of hearing's."""
    return str(Channel(channel).label) if channel in Channel.values else str(_("人工立案"))


# The response of an office is measured by these two clocks of the playbook: accepted, and word to the reporter.
RESPONSE_CLOCKS = ["accept", "inform"]
_IN_TIME = Q(clocks_met__overlap=RESPONSE_CLOCKS)
_LATE = Q(clocks_missed__overlap=RESPONSE_CLOCKS)

# What a figure counts, by name: the same words in the figure's definition and in the address of its list.
MARKS = {
    "valid": (_("不含并案作废"), ~Q(state__in=("merged", "cancelled"))),
    "dispatched": (_("已派遣"), Q(lead_team__isnull=False)),
    "accepted": (_("已受理"), Q(accepted_at__isnull=False)),
    "ended": (_("已结案"), Q(state__in=("closed", "evaluated"))),
    "in_hand": (_("在办"), Q(state__in=OPEN_STATES)),
    "unaccepted": (_("未受理"), Q(state__in=("collected", "opened", "dispatched"))),
    "reworked": (_("返工"), Q(rework_count__gt=0)),
    "response_due": (_("受理告知已到期或已完成"), _IN_TIME | _LATE),
    "responded": (_("按时受理或告知"), _IN_TIME),
    "asked": (_("回访有结果"), Q(is_solved__isnull=False)),
    "solved": (_("回访已解决"), Q(is_solved=True)),
    "rated": (_("有满意度"), Q(satisfaction__isnull=False)),
    "satisfied": (_("满意（4分以上）"), Q(satisfaction__gte=4)),
    "timed_accept": (_("有受理用时"), Q(accepted_at__isnull=False)),
    "timed_solve": (_("有解决用时"), Q(solved_at__isnull=False)),
}


def _by_clock_met(rows: Rows, text: str) -> Rows:
    return rows.filter(clocks_met__contains=[text])


def _by_clock_decided(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(clocks_met__contains=[text]) | Q(clocks_missed__contains=[text]))


MATTERS = Register(
    name="matters",
    title=_("事项"),
    permission="matters.see",
    base=lambda _actor: Matter.objects.select_related("place", "lead_team", "owner").defer("terms"),
    order="-opened_at",
    takes_in=TAKE_IN,
    extra={"route": "matters:list"},
    search=matching,
    has_view=True,
    link=lambda m: reverse("matters:detail", args=[m.id]),
    tone=lambda m: "tone-critical" if m.urgency == "critical" and m.state in OPEN_STATES else "",
    columns=(
        Column("number", _("编号"), lambda m: m.number, width=20, sort="number"),
        Column("urgency", _("紧急程度"), lambda m: m.urgency, "urgency", width=8),
        Column("title", _("事项"), lambda m: m.title, width=40),
        Column("place", _("地点"), lambda m: m.place.address, width=20),
        Column("topic", _("类别"), lambda m: topic_label(m.topic), width=20),
        Column("intent", _("诉求"), lambda m: m.intent, "intent", width=8),
        Column("state", _("状态"), lambda m: m.get_state_display(), width=12),
        Column(
            "clock",
            _("时限"),
            lambda m: (m.colour if m.state in OPEN_STATES else "", m.due_at),
            "clock",
            sort="due_at",
            width=18,
        ),
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
        choice_filter("urgency", _("紧急程度"), "urgency", [(k, s.word) for k, s in URGENCY.items()]),
        choice_filter(
            "colour", _("时限"), "colour", [("green", _("正常")), ("amber", _("将到期")), ("red", _("超期"))]
        ),
        choice_filter("intent", _("诉求"), "intent", [(k, s.word) for k, s in INTENT.items()]),
        Filter("topic", _("类别"), _by_topic, "choice", _topics),
        Filter("community", _("社区"), _by_community, "choice", communities),
        choice_filter("team", _("专班"), "lead_team_id", teams),
        choice_filter("channel", _("渠道"), "channel", [*Channel.choices, ("desk", _("人工立案"))]),
        date_filter("since", _("从"), "opened_at"),
        date_filter("until", _("到"), "opened_at", until=True),
        replace(date_filter("closed_since", _("结案从"), "closed_at"), kind="hidden"),
        replace(date_filter("closed_until", _("结案到"), "closed_at", until=True), kind="hidden"),
        Filter("place", _("地点"), _by_path, "hidden"),
        Filter("met", _("按时完成"), _by_clock_met, "hidden"),
        Filter("decided", _("已完成或已超时"), _by_clock_decided, "hidden"),
        mark_filter("mark", _("口径"), MARKS),
    ),
)
