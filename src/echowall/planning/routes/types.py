"""Routes: places, visits, crews, rules; who goes where in which order and when."""

from __future__ import annotations

from dataclasses import dataclass, field

from echowall.planning.distances import Travel

DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Place:
    """A gate, a building, a door; ``x``, ``y`` in metres (needed where the problem gives no table of metres)."""

    id: str
    name: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One delivery, sampling or call at a place.

    ``amount``: what has to be brought, in the unit of the crews' ``capacity``. ``seconds``: how long it takes there. It
    must begin between ``earliest`` and ``latest`` (seconds after midnight). ``skills``: all of them are needed in the
    crew. ``priority`` 0 must be done; 1 to 3 may be left where time lacks, 3 first. ``cluster`` may limit the crews.
    ``carer``: the crew that came last time.
    """

    id: str
    place: str
    amount: int = 0
    seconds: int = 60
    earliest: int = 0
    latest: int = DAY
    skills: tuple[str, ...] = ()
    priority: int = 0
    cluster: str = ""
    carer: str | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    """One volunteer, pair, cart or car; ``count`` of them that are all alike.

    Starts and ends at ``depot`` within ``starts`` … ``ends`` (seconds after midnight), carries up to ``capacity`` on each
    of at most ``trips`` trips, and loads for ``load_seconds`` before each. ``clusters``: where it may go (empty:
    everywhere). ``metres_per_second``: its speed. ``cost_metres``: what using it costs, as so many metres of way.
    """

    id: str
    name: str
    depot: str
    capacity: int | None = None
    trips: int = 1
    starts: int = 0
    ends: int = DAY
    load_seconds: int = 0
    metres_per_second: float = 1.2
    skills: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    cost_metres: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Lock:
    """A visit that must be made by this crew (``is_allowed`` true), or must not (false)."""

    visit: str
    crew: str
    is_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Given:
    """In the plan in force this crew makes this visit."""

    visit: str
    crew: str


@dataclass(frozen=True, slots=True)
class RoutesProblem:
    """Who brings what where.

    ``metres[i][j]``: whole metres from place i to place j; ``seconds[i][j]``: how long that takes any crew; without them
    both come from ``travel`` and the crews' speeds. ``drop_amount``: visits to one place that are alike in all else are
    carried together, up to this amount at a time; None: each by itself. ``other_carer_metres``: what another crew than
    the ``carer`` costs; ``change_metres``: what another crew than in ``current`` costs; ``left_metres``: what leaving a
    visit of priority 1, 2, 3 costs. All as so many metres of way, added to the metres that are to be few.
    """

    places: tuple[Place, ...]
    visits: tuple[Visit, ...]
    crews: tuple[Crew, ...]
    metres: tuple[tuple[int, ...], ...] | None = None
    seconds: tuple[tuple[int, ...], ...] | None = None
    travel: Travel = field(default_factory=Travel)
    drop_amount: int | None = None
    other_carer_metres: int = 500
    change_metres: int = 0
    left_metres: tuple[int, int, int] = (50_000, 10_000, 2_000)
    locks: tuple[Lock, ...] = ()
    current: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """Visits made one after the other at one place, from ``begins`` to ``leaves`` (seconds after midnight)."""

    place: str
    visits: tuple[str, ...]
    arrives: int
    begins: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Trip:
    """From the depot to the depot: loaded from ``loads``, away from ``departs`` to ``returns`` (seconds after midnight)."""

    loads: int
    departs: int
    stops: tuple[Stop, ...]
    returns: int
    amount: int


@dataclass(frozen=True, slots=True)
class Route:
    """The day of one crew (of crews with a count: of one of them)."""

    crew: str
    trips: tuple[Trip, ...]
    metres: int


@dataclass(frozen=True, slots=True)
class RoutesSolution:
    """All routes, and the visits that are left (only such of priority 1 to 3)."""

    routes: tuple[Route, ...]
    left: tuple[str, ...]
