"""The picture of a siting plan: places the size of their people, lines to their site, sites with number and load."""

from __future__ import annotations

import math

from echowall.planning.drawing import GREY, INK, Canvas, Key, Map, bounds_of, line_of
from echowall.planning.siting.types import Place, Site, SitingProblem, SitingSolution
from echowall.planning.types import Plan


def draw(problem: SitingProblem, plan: Plan[SitingSolution]) -> str:
    """Return the SVG. Without coordinates (a table of metres only) it is a list of sites with their figures."""
    solution = plan.solution
    if solution is None:
        raise ValueError("a plan without a solution has no picture")
    names = {site.id: site.name for site in problem.sites}
    load = dict.fromkeys(solution.opened, 0)
    for one, place in zip(solution.assignments, problem.places, strict=True):
        load[one.site] += place.people
    lines = [f"{number} {names[site]}：{load[site]} 人" for number, site in enumerate(solution.opened, 1)]
    notes = [metric.label.zh + f"：{metric.value:.0f} {metric.unit}" for metric in plan.metrics]
    where = {site.id: (site.x, site.y) for site in problem.sites}
    everything: list[Place | Site] = [*problem.places, *problem.sites]
    points = [(entry.x, entry.y) for entry in everything]
    placed = [(x, y) for x, y in points if x is not None and y is not None]
    if len(placed) < len(points):
        return _listed(lines, notes)
    keys = [Key(text, "square", line_of(number)[0]) for number, text in enumerate(lines[:30])]
    keys += [Key("未开的候选点", "diamond", GREY), Key("地点（越大人越多）", "circle", INK)]
    picture = Map(bounds_of(placed), title="选点方案", notes=["；".join(notes)], legend=keys)
    order = {site: number for number, site in enumerate(solution.opened)}
    most = max((place.people for place in problem.places), default=1) or 1
    for one, place in zip(solution.assignments, problem.places, strict=True):
        colour, dash = line_of(order[one.site])
        ends = [(place.x or 0.0, place.y or 0.0), _xy(where[one.site])]
        picture.line_at(ends, colour=colour, width=1, dash=dash)
        picture.mark_at(ends[0], size=4 + 10 * math.sqrt(place.people / most), colour=INK)
    if len(problem.places) <= 60:
        for place in problem.places:
            at = picture.place((place.x or 0.0, place.y or 0.0))
            picture.text((at[0], at[1] + 16), f"{place.name} {place.people} 人", size=11)
    for site in problem.sites:
        if site.id not in order:
            picture.mark_at(_xy(where[site.id]), shape="diamond", size=9, colour=GREY, hollow=True)
    for site_id, number in order.items():
        picture.mark_at(_xy(where[site_id]), shape="square", size=22, colour=line_of(number)[0])
        picture.text_at(_xy(where[site_id]), str(number + 1), size=14, bold=True)
    return picture.svg()


def _xy(point: tuple[float | None, float | None]) -> tuple[float, float]:
    return point[0] or 0.0, point[1] or 0.0


def _listed(lines: list[str], notes: list[str]) -> str:
    picture = Canvas(640, 80 + 24 * (len(lines) + len(notes)), title="选点方案")
    picture.text((20, 26), "选点方案", size=20, anchor="start", bold=True)
    for row, text in enumerate([*notes, *lines]):
        picture.text((20, 60 + 24 * row), text, anchor="start")
    return picture.svg()
