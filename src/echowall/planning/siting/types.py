"""Siting: places with people, candidate sites, what is asked; which sites open and who goes where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from echowall.planning.distances import Travel

Aim = Literal["median", "centre", "cover"]
"""median: least walking in all. centre: the farthest way as short as can be, then least walking. cover: most people
within ``reach_metres``, then least walking."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where ``people`` come from; ``x``, ``y`` in metres (needed where the problem gives no table of metres)."""

    id: str
    name: str
    people: int = 1
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A candidate; ``x``, ``y`` in metres (needed where the problem gives no table of metres)."""

    id: str
    name: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A site that must be open, or must stay closed."""

    site: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class SitingProblem:
    """Open ``open_count`` of ``sites`` for ``places``.

    ``metres[place][site]``: whole metres of way, None where there is no way; without it they are made by ``travel``.
    ``max_metres``: nobody may have farther (hard). ``reach_metres``: what counts as near. ``current``: the sites open
    today; at most ``max_changes`` of the open ones may be others. Every place uses the nearest open site.
    """

    places: tuple[Place, ...]
    sites: tuple[Site, ...]
    open_count: int
    aim: Aim = "median"
    metres: tuple[tuple[int | None, ...], ...] | None = None
    travel: Travel = field(default_factory=Travel)
    max_metres: int | None = None
    reach_metres: int = 500
    locks: tuple[Lock, ...] = ()
    current: tuple[str, ...] = ()
    max_changes: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A place goes to this open site, so far away (whole metres)."""

    place: str
    site: str
    metres: int


@dataclass(frozen=True, slots=True)
class SitingSolution:
    """``opened`` in the order of the problem's sites; one assignment for each place in the problem's order."""

    opened: tuple[str, ...]
    assignments: tuple[Assignment, ...]
