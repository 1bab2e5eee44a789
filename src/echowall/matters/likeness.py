"""Whether two reports are one thing: pure, with the reason. Joining by machine is for sure cases; the rest is proposed.

Joined: the same person saying the same again; a text that others passed on; and several people telling of one
incident that concerns many (water, power, lift, noise …) at one place within two days. A matter of one household is
never joined to the neighbour's, however alike both read, and what is critical stands on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

from echowall.understanding.duplicates import Fingerprint, core_of, core_similarity, fingerprint, is_conflict
from echowall.understanding.incidents import IncidentIndex, Told, tell

SAME_PERSON_WINDOW: Final = timedelta(days=7)
FORWARD_WINDOW: Final = timedelta(days=3)
INCIDENT_WINDOW: Final = timedelta(days=2)
PROPOSED_WINDOW: Final = timedelta(days=7)
_COPY = 0.8
_FORWARD_LETTERS = 25  # shorter texts two people may well write without knowing of each other
_SURE_INCIDENT = 0.2
_LIKELY_INCIDENT = 0.26  # measured threshold of understanding.incidents, for topics that may concern one household
_COLLECTIVE: Final = ("utilities", "environment", "property.lift", "property.noise", "property.waste")
_ONE_BUILDING: Final = ("property.lift",)


@dataclass(frozen=True)
class Saying:
    """One report, as far as it is compared. What costs is worked out when a comparison first asks for it."""

    text: str
    said_at: datetime
    topic: str
    area_id: UUID
    is_compound: bool
    building_id: UUID | None
    phone_index: bytes | None
    voice: tuple[UUID, str]  # source and conversation; ("", "") when nobody can be told from anybody

    @classmethod
    def of(
        cls,
        *,
        text: str,
        said_at: datetime,
        topic: str,
        place: tuple[UUID, bool, UUID | None],
        phone_index: bytes | None,
        voice: tuple[UUID, str],
    ) -> Saying:
        """Return a saying; ``place`` is (area, whether that is a compound, building)."""
        return cls(text, said_at, topic, place[0], place[1], place[2], phone_index, voice)

    @cached_property
    def core(self) -> str:
        """The text without noise."""
        return core_of(self.text)

    @cached_property
    def print(self) -> Fingerprint:
        """The core, and what tells one person from another."""
        return fingerprint(self.text)

    @cached_property
    def told(self) -> Told:
        """The words of the thing, at the place of this report."""
        return tell(self.text, self.said_at, [str(self.area_id)])


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two sayings are alike: ``how`` (same_person, forward, incident, alike), the score, and whether it is sure."""

    how: str
    score: float
    is_sure: bool


def is_collective(topic: str) -> bool:
    """Tell whether a topic is of the kind that one cause brings upon many."""
    return any(topic == one or topic.startswith(f"{one}.") for one in _COLLECTIVE)


def _is_same_person(new: Saying, old: Saying) -> bool:
    if new.phone_index is not None and new.phone_index == old.phone_index:
        return True
    return bool(new.voice[1]) and new.voice == old.voice and not (new.phone_index and old.phone_index)


def _is_same_place(new: Saying, old: Saying) -> bool:
    buildings = new.building_id is None or old.building_id is None or new.building_id == old.building_id
    return new.area_id == old.area_id and buildings


def likeness(new: Saying, old: Saying) -> Likeness | None:
    """Return how alike two reports are, or None when nothing speaks for it."""
    apart = abs(new.said_at - old.said_at)
    if apart > PROPOSED_WINDOW:
        return None
    copy = core_similarity(new.core, old.core)
    if copy and is_conflict(new.print, old.print):
        copy = 0.0
    exact = bool(new.core) and new.core == old.core
    if _is_same_person(new, old) and (copy >= _COPY or exact):
        return Likeness("same_person", max(copy, float(exact)), apart <= SAME_PERSON_WINDOW)
    if copy >= _COPY:
        is_long = min(len(new.core), len(old.core)) >= _FORWARD_LETTERS
        return Likeness("forward", copy, is_long and apart <= FORWARD_WINDOW and _is_same_place(new, old))
    return _incident(new, old, apart)


def _incident(new: Saying, old: Saying, apart: timedelta) -> Likeness | None:
    if new.topic != old.topic or new.area_id != old.area_id:
        return None
    words = IncidentIndex[int](PROPOSED_WINDOW).likeness(new.told, old.told)
    if is_collective(new.topic) and new.is_compound and old.is_compound:
        one_building = new.topic not in _ONE_BUILDING or (
            new.building_id is not None and new.building_id == old.building_id
        )
        is_sure = words >= _SURE_INCIDENT and apart <= INCIDENT_WINDOW and one_building
        return Likeness("incident", round(words, 2), is_sure) if words > 0 else None
    return Likeness("alike", round(words, 2), False) if words >= _LIKELY_INCIDENT else None
