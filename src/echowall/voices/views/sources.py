"""The administrator's page of sources: what is listened to, on and off, tokens, remembered columns."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, Problem, Refusal
from echowall.kernel.middleware import actor_of
from echowall.places.models import Place

from .. import operations
from ..models import Source
from ..models.sources import Channel
from .paste import import_source

# Open to anybody by nature; the others need an account, a token or a person at the desk.
_PUBLIC = frozenset({Channel.WEB, Channel.OPEN311})
_WITH_TOKEN = frozenset({Channel.API, Channel.OPEN311, Channel.WECOM})
_PLACE_KINDS = ("office", "community", "grid", "compound", "building")


def sources(request: HttpRequest) -> HttpResponse:
    """Show the sources; add one."""
    actor = actor_of(request)
    actor.require("voices.manage_sources")
    context = _context(request)
    if request.method != "POST":
        return render(request, "voices/sources.html", context)
    try:
        source = operations.add_source(
            channel=request.POST.get("channel", ""),
            name=_name(request),
            place=_place(request),
            is_public=request.POST.get("channel") in _PUBLIC,
            actor=actor,
            at=clock.now(),
        )
    except Refusal as refusal:
        return render(request, "voices/sources.html", context | {"problems": refusal.problems}, status=refusal.status)
    notes.success(request, _("已添加来源“%(name)s”") % {"name": source.name})
    return redirect("voices:sources")


def _context(request: HttpRequest) -> dict[str, Any]:
    actor = actor_of(request)
    paths = [grant.path for grant in actor.grants if "voices.manage_sources" in grant.permissions]
    rows = Source.objects.select_related("place", "office").order_by("-is_active", "channel", "name")
    places = Place.objects.none()
    for path in paths:
        places = places | Place.objects.filter(path__under=path, kind__in=_PLACE_KINDS, is_active=True)
    return {
        "sources": [
            {"row": row, "has_mapping": bool(row.settings.get("mapping")), "takes_token": row.channel in _WITH_TOKEN}
            for row in rows
            if actor.may("voices.manage_sources", row.place_path)
        ],
        "channels": Channel.choices,
        "places": places.order_by("path")[:2000],
        "given": request.POST,
    }


def _name(request: HttpRequest) -> str:
    name = request.POST.get("name", "").strip()
    if not name or len(name) > 80:
        raise InvalidInput(Problem("name_missing", _("请填写来源名称，不超过 80 字"), place=_("名称"), value=name[:80]))
    return name


def _place(request: HttpRequest) -> Place:
    try:
        place = Place.objects.filter(id=UUID(request.POST.get("place", ""))).first()
    except ValueError:
        place = None
    if place is None:
        raise InvalidInput(Problem("place_missing", _("请选择这个来源所在的地点"), place=_("地点")))
    return place


def switch(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Stop listening to a source, or listen again."""
    source = import_source(source_id)
    operations.set_active(
        source=source, is_active=bool(request.POST.get("active")), actor=actor_of(request), at=clock.now()
    )
    return redirect("voices:sources")


def token(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Issue a new token and show it this once."""
    source = import_source(source_id)
    issued = operations.issue_token(source=source, actor=actor_of(request), at=clock.now())
    answer = render(request, "voices/sources.html", _context(request) | {"issued": issued, "issued_for": source})
    answer["Cache-Control"] = "no-store"
    return answer


def forget(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Forget how the source's tables are read."""
    source = import_source(source_id)
    operations.reset_mapping(source=source, actor=actor_of(request), at=clock.now())
    notes.success(request, _("“%(name)s”的列对应已清除") % {"name": source.name})
    return redirect("voices:sources")
