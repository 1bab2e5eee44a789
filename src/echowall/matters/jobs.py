"""Jobs of owning."""

from __future__ import annotations

from echowall.kernel import clock
from echowall.kernel.jobs import job

from . import operations, reactions

__all__ = ["reactions", "sweep"]


@job(queue="clocks", cron="*/20 * * * * *")
def sweep(timestamp: int) -> None:
    """Let time take its course on every matter, until nothing is due."""
    while operations.sweep_clocks(at=clock.now()):
        pass
