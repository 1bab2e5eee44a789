"""What the JSON API of matters takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema


class MatterOut(Schema):
    """A matter in a list. No personal values: title and summary are masked."""

    id: UUID
    number: str
    title: str
    state: str
    urgency: str
    intent: str
    topic: str
    channel: str
    place_id: UUID
    place_name: str
    office_id: UUID
    lead_team_id: UUID | None
    owner_id: UUID | None
    opened_at: datetime
    needed_by_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    colour: str
    is_complex: bool
    report_count: int
    rework_count: int

    @staticmethod
    def resolve_place_name(row: Any) -> str:
        """Return what the place is called."""
        return str(row["place_name"]) if isinstance(row, dict) else str(row.place.name)


class EventOut(Schema):
    """One step of a matter's history."""

    seq: int
    kind: str
    at: datetime
    recorded_at: datetime
    actor_name: str
    team_id: UUID | None
    from_state: str
    to_state: str
    body: dict[str, Any]


class ClockOut(Schema):
    """One clock and why it says what it says."""

    name: str
    digit: str
    look: str
    due_at: datetime | None
    met_at: datetime | None
    why: list[str]


class MatterDetailOut(MatterOut):
    """A matter with its history, its clocks and the moves that the asking worker may make now."""

    summary: str
    history: list[EventOut]
    clocks: list[ClockOut]
    moves: list[str]


class MatterPageOut(Schema):
    """A page of matters. ``next`` is the cursor of the following page, null at the end."""

    items: list[MatterOut]
    next: str | None


class MoveIn(Schema):
    """A move: the fields of its form as texts (lists for several), and a key that makes a repetition harmless."""

    request_key: str = Field(min_length=8, max_length=64)
    fields: dict[str, str | list[str]] = Field(default_factory=dict)


class ProblemOut(Schema):
    """One thing that is wrong."""

    code: str
    message: str
    place: str
    value: str
    fix: str


class RefusalOut(Schema):
    """Why something was refused: all problems at once."""

    problems: list[ProblemOut]
