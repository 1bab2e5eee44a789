"""Parameters of counting, out of the playbook `counting`: an official changes a dated line, not the program."""

from __future__ import annotations

from datetime import date
from typing import Any

from echowall.playbooks.keeping import library

PLAYBOOK = "counting"


def value_in_force(name: str, on: date) -> Any:
    """Return a parameter's value on a day.

    Raises:
        PlaybookError: the playbook has no such parameter, or none in force that day.
    """
    return library().get(PLAYBOOK).value(name, on=on).value
