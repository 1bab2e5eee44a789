"""What hearing notes when the matter of a message ends or goes on."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ..models import Message
from ..models.messages import State


def mark_handled(*, message_ids: Sequence[UUID], is_handled: bool) -> None:
    """Note that the matter which messages report is closed, or is open again; called by the programme that owns it."""
    was, becomes = (State.FILED, State.HANDLED) if is_handled else (State.HANDLED, State.FILED)
    Message.objects.filter(id__in=message_ids, state=was).update(state=becomes)
