"""The plan in people's words: figures, why each post is where it is, how the bound came about."""

from __future__ import annotations

from dataclasses import dataclass

from echowall.planning.deadline import Deadline
from echowall.planning.posts.street import Street
from echowall.planning.posts.types import Choice, Link, PostSolution, State, Walk
from echowall.planning.types import Conflict, Effort, Metric, Plan, Said, Status, gap_between

KINDS = {"way": ("道路", "way"), "gate": ("大门", "gate"), "mouth": ("路口", "road mouth"), "gap": ("豁口", "gap")}
OBJECTIVE = Said("费用（元）：值守人员、围挡、锁门与变动", "yuan: people on duty, fences, locks and changes")


@dataclass(frozen=True, slots=True)
class Found:
    """What the search came to. ``bound`` None and no ``states``: proved impossible; ``conflict`` says why."""

    states: dict[str, State] | None
    bound: float | None
    block_count: int
    conflict: Conflict | None = None


def plan_of(street: Street, found: Found, effort: Effort, deadline: Deadline) -> Plan[PostSolution]:
    """Return the plan with all figures."""
    states, bound = found.states, found.bound
    if states is None:
        status: Status = "infeasible" if bound is None else "unknown"
        why = (
            Said("约束求解证明各项要求不能同时满足", "CP-SAT proved that the demands cannot hold together")
            if bound is None
            else Said("时间内没有找到，也没有证明不可能", "neither found nor proved impossible in the time given")
        )
        return Plan(
            "posts", status, None, None, OBJECTIVE, None, why, None, (), (), found.conflict, effort.seed, deadline.spent
        )  # fmt: skip
    number = {link.id: i for i, link in enumerate(street.problem.links)}
    objective = float(sum(street.cost(number[name], state) for name, state in states.items()))
    low = objective if bound is None or objective - bound < 1 else max(0.0, bound)
    shut = {number[name] for name, state in states.items() if state == "closed"}
    away = street.walks(shut)
    residences = street.problem.residences
    walks = tuple(
        Walk(residences[i].id, round(today, 1), round(away[street.doors[i]], 1)) for i, today in enumerate(street.today)
    )
    choices = tuple(Choice(link.id, states[link.id]) for link in street.problem.links if link.kind != "way")
    solution = PostSolution(choices, walks)
    today = {choice.link: choice.state for choice in street.problem.current}
    changes = [choice for choice in choices if today.get(choice.link, choice.state) != choice.state]
    return Plan(
        task="posts",
        status="optimal" if low == objective else "feasible",
        solution=solution,
        objective=objective,
        objective_text=OBJECTIVE,
        bound=low,
        bound_text=Said(
            f"街区以干道为界分成 {found.block_count} 块，逐块以约束求解精确求解，绕行与救援要求逐条加入",
            f"{found.block_count} independent blocks, each by CP-SAT; walks and vehicles are added as they are broken",
        ),
        gap=gap_between(objective, low),
        metrics=tuple(_metrics(street, solution)),
        explanation=tuple(_sentences(street, states, number, changes)),
        conflict=None,
        seed=effort.seed,
        seconds=deadline.spent,
        change_count=len(changes) if street.problem.current else None,
    )


def _metrics(street: Street, solution: PostSolution) -> list[Metric]:
    problem = street.problem
    links = {link.id: link for link in problem.links}
    posts = [links[choice.link] for choice in solution.choices if choice.state == "post"]
    closed = [links[choice.link] for choice in solution.choices if choice.state == "closed"]
    people = {residence.id: residence.people for residence in problem.residences}
    total = max(1, sum(people.values()))
    more = [(walk.planned - walk.today, people[walk.residence]) for walk in solution.walks]
    areas = len({residence.area for residence in problem.residences})
    return [
        Metric("area_count", Said("小区", "areas"), areas, "个"),
        Metric("post_count", Said("卡口", "posts"), len(posts), "个"),
        Metric("gates_locked", Said("锁闭的大门", "gates locked"), sum(link.kind == "gate" for link in closed), "扇"),
        Metric("fence_metres", Said("围挡", "fence"), round(sum(link.fence_metres or 0 for link in closed), 1), "米"),
        Metric("people_a_shift", Said("每班人数", "people in a shift"), sum(p.post_people or 0 for p in posts), "人"),
        Metric(
            "duties_a_day",
            Said("每天上岗人次", "duties a day"),
            sum(p.post_people or 0 for p in posts) * problem.shifts,
        ),
        Metric(
            "worst_detour", Said("最多多走", "longest detour"), round(max((m for m, _ in more), default=0), 1), "米"
        ),
        Metric("mean_detour", Said("平均多走", "mean detour"), round(sum(m * n for m, n in more) / total, 1), "米"),
        Metric(
            "no_vehicle_today",
            Said("今天车就到不了的楼", "buildings no vehicle reaches today"),
            _unreached(street),
            "栋",
        ),
    ]


def _unreached(street: Street) -> int:
    return sum(residence.needs_vehicle for residence in street.problem.residences) - len(street.driven)


def _sentences(street: Street, states: dict[str, State], number: dict[str, int], changes: list[Choice]) -> list[Said]:
    limit = street.problem.detour_metres
    said = [
        Said(
            f"居民多走的路以到最近外面道路计，上限 {limit:g} 米",
            f"Walks count to the nearest outside, at most +{limit:g} m",
        )
    ]
    shut = {number[name] for name, state in states.items() if state == "closed"}
    for link in street.problem.links:
        if states.get(link.id) == "post":
            said.append(_why(street, link, number[link.id], shut))
    for choice in changes:
        zh = {"open": "敞开", "post": "设卡", "closed": "封闭"}[choice.state]
        said.append(Said(f"{choice.link} 由现状改为{zh}", f"{choice.link} changes to {choice.state}"))
    return said


def _why(street: Street, link: Link, number: int, shut: set[int]) -> Said:
    """Why this is a post: what would break if it were closed, or what closing it would cost."""
    zh, en = KINDS[link.kind]
    zh, en = f"{link.id}（{zh}）设卡，每班 {link.post_people} 人", f"{link.id} ({en}) is a post of {link.post_people}"
    if any(choice.link == link.id for choice in street.problem.locks):
        return Said(f"{zh}：按要求", f"{en}: as asked")
    if link.fence_metres is None:
        return Said(f"{zh}：此处不能封闭", f"{en}: it cannot be closed")
    closed = shut | {number}
    away, reached = street.walks(closed), street.driven_from(closed)
    residences = street.problem.residences
    limit = street.problem.detour_metres
    far = [i for i, door in enumerate(street.doors) if away[door] > street.today[i] + limit + 1e-6]
    if far:
        name, rest = residences[far[0]].id, len(far)
        return Said(
            f"{zh}：封了它，{name} 等 {rest} 栋楼要多走 {limit:g} 米以上或出不来",
            f"{en}: without it {rest} buildings ({name} …) walk more than {limit:g} m farther, or are shut in",
        )
    lost = [i for i in street.driven if street.doors[i] not in reached]
    if lost:
        name, rest = residences[lost[0]].id, len(lost)
        return Said(
            f"{zh}：封了它，急救、消防车到不了 {name} 等 {rest} 栋楼",
            f"{en}: without it no vehicle reaches {rest} buildings ({name} …)",
        )
    yuan, post = street.cost(number, "closed"), street.cost(number, "post")
    return Said(f"{zh}：封闭要 {yuan} 元，设卡 {post} 元", f"{en}: closing costs {yuan} yuan, a post {post}")
