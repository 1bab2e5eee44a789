"""The public wall answered before Django is reached: it goes on while the database is busy or down.

A small WSGI program around the whole one. It takes GET and HEAD below ``/wall/`` and hands everything else on.

- A page is kept by path, known parameters and language. While a copy is fresh (2 s) it is simply sent; an older one is
  sent too, and one refresh of it starts in the background. No reader waits for the database but the first.
- Once a second a thread reads the wall's edition (one indexed row). When something was withdrawn, every older copy is
  thrown away, in memory and on disk, and the pages most read are made anew at once: a hide is gone within seconds.
- When a page cannot be made (database down, error, too slow), the last good copy goes out, after a restart that on disk.
- Copies hold nothing of any reader: the inner program is asked without cookies.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from http.cookies import CookieError, SimpleCookie
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import structlog

from .copies import Copy, Disk, Memory, make_copy

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

log = structlog.get_logger(__name__)

PREFIX = "/wall/"
FRESH_SECONDS = 2.0
WATCH_SECONDS = 1.0
WAIT_SECONDS = 4.0
NEW_SECONDS = 0.4
_PARAMETERS = ("community", "page", "q", "topic")
_KEPT_STATUS = ("200", "404")
_CONTROL = "public, max-age=10, stale-while-revalidate=60"
AWAY_PAGE = (
    "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>回音壁</title>"
    "<p>页面正在恢复，请过一会儿再试。生命危险请先拨 120、110、119。</p><p>Please try again in a moment.</p>"
)


class WallCache:
    """The WSGI program that answers for the wall."""

    def __init__(
        self,
        inner: Application,
        folder: Path,
        edition: Callable[[], tuple[int, int]],
        *,
        host: str = "localhost",
        limit: int = 1_500,
    ) -> None:
        """Stand before ``inner``.

        Args:
            inner: the whole program.
            folder: where the last good copies are kept.
            edition: returns (number, withdrawn at number); may raise anything while the database is away.
            host: the name by which the inner program is asked; a reader's own could be anything.
            limit: how many copies are held in memory.
        """
        self._inner, self._read_edition, self._host = inner, edition, host
        self._memory, self._disk = Memory(limit), Disk(folder)
        self._edition, self._purged = 0, 0
        self._busy: dict[str, Future[Copy | None]] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=3, thread_name_prefix="wall")
        self._watcher: threading.Thread | None = None
        self._stop = threading.Event()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or hand on what is not the wall's."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX) or environ.get("REQUEST_METHOD") not in {"GET", "HEAD"}:
            return self._inner(environ, start_response)
        self._watch()
        language, by_cookie = _language(environ)
        # Only the feed says its own address, so only there the reader's host matters.
        host = environ.get("HTTP_HOST", self._host) if path.endswith(".atom") else self._host
        key = f"{language} {environ.get('wsgi.url_scheme')} {host} {_address(path, environ.get('QUERY_STRING', ''))}"
        copy = self._memory.get(key)
        if copy is None:
            copy = self._wait(key, WAIT_SECONDS) or self._disk.get(key, time.monotonic())
        elif time.monotonic() - copy.made_at > FRESH_SECONDS:
            if copy.edition < self._edition:  # something is new: worth a moment
                copy = self._wait(key, NEW_SECONDS) or copy
            else:
                self._refresh(key)
        return _send(copy, environ, start_response, is_shared=not by_cookie)

    def close(self) -> None:
        """Stop the thread and the pool; for tests."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._watcher is not None:
            self._watcher.join()

    def _wait(self, key: str, seconds: float) -> Copy | None:
        """Make a page and wait for it; readers of the same page wait for the same work."""
        try:
            made = self._refresh(key).result(timeout=seconds)
        except TooSlow:
            made = None
        return made or self._memory.get(key)

    def _refresh(self, key: str) -> Future[Copy | None]:
        with self._lock:
            running = self._busy.get(key)
            if running is None:
                running = self._busy[key] = self._pool.submit(self._make, key)
            return running

    def _make(self, key: str) -> Copy | None:
        edition = self._edition
        try:
            status, content_type, policy, body = _ask(self._inner, _plain_request(key))
            if status[:3] not in _KEPT_STATUS:
                raise RuntimeError(f"answered {status}")
            copy = make_copy(status, content_type, body, edition=edition, made_at=time.monotonic(), policy=policy)
        except Exception as exc:  # whatever it was, the last good copy goes on standing
            log.warning("wall_not_refreshed", error=type(exc).__name__, said=str(exc)[:200])
            self._keep_old(key)
            return None
        finally:
            with self._lock:
                self._busy.pop(key, None)
        if copy.edition < self._purged:
            return copy  # made while something was withdrawn: sent to nobody but whoever asked before
        self._memory.put(key, copy)
        if status.startswith("200") and "q=" not in key:
            self._disk.put(key, copy)
        return copy

    def _keep_old(self, key: str) -> None:
        """Try again in two seconds and not at every reader."""
        old = self._memory.get(key) or self._disk.get(key, time.monotonic())
        if old is not None:
            self._memory.put(
                key,
                make_copy(
                    old.status,
                    old.content_type,
                    old.body,
                    edition=old.edition,
                    made_at=time.monotonic(),
                    policy=old.policy,
                ),
            )

    def _watch(self) -> None:
        if self._watcher is None:
            with self._lock:
                if self._watcher is None:
                    self.look()
                    self._watcher = threading.Thread(target=self._watching, name="wall-edition", daemon=True)
                    self._watcher.start()

    def _watching(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            self.look()

    def look(self) -> None:
        """Compare the edition and throw away what must not be shown any more."""
        try:
            number, withdrawn = self._read_edition()
        except Exception as exc:  # the database is away: what is held goes on standing
            log.warning("wall_edition_unknown", error=type(exc).__name__)
            return
        if withdrawn > self._purged:
            self._edition, self._purged = number, withdrawn
            self._disk.drop_older(withdrawn)
            for key in self._memory.drop_older(withdrawn)[:20]:
                self._refresh(key)
        self._edition = number


def _address(path: str, query: str) -> str:
    if not query:
        return path
    given = {name: value.strip()[:60] for name, value in parse_qsl(query) if name in _PARAMETERS and value.strip()}
    return f"{path}?{urlencode(sorted(given.items()))}" if given else path


def _language(environ: Environ) -> tuple[str, bool]:
    """Return the language, and whether the reader's cookie chose it (then no cache on the way may share the page)."""
    cookie = environ.get("HTTP_COOKIE", "")
    if "django_language" in cookie:
        try:
            chosen = SimpleCookie(cookie).get("django_language")
        except CookieError:
            chosen = None
        if chosen is not None:
            return ("en" if chosen.value.startswith("en") else "zh-hans"), True
    wanted = environ.get("HTTP_ACCEPT_LANGUAGE", "").lower()
    en, zh = wanted.find("en"), wanted.find("zh")
    return ("en" if en >= 0 and (zh < 0 or en < zh) else "zh-hans"), False


def _plain_request(key: str) -> Environ:
    """Return the request that a key stands for, with nothing of any reader in it."""
    language, scheme, host, address = key.split(" ", 3)
    path, _mark, query = address.partition("?")
    name, _colon, port = host.partition(":")
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "REMOTE_ADDR": "",
        "SERVER_NAME": name,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "HTTP_ACCEPT_LANGUAGE": language,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _ask(inner: Application, environ: Environ) -> tuple[str, str, str, bytes]:
    said: list[Any] = []
    answer = inner(environ, lambda status, headers, _exc=None: said.append((status, headers)))
    try:
        body = b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()  # gives the database connection back
    status, headers = said[-1]
    given = {name.lower(): value for name, value in headers}
    return status, given.get("content-type", "text/html; charset=utf-8"), given.get("content-security-policy", ""), body


def _send(copy: Copy | None, environ: Environ, start_response: StartResponse, *, is_shared: bool) -> Iterable[bytes]:
    if copy is None:
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
    headers = [
        ("ETag", copy.etag),
        ("Cache-Control", _CONTROL if is_shared else _CONTROL.replace("public", "private")),
        ("Vary", "Accept-Encoding, Accept-Language"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
    ]
    if copy.policy:
        headers.append(("Content-Security-Policy", copy.policy))
    if copy.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", headers)
        return [b""]
    body = copy.body
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        body = copy.packed
        headers.append(("Content-Encoding", "gzip"))
    headers += [("Content-Type", copy.content_type), ("Content-Length", str(len(body)))]
    start_response(copy.status, headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]
