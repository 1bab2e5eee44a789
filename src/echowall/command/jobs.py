"""Jobs of the one picture."""

from __future__ import annotations

from echowall.kernel import clock
from echowall.kernel.jobs import job

from .suspecting import look_for_suspicious


@job(queue="long", cron="*/15 * * * *")
def look(timestamp: int) -> None:
    """Look for suspicious handling every quarter of an hour."""
    look_for_suspicious(at=clock.now())
