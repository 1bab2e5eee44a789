"""The registers of the one picture: suspicious handling, and the bulletins that were issued."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from echowall.kernel.register import Column, Filter, Register, choice_filter, date_filter
from echowall.places.choices import communities
from echowall.teams.choices import teams

from .models import Bulletin, Suspicion

SUSPICIOUS = Register(
    name="suspicious",
    title=_("疑似不实"),
    permission="matters.supervise",
    base=lambda _actor: Suspicion.objects.select_related("matter", "matter__place", "matter__lead_team"),
    order="-at",
    link=lambda s: reverse("matters:detail", args=[s.matter_id]),
    empty=_("没有发现疑似不实的办理。每一刻钟自动检查一次，参数见工作法 counting。"),
    columns=(
        Column("number", _("编号"), lambda s: s.matter.number, width=20),
        Column("rule", _("疑点"), lambda s: s.get_rule_display(), width=16),
        Column("reason", _("依据"), lambda s: s.reason, width=40),
        Column("title", _("事项"), lambda s: s.matter.title, width=40),
        Column("actor", _("经办"), lambda s: s.actor_name, width=12),
        Column("team", _("专班"), lambda s: s.matter.lead_team.name if s.matter.lead_team else "", width=16),
        Column("place", _("地点"), lambda s: s.matter.place.address, width=20),
        Column("at", _("时间"), lambda s: s.at, "instant", sort="at", width=17),
        Column("found_at", _("发现"), lambda s: s.found_at, "instant", width=17, in_list=False),
    ),
    filters=(
        choice_filter("rule", _("疑点"), "rule", Suspicion.Rule.choices),
        choice_filter("team", _("专班"), "matter__lead_team_id", teams),
        Filter(
            "community", _("社区"), lambda rows, path: rows.filter(matter__community_path=path), "choice", communities
        ),
        date_filter("since", _("从"), "at"),
        date_filter("until", _("到"), "at", until=True),
    ),
)

BULLETINS = Register(
    name="bulletins",
    title=_("已发简报"),
    permission="matters.see",
    base=lambda _actor: Bulletin.objects.all(),
    order="-as_of",
    link=lambda b: reverse("command:bulletin", args=[b.id]),
    empty=_("还没有发过简报。"),
    columns=(
        Column("title", _("标题"), lambda b: b.title, width=40),
        Column("number", _("期号"), lambda b: f"〔{b.year}〕第{b.number}期", width=16),
        Column("since", _("从"), lambda b: b.since.isoformat(), width=12),
        Column("until", _("到"), lambda b: b.until.isoformat(), width=12),
        Column("issued_by", _("签发"), lambda b: b.issued_by_name, width=12),
        Column("as_of", _("截至"), lambda b: b.as_of, "instant", sort="as_of", width=17),
    ),
    filters=(date_filter("since", _("从"), "as_of"), date_filter("until", _("到"), "as_of", until=True)),
)
