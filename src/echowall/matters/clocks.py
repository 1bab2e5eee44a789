"""The clocks of a matter: its history handed to the playbook's clocks, and what lists need of the answer."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from django.conf import settings

from echowall.playbooks import Library
from echowall.playbooks.clocks import Calendar, ClockReport, ClockSet, Event, china_calendar, compute

from .models import HistoryEvent, Matter

DEFAULT_PLAYBOOK = "13710"


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the playbooks of this installation."""
    return Library(settings.PLAYBOOKS_DIR)


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """Return the working-day calendar of China."""
    return china_calendar()
