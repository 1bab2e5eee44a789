"""The registers of messages."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from echowall.kernel.register import Column, Filter, Register, choice_filter, date_filter
from echowall.kernel.register.definition import Rows
from echowall.kernel.search import matching
from echowall.kernel.signs import BAND, INTENT, URGENCY
from echowall.kernel.topic_words import topic_choices, topic_label
from echowall.places.choices import communities
from echowall.understanding.topics import default_topics

from .models import Message, Source
from .models.messages import State
from .models.sources import Channel
from .queries.queue import QUEUES, in_queue, queue_order


def _by_topic(rows: Rows, text: str) -> Rows:
    return rows.filter(topic__in=[c for c in default_topics() if c == text or c.startswith(f"{text}.")] or [text])


def source_name(text: str) -> str:
    """Return the name of a source by its id, for the chip of the filter."""
    return Source.objects.filter(id=UUID(text)).values_list("name", flat=True).first() or text


def _by_source(rows: Rows, text: str) -> Rows:
    return rows.filter(source_id=UUID(text))


def _by_tail(rows: Rows, text: str) -> Rows:
    return rows.filter(phone_tail=text)


def _by_phone(rows: Rows, text: str) -> Rows:
    """By the blind index (hexadecimal): addresses and logs never hold a number."""
    return rows.filter(phone_index=bytes.fromhex(text))


MESSAGES = Register(
    name="messages",
    title=_("留言"),
    permission="voices.see",
    base=lambda _actor: Message.objects.select_related("place", "source"),
    order="-said_at",
    order_in=queue_order,
    search=matching,
    has_view=True,
    link=lambda m: reverse("voices:message", args=[m.id]),
    tone=lambda m: "tone-critical" if m.urgency == "critical" else "",
    columns=(
        Column("ticket", _("回执号"), lambda m: m.ticket, width=16),
        Column("urgency", _("紧急程度"), lambda m: m.urgency, "urgency", width=8),
        Column("band", _("把握"), lambda m: m.band, "band", width=10),
        Column("body", _("内容"), lambda m: m.body if len(m.body) <= 80 else m.body[:79] + "…", width=60),
        Column("intent", _("诉求"), lambda m: m.intent, "intent", width=8),
        Column("topic", _("类别"), lambda m: topic_label(m.topic) if m.topic else "", width=20),
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
        choice_filter("urgency", _("紧急程度"), "urgency", [(k, s.word) for k, s in URGENCY.items()]),
        choice_filter("intent", _("诉求"), "intent", [(k, s.word) for k, s in INTENT.items()]),
        Filter("topic", _("类别"), _by_topic, "choice", lambda _a: topic_choices()),
        choice_filter("channel", _("渠道"), "channel", Channel.choices),
        choice_filter("state", _("状态"), "state", State.choices),
        Filter("community", _("社区"), lambda rows, path: rows.filter(place_path__under=path), "choice", communities),
        date_filter("since", _("从"), "said_at"),
        date_filter("until", _("到"), "said_at", until=True),
        Filter("source", _("来源"), _by_source, "hidden", say=source_name),
        Filter("tail", _("电话后四位"), _by_tail, "hidden"),
        Filter("phone", _("同一电话"), _by_phone, "hidden", say=lambda _text: _("同一号码")),
    ),
)
