"""Posts: the street falls apart into blocks; only where a limit on the whole binds is it planned as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from echowall.planning.conflicts import find_conflict
from echowall.planning.deadline import Deadline
from echowall.planning.posts.block import Answer, all_demands, plan_block
from echowall.planning.posts.report import Found, plan_of
from echowall.planning.posts.street import Street
from echowall.planning.posts.types import PostProblem, PostSolution, State
from echowall.planning.types import Conflict, Demand, Effort, Plan, Said

LIMITS = ("max_posts", "max_people", "max_changes")


def solve(problem: PostProblem, effort: Effort) -> Plan[PostSolution]:
    """Return the plan of ``problem``, which has no faults."""
    deadline = Deadline(effort)
    street = Street(problem)
    blocks = street.blocks()
    states: dict[str, State] = {link.id: "open" for link in problem.links if link.kind != "way"}
    answers = _by_block(blocks, effort, deadline)
    for block, answer in zip(blocks, answers, strict=False):
        if answer.is_impossible:
            found = Found(None, None, len(blocks), _conflict(block, deadline, effort))
            return plan_of(street, found, effort, deadline)
        for link, state in (answer.states or {}).items():
            states[block.links[link].id] = state
    bound = sum(answer.bound for answer in answers)
    is_complete = all(answer.states is not None for answer in answers)
    spare = _locked_elsewhere(street, blocks)
    states |= spare
    bound += sum(street.cost(i, spare[link.id]) for i, link in enumerate(problem.links) if link.id in spare)
    if is_complete and _keeps_limits(street, states):
        return plan_of(street, Found(states, bound, len(blocks)), effort, deadline)
    if all(getattr(problem, name) is None for name in LIMITS):
        return plan_of(street, Found(None, bound, len(blocks)), effort, deadline)
    whole = plan_block(street, all_demands(problem), effort, deadline)
    if whole.is_impossible:
        return plan_of(street, Found(None, None, 1, _conflict(problem, deadline, effort)), effort, deadline)
    named = None if whole.states is None else {problem.links[link].id: state for link, state in whole.states.items()}
    return plan_of(street, Found(named, max(bound, whole.bound), 1), effort, deadline)


def _by_block(blocks: list[PostProblem], effort: Effort, deadline: Deadline) -> list[Answer]:
    """Return the answers of the blocks: a share of the time for each, then what is left for those not yet proved.

    Ends with the first block that is impossible.
    """
    answers: list[Answer] = []
    streets = [Street(block) for block in blocks]
    for number, part in enumerate(streets):
        slot = Deadline(replace(effort, seconds=deadline.left / (len(blocks) - number) + 0.1))
        answers.append(plan_block(part, all_demands(part.problem), replace(effort, workers=1), slot))
        if answers[-1].is_impossible:
            return answers
    unproved = [i for i, answer in enumerate(answers) if answer.price(streets[i]) > answer.bound + 0.5]
    for place, i in enumerate(unproved):
        if deadline.is_over or effort.work is not None:
            break
        slot = Deadline(replace(effort, seconds=deadline.left / (len(unproved) - place)))
        again = plan_block(streets[i], all_demands(blocks[i]), effort, slot)
        again.bound = max(again.bound, answers[i].bound)
        if answers[i].price(streets[i]) < again.price(streets[i]):
            again.states = answers[i].states
        answers[i] = again
    return answers


def _locked_elsewhere(street: Street, blocks: list[PostProblem]) -> dict[str, State]:
    """What nobody's block holds: locks are kept, and what is in force stays as it is."""
    held = {link.id for block in blocks for link in block.links}
    wish = {choice.link: choice.state for choice in (*street.problem.current, *street.problem.locks)}
    return {name: state for name, state in wish.items() if name not in held}


def _keeps_limits(street: Street, states: dict[str, State]) -> bool:
    problem = street.problem
    people = {link.id: (link.post_people or 0) * problem.shifts for link in problem.links}
    posts = [name for name, state in states.items() if state == "post"]
    changes = sum(states.get(choice.link) != choice.state for choice in problem.current)
    return (
        (problem.max_posts is None or len(posts) <= problem.max_posts)
        and (problem.max_people is None or sum(people[name] for name in posts) <= problem.max_people)
        and (problem.max_changes is None or changes <= problem.max_changes)
    )


def _conflict(problem: PostProblem, deadline: Deadline, effort: Effort) -> Conflict | None:
    """The demands of a block, area by area; for the whole street, kind by kind (hundreds would say nothing to anybody)."""
    every = all_demands(problem)
    is_whole = any(kind in LIMITS for kind, _ in every)
    groups: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for kind, subject in sorted(every):
        key = (kind, "") if is_whole and kind in ("separate", "detour", "vehicle", "apart") else (kind, subject)
        groups.setdefault(key, set()).add((kind, subject))
    keys = list(groups)
    street = Street(problem)
    slot = Deadline(replace(effort, seconds=max(1.0, deadline.left)))

    def is_feasible(kept: frozenset[int]) -> bool | None:
        if len(kept) == len(keys):  # that is how we came here
            return False
        some = frozenset(demand for i in kept for demand in groups[keys[i]])
        answer: Answer = plan_block(street, some, effort, slot, first_only=True)
        return False if answer.is_impossible else True if answer.states is not None else None

    return find_conflict([_demand(problem, *key) for key in keys], is_feasible, slot)


def _demand(problem: PostProblem, kind: str, subject: str) -> Demand:
    where = (subject or "各小区", subject or "every area")
    a, _, b = subject.partition("|")
    state = next((choice.state for choice in problem.locks if choice.link == subject), "open")
    words = {"open": ("保持敞开", "open"), "post": ("设卡", "a post"), "closed": ("封闭", "closed")}[state]
    texts: dict[str, Callable[[], Said]] = {
        "separate": lambda: Said(f"{where[0]}与外面隔开", f"{where[1]} is separated from outside"),
        "detour": lambda: Said(
            f"{where[0]}居民多走不超过 {problem.detour_metres:g} 米",
            f"nobody in {where[1]} walks more than {problem.detour_metres:g} m farther",
        ),
        "vehicle": lambda: Said(f"急救、消防车到得了{where[0]}每栋楼", f"vehicles reach every building of {where[1]}"),
        "apart": lambda: Said(
            f"{a}与{b}彼此隔开" if subject else "要求的小区彼此隔开",
            f"{a} and {b} are apart" if subject else "areas are apart",
        ),
        "lock": lambda: Said(f"{subject}{words[0]}", f"{subject} is {words[1]}"),
        "max_posts": lambda: Said(f"最多 {problem.max_posts} 个卡口", f"at most {problem.max_posts} posts"),
        "max_people": lambda: Said(
            f"每天最多 {problem.max_people} 人次上岗", f"at most {problem.max_people} duties a day"
        ),
        "max_changes": lambda: Said(f"最多变动 {problem.max_changes} 处", f"at most {problem.max_changes} changes"),
    }
    return Demand(kind, subject, texts[kind]())
