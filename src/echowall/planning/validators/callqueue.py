"""Checks a call queue from scratch: the order now, the figures, and the day simulated again in another way.

Luck is drawn anew, so means are compared within what chance allows (5 standard errors).
"""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Iterator
from statistics import fmean, stdev

from echowall.planning.callqueue.types import CallProblem, CallSolution, Contact, Index
from echowall.planning.documents import Fault
from echowall.planning.types import Plan

Key = tuple[str, int, int, int, int]

DAYS = 20
ERRORS = 5.0


def validate(problem: CallProblem, plan: Plan[CallSolution]) -> list[Fault]:
    """Return every rule that the plan breaks and every figure that is not so."""
    solution = plan.solution
    if solution is None:
        return []
    table = {_key(index): index for index in solution.indices}
    missing = [contact.id for contact in problem.contacts if _key(contact) not in table]
    if missing:
        return [Fault("indices", ", ".join(missing[:5]), "有人没有次序指数", "contacts without an index")]
    faults = [*_of_calls(problem, solution, table), *_of_figures(problem, plan, solution)]
    return faults or list(_of_days(problem, solution, table))


def _key(one: Index | Contact) -> Key:
    return one.kind, one.deadline, one.weight, one.attempts, one.not_before


def _of_calls(problem: CallProblem, solution: CallSolution, table: dict[Key, Index]) -> Iterator[Fault]:
    known = {contact.id: contact for contact in problem.contacts}
    chance = {kind.id: kind.chance[problem.starts % 24] for kind in problem.kinds}
    start, locked = problem.starts * 60, list(problem.first)
    seen: set[str] = set()
    ranks = []
    for number, call in enumerate(solution.calls):
        here, contact = f"calls.{number}", known.get(call.contact)
        if contact is None or call.contact in seen:
            yield Fault(here, call.contact, "没有这个人，或出现两次", "no such contact, or twice")
            continue
        seen.add(call.contact)
        if contact.deadline < start or contact.not_before > start or contact.attempts >= problem.most_attempts:
            yield Fault(here, call.contact, "现在不该打", "must not be rung now")
            continue
        true = chance[contact.kind] * problem.decay**contact.attempts
        if abs(call.chance - true) > 1e-9 or abs(call.index - table[_key(contact)].values[0][0]) > 1e-9:
            yield Fault(here, call.contact, f"接通的可能应为 {true:g}，或指数不符", "a wrong chance or index")
        ranks.append((locked.index(call.contact) if call.contact in locked else len(locked), -call.index))
    if ranks != sorted(ranks):
        yield Fault("calls", "", "次序不按指数", "not in the order of the index")
    for contact in problem.contacts:
        may = contact.not_before <= start <= contact.deadline and contact.attempts < problem.most_attempts
        wanted = may and (contact.id in locked or table[_key(contact)].values[0][0] > 0)
        if wanted and contact.id not in seen:
            yield Fault("calls", contact.id, "漏了该打的人", "someone who should be rung is missing")


def _of_figures(problem: CallProblem, plan: Plan[CallSolution], solution: CallSolution) -> Iterator[Fault]:
    ours, theirs = solution.reached, solution.reached_in_order
    total = sum(contact.weight for contact in problem.contacts)
    if len(ours) < 2 or len(ours) != len(theirs) or not all(0 <= one <= total for one in (*ours, *theirs)):
        yield Fault("reached", str(len(ours)), "模拟结果不全或不可能", "the simulated days are not possible")
        return
    ratio = fmean(ours) / fmean(theirs) if any(theirs) else 1.0
    half = 0.0
    if any(theirs):
        half = (
            196 * stdev(a - ratio * b for a, b in zip(ours, theirs, strict=True)) / fmean(theirs) / math.sqrt(len(ours))
        )
    more = 100 * (ratio - 1)
    true = {
        "reached": fmean(ours),
        "reached_share": 100 * fmean(ours) / max(1, total),
        "in_order": fmean(theirs),
        "more": more,
        "more_low": more - half,
        "more_high": more + half,
        "days": len(ours),
    }
    stated = {metric.code: metric.value for metric in plan.metrics}
    for code, value in true.items():
        if abs(stated.get(code, math.inf) - value) > 1e-6 * max(1.0, abs(value)):
            yield Fault(f"metrics.{code}", str(stated.get(code)), f"应为 {value:g}", f"is {value:g}")
    if plan.objective is None or abs(plan.objective - fmean(ours)) > 1e-9 * max(1.0, fmean(ours)):
        yield Fault("objective", str(plan.objective), f"应为 {fmean(ours):g}", f"is {fmean(ours):g}")
    # Days that happen to be alike say less than they seem: never less than one contact's weight in all of them.
    heaviest = max(contact.weight for contact in problem.contacts)
    error = max(stdev(ours) / math.sqrt(len(ours)), heaviest / len(ours))
    if plan.bound is not None and plan.bound < fmean(ours) - ERRORS * error - 1e-6:
        yield Fault("bound", f"{plan.bound:g}", "界不能比方案更差", "is beaten by the plan")


