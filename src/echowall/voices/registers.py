"""The registers of messages."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from echowall.kernel.register import Column, Filter, Register, choice_filter, date_filter
from echowall.kernel.register.definition import Rows
from echowall.kernel.search import matching
from echowall.kernel.signs import BAND, INTENT, URGENCY
from echowall.places.choices import communities
from echowall.understanding.topics import default_topics, topic_name

from .models import Message
from .models.messages import State
from .models.sources import Channel
from .queries.queue import QUEUES, in_queue


def _by_topic(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(topic=text) | Q(topic__startswith=f"{text}."))


MESSAGES = Register(
    name="messages",
    title=_("留言"),
    permission="voices.see",
    base=lambda _actor: Message.objects.select_related("place", "source"),
    order="-said_at",
    search=matching,
    link=lambda m: reverse("voices:message", args=[m.id]),
    tone=lambda m: "tone-critical" if m.urgency == "critical" else "",
    columns=(
        Column("ticket", _("回执号"), lambda m: m.ticket, width=16),
        Column("urgency", _("紧急"), lambda m: m.urgency, "urgency", width=8),
        Column("band", _("把握"), lambda m: m.band, "band", width=10),
        Column("body", _("内容"), lambda m: m.body if len(m.body) <= 80 else m.body[:79] + "…", width=60),
        Column("intent", _("诉求"), lambda m: m.intent, "intent", width=8),
        Column("topic", _("类别"), lambda m: topic_name(m.topic) if m.topic else "", width=20),
        Column("place", _("地点"), lambda m: m.place.address, width=20),
        Column("channel", _("渠道"), lambda m: m.get_channel_display(), width=12),
        Column("state", _("状态"), lambda m: m.get_state_display(), width=12),
        Column("said_at", _("时间"), lambda m: m.said_at, "instant", sort="said_at", width=17),
        Column("source", _("来源"), lambda m: m.source.name, width=20, in_list=False),
        Column("sender", _("姓名"), lambda m: m.sender_masked, width=10, in_list=False),
        Column("phone", _("电话"), lambda m: m.phone_masked, width=14, in_list=False),
    ),
    filters=(
        Filter("tab", _("队列"), in_queue, "choice", lambda _a: [(k, title) for k, (title, _c) in QUEUES.items()]),
        choice_filter("band", _("把握"), "band", [(k, s.word) for k, s in BAND.items()]),
        choice_filter("urgency", _("紧急"), "urgency", [(k, s.word) for k, s in URGENCY.items()]),
        choice_filter("intent", _("诉求"), "intent", [(k, s.word) for k, s in INTENT.items()]),
        Filter("topic", _("类别"), _by_topic, "choice", lambda _a: [(c, topic_name(c)) for c in default_topics()]),
        choice_filter("channel", _("渠道"), "channel", Channel.choices),
        choice_filter("state", _("状态"), "state", State.choices),
        Filter("community", _("社区"), lambda rows, path: rows.filter(place_path__under=path), "choice", communities),
        date_filter("since", _("从"), "said_at"),
        date_filter("until", _("到"), "said_at", until=True),
    ),
)
