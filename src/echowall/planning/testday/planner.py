"""Plans a test day: sites and lanes, then calls, then simulates them; more lanes until the promise holds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from echowall.planning.deadline import Deadline
from echowall.planning.testday import telling
from echowall.planning.testday.calls import calls_for, firm_groups, groups_of, is_break, slots_of
from echowall.planning.testday.siting import Siting, conflict_of, open_minutes, site_buildings, work_of
from echowall.planning.testday.trials import Outcome, run, run_site, summed
from echowall.planning.testday.types import Call, Day, Firm, HomeVisits, Lanes, Problem, Site, Window
from echowall.planning.types import Effort, Plan, gap_between

LOADS = [1 - step / 50 for step in range(20)]
"""How busy lanes may be at most, tried from full downwards."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Calls and lanes, and what simulating each site gave."""

    calls: dict[str, list[Call]]
    lanes: dict[str, Lanes]
    outcomes: dict[str, Outcome]
    load: float

    @property
    def count(self) -> int:
        """Lanes in all."""
        return sum(one.count for one in self.lanes.values())


def solve(problem: Problem, effort: Effort) -> Plan[Day]:
    """Return the plan with the fewest lanes whose simulated waits keep the promise, beside a proved lower bound.

    The bound is the work: people expected times the mean time at a lane must fit into lanes times opening minutes at
    every site, with each building at one site within walking reach (proved by CP-SAT); firms likewise.
    """
    deadline = Deadline(effort)
    spare = least_firm_lanes(problem)
    first = site_buildings(problem, 1.0, effort, deadline, spare=spare)
    if not isinstance(first, Siting):
        conflict = None
        if first is False:
            conflict = conflict_of(problem, replace(effort, seconds=max(1.0, deadline.left)), spare=spare)
        return telling.without(effort, deadline.spent, conflict, is_impossible=first is False)
    least = first.least + spare
    draft, is_kept = _draft(problem, first, effort, deadline)
    return _plan(problem, draft, least, is_kept, effort, deadline)


def least_firm_lanes(problem: Problem) -> int:
    """Lanes that the enterprise sites need at least, by the work and the minutes of their firms' windows."""
    total = 0
    for site in problem.sites:
        firms = [firm for firm in problem.firms if firm.site == site.id]
        minutes = len(_firm_slots(problem, site, firms)) * problem.slot_minutes
        if firms and minutes:
            total += math.ceil(work_of(problem, sum(firm.people for firm in firms)) / minutes - 1e-9)
    return total


def _draft(problem: Problem, first: Siting, effort: Effort, deadline: Deadline) -> tuple[Draft, bool]:
    """Find how busy lanes may be so that the promise holds (halving the range), then take back lanes not needed."""
    simulate = Simulator(problem, effort.seed)
    best, kept = _simulated(problem, first, simulate, LOADS[0]), False
    if not summed(problem, best.outcomes).is_kept:
        low, high = 0, len(LOADS)
        while high - low > 1 and not deadline.is_over:
            middle = (low + high) // 2
            siting = site_buildings(problem, LOADS[middle], effort, deadline, spare=least_firm_lanes(problem))
            draft = _simulated(problem, siting, simulate, LOADS[middle]) if isinstance(siting, Siting) else None
            if draft is not None and summed(problem, draft.outcomes).is_kept:
                best, kept, high = draft, True, middle
            elif draft is None:
                high = middle
            else:
                best, low = (best if kept else draft), middle
        if not kept:
            return best, False
    return _trimmed(problem, best, simulate, deadline), True


