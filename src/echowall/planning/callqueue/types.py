"""The call queue: contacts, when they answer, callers; the order of the next calls and the index of every later one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """People who answer alike: ``chance[h]`` from 0 to 1 that a first call in hour h of the day (0 … 23) is answered."""

    id: str
    name: str
    chance: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone to be reached. All times are minutes after midnight of the first day.

    A call counts when it begins by ``deadline``, and is not made before ``not_before``. ``attempts``: calls without an
    answer until now. ``weight``: how much reaching this one counts.
    """

    id: str
    name: str
    kind: str
    deadline: int
    weight: int = 1
    attempts: int = 0
    not_before: int = 0


@dataclass(frozen=True, slots=True)
class CallProblem:
    """Who to ring next.

    ``starts``: the first hour (0 … 23); ``callers[i]``: callers at work in the hour ``starts`` + i. A call takes
    ``answered_minutes`` or ``unanswered_minutes``. After a call without an answer the chance falls to ``decay`` of what it
    was, and the next is made ``retry_minutes`` later at the earliest, up to ``most_attempts`` calls in all. ``first``:
    contacts to be rung before all others, in this order (locks). ``days``: how many days are simulated for the figures.
    """

    kinds: tuple[Kind, ...]
    contacts: tuple[Contact, ...]
    callers: tuple[int, ...]
    starts: int = 8
    answered_minutes: float = 4.0
    unanswered_minutes: float = 1.0
    decay: float = 0.85
    retry_minutes: int = 60
    most_attempts: int = 6
    first: tuple[str, ...] = ()
    days: int = 100


@dataclass(frozen=True, slots=True)
class Call:
    """One of the next calls: its index (expected gain per minute of ringing now instead of an hour later) and chance."""

    contact: str
    index: float
    chance: float


@dataclass(frozen=True, slots=True)
class Index:
    """The index of contacts alike in kind, deadline, weight, ``not_before`` and calls made before the plan.

    ``values[k][i]``: after k more calls without an answer, in the hour ``starts`` + i. The highest is rung first; nobody
    with an index of 0 or less is rung (later is better, or it is too late).
    """

    kind: str
    deadline: int
    weight: int
    attempts: int
    not_before: int
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class CallSolution:
    """The order of the calls now, the index of all later ones, and both ways as simulated (weight reached per day)."""

    calls: tuple[Call, ...]
    indices: tuple[Index, ...]
    reached: tuple[float, ...]
    """By simulated day, with the index."""
    reached_in_order: tuple[float, ...]
    """By simulated day (the same luck), first come first served."""
