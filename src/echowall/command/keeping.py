"""Keeping the board for a moment: everybody with the same sight looks at the same one, computed once in a few seconds."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from echowall.kernel import clock, scope
from echowall.kernel.actors import Actor
from echowall.kernel.scope import Scope

from .queries.board import Snapshot, snapshot

KEEP_SECONDS = 5.0
_AT_MOST = 64  # different sights per process
_kept: OrderedDict[Scope, tuple[float, Snapshot]] = OrderedDict()
_lock = threading.Lock()


def board(actor: Actor, *, max_age: float = KEEP_SECONDS) -> Snapshot:
    """Return the board of the actor's scope, at most ``max_age`` seconds old. Works in the caller's transaction.

    Must be called under the actor's own scope, which is what the figures are counted within and kept by.
    """
    sight = scope.current()
    now = time.monotonic()
    with _lock:
        kept = _kept.get(sight)
    if kept is not None and now - kept[0] < max_age:
        actor.require("matters.see")
        return kept[1]
    fresh = snapshot(actor, clock.now())
    with _lock:
        _kept[sight] = (time.monotonic(), fresh)
        _kept.move_to_end(sight)
        while len(_kept) > _AT_MOST:
            _kept.popitem(last=False)
    return fresh


def forget() -> None:
    """Forget every kept board (tests)."""
    with _lock:
        _kept.clear()
