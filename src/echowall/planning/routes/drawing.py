"""The picture of a routes plan: depots, stops numbered in order, a line for each crew."""

from __future__ import annotations

from echowall.planning.drawing import INK, Canvas, Key, Map, bounds_of, line_of
from echowall.planning.routes.types import Route, RoutesProblem, RoutesSolution
from echowall.planning.routes.wording import clock
from echowall.planning.types import Plan


def draw(problem: RoutesProblem, plan: Plan[RoutesSolution]) -> str:
    """Return the SVG. Without coordinates (a table of metres only) it is a list of the crews' days."""
    solution = plan.solution
    if solution is None:
        raise ValueError("a plan without a solution has no picture")
    where = {place.id: (place.x, place.y) for place in problem.places}
    names = {crew.id: crew.name for crew in problem.crews}
    depots = {crew.id: crew.depot for crew in problem.crews}
    texts = [_day(names[route.crew], route) for route in solution.routes]
    notes = ["；".join(f"{one.label.zh} {_number_of(one.value)} {one.unit}".strip() for one in plan.metrics)]
    points = [(x, y) for x, y in where.values() if x is not None and y is not None]
    if len(points) < len(where):
        return _listed(texts, notes)
    keys = [Key(text, "line", line_of(n)[0], dash=line_of(n)[1]) for n, text in enumerate(texts[:28])]
    if len(texts) > 28:
        keys.append(Key(f"另有 {len(texts) - 28} 条路线", "line"))
    keys += [Key("出发点", "star", INK), Key("到访（圈内为该组次序）", "circle", INK)]
    picture = Map(bounds_of(points), title="路线方案", notes=notes, legend=keys)
    place = {name: (x or 0.0, y or 0.0) for name, (x, y) in where.items()}
    for number, route in enumerate(solution.routes):
        colour, dash = line_of(number)
        depot = place[depots[route.crew]]
        for trip in route.trips:
            line = [depot, *(place[stop.place] for stop in trip.stops), depot]
            picture.line_at(line, colour=colour, width=1.8, dash=dash)
    _number(picture, solution, place)
    for depot_id in dict.fromkeys(depots.values()):
        picture.mark_at(place[depot_id], shape="star", size=24, colour=INK)
    return picture.svg()


def _number(picture: Map, solution: RoutesSolution, place: dict[str, tuple[float, float]]) -> None:
    """Each place once, with the order numbers of the first crew that comes."""
    shown: set[str] = set()
    is_crowded = len({stop.place for r in solution.routes for t in r.trips for stop in t.stops}) > 150
    for number, route in enumerate(solution.routes):
        stops = [stop for trip in route.trips for stop in trip.stops]
        for order, stop in enumerate(stops, 1):
            if stop.place in shown:
                continue
            shown.add(stop.place)
            picture.mark_at(place[stop.place], size=7 if is_crowded else 18, colour=line_of(number)[0])
            if not is_crowded:
                picture.text_at(place[stop.place], str(order), size=11, bold=True)


def _day(name: str, route: Route) -> str:
    visits = sum(len(stop.visits) for trip in route.trips for stop in trip.stops)
    return f"{name} 到 {clock(route.trips[-1].returns)}，{len(route.trips)} 趟 {visits} 项"


def _number_of(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"


def _listed(lines: list[str], notes: list[str]) -> str:
    picture = Canvas(760, 80 + 24 * (len(lines) + len(notes)), title="路线方案")
    picture.text((20, 26), "路线方案", size=20, anchor="start", bold=True)
    for row, text in enumerate([*notes, *lines]):
        picture.text((20, 60 + 24 * row), text, anchor="start")
    return picture.svg()
