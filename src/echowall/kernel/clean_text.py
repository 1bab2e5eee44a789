"""What no browser of ours sends: NUL, which PostgreSQL cannot hold, taken out before any view or query meets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict

NUL = "\x00"


class CleanTextMiddleware:
    """Takes NUL out of what a page's address and form say; an address with one in its path does not exist.

    Views exempt from the CSRF check read their body themselves (machine interfaces) and are left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        if NUL in request.path:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = _cleaned(request.GET)  # type: ignore[assignment]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> None:
        """Clean the form, when it is one."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        if any(NUL in text for name, texts in request.POST.lists() for text in (name, *texts)):
            request.POST = _cleaned(request.POST)  # type: ignore[assignment]


def _cleaned(given: QueryDict) -> QueryDict:
    kept = QueryDict(mutable=True)
    for name, texts in given.lists():
        kept.setlist(name.replace(NUL, ""), [str(text).replace(NUL, "") for text in texts])
    kept._mutable = False
    return kept
