"""What hearing notes when the matter of a message ends or goes on."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ..models import Message
from ..models.messages import State


def settle_doubts(*, message_ids: Sequence[UUID]) -> None:
    """Note that a person took up the matter of these messages: they have been looked at, as after a correction.

    The reading keeps what the machine doubted; only the queues of what must still be looked at get shorter.
    """
    Message.objects.filter(id__in=message_ids, band__in=("look", "must_look")).update(band="sure")


def mark_handled(*, message_ids: Sequence[UUID], is_handled: bool) -> None:
    """Note that the matter which messages report is closed, or is open again; called by the programme that owns it."""
    was, becomes = (State.FILED, State.HANDLED) if is_handled else (State.HANDLED, State.FILED)
    Message.objects.filter(id__in=message_ids, state=was).update(state=becomes)
