"""Simulates a test day many times at once: the waiting time recursion of a queue with several lanes.

One queue per site, first come first served: the next in line goes to the lane that is free first (Kiefer, Wolfowitz:
"On the theory of queues with many servers", 1955; for one lane the recursion of Lindley, 1952). All simulated days go
through the recursion side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echowall.planning.testday.types import Arrivals, Call, Lanes, Problem, Service, Window

Numbers = NDArray[np.float64]
NEVER = np.inf


@dataclass(frozen=True, slots=True)
class Crowd:
    """People who come to one site, in the order of coming; one row per simulated day. Minutes; `NEVER`: does not come."""

    arrivals: Numbers
    services: Numbers
    is_student: NDArray[np.bool_]


def crowd_of(
    problem: Problem, calls: Sequence[Call], windows: Sequence[Window], days: int, draw: np.random.Generator
) -> Crowd:
    """Draw who comes when, and how long each takes at a lane of usual speed without the change of tubes."""
    starts = np.repeat([float(call.start_minute) for call in calls], [call.people for call in calls])
    student = np.repeat([call.is_student for call in calls], [call.people for call in calls])
    size = (days, len(starts))
    answer = problem.arrivals
    moments = starts + draw.uniform(0, problem.slot_minutes, size) + draw.normal(0, 1, size) * answer.scatter_minutes
    moments = np.maximum(moments, _opening(starts, windows))
    missed = draw.random(size) < answer.no_show_share
    comes_late = missed & (draw.random(size) < answer.late_share)
    moments = np.where(missed, NEVER, moments)
    moments = np.where(comes_late, _later(problem, starts, windows, draw.random(size)), moments)
    order = np.argsort(moments, axis=1, kind="stable")
    return Crowd(
        np.take_along_axis(moments, order, axis=1),
        service_minutes(problem.service, size, draw),
        np.take_along_axis(np.broadcast_to(student, size), order, axis=1),
    )


def service_minutes(service: Service, size: tuple[int, int], draw: np.random.Generator) -> Numbers:
    """Draw times at a lane (gamma distributed)."""
    if service.person_variation == 0:
        return np.full(size, service.person_seconds / 60)
    shape = service.person_variation**-2
    return draw.gamma(shape, service.person_seconds / 60 / shape, size)


def _opening(starts: Numbers, windows: Sequence[Window]) -> Numbers:
    opening = np.zeros_like(starts)
    for window in windows:
        inside = (starts >= window.start_minute) & (starts < window.end_minute)
        opening[inside] = window.start_minute
    return opening


def _later(problem: Problem, starts: Numbers, windows: Sequence[Window], chance: Numbers) -> Numbers:
    """An even moment of the opening time that is left after one's slot (the end of the day where none is left)."""
    opens = np.array([window.start_minute for window in windows], dtype=float)
    lengths = np.array([window.end_minute - window.start_minute for window in windows], dtype=float)
    before = np.concatenate([[0.0], np.cumsum(lengths)])
    over = starts + problem.slot_minutes
    gone = np.clip(over[:, None] - opens[None, :], 0, lengths[None, :]).sum(axis=1)
    point = gone + chance * (before[-1] - gone)
    index = np.clip(np.searchsorted(before, point, side="right") - 1, 0, len(opens) - 1)
    return np.asarray(opens[index] + point - before[index])


def waits_of(problem: Problem, crowd: Crowd, lanes: Lanes, draw: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Return each person's wait (NaN: did not come) and the minute at which each simulated day was through."""
    days, people = crowd.arrivals.shape
    service = problem.service
    free = np.zeros((days, lanes.count))
    filled = np.zeros((days, lanes.count), dtype=np.int64)
    slow = np.where(draw.random((days, lanes.count)) < service.slow_share, service.slow_factor, 1.0)
    waits = np.full((days, people), np.nan)
    every, change = np.arange(days), service.tube_seconds / 60
    blocked = _reservation(problem, crowd, lanes)
    for number in range(people):
        arrival = crowd.arrivals[:, number]
        day = every if arrival[-1] < NEVER and arrival.max() < NEVER else np.flatnonzero(arrival < NEVER)
        if not len(day):
            break
        lane = (free if blocked is None else np.where(blocked(number), NEVER, free)).argmin(axis=1)[day]
        arrival = arrival[day]
        start = np.maximum(arrival, free[day, lane])
        count = filled[day, lane] + 1
        busy = crowd.services[day, number] + change * (count % service.tube_people == 0)
        free[day, lane] = start + busy * slow[day, lane]
        filled[day, lane] = count
        waits[day, number] = start - arrival
    return waits, free.max(axis=1)


def _reservation(problem: Problem, crowd: Crowd, lanes: Lanes):  # type: ignore[no-untyped-def]
    """Which lanes a person must not take: in breaks the first lanes are the students' and only theirs."""
    if not 0 < lanes.student_count < lanes.count:
        return None
    in_break = np.zeros(crowd.arrivals.shape, dtype=bool)
    for window in problem.breaks:
        in_break |= (crowd.arrivals >= window.start_minute) & (crowd.arrivals < window.end_minute)
    for_students = np.arange(lanes.count) < lanes.student_count

    def blocked(number: int) -> NDArray[np.bool_]:
        mine = crowd.is_student[:, number, None] == for_students[None, :]
        return np.asarray(in_break[:, number, None] & ~mine)

    return blocked


def attendance(arrivals: Arrivals) -> float:
    """The share of people called who come at all."""
    return 1 - arrivals.no_show_share * (1 - arrivals.late_share)
