"""The page of one matter, and the files that hang on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from echowall.documents.queries import documents_about
from echowall.kernel import clock, files
from echowall.kernel.errors import NotFound, Problem
from echowall.kernel.middleware import actor_of
from echowall.voices import queries as voices_queries

from .. import forms, operations, queries
from ..models import Evidence, Matter
from ..moves import offered
from ..presenting import history_steps, offers_for

_SHOWN_AS_IS = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


def visible_matter(request: HttpRequest, matter_id: UUID) -> Matter:
    """Return the matter, or refuse as if there were none."""
    actor_of(request).require("matters.see")
    matter = (
        Matter.objects.select_related("place", "office", "lead_team", "owner", "merged_into", "split_from")
        .defer("terms")
        .filter(id=matter_id)
        .first()
    )
    if matter is None:
        raise NotFound(Problem("matter_unknown", _("没有这个事项，或不在您的职责范围内")))
    return matter


def page_context(
    request: HttpRequest, matter: Matter, bound: forms.MoveForm | None = None, bound_name: str = ""
) -> dict[str, Any]:
    """Return everything the page of a matter shows; ``bound`` is the form that was just refused, kept as typed."""
    actor, at = actor_of(request), clock.now()
    history = list(matter.history.order_by("seq"))
    reporters = queries.reporters_of(matter)
    suggested = queries.route_for(matter) if matter.state in {"opened", "dispatched"} else None
    offers = offers_for(matter, reporters, at)
    shown: list[dict[str, Any]] = []
    for move in offered(matter, actor):
        if move.name == bound_name and bound is not None:
            form = bound
        else:
            initial = forms.initial_for(move.name, matter, actor, str(suggested.team_id) if suggested else "")
            form = move.form(name=move.name, offers=offers, initial=initial)
        shown.append({"move": move, "form": form, "open": move.name == bound_name})
    _put_done_moves_back(shown, reporters)
    return {
        "matter": matter,
        "moves": shown,
        "reporters": reporters,
        "suggested": suggested,
        "corrected": queries.corrected_by_message(matter),
        "clocks": queries.clock_panel(matter, at),
        "steps": history_steps(history, may_unmask=actor_of(request).may("personal.unmask")),
        "history": history,
        "evidence": list(matter.evidence.order_by("added_at")),
        "parts": queries.team_parts(matter),
        "likely": queries.likely_same(matter),
        "papers": documents_about("matter", matter.id),
        "merged": list(matter.merged.order_by("number")),
        "split_parts": list(matter.parts.order_by("number")),
        "plan": operations.planned_nodes(matter) if matter.is_complex else {},
        "missing": operations.closing_problems(matter) if matter.state == "checked" else [],
        "offer": queries.open_offer(matter) if matter.also_office_ids else None,
        "answers_here": bool(shown) and shown[0]["move"].name == "answer",  # the next step: written on this page
        "may_merge": "merge" in {item["move"].name for item in shown},
        "unmask_form": forms.UnmaskForm(name="unmask"),
    }


def _put_done_moves_back(shown: list[dict[str, Any]], reporters: Sequence[queries.Reporter]) -> None:
    """Offer answering and calling back after the other first moves once every reporter was answered or called."""
    done = set()
    if all(one.answered_at for one in reporters):
        done.add("answer")
    if all(one.is_called_back for one in reporters):
        done.add("call_back")
    weights = {"first": 0, "more": 2, "danger": 3}
    shown.sort(key=lambda item: 1 if item["move"].name in done else weights[item["move"].weight])


@require_GET
def detail(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Show one matter; only its body when htmx asks."""
    matter = visible_matter(request, matter_id)
    template = "matters/body.html" if request.headers.get("HX-Request") else "matters/detail.html"
    return render(request, template, page_context(request, matter))


@require_GET
def evidence_file(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Hand out a photo or paper that shows what was done."""
    actor_of(request).require("matters.see")
    row = Evidence.objects.filter(id=evidence_id).first()
    if row is None or not row.sha256:
        raise NotFound(Problem("file_unknown", _("没有这个文件，或不在您的职责范围内")))
    return _file(row.content_type, files.read(row.sha256), f"{row.id}")


@require_GET
def attachment(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Hand out what came with a message."""
    actor_of(request).require("matters.see")
    return _file(*voices_queries.attachment_content(attachment_id), f"{attachment_id}")


def _file(content_type: str, content: bytes, name: str) -> HttpResponse:
    is_image = content_type in _SHOWN_AS_IS
    response = HttpResponse(content, content_type=content_type if is_image else "application/octet-stream")
    # Whatever was uploaded must never run as a page of ours.
    response["Content-Disposition"] = f'{"inline" if is_image else "attachment"}; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=600"
    return response
