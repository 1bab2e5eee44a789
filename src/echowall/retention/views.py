"""Pages of retention: what dies when, what is held, and the keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import NotFound, Problem, Refusal
from echowall.kernel.middleware import actor_of
from echowall.kernel.scope import as_system

from . import operations, queries
from .kinds import kept_by_programmes
from .models import Hold
from .registers import SEALED_NAMES
from .sealed_values import sealed_kinds, values_of
from .subjects import find_subject


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show what would die today by kind, what is held and why, and what was destroyed last."""
    return _page(request)


def _page(request: HttpRequest, problems: object = (), status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    actor.require("retention.see")
    at = clock.now()
    offices = []
    with as_system():  # counts only; what may be seen of each is decided by the permission at the office
        for office in queries.offices_of(actor, "retention.see"):
            offices.append((office, queries.preview(office, at), kept_by_programmes(office.id)))
    holds = Hold.objects.filter(released_at=None).order_by("-placed_at")
    context = {"offices": offices, "holds": holds, "problems": problems, "given": request.POST}
    context["may_hold"] = actor.may("retention.hold")
    context["may_destroy_keys"] = actor.may("personal.destroy_keys")
    return render(request, "retention/overview.html", context, status=status)


@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    """Hold a matter or message by its number."""
    actor_of(request).require("retention.hold")
    try:
        subject = find_subject(request.POST.get("number", ""))
        operations.place_hold(
            subject=(subject.kind, subject.id), name=subject.name, where=subject.where,
            reason=request.POST.get("reason", ""), actor=actor_of(request), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return _page(request, refusal.problems, 422)
    messages.success(request, _("%s 已设为保留") % subject.name)
    return redirect("retention:overview")


@require_POST
def release(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Release a hold."""
    actor_of(request).require("retention.hold")
    try:
        held = operations.release_hold(
            hold_id=hold_id, reason=request.POST.get("reason", ""), actor=actor_of(request), at=clock.now()
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(request, refusal.problems, 422)
    messages.success(request, _("%s 的保留已解除") % held.subject_name)
    return redirect("retention:overview")


@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """List the kinds of sealed data."""
    actor = _keeper(request)
    with as_system():
        rows = sealed_kinds()
    return render(
        request,
        "retention/keys.html",
        {"kinds": [(r, SEALED_NAMES.get(r.name, "")) for r in rows], "may_all": _may_all(actor)},
    )


@require_http_methods(["GET", "POST"])
def destroy(request: HttpRequest, kind: str) -> HttpResponse:
    """Show what the keys of a kind hold; destroy them when the kind is typed again with a reason."""
    actor = _keeper(request)
    with as_system():
        if not any(one.name == kind and one.in_use for one in sealed_kinds()):
            raise NotFound(Problem("no_key", _("这个种类没有在用的密钥"), value=kind))
        places = values_of(kind)
    context: dict[str, Any] = {
        "kind": kind,
        "title": SEALED_NAMES.get(kind, kind),
        "places": places,
        "may_all": _may_all(actor),
        "given": request.POST,
    }
    context["total"] = sum(place.count for place in places)
    if request.method == "POST":
        try:
            operations.destroy_kind_keys(
                kind=kind, confirmed=request.POST.get("confirmed", "").strip(), count=context["total"],
                reason=request.POST.get("reason", ""), actor=actor, at=clock.now(),
            )  # fmt: skip
        except Refusal as refusal:
            context["problems"] = refusal.problems
            return render(request, "retention/destroy_keys.html", context, status=422)
        messages.success(request, _("“%s”的密钥已销毁") % kind)
        return redirect("retention:keys")
    return render(request, "retention/destroy_keys.html", context)


def _keeper(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    actor.require("personal.destroy_keys")
    return actor


def _may_all(actor: Actor) -> bool:
    with as_system():
        mine = len(queries.offices_of(actor, "personal.destroy_keys"))
        return mine == queries.office_count()
