"""One block (or the whole street): CP-SAT on posts and closures, cuts for walks and vehicles added as they are broken.

Separation is the dual of a flow: every node is on the outside's side or not, and a link between the two sides is a
post or closed (Ford and Fulkerson 1956); one more such labelling for each area that is to be apart from others. A walk
that grows too long is the work of a set of closed links from which none can be reopened in vain: at least one of them
stays passable (combinatorial Benders cut, Codato and Fischetti 2006). Each solve is of a relaxation: its bound holds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ortools.sat.python import cp_model

from echowall.planning.deadline import Deadline
from echowall.planning.posts.street import Street
from echowall.planning.posts.types import PostProblem, State
from echowall.planning.types import Effort

Demands = frozenset[tuple[str, str]]
"""What to keep: (kind, subject); see `all_demands`."""


@dataclass(slots=True)
class Answer:
    """The states of the decided links (None: none found), the bound in yuan, and whether nothing is possible."""

    states: dict[int, State] | None = None
    bound: float = 0.0
    is_impossible: bool = False
    rounds: int = 0

    def price(self, street: Street) -> float:
        """Return what the states cost; infinite where there are none."""
        return _price(street, self.states)


def all_demands(problem: PostProblem) -> Demands:
    """Return every demand of ``problem``: kind and subject (an area, a pair of areas, a link, or nothing)."""
    areas = {residence.area for residence in problem.residences}
    found = {(kind, area) for area in areas for kind in ("separate", "detour", "vehicle")}
    found |= {("apart", f"{a}|{b}") for a, b in problem.separate}
    found |= {("lock", choice.link) for choice in problem.locks}
    for name in ("max_posts", "max_people", "max_changes"):
        if getattr(problem, name) is not None:
            found.add((name, ""))
    return frozenset(found)


def plan_block(
    street: Street, demands: Demands, effort: Effort, deadline: Deadline, *, first_only: bool = False
) -> Answer:
    """Return the cheapest states of the decided links that keep ``demands``. ``first_only``: any that do."""
    made = _build(street, demands, first_only)
    answer = Answer()
    if made is None:
        return Answer(is_impossible=True)
    model, post, closed = made
    cuts = _first_cuts(street, demands)
    for cut in sorted(cuts, key=sorted):
        model.add_bool_or([closed[link].negated() for link in sorted(cut)])
    while True:
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.05, deadline.left)
        solver.parameters.random_seed = effort.seed
        solver.parameters.num_workers = 1 if effort.work is not None else effort.workers
        if effort.work is not None:
            solver.parameters.max_deterministic_time = effort.work
        status = solver.solve(model)
        answer.rounds += 1
        if status == cp_model.INFEASIBLE:
            return Answer(is_impossible=True, rounds=answer.rounds)
        if not first_only:
            answer.bound = max(answer.bound, solver.best_objective_bound)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return answer
        states = _states(solver, post, closed)
        fresh = _broken(street, demands, _shut(states)) - cuts
        if not fresh:
            if _price(street, states) < _price(street, answer.states):
                answer.states = states
            return answer
        repaired = _repaired(street, demands, states, fresh)
        if repaired is not None and _price(street, repaired) < _price(street, answer.states):
            answer.states = repaired
        for cut in sorted(fresh, key=sorted):
            model.add_bool_or([closed[link].negated() for link in sorted(cut)])
        cuts |= fresh
        if deadline.is_over or (not first_only and _price(street, answer.states) <= answer.bound + 0.5):
            return answer


def _shut(states: dict[int, State]) -> frozenset[int]:
    return frozenset(link for link, state in states.items() if state == "closed")


def _first_cuts(street: Street, demands: Demands) -> set[frozenset[int]]:
    """Return cuts met on the way from everything closed to enough reopened: they spare the solver its first rounds."""
    shut = frozenset(link for link in street.decided if "closed" in street.may(link))
    found: set[frozenset[int]] = set()
    while True:
        fresh = _broken(street, demands, shut)
        if not fresh:
            return found
        found |= fresh
        met = Counter(link for cut in fresh for link in cut)
        for cut in sorted(fresh, key=sorted):
            if cut <= shut:
                shut -= {max(cut, key=lambda link: (met[link], -link))}


def _price(street: Street, states: dict[int, State] | None) -> float:
    return math.inf if states is None else sum(street.cost(link, state) for link, state in states.items())


def _build(
    street: Street, demands: Demands, first_only: bool
) -> tuple[cp_model.CpModel, dict[int, cp_model.IntVar], dict[int, cp_model.IntVar]] | None:
    model = cp_model.CpModel()
    post = {link: model.new_bool_var("") for link in street.decided}
    closed = {link: model.new_bool_var("") for link in street.decided}
    problem = street.problem
    locked = {choice.link: choice.state for choice in problem.locks if ("lock", choice.link) in demands}
    for link in street.decided:
        model.add_at_most_one(post[link], closed[link])
        may = street.may(link)
        state = locked.get(problem.links[link].id)
        for variable, name in ((post[link], "post"), (closed[link], "closed")):
            if name not in may or state not in (None, name):
                model.add(variable == 0)
            elif state == name:
                model.add(variable == 1)
    if not _separate(street, demands, model, post, closed):
        return None
    _limit(street, demands, model, post, closed)
    if not first_only:
        terms = []
        for link in street.decided:
            base = street.cost(link, "open")
            terms.append(base + (street.cost(link, "post") - base) * post[link])
            terms.append((street.cost(link, "closed") - base) * closed[link])
        model.minimize(sum(terms))
    return model, post, closed


def _separate(
    street: Street,
    demands: Demands,
    model: cp_model.CpModel,
    post: dict[int, cp_model.IntVar],
    closed: dict[int, cp_model.IntVar],
) -> bool:
    """Ask for the separations. False: two nodes that must be on two sides are joined by mere ways."""
    doors: dict[str, set[int]] = {}
    for residence, door in zip(street.problem.residences, street.doors, strict=True):
        doors.setdefault(residence.area, set()).add(door)
    inside = {door for area, some in doors.items() if ("separate", area) in demands for door in some}
    sides = [(street.outside, inside)]
    against: dict[str, set[int]] = {}
    for a, b in street.problem.separate:
        if ("apart", f"{a}|{b}") in demands:
            against.setdefault(a, set()).update(doors[b])
    sides += [(doors[a], others) for a, others in sorted(against.items())]
    group = _joined_by_ways(street)
    barrier = {link: model.new_bool_var("") for link in street.decided}
    for link, variable in barrier.items():
        model.add(variable == post[link] + closed[link])
    for sources, sinks in sides:
        if not sinks:
            continue
        ones, zeros = {group[v] for v in sources}, {group[v] for v in sinks}
        if ones & zeros:
            return False
        side: dict[int, cp_model.IntVar] = {}
        for link in street.decided:
            one, other = (group[end] for end in street.ends[link])
            for g in (one, other):
                if g not in side:
                    side[g] = model.new_bool_var("")
                    if g in ones or g in zeros:
                        model.add(side[g] == (1 if g in ones else 0))
            if one != other:
                model.add_bool_or([side[one].negated(), side[other], barrier[link]])
                model.add_bool_or([side[one], side[other].negated(), barrier[link]])
    return True


def _joined_by_ways(street: Street) -> list[int]:
    """The number of the group of each node: nodes joined by mere ways are one, and all that is outside."""
    group = list(range(len(street.near)))

    def root(v: int) -> int:
        while group[v] != v:
            group[v] = group[group[v]]
            v = group[v]
        return v

    for link, (a, b) in enumerate(street.ends):
        if street.problem.links[link].kind == "way":
            group[root(a)] = root(b)
    first = root(min(street.outside))
    for v in street.outside:
        group[root(v)] = first
    return [root(v) for v in range(len(group))]


def _limit(
    street: Street,
    demands: Demands,
    model: cp_model.CpModel,
    post: dict[int, cp_model.IntVar],
    closed: dict[int, cp_model.IntVar],
) -> None:
    problem = street.problem
    if ("max_posts", "") in demands and problem.max_posts is not None:
        model.add(sum(post.values()) <= problem.max_posts)
    if ("max_people", "") in demands and problem.max_people is not None:
        people = sum((problem.links[link].post_people or 0) * problem.shifts * post[link] for link in street.decided)
        model.add(people <= problem.max_people)
    if ("max_changes", "") in demands and problem.max_changes is not None:
        number = {problem.links[link].id: link for link in street.decided}
        moved = []
        for choice in problem.current:
            if choice.link in number:
                link = number[choice.link]
                stays = {"post": 1 - post[link], "closed": 1 - closed[link], "open": post[link] + closed[link]}
                moved.append(stays[choice.state])
        model.add(sum(moved) <= problem.max_changes)


def _states(
    solver: cp_model.CpSolver, post: dict[int, cp_model.IntVar], closed: dict[int, cp_model.IntVar]
) -> dict[int, State]:
    return {
        link: "post" if solver.boolean_value(post[link]) else "closed" if solver.boolean_value(closed[link]) else "open"
        for link in post
    }


def _broken(street: Street, demands: Demands, shut: frozenset[int]) -> set[frozenset[int]]:
    """Return, for each walk too long and each building out of reach, closed links of which one must be passable."""
    problem = street.problem
    found: set[frozenset[int]] = set()
    drivable = set(street.driven)
    for i, door in enumerate(street.doors):
        area = problem.residences[i].area
        if ("detour", area) in demands:
            most = street.today[i] + problem.detour_metres + 1e-6
            found |= _least(shut, partial(street.in_the_way, door, most=most))
        if ("vehicle", area) in demands and i in drivable:
            found |= _least(shut, partial(street.bars, door))
    return found


def _least(shut: frozenset[int], blocks: Callable[[frozenset[int]], set[int] | None]) -> set[frozenset[int]]:
    """Return sets of closed links that are in the way and from which nothing can be left out; none where nothing is.

    Found around the door and thinned out in two orders: different cuts of one walk tell the solver more.
    """
    near = blocks(shut)
    if near is None:
        return set()
    found = set()
    for is_reversed in (False, True):
        kept = near
        for link in sorted(near, reverse=is_reversed):
            if link in kept:
                kept = blocks(frozenset(kept - {link})) or kept
        found.add(frozenset(kept))
    return found


def _repaired(
    street: Street, demands: Demands, states: dict[int, State], cuts: set[frozenset[int]]
) -> dict[int, State] | None:
    """Turn closed links into posts until every walk and drive is kept; None where a limit or lock forbids it."""
    if any(kind.startswith("max_") for kind, _ in demands):
        return None
    locked = {choice.link for choice in street.problem.locks}
    found = dict(states)
    for _ in range(20):
        for cut in sorted(cuts, key=sorted):
            if all(found[link] == "closed" for link in cut):
                free = [n for n in cut if "post" in street.may(n) and street.problem.links[n].id not in locked]
                if not free:
                    return None
                found[min(free, key=lambda n: (street.cost(n, "post"), n))] = "post"
        cuts = _broken(street, demands, _shut(found))
        if not cuts:
            return found
    return None
