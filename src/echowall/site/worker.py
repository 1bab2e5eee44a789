"""The background of a running system: understanding what was heard, sending notices, sealing the audit
chain, and the queued jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from django.core.management import call_command
from django.db import OperationalError, close_old_connections

from echowall.kernel import audit, clock
from echowall.kernel.jobs import take_up_abandoned
from echowall.kernel.scope import as_system
from echowall.notices.delivering import deliver_due
from echowall.voices.asking import ask_next, endpoint
from echowall.voices.sweeping import sweep_pending

log = structlog.get_logger(__name__)
_BATCH = 200
# Three missed signs of life: see PROCRASTINATE_WORKER_DEFAULTS.
_SILENT_SECONDS = 10.0


def _repeat(stop: threading.Event, pause: float, work: Callable[[], int], name: str) -> None:
    """Do ``work`` again at once while it finds something, else after ``pause`` seconds, until told to stop."""
    while not stop.is_set():
        try:
            found = work()
        except OperationalError as exc:  # the database restarts: wait for it
            log.warning("database_away", work=name, error=str(exc))
            found = 0
        except Exception:
            log.exception("work_failed", work=name)
            found = 0
        finally:
            close_old_connections()
        if not found:
            stop.wait(pause)


def _seal() -> int:
    with as_system():
        return audit.seal()


def run() -> int:
    """Work until SIGTERM or SIGINT."""
    stop = threading.Event()
    loops = [
        threading.Thread(
            target=_repeat, args=(stop, 0.4, lambda: sweep_pending(at=clock.now(), limit=_BATCH), "sweep")
        ),
        threading.Thread(target=_repeat, args=(stop, 2.0, _seal, "seal")),
        threading.Thread(target=_repeat, args=(stop, 1.0, deliver_due, "deliver")),
        threading.Thread(target=_repeat, args=(stop, 5.0, lambda: take_up_abandoned(_SILENT_SECONDS), "take_up")),
    ]
    if endpoint() is not None:
        # A thread of its own, not a queued job: a slow model would take the few places of the jobs that open matters.
        asking = (stop, 2.0, lambda: ask_next(at=clock.now()), "second_opinion")
        loops.append(threading.Thread(target=_repeat, args=asking))
    for loop in loops:
        loop.start()
    try:
        call_command("procrastinate", "worker", "--concurrency=2")
    finally:
        stop.set()
        for loop in loops:
            loop.join(timeout=20)
    return 0
