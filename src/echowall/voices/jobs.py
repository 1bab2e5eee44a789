"""Jobs of hearing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from echowall.kernel import clock
from echowall.kernel.jobs import enqueue, job

from . import fetching, limits, media
from .loading import run_import
from .models import Import

# A load that has not moved for so long lost its worker; a chunk takes about a second.
STALLED = timedelta(minutes=2)


@job(queue="long", retries=3, in_parts=True)
def load_table(*, import_id: str) -> None:
    """Load a table, from where it stands."""
    run_import(import_id=UUID(import_id), at=clock.now())


@job(queue="default", cron="* * * * *")
def resume_loads(timestamp: int) -> None:
    """Take up loads whose worker died."""
    stalled = Import.objects.filter(state=Import.State.LOADING, moved_at__lt=clock.now() - STALLED)
    for import_id in stalled.values_list("id", flat=True):
        Import.objects.filter(id=import_id).update(moved_at=clock.now())
        enqueue(load_table, import_id=str(import_id))


@job(queue="mail", retries=1, cron="* * * * *", in_parts=True)
def fetch_mail(timestamp: int) -> None:
    """Look into every mailbox and every folder of a WeCom archive."""
    fetching.fetch_all_mail(at=clock.now())
    fetching.hear_new_archives(at=clock.now())


@job(queue="mail", retries=8, in_parts=True)
def fetch_media(*, attachment_id: str) -> None:
    """Download one photo or recording that a follower sent to the official account."""
    media.fetch(attachment_id=UUID(attachment_id), at=clock.now())


@job(queue="mail", retries=1, cron="23 * * * *", in_parts=True)
def resume_media(timestamp: int) -> None:
    """Look again for what was not downloaded, for as long as the platform keeps it."""
    for attachment_id in media.missing(at=clock.now()):
        enqueue(fetch_media, attachment_id=str(attachment_id))


@job(queue="default", cron="17 3 * * *")
def forget_allowances(timestamp: int) -> None:
    """Drop the token buckets of callers long gone."""
    limits.forget_old_allowances()
