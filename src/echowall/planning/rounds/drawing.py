"""The picture of tonight's rounds: places by risk, a line for each team, the order of the looks."""

from __future__ import annotations

from echowall.planning.drawing import GREY, INK, Canvas, Key, Map, bounds_of, line_of
from echowall.planning.rounds.types import Base, Place, Round, RoundsProblem, RoundsSolution
from echowall.planning.rounds.wording import clock
from echowall.planning.types import Plan


def draw(problem: RoundsProblem, plan: Plan[RoundsSolution]) -> str:
    """Return the SVG. Without coordinates (a table of metres only) it is a list of the rounds."""
    solution = plan.solution
    if solution is None:
        raise ValueError("a plan without a solution has no picture")
    names = {team.id: team.name for team in problem.teams}
    texts = [_night(names[night.team], night) for night in solution.rounds]
    notes = ["；".join(f"{one.label.zh} {_number_of(one.value)} {one.unit}".strip() for one in plan.metrics)]
    spots: list[Base | Place] = [*problem.bases, *problem.places]
    points = [(spot.x, spot.y) for spot in spots if spot.x is not None and spot.y is not None]
    if len(points) < len(spots):
        return _listed(texts, notes)
    place = {f"{type(spot).__name__} {spot.id}": point for spot, point in zip(spots, points, strict=True)}
    keys = [Key(text, "line", line_of(n)[0], dash=line_of(n)[1]) for n, text in enumerate(texts)]
    keys += [Key("驻地", "star", INK), Key("检查（数字为该组次序）", "circle", INK)]
    keys += [Key("今晚不去，风险 4、5 级", "triangle", INK), Key("今晚不去，其余", "diamond", GREY)]
    picture = Map(bounds_of(points), title="巡查方案", notes=notes, legend=keys)
    bases = {team.id: team.base for team in problem.teams}
    for number, night in enumerate(solution.rounds):
        base = place[f"Base {bases[night.team]}"]
        line = [base, *(place[f"Place {look.place}"] for look in night.looks), base]
        picture.line_at(line, colour=line_of(number)[0], width=2, dash=line_of(number)[1])
    seen = {look.place for night in solution.rounds for look in night.looks}
    for spot in problem.places:
        if spot.id not in seen:
            high = spot.risk >= 4
            at = place[f"Place {spot.id}"]
            picture.mark_at(
                at, shape="triangle" if high else "diamond", size=11 if high else 8, colour=INK if high else GREY
            )
    for number, night in enumerate(solution.rounds):
        for order, look in enumerate(night.looks, 1):
            picture.mark_at(place[f"Place {look.place}"], size=19, colour=line_of(number)[0])
            picture.text_at(place[f"Place {look.place}"], str(order), size=11, bold=True)
    for one in problem.bases:
        picture.mark_at(place[f"Base {one.id}"], shape="star", size=26, colour=INK)
    return picture.svg()


def _night(name: str, night: Round) -> str:
    return f"{name} {clock(night.departs)}–{clock(night.returns)} {len(night.looks)} 处"


def _number_of(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"


def _listed(lines: list[str], notes: list[str]) -> str:
    picture = Canvas(760, 80 + 24 * (len(lines) + len(notes)), title="巡查方案")
    picture.text((20, 26), "巡查方案", size=20, anchor="start", bold=True)
    for row, text in enumerate([*notes, *lines]):
        picture.text((20, 60 + 24 * row), text, anchor="start")
    return picture.svg()
