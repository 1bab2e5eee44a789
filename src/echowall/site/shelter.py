"""While the database is away, requests are told so at once instead of each holding a thread until the pool gives up.

Threads are what the public wall answers with, from its own copies: forty residents waiting for the front page must not
silence it. One request after another tries whether the database is back; the first that finds it opens the door again.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.signals import got_request_exception
from psycopg_pool import PoolTimeout

from echowall.wall.cache import AWAY_PAGE

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
_UNSHELTERED = ("/static/",)  # these need no database
PAUSE_SECONDS = 1.0


class Shelter:
    """The WSGI program, with a door that closes while no database connection can be had."""

    def __init__(self, inner: Application, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._inner, self._pause = inner, pause_seconds
        self._lock = threading.Lock()
        self._is_away, self._is_trying, self._next_try = False, False, 0.0
        self._here = threading.local()
        got_request_exception.connect(self._note, weak=False)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer, or say that the page is coming back."""
        if environ.get("PATH_INFO", "").startswith(_UNSHELTERED):
            return self._inner(environ, start_response)
        is_trying = False
        if self._is_away:
            with self._lock:
                is_trying = self._is_away and not self._is_trying and time.monotonic() >= self._next_try
                self._is_trying = self._is_trying or is_trying
                if self._is_away and not is_trying:
                    return _away(start_response)
        self._here.failed = False
        said: list[tuple[Any, ...]] = []
        try:
            answer = self._inner(environ, lambda *words: said.append(words))
        finally:
            self._learn(is_trying)
        if self._here.failed:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
            return _away(start_response)
        start_response(*said[-1])
        return answer

    def _learn(self, is_trying: bool) -> None:
        if not is_trying and not self._here.failed:
            return
        with self._lock:
            self._is_away = self._here.failed
            self._next_try = time.monotonic() + self._pause
            if is_trying:
                self._is_trying = False

    def _note(self, **_signal: object) -> None:
        found: BaseException | None = sys.exc_info()[1]
        while found is not None:
            if isinstance(found, PoolTimeout):
                self._here.failed = True
                return
            found = found.__cause__ or found.__context__


def _away(start_response: Any) -> Iterable[bytes]:
    body = AWAY_PAGE.encode()
    start_response(
        "503 Service Unavailable",
        [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Retry-After", "5"),
            ("Cache-Control", "no-store"),
            ("Content-Length", str(len(body))),
        ],
    )
    return [body]
