"""The hard rules and the points of a roster as linear rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from echowall.planning.roster.contracts import Person
from echowall.planning.roster.duties import ANYWHERE, Duties, Duty, rank_order
from echowall.planning.roster.rows import Rows, Term, Values
from echowall.planning.roster.types import Assignment, Cover, Problem


@dataclass(slots=True)
class Model:
    """Rows, and what their variables mean."""

    duties: Duties
    rows: Rows
    people: list[Person]
    held: dict[str, int]
    shortages: list[int] = field(default_factory=list)
    """How many people a shift lacks: 0, except while a roster that holds so many posts is still being looked for."""

    def owners(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of each variable, the person (by number) and the day that it belongs to, -1 where it belongs to none."""
        person = np.full(len(self.rows.low), -1)
        day = np.full(len(self.rows.low), -1)
        for number, one in enumerate(self.people):
            for on, variables in one.variables_by_day():
                person[variables], day[variables] = number, on
        return person, day

    def chosen(self, values: Values) -> list[tuple[Person, int, Duty]]:
        """Who does what on which day, before the frozen days left out."""
        return [
            (person, day, duty)
            for person in self.people
            for day, options in person.options.items()
            for duty, variable in options.items()
            if values[variable]
        ]

    def held_posts(self, values: Values) -> list[str]:
        """The posts that are held."""
        return [post for post, variable in self.held.items() if values[variable]]

    def hint(self, assignments: tuple[Assignment, ...], held: tuple[str, ...]) -> Values:
        """Values that say this roster, as far as variables say it; the others are 0."""
        values = np.zeros(len(self.rows.low), dtype=np.int64)
        by_id = {person.volunteer.id: person for person in self.people}
        for one in assignments:
            variable = by_id[one.volunteer].options.get(one.day, {}).get(self.duties.duty_of(one))
            if variable is not None:
                values[variable] = 1
        for post in held:
            values[self.held[post]] = 1
        return values


def build(problem: Problem) -> Model:
    """Return the model of the problem: every hard rule, and the points of everything but fairness."""
    duties, rows = Duties(problem), Rows()
    held = _add_posts(duties, rows)
    people = [Person(rows, duties, volunteer) for volunteer in problem.volunteers]
    for person in people:
        person.add_rules()
    model = Model(duties, rows, people, held)
    _add_staffing(model)
    _add_covers(model)
    _add_wishes(model)
    _add_changes(model)
    return model


def _add_posts(duties: Duties, rows: Rows) -> dict[str, int]:
    held: dict[str, int] = {}
    before: int | None = None
    for post in rank_order(duties.problem.posts):
        variable = rows.variable(1 if post.id in duties.required else 0, 1)
        held[post.id] = variable
        if post.id in duties.required:
            continue
        if before is not None:
            rows.add([(before, 1), (variable, -1)], low=0)
        before = variable
    return held


def _add_staffing(model: Model) -> None:
    doing, able = _by_duty(model, only_experienced=False), _by_duty(model, only_experienced=True)
    for k, kind in enumerate(model.duties.kinds):
        post = kind.sample
        held = [model.held[one.id] for one in kind.posts]
        for day in sorted(kind.days - set(range(model.duties.problem.frozen_days))):
            for shift in sorted(kind.shifts):
                key = (day, Duty(shift, k))
                _staff(model, doing.get(key, []), [(one, -post.people) for one in held], is_exact=True)
                if post.experienced:
                    _staff(model, able.get(key, []), [(one, -post.experienced) for one in held], is_exact=False)


def _staff(model: Model, there: list[int], needed: list[Term], *, is_exact: bool) -> None:
    missing = model.rows.variable(0, 0)
    model.shortages.append(missing)
    model.rows.add([*((x, 1) for x in there), (missing, 1), *needed], 0, 0 if is_exact else None)


def _by_duty(model: Model, *, only_experienced: bool) -> dict[tuple[int, Duty], list[int]]:
    found: dict[tuple[int, Duty], list[int]] = {}
    for person in model.people:
        if only_experienced and not person.volunteer.is_experienced:
            continue
        for day, options in person.options.items():
            for duty, variable in options.items():
                found.setdefault((day, duty), []).append(variable)
    return found


def _add_covers(model: Model) -> None:
    doing = _by_duty(model, only_experienced=False)
    for cover in model.duties.problem.covers:
        if cover.day >= model.duties.problem.frozen_days:
            _add_cover(model, cover, [(x, 1) for x in doing.get((cover.day, Duty(cover.shift, ANYWHERE)), ())])


def _add_cover(model: Model, cover: Cover, terms: list[Term]) -> None:
    rows, most = model.rows, len(model.people)
    if cover.under_weight is not None:
        terms.append((rows.variable(0, cover.people, cover.under_weight), 1))
    if cover.over_weight is not None:
        terms.append((rows.variable(0, max(0, most - cover.people), cover.over_weight), -1))
    rows.add(terms, cover.people, cover.people)


def _add_wishes(model: Model) -> None:
    by_id = {person.volunteer.id: person for person in model.people}
    for wish in model.duties.problem.wishes:
        terms, fixed = by_id[wish.volunteer].works(wish.day, wish.shift)
        sign = -wish.weight if wish.is_wanted else wish.weight
        model.rows.constant += (wish.weight if wish.is_wanted else 0) + sign * fixed
        for variable, _ in terms:
            model.rows.cost[variable] += sign


def _add_changes(model: Model) -> None:
    problem = model.duties.problem
    if not problem.current and problem.max_changes is None:
        return
    terms: list[Term] = []
    constant = 0
    for person in model.people:
        for day in range(problem.frozen_days, problem.days):
            now = model.duties.current.get((person.volunteer.id, day))
            mine, _ = person.works(day, now.shift if now else "")
            terms += [(variable, -1 if now else 1) for variable, _ in mine]
            constant += 1 if now else 0
    for variable, factor in terms:
        model.rows.cost[variable] += factor * problem.change_weight
    model.rows.constant += constant * problem.change_weight
    if problem.max_changes is not None:
        model.rows.add(terms, high=problem.max_changes - constant)
