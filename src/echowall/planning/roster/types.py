"""What a roster is made of: shifts, posts, people with their contracts, wishes and locks; and the roster itself.

Days are counted from 0, the first day of the period. Weekdays are 0 (Monday) to 6 (Sunday). Times are minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

FREE = ""
"""Stands for no shift, where a shift is named in a history or in a pattern."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One kind of shift. ``start_minute`` counts from midnight of its day; a shift may run past the next midnight.

    ``forbidden_next``: shifts that must not follow on the next day, besides those that the rest time forbids.
    """

    id: str
    title: str = ""
    start_minute: int = 480
    minutes: int = 480
    is_night: bool = False
    forbidden_next: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A place that is staffed in every one of its shifts of the period, or not held at all.

    ``people`` stand there in each shift, at least ``experienced`` of them experienced, all with ``skill`` (if named).
    Empty ``shifts`` or ``days``: all. Posts are given up from the highest ``rank`` down; a required one never.
    """

    id: str
    title: str = ""
    shifts: tuple[str, ...] = ()
    days: tuple[int, ...] = ()
    people: int = 2
    experienced: int = 1
    skill: str = ""
    rank: int = 0
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """So many people in a shift of a day, wherever they stand. A weight is the points for each one too few or too many;
    None: neither is allowed."""

    day: int
    shift: str
    people: int
    under_weight: int | None = None
    over_weight: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """From ``minimum`` to ``maximum``. A weight is the points for each one below or above; None: the limit is hard."""

    minimum: int = 0
    maximum: int | None = None
    under_weight: int | None = None
    over_weight: int | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Shifts on following days that must not be (``weight`` None) or cost points each time.

    Each step names the shifts that it means; `FREE` in a step means a free day. ``weekday``: only from that weekday on.
    """

    steps: tuple[tuple[str, ...], ...]
    weekday: int | None = None
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """The limits of a person, over the period unless the field says otherwise.

    ``run`` and ``rest_run``: days worked, and days free, in a row; what lies beyond the period's end, and before its
    start where the history does not tell, is taken to fit. ``weekend_run``: worked weekends in a row.
    ``is_closed``: a run at either end counts as it stands within the period instead.
    """

    id: str
    minutes: Limit = field(default_factory=Limit)
    minutes_per_week: int | None = None
    shifts: Limit = field(default_factory=Limit)
    shift_maximum: tuple[tuple[str, int], ...] = ()
    run: Limit = field(default_factory=Limit)
    rest_run: Limit = field(default_factory=Limit)
    nights_running: int | None = 2
    weekend_days: tuple[int, ...] = (5, 6)
    weekends: Limit = field(default_factory=Limit)
    weekend_run: Limit = field(default_factory=Limit)
    whole_weekend_weight: int = 0
    same_weekend_weight: int = 0
    patterns: tuple[Pattern, ...] = ()
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Absence:
    """Not available on a day, or (``shift`` named) not for that shift."""

    day: int
    shift: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What earlier weeks asked of a person, for fairness: minutes, night shifts, weekend days worked.

    ``last``: the shifts of the days before day 0, the latest last.
    """

    minutes: int = 0
    nights: int = 0
    weekends: int = 0
    last: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A person who can be rostered."""

    id: str
    contract: str
    name: str = ""
    skills: tuple[str, ...] = ()
    is_experienced: bool = False
    absences: tuple[Absence, ...] = ()
    history: History = field(default_factory=History)


@dataclass(frozen=True, slots=True)
class Wish:
    """A person would like (or would like not) to work that shift (empty: any) on that day; ``weight`` points if not so."""

    volunteer: str
    day: int
    shift: str = ""
    is_wanted: bool = True
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Lock:
    """A decision of a person in charge that the plan keeps.

    ``must``: this person works on this day (in this shift, at this post, where named). Otherwise this person never works
    so: an unnamed day, shift or post means every one ("never nights": only the shift named).
    """

    volunteer: str
    day: int | None = None
    shift: str = ""
    post: str = ""
    must: bool = False


@dataclass(frozen=True, slots=True)
class Fairness:
    """Points for being far from one's share, which is in proportion to the hours that one's contract allows.

    The load counted is history and period together. Within ``*_tolerance`` of the share nothing is due, beyond it
    ``*_weight`` for each begun shift, night or weekend day, and the same once more for each beyond twice the tolerance.
    """

    shift_weight: int = 0
    night_weight: int = 0
    weekend_weight: int = 0
    shift_minutes: int = 480
    tolerance: int = 1


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person works a shift on a day, at a post (empty where only covers are asked)."""

    volunteer: str
    day: int
    shift: str
    post: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A roster to make. ``current``: the roster in force; its days before ``frozen_days`` stay exactly as they are.

    Elsewhere each person's day whose shift becomes another costs ``change_weight`` points and counts as one change;
    at most ``max_changes`` where given.
    """

    days: int
    shifts: tuple[Shift, ...]
    contracts: tuple[Contract, ...]
    volunteers: tuple[Volunteer, ...]
    posts: tuple[Post, ...] = ()
    covers: tuple[Cover, ...] = ()
    wishes: tuple[Wish, ...] = ()
    locks: tuple[Lock, ...] = ()
    first_weekday: int = 0
    rest_minutes: int = 660
    fairness: Fairness = field(default_factory=Fairness)
    current: tuple[Assignment, ...] = ()
    frozen_days: int = 0
    change_weight: int = 0
    max_changes: int | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who works when and where, and which posts are held."""

    assignments: tuple[Assignment, ...]
    held_posts: tuple[str, ...] = ()
