"""Events between apps: what happened, told after it is safely stored.

``publish`` defers one job per subscriber in the publisher's own transaction, so that a reaction happens exactly when
the fact was committed, survives a crash, and is tried again when it fails. A subscriber must bear being called twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from . import jobs

Handler = Callable[..., None]
_handlers: dict[str, dict[str, Handler]] = defaultdict(dict)


def on(event: str) -> Callable[[Handler], Handler]:
    """Subscribe the decorated function (keyword arguments = the event's payload) to ``event``."""

    def register(handler: Handler) -> Handler:
        _handlers[event][f"{handler.__module__}.{handler.__qualname__}"] = handler
        return handler

    return register


def publish(event: str, **payload: Any) -> None:
    """Tell subscribers of ``event`` (past tense, ``app.thing.done``); ``payload`` must be plain JSON values."""
    for name in _handlers.get(event, {}):
        jobs.enqueue(react, event=event, handler=name, payload=payload)


def publish_many(event: str, payloads: Sequence[dict[str, Any]]) -> None:
    """Tell subscribers of many events of one kind with one statement per subscriber."""
    for name in _handlers.get(event, {}):
        jobs.enqueue_many(react, [{"event": event, "handler": name, "payload": payload} for payload in payloads])


@jobs.job(queue="events", retries=8)
def react(*, event: str, handler: str, payload: dict[str, Any]) -> None:
    """Run one subscriber of one event."""
    _handlers[event][handler](**payload)
