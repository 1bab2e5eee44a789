"""What the wall does when a matter is answered, closed or reopened."""

from __future__ import annotations

from uuid import UUID

from echowall.kernel import clock, events
from echowall.kernel.actors import SYSTEM_ACTOR

from . import operations


@events.on("matters.matter.answered")
def propose_answered(*, matter_id: str, event_id: str) -> None:
    """Put the answer before the moderators."""
    operations.propose_post(matter_id=UUID(matter_id), actor=SYSTEM_ACTOR, at=clock.now())


@events.on("matters.matter.closed")
def propose_closed(*, matter_id: str, event_id: str) -> None:
    """Publish by itself what may be, now that it is solved and checked."""
    operations.propose_post(matter_id=UUID(matter_id), actor=SYSTEM_ACTOR, at=clock.now())


@events.on("matters.matter.reopened")
def withdraw_reopened(*, matter_id: str, event_id: str) -> None:
    """An answer that did not hold is not left standing."""
    operations.withdraw_post(matter_id=UUID(matter_id), reason="reopened", actor=SYSTEM_ACTOR, at=clock.now())
