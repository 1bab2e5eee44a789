"""Pages of the outbox."""

from __future__ import annotations

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
from echowall.kernel.register import listing_for
from echowall.kernel.register import operations as register_operations
from echowall.kernel.register.views import saved_views
from echowall.places.models import Place

from . import operations, queries
from .models import Notice, TransportKind
from .registers import NOTICES


def outbox(request: HttpRequest) -> HttpResponse:
    """List what was told and what waits; what failed stands on top with its button."""
    actor = actor_of(request)
    listing = listing_for(NOTICES, actor, request.GET.dict())
    context = {"listing": listing, "register": NOTICES, "views": saved_views(NOTICES, actor)}
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return render(request, "kernel/register/fragment.html", context)
    context |= {
        "filters": register_operations.filters_shown(NOTICES, actor, listing),
        "failed": Notice.objects.filter(state=Notice.State.FAILED).order_by("-queued_at")[:20],
        "failed_count": queries.failed_count(),
        "transports": dict(TransportKind.choices),
    }
    return render(request, "notices/outbox.html", context)


@require_POST
def try_again(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Send a failed notice again."""
    operations.try_again(notice_id=notice_id, actor=actor_of(request), at=clock.now())
    messages.success(request, _("已放回发件箱，马上重发"))
    return redirect("notices:list")


def _office_of(actor: Actor, asked: str) -> Place:
    """Return the office whose channels are set: the one asked for, else the first that the actor manages."""
    paths = [g.path for g in actor.grants if "settings.manage" in g.permissions]
    offices = [o for p in paths for o in Place.objects.filter(path__under=p, kind=Place.Kind.OFFICE).order_by("path")]
    for office in offices:
        if not asked or str(office.id) == asked:
            return office
    raise NotFound(Problem("office_unknown", _("没有这个街道，或不归您管理"), value=asked))


def transports(request: HttpRequest) -> HttpResponse:
    """Show and set how the office reaches its channels."""
    actor = actor_of(request)
    actor.require("settings.manage")
    office = _office_of(actor, request.GET.get("office", ""))
    problems: tuple[Problem, ...] = ()
    given: dict[str, str] = {}
    if request.method == "POST":
        given = {name: str(value) for name, value in request.POST.items()}
        try:
            operations.set_transport(
                office_id=office.id,
                place_path=office.path,
                transport=given.get("transport", ""),
                settings=given,
                is_active=bool(given.get("is_active")),
                actor=actor,
                at=clock.now(),
            )
        except InvalidInput as refusal:
            problems = refusal.problems
        else:
            messages.success(request, _("已保存"))
            return redirect(request.get_full_path())
    context = {
        "ways": queries.ways_of(office.id),
        "office": office,
        "problems": problems,
        "given": given,
        "names": dict(TransportKind.choices),
    }
    return render(request, "notices/transports.html", context, status=422 if problems else 200)
