"""Who of a shift stands at which of the like posts: at least as many experienced people at each as it asks for."""

from __future__ import annotations

from collections import Counter

import numpy as np
from ortools.graph.python import linear_sum_assignment  # type: ignore[import-untyped]

from echowall.planning.roster.contracts import Person
from echowall.planning.roster.duties import Duty
from echowall.planning.roster.model import Model
from echowall.planning.roster.rows import Values
from echowall.planning.roster.types import Assignment, Post

FORBIDDEN = 1_000_000


def seat(model: Model, values: Values) -> list[Assignment]:
    """Return the assignments with posts: people stay where they stood before, as far as each shift allows.

    Posts of one kind ask for the same, and the rows gave the shift enough experienced people for all: seats can always
    be filled, which makes choosing them afterwards exact.
    """
    held = set(model.held_posts(values))
    together: dict[tuple[int, Duty], list[Person]] = {}
    for person, day, duty in model.chosen(values):
        together.setdefault((day, duty), []).append(person)
    seated = list(model.duties.past.values())
    stood: Counter[tuple[str, str]] = Counter((one.volunteer, one.post) for one in seated)
    for (day, duty), people in sorted(
        together.items(), key=lambda item: (item[0][0], item[0][1].shift, item[0][1].kind)
    ):
        posts = [post for post in model.duties.kinds[duty.kind].posts if post.id in held] if duty.kind >= 0 else []
        placed = _place(model, day, duty.shift, people, posts, stood) if posts else [""] * len(people)
        for person, post in zip(people, placed, strict=True):
            seated.append(Assignment(person.volunteer.id, day, duty.shift, post))
            stood[person.volunteer.id, post] += 1
    return sorted(seated, key=lambda one: (one.day, one.shift, one.post, one.volunteer))


def _place(
    model: Model, day: int, shift: str, people: list[Person], posts: list[Post], stood: Counter[tuple[str, str]]
) -> list[str]:
    seats = [(post, number < post.experienced) for post in posts for number in range(post.people)]
    if len(people) == len(seats) == 1 or len(posts) == 1:
        return [posts[0].id] * len(people)
    cost = np.zeros((len(people), len(seats)), dtype=np.int64)
    for row, person in enumerate(people):
        now = model.duties.current.get((person.volunteer.id, day))
        for column, (post, needs_experience) in enumerate(seats):
            if needs_experience and not person.volunteer.is_experienced:
                cost[row, column] = FORBIDDEN
            elif now is not None and (now.shift, now.post) == (shift, post.id):
                cost[row, column] = 0
            else:
                cost[row, column] = 100 - min(90, 10 * stood[person.volunteer.id, post.id])
    solver = linear_sum_assignment.SimpleLinearSumAssignment()
    rows, columns = np.indices(cost.shape)
    solver.add_arcs_with_cost(rows.ravel(), columns.ravel(), cost.ravel())
    solver.solve()
    return [seats[solver.right_mate(row)][0].id for row in range(len(people))]
