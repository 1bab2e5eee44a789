"""What a test day is made of: sites, buildings, the walk between them, students, firms, visits; and its plan.

Times are minutes of the day (480 is 08:00). A slot is one call: a building head calls so many people to come within it.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Window:
    """From ``start_minute`` to before ``end_minute``."""

    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class Site:
    """A place for sampling, open in its windows, with room for at most ``most_lanes`` lanes.

    ``kind`` "community" serves buildings, "enterprise" serves the firms that name it. A firm's people are never mixed
    with residents' at a site.
    """

    id: str
    title: str = ""
    windows: tuple[Window, ...] = (Window(480, 1080),)
    most_lanes: int = 20
    kind: str = "community"
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Building:
    """A building that is called as a whole; coordinates in metres. ``students`` of its ``people`` have lessons online.

    ``home_visits`` of its people cannot walk: they are sampled at the door and never called to a site.
    """

    id: str
    people: int
    title: str = ""
    x: float = 0.0
    y: float = 0.0
    students: int = 0
    home_visits: int = 0


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm with its own site or sharing one: its people come in the windows that production leaves."""

    id: str
    people: int
    site: str
    title: str = ""
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """How sampling goes at one lane.

    A person takes ``person_seconds`` on average with a coefficient of variation ``person_variation``; after each tube
    (``tube_people`` throats in one tube: 10:1, 20:1; 1: single) the sampler needs ``tube_seconds`` to change it. A share
    ``slow_share`` of samplers takes ``slow_factor`` times as long, all day. A visit at home takes ``home_minutes``.
    """

    person_seconds: float = 20.0
    person_variation: float = 0.4
    tube_people: int = 10
    tube_seconds: float = 30.0
    slow_share: float = 0.1
    slow_factor: float = 1.5
    home_minutes: float = 6.0

    @property
    def mean_seconds(self) -> float:
        """The lane's time for one person, its part of the tube change and slow samplers included.

        Slow lanes serve fewer: the mean of the rate over samplers counts, not that of the time.
        """
        rate = (1 - self.slow_share) + self.slow_share / self.slow_factor
        return (self.person_seconds + self.tube_seconds / self.tube_people) / rate


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How people answer a call: a share does not come in time at all, the others scatter around their slot.

    Each comes at a moment drawn evenly from the slot plus a normal scatter of ``scatter_minutes`` (never before the
    site opens its doors). ``late_share`` of those who missed the call come at an even moment later that day.
    """

    no_show_share: float = 0.05
    scatter_minutes: float = 4.0
    late_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Promise:
    """The wait that ``share`` of all waits must keep, in each simulated day with probability ``confidence``."""

    wait_minutes: float = 5.0
    share: float = 0.95
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Lock:
    """A decision that the plan keeps: this building at this site (and, where given, called in this minute's slot)."""

    building: str
    site: str
    start_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """In the slot from ``start_minute`` on, ``people`` of a building (or firm) are called to a site.

    Those of a building are ``is_student`` where they come between lessons.
    """

    source: str
    site: str
    start_minute: int
    people: int
    is_student: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A test day to plan. ``breaks``: minutes between lessons, when students come; ``most_lanes``: for all sites together.

    ``walk_metres`` bounds the way to the site (straight line × ``detour``). ``staff_per_lane`` counts sampler and helper.
    ``current``: the calls in force; a building stays at its site where others would walk less than ``change_weight``
    metres a person less for it. ``trials``: simulated days.
    """

    sites: tuple[Site, ...]
    buildings: tuple[Building, ...]
    firms: tuple[Firm, ...] = ()
    breaks: tuple[Window, ...] = ()
    slot_minutes: int = 10
    walk_metres: float = 800.0
    detour: float = 1.3
    most_lanes: int | None = None
    staff_per_lane: int = 2
    service: Service = field(default_factory=Service)
    arrivals: Arrivals = field(default_factory=Arrivals)
    promise: Promise = field(default_factory=Promise)
    locks: tuple[Lock, ...] = ()
    current: tuple[Call, ...] = ()
    change_weight: float = 0.0
    trials: int = 200


@dataclass(frozen=True, slots=True)
class Lanes:
    """So many lanes are staffed at a site for its whole opening time; in breaks ``student_count`` of them serve students
    only, and nobody else."""

    site: str
    count: int
    student_count: int = 0


@dataclass(frozen=True, slots=True)
class HomeVisits:
    """What the planner of routes gets: so many people of a building to be sampled at the door, minutes in all."""

    building: str
    people: int
    minutes: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What the simulation of many days found: waits in minutes over all simulated people.

    ``kept_share`` is the share of simulated days in which the promise held, ``within_share`` the share of all waits
    within the promised minutes. ``last_minute``: when the last person was through, on average.
    """

    name: str
    lanes: int
    within_share: float
    kept_share: float
    wait_mean: float
    wait_95: float
    wait_most: float
    last_minute: float
    trials: int


@dataclass(frozen=True, slots=True)
class Day:
    """The plan: calls, lanes, home visits, and what simulating it (and the two usual ways) gave."""

    calls: tuple[Call, ...]
    lanes: tuple[Lanes, ...]
    home_visits: tuple[HomeVisits, ...]
    trials: tuple[Trial, ...] = ()
