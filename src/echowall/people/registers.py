"""The register of accounts."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from echowall.kernel.actors import Actor
from echowall.kernel.register import Column, Filter, Register, choice_filter
from echowall.kernel.register.definition import Rows

from .models import Role, Worker


def within(actor: Actor) -> Rows:
    """Return the accounts appointed where the actor manages people, and those appointed nowhere yet."""
    places = Q(appointments=None)
    for grant in actor.grants:
        if "people.manage" in grant.permissions:
            places |= Q(appointments__place__path__under=grant.path)
    return Worker.objects.filter(id__in=Worker.objects.filter(places).values("id")).prefetch_related(
        "appointments__place", "memberships__team"
    )


def _posts(worker: Worker) -> str:
    held = [a for a in worker.appointments.all() if a.valid_until is None]
    return "、".join(f"{a.place.name}{a.get_role_display()}" for a in held)


ACCOUNTS = Register(
    name="accounts",
    title=_("人员账号"),
    permission="people.manage",
    base=within,
    order="username",
    search=lambda rows, text: rows.filter(Q(username__icontains=text) | Q(name__icontains=text)),
    link=lambda w: reverse("people:account", args=[w.id]),
    columns=(
        Column("username", _("登录名"), lambda w: w.username, sort="username"),
        Column("name", _("姓名"), lambda w: w.name, sort="name"),
        Column("posts", _("岗位"), _posts, width=40),
        Column("teams", _("专班"), lambda w: "、".join(m.team.name for m in w.memberships.all()), width=30),
        Column("phone", _("电话"), lambda w: w.phone_masked),
        Column("active", _("状态"), lambda w: _("在用") if w.is_active else _("停用"), width=8),
        Column("last_login", _("上次登录"), lambda w: w.last_login, "instant", width=17),
    ),
    filters=(
        choice_filter("role", _("岗位"), "appointments__role", Role.choices),
        Filter("active", _("状态"), lambda rows, text: rows.filter(is_active=text == "yes"), "choice",
               lambda _a: [("yes", _("在用")), ("no", _("停用"))]),
    ),
    empty=_("还没有账号，点右上角开户。"),
)  # fmt: skip
