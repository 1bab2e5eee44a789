"""The beginning of a process that helps to fill the demonstration; imports nothing that needs Django set up."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

from echowall.site.supervisor import die_with_parent

if TYPE_CHECKING:
    from .handling import Office

_here: list[Office] = []


def begin_helping(office: bytes) -> None:
    """Set Django up, take the pickled office, and end with the process that asked for help."""
    import django

    die_with_parent()
    django.setup()
    _here[:] = [pickle.loads(office)]  # noqa: S301 - from the process that started this one


def office_here() -> Office:
    """Return the office that this process helps."""
    return _here[0]
