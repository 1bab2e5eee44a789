"""How far it got: for whoever has the ticket and its four digits."""

from __future__ import annotations

import math
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.client_address import client_address
from echowall.kernel.errors import Refusal
from echowall.kernel.ids import normalise_ticket
from echowall.kernel.scope import as_system
from echowall.matters import operations as matters_operations
from echowall.matters import queries as matters_queries

from .. import limits, operations, queries
from ..channels.types import HeardMessage
from ..forms import OutcomeForm, ProgressForm, WordsForm
from ..models import Source
from ..queries import OwnMessage
from .public import attached, has_danger
from .visits import busy_words, come_again, form_errors, grant_ticket, holds_ticket, leave_ticket, slowed, wants_json


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest) -> HttpResponse:
    """Ask for ticket and digits. A wrong ticket and wrong digits get the same answer, equally slowly."""
    if request.method != "POST":
        return _door(request, ProgressForm(initial={"ticket": request.GET.get("ticket", "")[:24]}))
    form = ProgressForm(request.POST)
    if not form.is_valid():
        return _door(request, form, status=422)
    ticket = form.cleaned_data["ticket"]
    wait = max(
        limits.wait_for("proof-ticket", normalise_ticket(ticket) or ticket.strip(), burst=6, per_second=1 / 300),
        limits.wait_for("proof-address", client_address(request), burst=60, per_second=0.5),
    )
    if wait:
        form.add_error(None, _("试的次数太多了，请过 %(n)s 秒再试") % {"n": math.ceil(wait)})
        return come_again(_door(request, form), wait)
    message = queries.own_message(ticket)
    if message is None or not queries.proof_holds(message, form.cleaned_data["digits"]):
        form.add_error(None, _("回执号和四位数字对不上，请核对后再试。没有留电话的，请填提交后显示的查询码"))
        return _door(request, form, status=422)
    grant_ticket(request, message.ticket)
    return redirect("voices:ticket", message.ticket)


@never_cache
@require_http_methods(["GET", "HEAD"])
def ticket(request: HttpRequest, ticket: str) -> HttpResponse:
    """Show how far a proved ticket got."""
    message = _proved(request, ticket)
    if message is None:
        return redirect(f"{reverse('voices:progress')}?ticket={ticket}")
    return _ticket_page(request, message, OutcomeForm(), WordsForm(initial={"client_key": str(uuid4())}))


@never_cache
@require_POST
def outcome(request: HttpRequest, ticket: str) -> HttpResponse:
    """Take the reporter's word whether it was solved."""
    message = _proved(request, ticket)
    if message is None:
        return redirect(f"{reverse('voices:progress')}?ticket={ticket}")
    form, more = OutcomeForm(request.POST), WordsForm(initial={"client_key": str(uuid4())})
    with as_system():
        found = matters_queries.progress_of([message.id], with_steps=False).get(message.id)
    if found is None or not form.is_valid():
        return _ticket_page(request, message, form, more, status=422)
    try:
        matters_operations.say_outcome(
            report_id=found.report_id, outcome=form.cleaned_data["outcome"], note=form.cleaned_data["note"],
            satisfaction=form.cleaned_data["satisfaction"], at=clock.now(), ip=client_address(request),
        )  # fmt: skip
    except Refusal as refusal:
        form.add_error(None, [problem.message for problem in refusal.problems])
        return _ticket_page(request, message, form, more, status=refusal.status)
    return redirect("voices:ticket", message.ticket)


@never_cache
@require_POST
def more(request: HttpRequest, ticket: str) -> HttpResponse:
    """Take further words and photos for a proved ticket: a message of its own that joins the same matter."""
    message = _proved(request, ticket)
    if message is None:
        address = f"{reverse('voices:progress')}?ticket={ticket}"
        return (
            JsonResponse({"errors": {"__all__": [_("请先重新填写回执号和四位数字")]}}, status=422)
            if wants_json(request)
            else HttpResponseRedirect(address)
        )
    form = WordsForm(request.POST, request.FILES)
    if not form.is_valid():
        return form_errors(form) if wants_json(request) else _ticket_page(request, message, OutcomeForm(), form, 422)
    key = form.key()
    if not queries.ticket_of_key(message.source_id, key):
        wait = slowed(request, is_danger=has_danger(form.cleaned_data["text"]))
        if wait:
            form.add_error(None, busy_words(wait))
            answer = form_errors(form) if wants_json(request) else _ticket_page(request, message, OutcomeForm(), form)
            return come_again(answer, wait)
        _hear_more(request, message, form, key)
    address = reverse("voices:ticket", args=[message.ticket])
    return JsonResponse({"redirect": address}, status=201) if wants_json(request) else HttpResponseRedirect(address)


@require_POST
def leave(request: HttpRequest, ticket: str) -> HttpResponse:
    """Forget the ticket on this phone."""
    leave_ticket(request, normalise_ticket(ticket))
    return redirect("voices:progress")


def _proved(request: HttpRequest, ticket: str) -> OwnMessage | None:
    message = queries.own_message(ticket)
    return message if message is not None and holds_ticket(request, message.ticket) else None


def _door(request: HttpRequest, form: ProgressForm, *, status: int = 200) -> HttpResponse:
    return render(request, "voices/progress.html", {"form": form}, status=status)


def _hear_more(request: HttpRequest, message: OwnMessage, form: WordsForm, key: str) -> None:
    with as_system():
        source = Source.objects.get(id=message.source_id)
    at = clock.now()
    added = HeardMessage(
        channel=source.channel, key=key, text=form.cleaned_data["text"], said_at=at, reply_to=message.key,
        place_text=message.place_text, attachments=attached(form.cleaned_data["photos"]),
        extra={"adds_to": message.ticket},
    )  # fmt: skip
    actor = Actor(kind="resident", name="居民", ip=client_address(request))
    operations.hear_messages(messages=[added], source=source, actor=actor, at=at)


def _ticket_page(
    request: HttpRequest, message: OwnMessage, form: OutcomeForm, more: WordsForm, status: int = 200
) -> HttpResponse:
    with as_system():
        found = matters_queries.progress_of([message.id]).get(message.id)
        added = queries.additions(message)
    first: dict[str, Any] = {"title": _("已收到"), "at": message.heard_at, "state": "done"}
    steps = [first, *({"title": s.title, "at": s.at, "text": s.text, "icon": s.icon, "tone": s.tone, "state": s.state}
                      for s in (found.steps if found else ()))]  # fmt: skip
    steps += [{"title": _("您补充"), "at": at, "text": body, "icon": "message", "state": "done"} for at, body in added]
    steps.sort(key=lambda step: step["at"])
    if found is None or not found.is_ended:
        steps.append({"title": _("办结"), "state": "ahead"})
    context = {
        "message": message, "progress": found, "steps": steps, "form": form, "more": more,
        "office_name": message.office_name, "state": _state(message, (found is not None and found.title) or ""),
    }  # fmt: skip
    return render(request, "voices/ticket.html", context, status=status)


def _state(message: OwnMessage, title: str) -> str:
    if title:
        return title
    return _("已记录，谢谢您") if message.needs_nothing else _("已收到，正在研究")