class Simulator:
    """Simulates a site with its calls and lanes once only."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self._problem, self._seed = problem, seed
        self._known: dict[tuple[Lanes, tuple[Call, ...]], Outcome] = {}

    def run(self, site: Site, calls: list[Call], lanes: Lanes) -> Outcome:
        """Return what simulating the site gave."""
        key = (lanes, tuple(calls))
        if key not in self._known:
            self._known[key] = run_site(self._problem, site, calls, lanes, self._seed)
        return self._known[key]


def _simulated(problem: Problem, siting: Siting, simulate: Simulator, load: float) -> Draft:
    draft = Draft({}, {}, {}, load)
    for site in problem.sites:
        if site.kind == "community":
            for lanes, calls in _community(problem, site, siting, siting.lanes[site.id]):
                _keep(draft, site, lanes, calls, simulate)
        else:
            _plan_firms(problem, draft, site, simulate)
    return draft


def _keep(draft: Draft, site: Site, lanes: Lanes, calls: list[Call], simulate: Simulator) -> None:
    draft.calls[site.id], draft.lanes[site.id] = calls, lanes
    draft.outcomes[site.id] = simulate.run(site, calls, lanes)


def _community(problem: Problem, site: Site, siting: Siting, count: int) -> Iterator[tuple[Lanes, list[Call]]]:
    buildings = [one for one in problem.buildings if siting.site_of[one.id] == site.id]
    if not buildings or not count:
        return
    locked = {lock.building: lock.start_minute for lock in problem.locks if lock.start_minute is not None}
    now = {call.source: call.start_minute for call in reversed(problem.current)}
    buildings.sort(key=lambda one: (now.get(one.id, 1440), math.atan2(one.y - site.y, one.x - site.x), one.id))
    groups = groups_of(buildings, locked)
    slots = slots_of(problem, site.windows)
    students = sum(group.people for group in groups if group.is_student)
    between = sum(is_break(problem, slot) for slot in slots) * problem.slot_minutes
    # A green channel in the breaks: as many lanes as the students' work fills, one lane left for everybody else.
    green = min(count - 1, math.ceil(work_of(problem, students) / between)) if students and between else 0
    lanes = Lanes(site.id, count, max(0, green))
    yield lanes, calls_for(problem, site.id, slots, groups, lanes)


def _firm_slots(problem: Problem, site: Site, firms: list[Firm]) -> list[int]:
    slots = slots_of(problem, site.windows)

    def fits(window: Window, slot: int) -> bool:
        return window.start_minute <= slot and slot + problem.slot_minutes <= window.end_minute

    return [slot for slot in slots if any(not one.windows or any(fits(w, slot) for w in one.windows) for one in firms)]


def _plan_firms(problem: Problem, draft: Draft, site: Site, simulate: Simulator) -> None:
    firms = [firm for firm in problem.firms if firm.site == site.id]
    slots = _firm_slots(problem, site, firms)
    if not firms or not slots:
        return
    work = work_of(problem, sum(firm.people for firm in firms))
    for count in range(max(1, math.ceil(work / (len(slots) * problem.slot_minutes) - 1e-9)), site.most_lanes + 1):
        lanes = Lanes(site.id, count)
        _keep(draft, site, lanes, calls_for(problem, site.id, slots, firm_groups(firms), lanes), simulate)
        if summed(problem, {site.id: draft.outcomes[site.id]}).is_kept:
            return


def _trimmed(problem: Problem, draft: Draft, simulate: Simulator, deadline: Deadline) -> Draft:
    """Take one lane after the other away where the promise still holds, the least busy site first."""
    sites = {site.id: site for site in problem.sites}

    def idle(name: str) -> float:
        called = sum(call.people for call in draft.calls[name])
        return open_minutes(problem, sites[name]) * draft.lanes[name].count - work_of(problem, called)

    for name in sorted(draft.lanes, key=idle, reverse=True):
        site = sites[name]
        while site.kind == "community" and draft.lanes[name].count > 1 and not deadline.is_over:
            called = sum(call.people for call in draft.calls[name])
            count = draft.lanes[name].count - 1
            if work_of(problem, called) > count * open_minutes(problem, site):
                break
            siting = Siting({call.source: name for call in draft.calls[name]}, {}, 0)
            siting.site_of.update({one.id: siting.site_of.get(one.id, "") for one in problem.buildings})
            smaller = replace(draft, calls=dict(draft.calls), lanes=dict(draft.lanes), outcomes=dict(draft.outcomes))
            for lanes, calls in _community(problem, site, siting, count):
                _keep(smaller, site, lanes, calls, simulate)
            if not summed(problem, smaller.outcomes).is_kept:
                break
            draft = smaller
    return draft


def _plan(problem: Problem, draft: Draft, least: int, is_kept: bool, effort: Effort, deadline: Deadline) -> Plan[Day]:
    calls = tuple(call for mine in draft.calls.values() for call in mine)
    lanes = tuple(draft.lanes.values())
    visits = tuple(
        HomeVisits(one.id, one.home_visits, one.home_visits * problem.service.home_minutes, one.x, one.y)
        for one in problem.buildings
        if one.home_visits
    )
    day = Day(calls, lanes, visits)
    trials = tuple(run(problem, day, name, effort.seed) for name in ("plan", "equal", "eight"))
    day = replace(day, trials=trials)
    objective = float(draft.count)
    return Plan(
        task="testday",
        status="optimal" if is_kept and objective == least else "feasible",
        solution=day,
        objective=objective,
        objective_text=telling.OBJECTIVE,
        bound=float(least),
        bound_text=telling.BOUND,
        gap=gap_between(objective, float(least)),
        metrics=tuple(telling.metrics(problem, day)),
        explanation=tuple(telling.explanation(problem, day, draft.load, is_kept=is_kept)),
        conflict=None,
        seed=effort.seed,
        seconds=deadline.spent,
        change_count=telling.change_count(problem, day) if problem.current else None,
    )
