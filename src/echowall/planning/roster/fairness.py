"""Each person's fair share of hours, nights and weekend days, and the points for being far from it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from echowall.planning.roster.contracts import Part, Person
from echowall.planning.roster.duties import Duties
from echowall.planning.roster.model import Model
from echowall.planning.roster.types import Contract, Problem, Shift, Volunteer

MEASURES = ("shift", "night", "weekend")


@dataclass(frozen=True, slots=True)
class Share:
    """What one person ought to carry of one measure, history included, and the size of one step of it."""

    measure: str
    target: Fraction
    step: int


def add_fairness(model: Model, held: list[str]) -> None:
    """Add the points for loads far from their share, given which posts are held."""
    fairness = model.duties.problem.fairness
    weights = {
        "shift": fairness.shift_weight,
        "night": fairness.night_weight,
        "weekend": fairness.weekend_weight,
    }
    for measure in MEASURES:
        if weights[measure]:
            shares = shares_of(model.duties, measure, held)
            for person in model.people:
                if person.volunteer.id in shares:
                    _add_distance(model, person, shares[person.volunteer.id], weights[measure])


def shares_of(duties: Duties, measure: str, held: list[str]) -> dict[str, Share]:
    """Return the share of each person who can take part in this measure."""
    problem = duties.problem
    sharing = [one for one in problem.volunteers if _takes_part(duties, one, measure)]
    total = sum(_count(duties, day, shift, measure) * people for day, shift, people in _asked(duties, held))
    total += sum(_before(one, measure) for one in problem.volunteers)
    weights = {one.id: allowed_minutes(problem, duties.contract_of(one)) for one in sharing}
    step = problem.fairness.shift_minutes if measure == "shift" else 1
    whole = sum(weights.values())
    return {name: Share(measure, Fraction(total * weight, whole), step) for name, weight in weights.items() if whole}


def allowed_minutes(problem: Problem, contract: Contract) -> int:
    """The minutes that a contract allows over the period: what shares are in proportion to."""
    weeks = Fraction(problem.days, 7)
    limits = [1440 * problem.days]
    if contract.minutes.maximum is not None:
        limits.append(contract.minutes.maximum)
    if contract.minutes_per_week is not None:
        limits.append(int(contract.minutes_per_week * weeks))
    return min(limits)


def load_of(duties: Duties, person: Person, measure: str) -> Part:
    """The person's load in the period, and as a fixed number that of earlier weeks."""
    terms, fixed = [], _before(person.volunteer, measure)
    for day in range(duties.problem.days):
        for shift in duties.problem.shifts:
            count = _count(duties, day, shift, measure)
            mine, given = person.works(day, shift.id)
            if count:
                terms += [(variable, count * factor) for variable, factor in mine]
                fixed += count * given
    return terms, fixed


def _add_distance(model: Model, person: Person, share: Share, weight: int) -> None:
    terms, fixed = load_of(model.duties, person, share.measure)
    tolerance = model.duties.problem.fairness.tolerance
    largest = max(math.ceil(share.target), fixed + sum(factor for _, factor in terms))
    most = 2 + largest // share.step
    for times in (1, 2):
        room = tolerance * times * share.step
        # Whole numbers only: L <= T + room with a fraction in T is L <= floor(T + room).
        above, below = model.rows.variable(0, most, weight), model.rows.variable(0, most, weight)
        model.rows.add([*terms, (above, -share.step)], high=int(share.target + room) - fixed)
        model.rows.add([*terms, (below, share.step)], low=-int(-(share.target - room) // 1) - fixed)


def _asked(duties: Duties, held: list[str]) -> Iterator[tuple[int, Shift, int]]:
    problem, chosen = duties.problem, set(held)
    for one in duties.past.values():
        yield one.day, duties.shifts[one.shift], 1
    for cover in problem.covers:
        if cover.day >= problem.frozen_days:
            yield cover.day, duties.shifts[cover.shift], cover.people
    for kind in duties.kinds:
        people = kind.sample.people * sum(post.id in chosen for post in kind.posts)
        for day in kind.days:
            if day >= problem.frozen_days:
                yield from ((day, duties.shifts[shift], people) for shift in sorted(kind.shifts))


def _count(duties: Duties, day: int, shift: Shift, measure: str) -> int:
    if measure == "shift":
        return shift.minutes
    if measure == "night":
        return int(shift.is_night)
    return int((day + duties.problem.first_weekday) % 7 >= 5)


def _before(volunteer: Volunteer, measure: str) -> int:
    history = volunteer.history
    return {"shift": history.minutes, "night": history.nights, "weekend": history.weekends}[measure]


def _takes_part(duties: Duties, volunteer: Volunteer, measure: str) -> bool:
    for day in range(duties.problem.days):
        for duty in duties.possible(volunteer, day):
            if _count(duties, day, duties.shifts[duty.shift], measure):
                return True
    return False
