"""Inspection rounds: places with risk and time since the last look, teams of one night; who looks where and when."""

from __future__ import annotations

from dataclasses import dataclass, field

from echowall.planning.distances import Travel

DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Place:
    """What is looked at: ``seconds`` long, begun between ``opens`` and ``closes`` (seconds after midnight of the evening;
    what is past midnight is above 86,400).

    ``risk`` 1 … 5. ``days_since``: days since the last look. ``x``, ``y`` in metres (needed where there is no table).
    """

    id: str
    name: str
    risk: int
    days_since: int
    seconds: int = 600
    opens: int = 0
    closes: int = 2 * DAY
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """Where teams start and end."""

    id: str
    name: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A team of the night: away from its base not before ``starts`` and back by ``ends``."""

    id: str
    name: str
    base: str
    starts: int
    ends: int
    metres_per_second: float = 4.0


@dataclass(frozen=True, slots=True)
class Lock:
    """``must``: the place is looked at tonight (by ``team``, where one is named). Else it is not (or not by ``team``)."""

    place: str
    must: bool
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """When a place was looked at on the last round, and by whom (``begins``: seconds after midnight of that evening)."""

    place: str
    team: str
    begins: int


@dataclass(frozen=True, slots=True)
class Given:
    """In the plan in force this team looks at this place."""

    place: str
    team: str


@dataclass(frozen=True, slots=True)
class RoundsProblem:
    """Which places to look at tonight. A look is worth risk × days since the last one (at most ``most_days``).

    ``metres``: ways between the bases and then the places, in their order; without it they come from ``travel``.
    ``loss_share``: how much of the worth may be given up so that nobody can foresee the round; ``tonight``: a number
    drawn anew for every night. ``last_round``: the one before. ``current``: the plan in force; each look that moves to
    another team or is dropped costs ``change_points``.
    """

    places: tuple[Place, ...]
    bases: tuple[Base, ...]
    teams: tuple[Team, ...]
    metres: tuple[tuple[int, ...], ...] | None = None
    travel: Travel = field(default_factory=Travel)
    most_days: int = 30
    loss_share: float = 0.03
    tonight: int = 0
    last_round: tuple[Seen, ...] = ()
    locks: tuple[Lock, ...] = ()
    current: tuple[Given, ...] = ()
    change_points: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """One place on a round."""

    place: str
    arrives: int
    begins: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Round:
    """The night of one team."""

    team: str
    departs: int
    looks: tuple[Look, ...]
    returns: int
    metres: int


@dataclass(frozen=True, slots=True)
class RoundsSolution:
    """The rounds of all teams that go out, and the worth of the best round found before the tie-break by lot."""

    rounds: tuple[Round, ...]
    best_worth: int
