"""Runs the simulation for a plan and for the two usual ways beside it: everybody at eight, and equal division."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echowall.planning.testday.calls import slots_of
from echowall.planning.testday.simulation import Numbers, crowd_of, waits_of
from echowall.planning.testday.siting import walk_of
from echowall.planning.testday.types import Building, Call, Day, Lanes, Problem, Site, Trial


@dataclass(frozen=True, slots=True)
class Outcome:
    """Waits at one site (or at all), one row per simulated day (NaN: did not come), and when each day was through."""

    waits: Numbers
    ends: Numbers


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the promise held in enough of the simulated days."""

    within_share: float
    kept_share: float
    is_kept: bool


def run_site(problem: Problem, site: Site, calls: Sequence[Call], lanes: Lanes, seed: int) -> Outcome:
    """Simulate the problem's number of days at one site."""
    # The site's own stream: what other sites draw does not change its days.
    draw = np.random.default_rng([seed, zlib.crc32(site.id.encode())])
    crowd = crowd_of(problem, calls, site.windows, problem.trials, draw)
    return Outcome(*waits_of(problem, crowd, lanes, draw))


def summed(problem: Problem, outcomes: dict[str, Outcome]) -> Verdict:
    """Judge the simulated days of these sites together."""
    promise = problem.promise
    within = sum((one.waits <= promise.wait_minutes).sum(axis=1) for one in outcomes.values())
    came = sum((~np.isnan(one.waits)).sum(axis=1) for one in outcomes.values())
    shares = np.asarray(within, dtype=float) / np.maximum(1, np.asarray(came, dtype=float))
    kept = float((shares >= promise.share).mean())
    whole = float(np.sum(within) / max(1, np.sum(came)))
    return Verdict(whole, kept, kept >= promise.confidence and whole >= promise.share)


def run(problem: Problem, day: Day, way: str, seed: int) -> Trial:
    """Simulate the plan ("plan"), equal division ("equal") or everybody at eight ("eight"), with as many lanes."""
    calls, lanes = list(day.calls), {one.site: one for one in day.lanes}
    if way == "equal":
        calls, lanes = _equally(problem, day)
    elif way == "eight":
        calls = _at_opening(problem, calls)
    outcomes = {}
    for site in problem.sites:
        mine = [call for call in calls if call.site == site.id]
        if mine and site.id in lanes:
            outcomes[site.id] = run_site(problem, site, mine, lanes[site.id], seed)
    return _trial(problem, way, sum(one.count for one in lanes.values()), outcomes)


def _trial(problem: Problem, name: str, lanes: int, outcomes: dict[str, Outcome]) -> Trial:
    verdict = summed(problem, outcomes)
    waits = np.concatenate([one.waits.ravel() for one in outcomes.values()]) if outcomes else np.zeros(1)
    ends = np.max([one.ends for one in outcomes.values()], axis=0) if outcomes else np.zeros(1)
    return Trial(
        name=name,
        lanes=lanes,
        within_share=round(verdict.within_share, 4),
        kept_share=round(verdict.kept_share, 4),
        wait_mean=round(float(np.nanmean(waits)), 2),
        wait_95=round(float(np.nanpercentile(waits, 95)), 2),
        wait_most=round(float(np.nanmax(waits)), 1),
        last_minute=round(float(ends.mean()), 1),
        trials=problem.trials,
    )


def _at_opening(problem: Problem, calls: Sequence[Call]) -> list[Call]:
    """Everybody comes in the first slot of the site."""
    first = {site.id: slots_of(problem, site.windows)[0] for site in problem.sites if slots_of(problem, site.windows)}
    together: dict[tuple[str, str], int] = {}
    for call in calls:
        together[call.source, call.site] = together.get((call.source, call.site), 0) + call.people
    return [Call(source, site, first[site], people) for (source, site), people in together.items()]


def _equally(problem: Problem, day: Day) -> tuple[list[Call], dict[str, Lanes]]:
    """As it is usually done: every site as many buildings and lanes, every building as much time, whatever its size."""
    sites = [
        site for site in problem.sites if any(call.site == site.id for call in day.calls) and site.kind == "community"
    ]
    firms = {firm.id for firm in problem.firms}
    calls = [call for call in day.calls if call.source in firms]
    lanes = {one.site: one for one in day.lanes if any(call.site == one.site for call in calls)}
    whole = sum(one.count for one in day.lanes if one.site not in lanes)
    for number, site in enumerate(sites):
        count = whole // len(sites) + (number < whole % len(sites))
        lanes[site.id] = Lanes(site.id, max(1, count))
    for site, buildings in _dealt(problem, sites):
        slots = slots_of(problem, site.windows)
        for number, building in enumerate(buildings):
            mine = slots[number * len(slots) // len(buildings) : (number + 1) * len(slots) // len(buildings)]
            mine = mine or [slots[number * len(slots) // len(buildings)]]
            people = building.people - building.home_visits
            for at, slot in enumerate(mine):
                part = people * (at + 1) // len(mine) - people * at // len(mine)
                if part:
                    calls.append(Call(building.id, site.id, slot, part))
    return calls, lanes


def _dealt(problem: Problem, sites: Sequence[Site]) -> list[tuple[Site, list[Building]]]:
    """Buildings to their nearest site that has not yet its equal number of them."""
    most = -(-len(problem.buildings) // max(1, len(sites)))
    dealt: dict[str, list[Building]] = {site.id: [] for site in sites}
    for building in sorted(problem.buildings, key=lambda one: one.id):
        open_sites = [site for site in sites if len(dealt[site.id]) < most]
        nearest = min(open_sites, key=lambda site: walk_of(problem, building, site))
        dealt[nearest.id].append(building)
    return [(site, dealt[site.id]) for site in sites if dealt[site.id]]
