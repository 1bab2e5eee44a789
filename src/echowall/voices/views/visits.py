"""What a visitor of the public pages has shown: the tickets proved in this session, and how fast they come."""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from echowall.kernel.client_address import client_address

from .. import limits

_TICKETS = "voices.tickets"
_KEPT = 20


def grant_ticket(request: HttpRequest, ticket: str) -> None:
    """Remember that this visitor made or proved the ticket, for as long as the session lasts."""
    held = [t for t in request.session.get(_TICKETS, []) if t != ticket]
    request.session[_TICKETS] = [*held, ticket][-_KEPT:]


def holds_ticket(request: HttpRequest, ticket: str) -> bool:
    """Tell whether this visitor made or proved the ticket."""
    return ticket in request.session.get(_TICKETS, [])


def leave_ticket(request: HttpRequest, ticket: str) -> None:
    """Forget the ticket: for phones that several people use."""
    request.session[_TICKETS] = [t for t in request.session.get(_TICKETS, []) if t != ticket]


def wants_json(request: HttpRequest) -> bool:
    """Tell whether our own script asks, and not the browser for a page."""
    return "application/json" in request.headers.get("Accept", "")


def form_errors(form: Any) -> JsonResponse:
    """Return all errors of a form at their fields, as the page's script shows them."""
    return JsonResponse({"errors": {name: list(errors) for name, errors in form.errors.items()}}, status=422)


def slowed(request: HttpRequest, *, is_danger: bool) -> float:
    """Return how many seconds this visitor must wait before the next message is taken; 0.0 when none.

    A whole compound may sit behind one address, so the measure is generous, and a message with a sign of danger has a
    second allowance of its own.
    """
    who = client_address(request)
    wait = limits.wait_for("say", who, burst=60, per_second=2)
    if wait and is_danger:
        wait = limits.wait_for("say-danger", who, burst=120, per_second=5)
    return wait


def come_again(response: HttpResponse, seconds: float) -> HttpResponse:
    """Say when to come again; the page's script keeps the message and comes by itself."""
    response.status_code = 429
    response.headers["Retry-After"] = str(max(1, math.ceil(seconds)))
    return response


def busy_words(seconds: float) -> str:
    """Return what is shown to somebody who comes too fast."""
    return _("现在提交的人很多，请过 %(n)s 秒再按一次“提交”，您写的内容还在") % {"n": max(1, math.ceil(seconds))}
