"""The event stream of the desk (server-sent events): one thread per process looks, however many desks listen.

A stream holds a thread of the web server for as long as it is open, so a process has only so many; a desk that finds
them taken gets a short stream: what stands now, and when to come again. Nothing is looked at while nobody listens.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from typing import Any
from uuid import UUID

import structlog
from django.db import connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from echowall.kernel import scope
from echowall.kernel.actors import Actor

from . import keeping
from .queries import pulse
from .tiles import tiles_html

log = structlog.get_logger(__name__)

ROUND_SECONDS = 2.0
PING_SECONDS = 15.0
STREAM_SECONDS = 600.0  # then the desk comes again by itself: sessions end, programs are renewed
AGAIN_MS = 5_000
_GENERAL = ["board", "matters", "matters.counts", "matters.alerts"]
_HEARD = ["board", "voices", "voices.inbox", "voices.counts"]

Event = tuple[str, dict[str, Any]]
Sight = tuple[scope.Scope, str]


def most_streams() -> int:
    """Return how many long streams a process may hold: half of its threads, the other half answers pages."""
    return max(1, int(os.environ.get("ECHOWALL_THREADS") or 16) // 2)


def framed(event: Event) -> bytes:
    """Return an event as bytes of the stream."""
    return f"event: {event[0]}\ndata: {json.dumps(event[1], ensure_ascii=False)}\n\n".encode()


@dataclass
class _Room:
    """Those who see the same, in the same language."""

    actor: Actor
    queues: set[Queue[Event]] = field(default_factory=set)
    since: UUID = field(default_factory=pulse.mark)
    told: set[UUID] = field(default_factory=set)
    tiles: str = ""
    critical: set[str] = field(default_factory=set)


class Broadcaster:
    """Computes for each sight what changed, at most every two seconds, and hands it to those who listen."""

    def __init__(self, *, most: int | None = None, round_seconds: float = ROUND_SECONDS) -> None:
        self._lock = threading.Lock()
        self._rooms: dict[Sight, _Room] = {}
        self._thread: threading.Thread | None = None
        self._most, self._round_seconds = most, round_seconds

    @property
    def listening(self) -> int:
        """How many streams are open."""
        with self._lock:
            return sum(len(room.queues) for room in self._rooms.values())

    def join(self, actor: Actor, language: str) -> Queue[Event] | None:
        """Begin to listen; None when no further stream may be held."""
        queue: Queue[Event] = Queue(maxsize=200)
        with self._lock:
            held = sum(len(room.queues) for room in self._rooms.values())
            if held >= (self._most or most_streams()):
                return None
            self._rooms.setdefault((actor.scope, language), _Room(actor)).queues.add(queue)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="echowall-live", daemon=True)
                self._thread.start()
        return queue

    def leave(self, actor: Actor, language: str, queue: Queue[Event]) -> None:
        """End listening."""
        with self._lock:
            room = self._rooms.get((actor.scope, language))
            if room is not None:
                room.queues.discard(queue)
                if not room.queues:
                    del self._rooms[actor.scope, language]

    def _work(self) -> None:
        while True:
            with self._lock:
                rooms = list(self._rooms.items())
                if not rooms:
                    self._thread = None
                    return
            began = time.monotonic()
            for (_sight, language), room in rooms:
                try:
                    events = look(room, language)
                except Exception:  # the database restarts, a page is broken: the next round tries again
                    log.exception("live_round_failed")
                    continue
                self._hand(room, events)
            connection.close()  # back to the pool between the rounds
            time.sleep(max(0.2, self._round_seconds - (time.monotonic() - began)))

    def _hand(self, room: _Room, events: list[Event]) -> None:
        with self._lock:
            queues = list(room.queues)
        for queue in queues:
            for event in events:
                with suppress(Full):  # a desk that does not read is told anew when it comes again
                    queue.put_nowait(event)


def look(room: _Room, language: str) -> list[Event]:
    """Return what is new for a room since the last look, in one transaction under its scope."""
    with translation.override(language), scope.active(room.actor.scope):
        moment = pulse.mark()
        matters, messages = pulse.changes_since(room.since)
        fresh, heard = matters - room.told, messages - room.told
        names = sorted({*(_GENERAL if fresh else ()), *(_HEARD if heard else ()), *(f"matter.{i}" for i in fresh)})
        events: list[Event] = [("changed", {"names": names})] if names else []
        html = tiles_html(keeping.board(room.actor, max_age=0.0 if names else keeping.KEEP_SECONDS))
        if html != room.tiles:
            events.append(("tile", {"name": "board.tiles", "html": html}))
        waiting = pulse.critical_waiting()
        events += [critical_event(one) for one in reversed(waiting) if one.bell not in room.critical]
    room.since, room.told, room.tiles = moment, matters | messages, html
    room.critical = {one.bell for one in waiting}
    return events


def critical_event(one: pulse.Critical) -> Event:
    """Return the event that raises the bar and the sound for a critical matter."""
    title = (
        _("第 %(n)d 次升级：%(title)s") % {"n": one.escalations, "title": one.title} if one.escalations else one.title
    )
    return "critical", {"id": one.bell, "title": title, "url": reverse("matters:detail", args=[one.id])}


def standing(actor: Actor, language: str) -> list[Event]:
    """Return what a desk must know at once when it comes."""
    with translation.override(language), scope.active(actor.scope):
        html = tiles_html(keeping.board(actor))
        return [
            ("tile", {"name": "board.tiles", "html": html}),
            *map(critical_event, reversed(pulse.critical_waiting())),
        ]


broadcaster = Broadcaster()


def stream(
    actor: Actor, language: str, *, of: Broadcaster | None = None, seconds: float = STREAM_SECONDS
) -> Iterator[bytes]:
    """Yield the stream of one desk; it ends after ``seconds``, saying when to come again."""
    source = of or broadcaster
    queue = source.join(actor, language)
    try:
        yield f"retry: {AGAIN_MS}\n\n".encode()
        events = standing(actor, language)
        connection.close()  # a stream holds a thread for minutes; it must not hold a database connection as well
        yield from map(framed, events)
        if queue is None:
            yield framed(("changed", {"names": sorted({*_GENERAL, *_HEARD})}))
            yield framed(("later", {"after": AGAIN_MS}))
            return
        yield framed(("ping", {}))
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                yield framed(queue.get(timeout=min(PING_SECONDS, left)))
            except Empty:
                yield framed(("ping", {}))
        yield framed(("later", {"after": 300}))
    finally:
        if queue is not None:
            source.leave(actor, language, queue)
