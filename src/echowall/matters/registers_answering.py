"""The registers of wordings and of the policy library."""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.register import Column, Filter, Register
from echowall.kernel.register.definition import Rows
from echowall.kernel.search import query
from echowall.kernel.topic_words import topic_label

from .models import PolicyText, ReplyTemplate
from .queries import in_force


def _templates(actor: Actor) -> Rows:
    return ReplyTemplate.objects.filter(
        Q(office=None)
        | Q(office_id__in=actor.scope.office_ids)
        | Q(office__path__in=[p for g in actor.grants for p in _above(g.path)])
    )


def _policies(actor: Actor) -> Rows:
    seen = Q(place=None) | Q(place_id__in=actor.scope.office_ids)
    for grant in actor.grants:
        seen |= Q(place__path__above=grant.path) | Q(place__path__under=grant.path)
    return PolicyText.objects.filter(seen).select_related("place")


def _above(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


def _find(rows: Rows, text: str) -> Rows:
    words = query(text)
    return rows.filter(terms=SearchQuery(words, search_type="raw", config="simple")) if words else rows.none()


def _standing(rows: Rows, text: str) -> Rows:
    now = in_force(clock.today()).values("id")
    return rows.filter(id__in=now) if text == "now" else rows.exclude(id__in=now)


TEMPLATES = Register(
    name="reply_templates",
    title=_("答复模板"),
    permission="matters.answer",
    base=_templates,
    order="-used_count",
    search=lambda rows, text: rows.filter(Q(name__icontains=text) | Q(text__icontains=text)),
    link=lambda t: reverse("matters:template", args=[t.id]),
    columns=(
        Column("name", _("名称"), lambda t: t.name, sort="name", width=24),
        Column("topic", _("类别"), lambda t: topic_label(t.topic) if t.topic else _("全部"), width=20),
        Column("text", _("内容"), lambda t: t.text[:60], width=60),
        Column("used", _("用过"), lambda t: t.used_count, "number", sort="used_count", width=8),
        Column("active", _("状态"), lambda t: _("在用") if t.is_active else _("停用"), width=8),
    ),
)

POLICIES = Register(
    name="policy_texts",
    title=_("政策口径"),
    permission="matters.see",
    base=_policies,
    order="-valid_from",
    search=_find,
    link=lambda p: reverse("matters:policy", args=[p.id]),
    columns=(
        Column("title", _("标题"), lambda p: p.title, width=40),
        Column("topic", _("类别"), lambda p: topic_label(p.topic) if p.topic else "", width=20),
        Column("valid_from", _("生效"), lambda p: p.valid_from, "date", sort="valid_from", width=12),
        Column("valid_until", _("失效"), lambda p: p.valid_until, "date", sort="valid_until", width=12),
        Column("place", _("范围"), lambda p: p.place.name if p.place else _("通用"), width=16),
        Column("source", _("依据"), lambda p: p.source, width=40),
        Column("text", _("内容"), lambda p: p.text, "long", width=60, in_list=False),
    ),
    filters=(
        Filter(
            "standing",
            _("时效"),
            _standing,
            "choice",
            lambda _actor: [("now", _("现行")), ("past", _("已失效或未生效"))],
        ),
    ),
)
