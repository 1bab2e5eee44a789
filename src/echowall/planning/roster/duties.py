"""Who may do what when: posts of one kind together, and each person's possible duties on each day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from echowall.planning.roster.types import Assignment, Contract, Lock, Post, Problem, Shift, Volunteer

ANYWHERE = -1
"""The kind of a duty that only covers ask for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Posts that ask for the same; which of them a person stands at is settled when the shifts are."""

    posts: tuple[Post, ...]
    shifts: frozenset[str]
    days: frozenset[int]

    @property
    def sample(self) -> Post:
        """One of them."""
        return self.posts[0]


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift at any post of a kind."""

    shift: str
    kind: int


class Duties:
    """A problem looked up by day, shift and kind."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.shifts = {shift.id: shift for shift in problem.shifts}
        self.contracts = {contract.id: contract for contract in problem.contracts}
        self.kinds = _kinds(problem)
        self.kind_of = {post.id: k for k, kind in enumerate(self.kinds) for post in kind.posts}
        self.covers = {(cover.day, cover.shift): cover for cover in problem.covers}
        self.required = {post.id for post in problem.posts if post.is_required} | {
            lock.post for lock in problem.locks if lock.must and lock.post
        }
        self.past = {(one.volunteer, one.day): one for one in problem.current if one.day < problem.frozen_days}
        self.current = {(one.volunteer, one.day): one for one in problem.current}
        self._locks: dict[str, list[Lock]] = {}
        for lock in problem.locks:
            self._locks.setdefault(lock.volunteer, []).append(lock)
        self._on_day = [list(self._asked(day)) for day in range(problem.days)]

    def contract_of(self, volunteer: Volunteer) -> Contract:
        """The person's contract."""
        return self.contracts[volunteer.contract]

    def may_follow(self, earlier: Shift, later: Shift) -> bool:
        """Whether the later shift may be worked on the day after the earlier one (rest and forbidden successions)."""
        rest = 1440 + later.start_minute - earlier.start_minute - earlier.minutes
        return rest >= self.problem.rest_minutes and later.id not in earlier.forbidden_next

    def possible(self, volunteer: Volunteer, day: int) -> list[Duty]:
        """The duties that this person could do on this day: asked for, able, available, not locked out."""
        contract = self.contract_of(volunteer)
        never = {shift for shift, most in contract.shift_maximum if most == 0}
        absent = {absence.shift for absence in volunteer.absences if absence.day == day}
        if "" in absent:
            return []
        locks = [lock for lock in self._locks.get(volunteer.id, ()) if lock.day in (None, day)]
        return [
            duty
            for duty in self._on_day[day]
            if duty.shift not in never | absent
            and (duty.kind == ANYWHERE or self.kinds[duty.kind].sample.skill in ("", *volunteer.skills))
            and all(self._allows(lock, duty, day) for lock in locks)
        ]

    def must_work(self, volunteer: Volunteer, day: int) -> bool:
        """Whether a lock wants this person to work on this day."""
        return any(lock.must and lock.day == day for lock in self._locks.get(volunteer.id, ()))

    def duty_of(self, one: Assignment) -> Duty:
        """The duty that an assignment is one of."""
        return Duty(one.shift, self.kind_of[one.post] if one.post else ANYWHERE)

    def _allows(self, lock: Lock, duty: Duty, day: int) -> bool:
        is_it = lock.shift in ("", duty.shift) and (not lock.post or self.kind_of[lock.post] == duty.kind)
        return is_it if lock.must and lock.day == day else lock.must or not is_it

    def _asked(self, day: int) -> Iterator[Duty]:
        if self.problem.covers:
            yield from (Duty(shift.id, ANYWHERE) for shift in self.problem.shifts)
        for k, kind in enumerate(self.kinds):
            if day in kind.days:
                yield from (Duty(shift.id, k) for shift in self.problem.shifts if shift.id in kind.shifts)


def rank_order(posts: Sequence[Post]) -> list[Post]:
    """Posts in the order in which they are held: the last one is given up first."""
    return sorted(posts, key=lambda post: post.rank)


def _kinds(problem: Problem) -> list[Kind]:
    # A post that a lock names is a kind by itself: then who stands there is settled together with the shifts.
    named = {lock.post for lock in problem.locks if lock.post}
    alike: dict[object, list[Post]] = {}
    for post in rank_order(problem.posts):
        alone = post.id if post.id in named else ""
        key = (alone, post.shifts, post.days, post.people, post.experienced, post.skill)
        alike.setdefault(key, []).append(post)
    every_shift = frozenset(shift.id for shift in problem.shifts)
    every_day = frozenset(range(problem.days))
    return [
        Kind(tuple(posts), frozenset(posts[0].shifts) or every_shift, frozenset(posts[0].days) or every_day)
        for posts in alike.values()
    ]