def _of_days(problem: CallProblem, solution: CallSolution, table: dict[Key, Index]) -> Iterator[Fault]:
    luck = random.Random(20220504)  # noqa: S311 - a simulation
    for name, stated, chosen in (
        ("reached", solution.reached, table),
        ("reached_in_order", solution.reached_in_order, None),
    ):
        again = [_day(problem, chosen, luck) for _ in range(DAYS)]
        error = math.sqrt(stdev(again) ** 2 / DAYS + stdev(stated) ** 2 / len(stated))
        if abs(fmean(again) - fmean(stated)) > ERRORS * error + 0.02 * fmean(stated) + 0.5:
            yield Fault(name, f"{fmean(stated):g}", f"重新模拟得 {fmean(again):g}", "another simulation differs")


def _day(problem: CallProblem, table: dict[Key, Index] | None, luck: random.Random) -> float:
    """One day; ``table`` None: first come first served."""
    chance = {kind.id: kind.chance for kind in problem.kinds}
    ready = [
        (float(c.not_before), n, n, 0) for n, c in enumerate(problem.contacts) if c.attempts < problem.most_attempts
    ]
    heapq.heapify(ready)
    lines: dict[object, deque[tuple[int, int]]] = {}
    callers = [(problem.starts * 60.0, number) for number in range(max(problem.callers))]
    reached, turn = 0.0, len(problem.contacts)
    while callers:
        now, caller = heapq.heappop(callers)
        hour = int(now // 60)
        slot = hour - problem.starts
        if slot >= len(problem.callers):
            continue
        if caller >= problem.callers[slot]:
            heapq.heappush(callers, (60.0 * (hour + 1), caller))
            continue
        while ready and ready[0][0] <= now:
            _, _, number, tried = heapq.heappop(ready)
            contact = problem.contacts[number]
            is_first = contact.id in problem.first and tried == 0 and table is not None
            state = ("first", problem.first.index(contact.id)) if is_first else (_key(contact), tried)
            lines.setdefault(state if table is not None else "all", deque()).append((number, tried))
        found = _pick(problem, table, lines, now, slot)
        if found is None:
            heapq.heappush(callers, (min(60.0 * (hour + 1), ready[0][0] if ready else math.inf), caller))
            continue
        number, tried = found
        contact = problem.contacts[number]
        is_answered = luck.random() < chance[contact.kind][hour % 24] * problem.decay ** (contact.attempts + tried)
        now += problem.answered_minutes if is_answered else problem.unanswered_minutes
        reached += contact.weight if is_answered else 0
        turn += 1
        if not is_answered and contact.attempts + tried + 1 < problem.most_attempts:
            heapq.heappush(ready, (now + problem.retry_minutes, turn, number, tried + 1))
        heapq.heappush(callers, (now, caller))
    return reached


def _pick(
    problem: CallProblem, table: dict[Key, Index] | None, lines: dict[object, deque[tuple[int, int]]], now: float,
    slot: int,
) -> tuple[int, int] | None:  # fmt: skip
    best: tuple[float, deque[tuple[int, int]]] | None = None
    for state, line in lines.items():
        while line and problem.contacts[line[0][0]].deadline < now:
            line.popleft()
        if not line:
            continue
        value = 1.0
        if table is not None and isinstance(state, tuple):
            is_first = state[0] == "first"
            value = 1e9 - state[1] if is_first else table[state[0]].values[state[1]][slot]
        if value > 0 and (best is None or value > best[0]):
            best = value, line
    return best[1].popleft() if best is not None else None
