"""The templates of replies and the policy library: lists, editing, loading a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem
from echowall.kernel.middleware import actor_of
from echowall.kernel.register.views import register_view
from echowall.kernel.topic_words import topic_choices
from echowall.places.models import Place

from .. import operations
from ..policy_files import COLUMNS, read_file, read_row
from ..registers_answering import POLICIES, TEMPLATES
from ..reply_texts import PLACES

templates = register_view(TEMPLATES, "matters/answering/templates.html")
policies = register_view(POLICIES, "matters/answering/policy_list.html")


def own_office(actor: Actor, permission: str) -> Place:
    """Return the office that an actor writes wordings for.

    Raises:
        NotFound: ``office_unknown``: the appointment lies in no office.
    """
    actor.require(permission)
    for grant in actor.grants:
        if permission in grant.permissions:
            office = Place.objects.filter(path__above=grant.path, kind=Place.Kind.OFFICE).first()
            if office is not None and actor.may(permission, office.path):
                return office
    raise NotFound(Problem("office_unknown", _("您的岗位不在任何一个街道，不能改这里")))


def template(request: HttpRequest, template_id: UUID | None = None) -> HttpResponse:
    """Add or change a template."""
    actor = actor_of(request)
    office = own_office(actor, "matters.answer")
    held = TEMPLATES.base(actor).filter(id=template_id).first() if template_id else None
    if template_id and held is None:
        raise NotFound(Problem("template_unknown", _("没有这个模板，或不是本街道的"), value=str(template_id)))
    given: Any = held or {"is_active": True, "topic": request.GET.get("topic", ""), "text": request.GET.get("text", "")}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in ("name", "topic", "text", "is_active")}
        wording = operations.Wording(given["name"], given["text"], given["topic"], bool(given["is_active"]))
        try:
            operations.save_reply_template(
                office=office, wording=wording, actor=actor, at=clock.now(), template_id=template_id
            )
        except InvalidInput as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已保存"))
            return redirect("matters:templates")
    context = {"given": given, "problems": problems, "topics": topic_choices(), "places": PLACES, "held": held}
    return render(request, "matters/answering/template.html", context, status=422 if problems else 200)


def policy(request: HttpRequest, policy_id: UUID | None = None) -> HttpResponse:
    """Add, read or change a policy text; those that came with the program are only read."""
    actor = actor_of(request)
    actor.require("matters.see")
    held = POLICIES.base(actor).filter(id=policy_id).first() if policy_id else None
    if policy_id and held is None:
        raise NotFound(Problem("policy_unknown", _("没有这条政策口径"), value=str(policy_id)))
    given: Any = held or {"valid_from": clock.today()}
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in COLUMNS.values()}
        try:
            operations.save_policy_text(
                row=read_row(given),
                place=own_office(actor, "matters.check"),
                actor=actor,
                at=clock.now(),
                policy_id=policy_id,
            )
        except InvalidInput as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已保存"))
            return redirect("matters:policies")
    may_change = held is None or (held.place is not None and actor.may("matters.check", held.place.path))
    context = {
        "given": given,
        "problems": problems,
        "topics": topic_choices(),
        "held": held,
        "may_change": may_change and actor.may("matters.check"),
    }
    return render(request, "matters/answering/policy.html", context, status=422 if problems else 200)


@require_POST
def load_policies(request: HttpRequest) -> HttpResponse:
    """Load a file of policy texts; nothing of it when anything in it is wrong."""
    actor = actor_of(request)
    file = request.FILES.get("file")
    if file is None:
        raise InvalidInput(Problem("file_missing", _("请选择文件"), place="file"))
    rows = read_file(file.name or "", file.read())
    added, changed = operations.load_policy_texts(
        rows=rows, place=own_office(actor, "matters.check"), actor=actor, at=clock.now()
    )
    messages.success(
        request,
        _("新增 %(added)d 条，更新 %(changed)d 条，共 %(total)d 条")
        % {"added": added, "changed": changed, "total": len(rows)},
    )
    return redirect("matters:policies")
