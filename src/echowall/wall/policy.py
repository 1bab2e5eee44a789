"""What the playbook of the wall says at a place on a day."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from echowall.kernel import clock
from echowall.playbooks.keeping import library, place_chain

from .rules import Policy

SUBJECT = "wall"


def in_force(path: str, at: datetime) -> Policy:
    """Return the policy for a place path at an instant.

    Raises:
        PlaybookError: no playbook rules the wall there, or a value is not in force.
    """
    chain = place_chain(path)
    on = clock.today(at)
    playbook = library().playbook_for(SUBJECT, on=on, place=chain)

    def value(name: str) -> object:
        return playbook.value(name, on=on, place=chain).value

    return Policy(
        publish_by_itself=bool(value("publish_by_itself")),
        sensitive_topics=frozenset(cast("list[str]", value("sensitive_topics"))),
        sensitive_urgencies=frozenset(cast("list[str]", value("sensitive_urgencies"))),
    )
