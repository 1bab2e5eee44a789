"""Keeping the versions of playbooks in the database (the pure core knows none)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings

from echowall.kernel import clock

from .clocks.calendars import ChineseCalendar
from .library import Library, calendar_of
from .models import KeptVersion
from .playbook import Playbook


def _kept_files(version: str) -> Mapping[str, bytes] | None:
    row = KeptVersion.objects.filter(version=version).first()
    return None if row is None else {path: text.encode() for path, text in row.files.items()}


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the playbooks of this installation, older versions out of the database."""
    return Library(settings.PLAYBOOKS_DIR, kept_files=_kept_files)


@lru_cache(maxsize=1)
def calendar() -> ChineseCalendar:
    """Return the calendar of China with the years the playbooks folder adds."""
    return calendar_of(library().folder)


def keep(playbook: Playbook) -> None:
    """Store the files of this version unless they are stored; whoever pins something to it calls this."""
    if KeptVersion.objects.filter(version=playbook.version).exists():
        return
    KeptVersion.objects.bulk_create(
        [
            KeptVersion(
                version=playbook.version,
                playbook=playbook.id,
                kept_at=clock.now(),
                files={path: content.decode() for path, content in playbook.files.items()},
            )
        ],
        ignore_conflicts=True,
    )


def place_chain(path: str) -> tuple[str, ...]:
    """Return the labels of a place path, nearest first, as playbooks name places."""
    return tuple(reversed(path.split(".")))
