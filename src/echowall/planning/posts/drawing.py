"""The picture of posts: paths, buildings, numbered posts, what is locked or fenced."""

from __future__ import annotations

from echowall.planning.drawing import GREY, LINES, PALE, WHITE, Key, Map, bounds_of
from echowall.planning.networks import XY
from echowall.planning.posts.types import PostProblem, PostSolution
from echowall.planning.types import Plan

POST, LOCKED, OPEN = LINES[0], LINES[1], LINES[2]


def draw(problem: PostProblem, plan: Plan[PostSolution]) -> str:
    """Return the plan as SVG. Raises ValueError where there is no plan."""
    solution = plan.solution
    if solution is None:
        raise ValueError("no plan to draw")
    where = {node.id: (node.x, node.y) for node in problem.nodes}
    outside = set(problem.outside)
    states = {choice.link: choice.state for choice in solution.choices}
    counts = {state: sum(found == state for found in states.values()) for state in ("post", "closed", "open")}
    legend = [
        Key(f"卡口 {counts['post']} 个（有编号）", "square", POST),
        Key(f"锁门或围挡 {counts['closed']} 处", "cross", LOCKED),
        Key(f"敞开 {counts['open']} 处", "circle", OPEN),
        Key("外面的道路", "line", "#000000"),
        Key("里面的路", "line", GREY),
        Key("楼", "area", PALE),
    ]
    areas = len({residence.area for residence in problem.residences})
    title = f"多门留一：{areas} 个小区，{counts['post']} 个卡口"
    picture = Map(bounds_of(where.values()), title=title, notes=[plan.bound_text.zh], legend=legend)
    for link in problem.links:
        is_out = link.start in outside and link.end in outside
        line = [where[link.start], where[link.end]]
        picture.line_at(line, colour="#000000" if is_out else GREY, width=5 if is_out else 1.5)
    for residence in problem.residences:
        picture.mark_at(where[residence.node], shape="square", size=7, colour=GREY, hollow=True)
    numbers = {choice.link: n for n, choice in enumerate((c for c in solution.choices if c.state == "post"), 1)}
    for link in sorted(problem.links, key=lambda link: states.get(link.id) == "post"):  # posts on top
        _mark(picture, _middle(where[link.start], where[link.end]), states.get(link.id), numbers.get(link.id, 0))
    return picture.svg()


def _mark(picture: Map, at: XY, state: str | None, number: int) -> None:
    if state == "post":
        picture.mark_at(at, shape="square", size=21, colour=POST)
        picture.text(picture.place(at), str(number), size=11, colour=WHITE, bold=True, edge=POST)
    elif state == "closed":
        picture.mark_at(at, shape="cross", size=9, colour=LOCKED)
    elif state == "open":
        picture.mark_at(at, shape="circle", size=8, colour=OPEN)


def _middle(one: XY, other: XY) -> XY:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
