"""The board, its map and its stream; the search over everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.middleware import actor_of
from echowall.kernel.signs import CLOCK, INTENT, URGENCY
from echowall.kernel.topic_words import topic_label
from echowall.matters.registers import channel_label
from echowall.places.models import Place

from .. import keeping, live
from ..queries.board import Share, Snapshot
from ..queries.counting import rows_address
from ..queries.finding import find_anything
from ..queries.hot import hot_issues
from ..queries.street_map import compounds_geojson
from ..tiles import tiles_html

_BARS = 10


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show the one picture."""
    actor = actor_of(request)
    if not actor.may("matters.see") and actor.may("people.manage"):
        return redirect("people:accounts")  # an administrator's desk: accounts, places, settings
    kept = keeping.board(actor)
    context = {"tiles": tiles_html(kept), "as_of": kept.as_of, "charts": _charts(kept), **_lists(actor)}
    return render(request, "command/board.html", context)


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Show the parts of the board that a change refreshes: hot issues."""
    return render(request, "command/board_lists.html", _lists(actor_of(request)))


def _lists(actor: Actor) -> dict[str, Any]:
    issues = hot_issues(actor, clock.now())
    return {
        "hot": [
            {"issue": one, "topic": topic_label(one.topic), "url": rows_address("matters", one.query)} for one in issues
        ],
    }


def _charts(kept: Snapshot) -> list[dict[str, Any]]:
    names = dict(
        Place.objects.filter(path__in=[s.value for s in kept.open_by["community"] if s.value]).values_list(
            "path", "name"
        )
    )
    names |= dict(
        Place.objects.filter(path__in=[s.value for s in kept.came_by["community"] if s.value]).values_list(
            "path", "name"
        )
    )
    intents = {k: str(s.word) for k, s in INTENT.items()}
    total = sum(kept.opened_on[-7:])
    n = ngettext("近7日立案 n = %(n)d", "近7日立案 n = %(n)d", total) % {"n": total}
    standing = _("在办 n = %(n)d") % {"n": kept.tiles["in_hand"]}
    return [
        {"title": _("十四日走势"), "data": _trend(kept), "note": _("按日，上海时间"), "wide": True},
        _bars(
            _("在办：时限颜色"),
            kept.open_by["colour"],
            {k: str(CLOCK[k].word) for k in ("green", "amber", "red")},
            standing,
        ),
        _bars(_("在办：紧急程度"), kept.open_by["urgency"], {k: str(s.word) for k, s in URGENCY.items()}, standing),
        _bars(_("在办：社区"), kept.open_by["community"], names, standing),
        _bars(
            _("来自渠道"),
            kept.came_by["channel"],
            {s.value: channel_label(s.value) for s in kept.came_by["channel"]},
            n,
        ),
        _bars(_("诉求类型"), kept.came_by["intent"], intents, n),
        _bars(
            _("事项类别"),
            kept.came_by["topic"],
            {s.value: topic_label(s.value) for s in kept.came_by["topic"]},
            n,
        ),
    ]


def _bars(title: str, shares: list[Share], names: Mapping[str, str], note: str) -> dict[str, Any]:
    shown = [s for s in shares if s.value][:_BARS]
    rest = sum(s.count for s in shares) - sum(s.count for s in shown)
    data = {
        "kind": "ranking",
        "unit": _("件"),
        "categories": [names.get(s.value, s.value) for s in shown],
        "series": [{"name": title, "values": [s.count for s in shown]}],
        "urls": [rows_address("matters", s.query) for s in shown],
    }
    return {
        "title": title,
        "data": data,
        "note": note + (_("，另有 %(n)d 件未列") % {"n": rest} if rest else ""),
        "height": f"{max(90, 34 + 26 * len(shown))}px",
    }


def _trend(kept: Snapshot) -> dict[str, Any]:
    return {
        "kind": "line",
        "unit": "",
        "categories": [f"{d:%m-%d}" for d in kept.days],
        "series": [
            {"name": _("收到留言"), "values": kept.heard_on, "tone": "quiet"},
            {"name": _("立案"), "values": kept.opened_on},
            {"name": _("结案"), "values": kept.closed_on, "tone": "ok"},
        ],
        "urls": [rows_address("matters", q) for q in kept.trend_queries],
    }


@require_GET
def street_map(request: HttpRequest) -> HttpResponse:
    """Give the compounds and their open matters as GeoJSON."""
    return JsonResponse(compounds_geojson(actor_of(request)))


@require_GET
def stream(request: HttpRequest) -> HttpResponseBase:
    """Open the event stream of this desk."""
    actor = actor_of(request)
    actor.require("matters.see")
    response = StreamingHttpResponse(live.stream(actor, get_language() or "zh-hans"), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Find a matter, message or place; what is named without doubt is opened at once."""
    actor = actor_of(request)
    actor.require("matters.see")
    text = request.GET.get("q", "")
    found = find_anything(actor, text)
    if found.exact:
        return redirect(found.exact)
    places = [{"place": p, "url": rows_address("matters", {"place": p.path})} for p in found.places]
    return render(request, "command/search.html", {"q": text, "found": found, "places": places})
