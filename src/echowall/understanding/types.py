"""The vocabulary of what a message can be understood to say. No Django, no database, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Intent(StrEnum):
    """诉求类型 (glossary: intent)."""

    HELP = "help"
    COMPLAINT = "complaint"
    CONSULT = "consult"
    VENT = "vent"
    SUGGEST = "suggest"
    PRAISE = "praise"
    VOLUNTEER = "volunteer"
    OTHER = "other"


class Urgency(StrEnum):
    """紧急程度; CRITICAL means danger to life."""

    CRITICAL = "critical"
    URGENT = "urgent"
    NORMAL = "normal"

    @property
    def rank(self) -> int:
        """0 for critical, 1 for urgent, 2 for normal: sorts the worst first."""
        return ("critical", "urgent", "normal").index(self.value)


class Band(StrEnum):
    """How far a person must look before the answer of the machine may stand."""

    SURE = "sure"
    LOOK = "look"
    MUST_LOOK = "must_look"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that decided an answer: ``text[start:end]`` of the message as said, and a short code saying why."""

    words: str
    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class Guess:
    """One answer with its confidence in [0, 1], its band, the runners-up and the deciding words."""

    value: str
    confidence: float
    band: Band
    evidence: tuple[Evidence, ...] = ()
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class NeededBy:
    """When help must have come, in aware instants; ``end`` is the deadline.

    ``basis`` is date, part_of_day, clock_time, duration, supply_left or at_once.
    """

    start: datetime | None
    end: datetime
    confidence: float
    basis: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place that the message names. ``place_id`` is the gazetteer's own id of the deepest node found, or None.

    ``compound``, ``building``, ``unit``, ``room`` are what was read, in Arabic numerals, also where the tree has no
    such node. ``candidates`` are (place_id, score) when several places fit.
    """

    place_id: str | None
    name: str
    kind: str
    confidence: float
    compound: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    candidates: tuple[tuple[str, float], ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class DangerSign:
    """A sign of danger to life. ``code`` names the rule (chest_pain, dialysis, rabies_dose_due …)."""

    code: str
    urgency: Urgency
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Something that identifies a person.

    ``kind`` is phone, landline, identity_number, name, plate, email, wechat, qq or account. ``valid`` is False for an
    identity number whose check digit is wrong and for a name that is already polite (王先生).
    """

    kind: str
    value: str
    start: int
    end: int
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything that was understood of one message.

    ``band`` says how far a person must look at all (``pipeline.overall_band``); MUST_LOOK with a danger sign. ``notes`` are codes such as
    ``households:200`` and ``wall:health_detail``.
    """

    intent: Guess
    topic: Guess
    urgency: Guess
    band: Band
    needed_by: NeededBy | None = None
    places: tuple[PlaceMention, ...] = ()
    people_count: int | None = None
    personal: tuple[PersonalData, ...] = ()
    danger: tuple[DangerSign, ...] = ()
    masked: str = ""
    redacted: str = ""
    model: str = ""
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class GazetteerEntry:
    """One node of the place tree as the library needs it. ``id`` is opaque; kinds are those of the glossary."""

    id: str
    parent_id: str | None
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
