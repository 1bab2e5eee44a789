"""A street as paths with gates, road mouths and gaps; what is asked; what comes out. Metres, people, yuan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from echowall.planning.networks import Node

Kind = Literal["way", "gate", "mouth", "gap"]
State = Literal["open", "post", "closed"]
"""open: anybody passes. post: staffed, residents and emergency vehicles pass. closed: locked or fenced, nobody passes."""


@dataclass(frozen=True, slots=True)
class Link:
    """A piece of path. A ``way`` always stays open; a ``gate``, road ``mouth`` or ``gap`` (a hole in a wall) is decided on.

    ``metres``: its length (None: the straight line). ``post_people``: who must stand there in each shift if it becomes a
    post (None: no room for one). ``fence_metres``: the fence that closes it (0 for a gate that has a lock; None: cannot
    be closed).
    """

    id: str
    start: str
    end: str
    kind: Kind = "way"
    metres: float | None = None
    is_drivable: bool = True
    post_people: int | None = 2
    fence_metres: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Residence:
    """A building where ``people`` live, its ``area`` and the node of its door. ``needs_vehicle``: ambulance, fire engine."""

    id: str
    area: str
    node: str
    people: int
    needs_vehicle: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """``link`` is in this ``state``: by lock, today, or in the plan."""

    link: str
    state: State


@dataclass(frozen=True, slots=True)
class Prices:
    """Yuan: one person for one shift, a metre of fence, locking a gate, and each thing changed; ``days`` it lasts."""

    person_shift: int = 200
    days: int = 14
    fence_metre: int = 80
    lock: int = 200
    change: int = 500


@dataclass(frozen=True, slots=True)
class PostProblem:
    """A street to be shut off.

    ``outside``: nodes where anybody may be (arterial roads). Between outside and every building of an area there must be
    a post or something closed on every path, and likewise between the two areas of each pair in ``separate``. Nobody's
    walk from the door to the nearest outside node grows by more than ``detour_metres``. Emergency vehicles reach, from
    ``vehicle_sources`` (by default: outside), each building that they reach today. ``current``: what is in force.
    """

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    outside: tuple[str, ...]
    residences: tuple[Residence, ...]
    separate: tuple[tuple[str, str], ...] = ()
    detour_metres: float = 300.0
    vehicle_sources: tuple[str, ...] = ()
    shifts: int = 3
    prices: Prices = field(default_factory=Prices)
    max_posts: int | None = None
    max_people: int | None = None
    locks: tuple[Choice, ...] = ()
    current: tuple[Choice, ...] = ()
    max_changes: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """How far it is from a building's door to the nearest outside node, today and by the plan (metres)."""

    residence: str
    today: float
    planned: float


@dataclass(frozen=True, slots=True)
class PostSolution:
    """The state of every gate, mouth and gap; everybody's walk."""

    choices: tuple[Choice, ...]
    walks: tuple[Walk, ...]
