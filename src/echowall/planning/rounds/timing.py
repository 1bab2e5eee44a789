"""From an order of places to the night of a team."""

from __future__ import annotations

from itertools import pairwise

from echowall.planning.rounds.ground import Ground
from echowall.planning.rounds.types import Look, Round, RoundsProblem


def round_of(problem: RoundsProblem, ground: Ground, team: int, order: tuple[int, ...]) -> Round | None:
    """Return the round through the places of ``order``, or None where it breaks a window or ends too late.

    The team leaves as late as it can without beginning its first look later.
    """
    first, seconds, base = len(problem.bases), ground.seconds[team], ground.bases[team]
    who = problem.teams[team]
    if not all(ground.may[row, team] for row in order):
        return None
    way = int(seconds[base, first + order[0]])
    departs = max(who.starts, problem.places[order[0]].opens - way)
    now, at, looks = departs, base, []
    for row in order:
        place = problem.places[row]
        step = int(seconds[at, first + row])
        arrives = now + step
        begins = max(arrives, place.opens)
        if step < 0 or begins > place.closes:
            return None
        now, at = begins + place.seconds, first + row
        looks.append(Look(place.id, arrives, begins, now))
    back = int(seconds[at, base])
    if back < 0 or now + back > who.ends:
        return None
    stops = [base, *(first + row for row in order), base]
    metres = sum(int(ground.metres[one, other]) for one, other in pairwise(stops))
    return Round(who.id, departs, tuple(looks), now + back, metres)
