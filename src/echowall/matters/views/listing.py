"""Lists of matters: all of them, what waits for me, and the critical ones that nobody took yet."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from echowall.kernel import clock
from echowall.kernel.errors import Refusal
from echowall.kernel.middleware import actor_of
from echowall.kernel.register import listing_for
from echowall.kernel.register.operations import filters_shown, narrowed_by
from echowall.kernel.register.views import saved_views

from .. import operations, queries
from ..registers import MATTERS


@require_GET
def matter_list(request: HttpRequest) -> HttpResponse:
    """Show the register of matters with its quick tabs; only the rows when htmx asks."""
    actor = actor_of(request)
    asked = request.GET.dict()
    listing = listing_for(MATTERS, actor, asked)
    context = {
        "listing": listing,
        "register": MATTERS,
        "tabs": queries.quick_tabs(listing.given),
        "views": saved_views(MATTERS, actor),
    }
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return render(request, "kernel/register/fragment.html", context | {"rows_template": "matters/rows.html"})
    context |= {
        "filters": filters_shown(MATTERS, actor, listing),
        "narrowed": narrowed_by(MATTERS, listing),
        "has_filters": bool(set(listing.given) - {"q", "state", "standing"}),
    }
    return render(request, "matters/list.html", context)


def _ids(given: list[str]) -> list[UUID]:
    """Return the ids ticked; what is none ticks nothing."""
    found = []
    for text in given:
        with suppress(ValueError):
            found.append(UUID(text))
    return found


@require_POST
def merge_chosen(request: HttpRequest) -> HttpResponse:
    """Merge the matters ticked in the list into the oldest of them."""
    chosen = queries.oldest_first(_ids(request.POST.getlist("chosen")))
    if len(chosen) < 2:
        messages.warning(request, _("请至少勾选两件事项再并案"))
        return redirect("matters:list")
    kept, *others = chosen
    try:
        operations.merge_matters(
            into_id=kept.id,
            merged_ids=[m.id for m in others],
            actor=actor_of(request),
            at=clock.now(),
            reason=request.POST.get("reason", ""),
        )
    except Refusal as refusal:
        for problem in refusal.problems:
            messages.error(request, str(problem))
        return redirect("matters:list")
    messages.success(
        request, _("%(count)d 件已并入 %(number)s，可在该事项页撤销") % {"count": len(others), "number": kept.number}
    )
    return redirect("matters:detail", kept.id)


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Show what waits for me: a list for each kind of thing that I may do."""
    actor = actor_of(request)
    actor.require("matters.see")
    return render(request, "matters/mine.html", {"piles": queries.waiting_for(actor), "is_fragment": False})


@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    """Show the critical matters in sight that no team has taken yet, as a banner; nothing when there are none."""
    return render(request, "matters/alerts.html", {"critical": queries.critical_waiting()})
