"""The daily job."""

from __future__ import annotations

import structlog

from echowall.kernel import clock
from echowall.kernel.jobs import job

from .operations import destroy_due

log = structlog.get_logger(__name__)


@job(queue="long", retries=3, cron="40 19 * * *", in_parts=True)
def destroy_what_is_due(timestamp: int) -> None:
    """Destroy what has reached its day, every night at 3:40 in Shanghai (the queue reckons in UTC)."""
    for record in destroy_due(at=clock.now()):
        log.info("destroyed", kind=record.kind, count=record.count, office=str(record.office_id), policy=record.policy)
