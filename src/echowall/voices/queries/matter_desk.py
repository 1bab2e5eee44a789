"""What hearing needs of owning, as an interface that matters provides, so that hearing depends on nobody.

Without a provider (a hearing-only installation) pages simply show no matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MatterCard:
    """A matter as the pages of hearing show it; ``why`` says in words why it is proposed, ``score`` in [0, 1]."""

    id: UUID
    number: str
    title: str
    state: str
    is_open: bool
    urgency: str
    place: str
    team: str
    opened_at: datetime
    colour: str
    due_at: datetime | None
    url: str
    why: str = ""
    score: float = 0.0


class MatterDesk(Protocol):
    """What the programme of matters answers and does for the pages of hearing, within the actor's scope."""

    def of_message(self, message_id: UUID) -> MatterCard | None:
        """Return the matter that the message reports, if it can be seen."""

    def alike(self, message_id: UUID) -> list[MatterCard]:
        """Return open matters that the message may be about, the likeliest first."""

    def open_here(self, *, phone_index: bytes | None, place_path: str) -> list[MatterCard]:
        """Return open matters of this phone, then of this place (and below it)."""

    def open_from_message(self, *, message_id: UUID, at: datetime, actor: object) -> MatterCard:
        """Open a matter from the message; raises Refusal."""

    def join(self, *, message_id: UUID, matter_id: UUID, at: datetime, actor: object) -> MatterCard:
        """Hang the message on an open matter; raises Refusal."""


_provided: list[MatterDesk] = []


def provide(desk: MatterDesk) -> None:
    """Say who answers for matters; called once when the program starts."""
    _provided[:] = [desk]


def matter_desk() -> MatterDesk | None:
    """Return who answers for matters, or None."""
    return _provided[0] if _provided else None
