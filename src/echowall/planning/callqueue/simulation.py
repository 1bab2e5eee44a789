"""A day of calls, simulated minute by minute with the same luck for every policy."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echowall.planning.callqueue.types import CallProblem

Numbers = NDArray[np.float64]
NEVER = 1e12


class Office:
    """What does not change from day to day: the contacts as arrays, and the index of each.

    ``chance[contact, k, i]`` and ``index[contact, k, i]``: after k further calls without an answer, in hour i.
    """

    def __init__(self, problem: CallProblem, chance: Numbers, index: Numbers) -> None:
        self.problem = problem
        self.chance, self.index = chance, index
        self.weight = np.array([contact.weight for contact in problem.contacts], dtype=float)
        self.deadline = np.array([contact.deadline for contact in problem.contacts], dtype=float)
        self.ready = np.array([contact.not_before for contact in problem.contacts], dtype=float)
        self.left = np.array([max(0, problem.most_attempts - c.attempts) for c in problem.contacts])
        order = {contact.id: number for number, contact in enumerate(problem.contacts)}
        self.first = [order[name] for name in problem.first]

    def reached(self, luck: Numbers, *, in_order: bool) -> float:
        """Return the weight reached in one day. ``luck[contact, k]``: the call is answered where it is below the chance.

        ``in_order``: first come first served; who does not answer goes to the end of the line.
        """
        problem, total = self.problem, 0.0
        ready, tried, line = (
            self.ready.copy(),
            np.zeros(len(self.weight), dtype=np.int64),
            np.arange(len(self.weight)) * 1.0,
        )
        ready[self.left == 0] = NEVER
        end = problem.starts + len(problem.callers)
        callers = [(problem.starts * 60.0, number) for number in range(max(problem.callers))]
        heapq.heapify(callers)
        while callers:
            now, caller = heapq.heappop(callers)
            hour = int(now // 60)
            if hour >= end:
                continue
            slot = hour - problem.starts
            if caller >= problem.callers[slot]:
                heapq.heappush(callers, (60.0 * (hour + 1), caller))
                continue
            contact = self._next(now, slot, (ready, tried, line), in_order=in_order)
            if contact is None:
                waiting = ready[ready > now]
                heapq.heappush(callers, (min(60.0 * (hour + 1), waiting.min() if waiting.size else NEVER), caller))
                continue
            k = tried[contact]
            is_answered = luck[contact, k] < self.chance[contact, k, slot]
            lasts = problem.answered_minutes if is_answered else problem.unanswered_minutes
            tried[contact] += 1
            line[contact] = line.max() + 1
            ready[contact] = now + lasts + problem.retry_minutes
            if is_answered:
                total += self.weight[contact]
            if is_answered or tried[contact] >= self.left[contact]:
                ready[contact] = NEVER
            heapq.heappush(callers, (now + lasts, caller))
        return total

    def _next(
        self,
        now: float,
        slot: int,
        state: tuple[Numbers, NDArray[np.int64], NDArray[np.floating[Any]]],
        *,
        in_order: bool,
    ) -> int | None:
        ready, tried, line = state
        may = np.flatnonzero((ready <= now) & (self.deadline >= now))
        if not may.size:
            return None
        if in_order:
            return int(may[line[may].argmin()])
        for contact in self.first:
            if tried[contact] == 0 and ready[contact] <= now <= self.deadline[contact]:
                return contact
        index = self.index[may, tried[may], slot]
        best = int(index.argmax())
        return int(may[best]) if index[best] > 0 else None
