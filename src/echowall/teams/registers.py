"""The register of teams."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from echowall.kernel.actors import Actor
from echowall.kernel.register import Column, Register
from echowall.kernel.register.definition import Rows
from echowall.kernel.topic_words import topic_label

from .models import Team


def within(actor: Actor) -> Rows:
    """Return the teams of the offices where the actor manages teams."""
    places = Q(pk__in=[])
    for grant in actor.grants:
        if "teams.manage" in grant.permissions:
            places |= Q(office__path__under=grant.path)
    return Team.objects.filter(places).prefetch_related("memberships__worker", "responsibilities__place")


def _answers_for(team: Team) -> str:
    return "、".join(topic_label(r.topic) if r.topic else str(_("其余全部")) for r in team.responsibilities.all())


TEAMS = Register(
    name="teams",
    title=_("专班"),
    permission="teams.manage",
    base=within,
    order="name",
    search=lambda rows, text: rows.filter(name__icontains=text),
    link=lambda t: reverse("teams:team", args=[t.id]),
    columns=(
        Column("name", _("名称"), lambda t: t.name, sort="name", width=20),
        Column("duty", _("职责"), lambda t: t.duty, width=30),
        Column("answers_for", _("负责"), _answers_for, width=40),
        Column("members", _("成员"), lambda t: "、".join(m.worker.name for m in t.memberships.all()), width=30),
        Column("phone", _("值班电话"), lambda t: t.phone),
        Column("phone_public", _("对外公布"), lambda t: _("是") if t.is_phone_public else "", width=8),
        Column("active", _("状态"), lambda t: _("在用") if t.is_active else _("停用"), width=8),
    ),
    empty=_("还没有专班，点右上角组建。"),
)
