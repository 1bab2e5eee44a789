"""Finished copies of public pages: in memory, bounded, and the last good ones on disk. No Django here."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

# Says when the page was made; a page that differs in nothing else is the same page.
_STAMP = re.compile(rb'<meta name="ew-now"[^>]*>')
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Copy:
    """One answer, ready to go out plain or packed. ``edition`` is that of the wall when it was asked for."""

    status: str
    content_type: str
    body: bytes
    packed: bytes
    etag: str
    edition: int
    made_at: float  # seconds on the cache's own clock
    policy: str = ""  # the Content-Security-Policy that the page came with


def make_copy(status: str, content_type: str, body: bytes, *, edition: int, made_at: float, policy: str = "") -> Copy:
    """Return a copy of an answer with its tag and its packed form."""
    tag = sha256(content_type.encode() + _STAMP.sub(b"", body)).hexdigest()[:24]
    return Copy(status, content_type, body, gzip.compress(body, 6, mtime=0), f'W/"{tag}"', edition, made_at, policy)


class Memory:
    """The newest ``limit`` copies by key, the least lately used going first."""

    def __init__(self, limit: int) -> None:
        self._limit, self._held, self._lock = limit, OrderedDict[str, Copy](), threading.Lock()

    def get(self, key: str) -> Copy | None:
        """Return the copy held under ``key``."""
        with self._lock:
            copy = self._held.get(key)
            if copy is not None:
                self._held.move_to_end(key)
            return copy

    def put(self, key: str, copy: Copy) -> None:
        """Hold a copy."""
        with self._lock:
            self._held[key] = copy
            self._held.move_to_end(key)
            while len(self._held) > self._limit:
                self._held.popitem(last=False)

    def drop_older(self, edition: int) -> list[str]:
        """Forget every copy of an older edition; returns their keys, the most lately used first."""
        with self._lock:
            old = [key for key, copy in self._held.items() if copy.edition < edition]
            for key in old:
                del self._held[key]
        return old[::-1]


class Disk:
    """The last good copy of each page in a folder, for a start while the database is away. Failing to write is no harm."""

    def __init__(self, folder: Path, limit: int = 2_000) -> None:
        self._folder, self._limit = folder, limit
        self._written: dict[str, tuple[str, int]] = {}

    def _path(self, key: str) -> Path:
        return self._folder / f"{sha256(key.encode()).hexdigest()[:40]}.page"

    def put(self, key: str, copy: Copy) -> None:
        """Keep a copy unless the same is kept already; replaced in one step, so that nobody reads half of it."""
        if self._written.get(key) == (copy.etag, copy.edition):
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._path(key)
            if not path.exists() and sum(1 for _ in self._folder.iterdir()) >= self._limit:
                return
            head = {
                "format": _FORMAT,
                "key": key,
                "status": copy.status,
                "type": copy.content_type,
                "edition": copy.edition,
                "policy": copy.policy,
            }
            part = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
            part.write_bytes(json.dumps(head).encode() + b"\n" + copy.body)
            part.replace(path)
            self._written[key] = (copy.etag, copy.edition)

    def get(self, key: str, now: float) -> Copy | None:
        """Return the copy kept under ``key``, if it can be read."""
        try:
            head_line, _newline, body = self._path(key).read_bytes().partition(b"\n")
            head = json.loads(head_line)
        except (OSError, ValueError):
            return None
        if head.get("format") != _FORMAT or head.get("key") != key:
            return None
        return make_copy(
            head["status"], head["type"], body, edition=head["edition"], made_at=now, policy=head.get("policy", "")
        )

    def drop_older(self, edition: int) -> None:
        """Remove copies of editions before ``edition``: something in them was withdrawn."""
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.page"):
                with contextlib.suppress(OSError, ValueError), path.open("rb") as file:
                    if json.loads(file.readline())["edition"] < edition:
                        path.unlink()
        self._written.clear()
