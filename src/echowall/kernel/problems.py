"""Errors of the machine interfaces as RFC 9457 says: ``application/problem+json``, every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from .errors import Problem, Refusal

CONTENT_TYPE = "application/problem+json"
PREFIX = "/api/"


def problem_response(status: int, problems: Iterable[Problem] = (), *, detail: str = "") -> HttpResponse:
    """Return the answer for an error: ``type``, ``title``, ``status``, ``detail`` and ``errors`` (code, place, …)."""
    found = tuple(problems)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or "; ".join(p.message for p in found) or HTTPStatus(status).phrase,
        "errors": [
            {"code": p.code, "place": p.place, "value": p.value, "message": p.message, "fix": p.fix} for p in found
        ],
    }
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type=CONTENT_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the answer for a refused operation; what a worker's request did in its one transaction is undone."""
    if hasattr(request, "actor") and transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    return problem_response(refusal.status, refusal.problems)


class ProblemMiddleware:
    """Turns every error page below ``/api/`` into a problem: also the server's, the router's and the CSRF check's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        response = self.get_response(request)
        is_error = response.status_code >= HTTPStatus.BAD_REQUEST
        if not is_error or not request.path.startswith(PREFIX):
            return response
        if response.headers.get("Content-Type", "").startswith((CONTENT_TYPE, "application/json")):
            return response  # written by the interface itself, with every reason
        problem = problem_response(response.status_code)
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                problem.headers[name] = response.headers[name]
        return problem
