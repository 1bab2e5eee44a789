"""What every request of the desk goes through: who is it, what may they see, and refusals turned into pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import scope
from .actors import Actor
from .client_address import client_address
from .errors import Refusal

# Everything below is for workers only, whatever a view forgets to ask.
DESK = "/desk/"

Handler = Callable[[HttpRequest], HttpResponse]


class ActorRequest(HttpRequest):
    """A request of a signed-in worker (see ``ScopeMiddleware``)."""

    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes the request; only for views behind sign-in."""
    return cast(ActorRequest, request).actor


def given_id(request: HttpRequest, name: str) -> UUID:
    """Return the id that a form sent under ``name``; what is none becomes an id that nothing has."""
    try:
        return UUID(str(request.POST.get(name, "")))
    except ValueError:
        return UUID(int=0)


def given_texts(request: HttpRequest, *without: str) -> dict[str, str]:
    """Return what a form sent, without its token and the names given."""
    return {k: str(v) for k, v in request.POST.items() if k not in {"csrfmiddlewaretoken", *without}}


def show_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page that says why something was refused and what to do."""
    return render(request, "kernel/refusal.html", {"problems": refusal.problems}, status=refusal.status)


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Return the way to the sign-in page; a fragment's request makes the whole page go there."""
    response = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": response["Location"]})
    return response


class ScopeMiddleware:
    """Runs each request in one transaction under the scope of its worker; a refusal rolls back and is shown."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        user = request.user
        if not user.is_authenticated:
            if request.path.startswith(DESK):
                return _ask_to_sign_in(request)
            return self.get_response(request)
        actor: Actor = user.as_actor(ip=client_address(request))
        cast(ActorRequest, request).actor = actor
        with scope.active(actor.scope):
            response = self.get_response(request)
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return response
        with scope.active(actor.scope):
            return show_refusal(request, refusal)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Undo what a refused request did; the page that says so is made afterwards, in a fresh transaction."""
        if not isinstance(exception, Refusal):
            return None
        if not transaction.get_connection().in_atomic_block:
            return show_refusal(request, exception)
        transaction.set_rollback(True)
        request.refusal = exception  # type: ignore[attr-defined]
        return HttpResponse(status=exception.status)
