"""Making moves from the page: every refusal comes back beside the field, with everything typed still there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem, Refusal
from echowall.kernel.middleware import actor_of

from .. import forms, operations, queries
from ..models import Matter
from ..moves import DESK_MOVES, Call
from ..presenting import offers_for
from .detail import page_context, visible_matter


@require_POST
def act(request: HttpRequest, matter_id: UUID, name: str) -> HttpResponse:
    """Make one move on a matter; the page comes back changed, or with the form and all its errors (422)."""
    matter, actor, at = visible_matter(request, matter_id), actor_of(request), clock.now()
    move = DESK_MOVES.get(name)
    if move is None:
        raise NotFound(Problem("move_unknown", _("没有这种办理方式"), value=name))
    offers = offers_for(matter, queries.reporters_of(matter), at)
    form = move.form(request.POST, request.FILES, name=name, offers=offers)
    if form.is_valid():
        try:
            with transaction.atomic():  # photos kept and then the note refused would be half done
                move.run(Call(matter, form.cleaned_data, actor, at))
        except Refusal as refusal:
            form.add_problems(refusal.problems)
        else:
            return _done(request, matter_id, str(move.label))
    matter.refresh_from_db()
    template = "matters/body.html" if request.headers.get("HX-Request") else "matters/detail.html"
    return render(request, template, page_context(request, matter, form, name), status=422)


def _done(request: HttpRequest, matter_id: UUID, label: str) -> HttpResponse:
    still_seen = Matter.objects.filter(id=matter_id).exists()
    target = reverse("matters:detail", args=[matter_id]) if still_seen else reverse("matters:mine")
    if request.headers.get("HX-Request") and still_seen:
        context = page_context(request, visible_matter(request, matter_id)) | {"done": label}
        return render(request, "matters/body.html", context)
    messages.success(request, _("%s：已办好") % label)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


@require_POST
def follow_correction(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Take over what was corrected at the message."""
    visible_matter(request, matter_id)
    operations.follow_correction(matter_id=matter_id, actor=actor_of(request), at=clock.now())
    return _done(request, matter_id, _("采纳更正"))


@require_POST
def unmask(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Show a reporter's name, phone and words for a stated reason; recorded, and shown this once."""
    form = forms.UnmaskForm({**request.POST.dict(), "request_key": "unmask"}, name="unmask")
    shown = None
    if form.is_valid():
        try:
            shown = operations.unmask_reporter(
                report_id=report_id, reason=form.cleaned_data["reason"], actor=actor_of(request), at=clock.now()
            )
        except InvalidInput as refusal:
            form.add_problems(refusal.problems)
    response = render(
        request,
        "matters/unmasked.html",
        {"shown": shown, "form": form, "report_id": report_id},
        status=200 if shown else 422,
    )
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def unmask_event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Show what was written at a step with the numbers in it, for a stated reason; recorded, and shown this once."""
    form = forms.UnmaskForm({**request.POST.dict(), "request_key": "unmask"}, name="unmask")
    shown: list[str] = []
    if form.is_valid():
        try:
            shown = operations.unmask_event(
                event_id=event_id, reason=form.cleaned_data["reason"], actor=actor_of(request), at=clock.now()
            )
        except InvalidInput as refusal:
            form.add_problems(refusal.problems)
    context = {"words": shown, "form": form, "event_id": event_id}
    response = render(request, "matters/unmasked_event.html", context, status=200 if shown else 422)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a matter by hand: from a patrol, a call, a finding."""
    actor = actor_of(request)
    actor.require("matters.open")
    form = forms.NewMatterForm(request.POST or None, name="new")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            matter = operations.open_by_hand(
                by_hand=operations.ByHand(
                    place=queries.place_said(actor, data["place"], data["place_text"]),
                    title=data["title"],
                    summary=data["summary"],
                    intent=data["intent"],
                    topic=data["topic"],
                    urgency=data["urgency"],
                    needed_by_at=data["needed_by_at"],
                ),
                actor=actor,
                at=clock.now(),
                request_key=data["request_key"],
            )
        except Refusal as refusal:
            form.add_problems(refusal.problems)
        else:
            messages.success(request, _("已立案 %s") % matter.number)
            return redirect("matters:detail", matter.id)
    return render(request, "matters/new.html", {"form": form}, status=422 if form.errors else 200)
