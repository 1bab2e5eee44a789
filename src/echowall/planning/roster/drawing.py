"""A roster as a table: a row for each person, a column for each day, below it how each post is staffed."""

from __future__ import annotations

from echowall.planning.drawing import GREY, PALE, Canvas, Key, fill_of
from echowall.planning.roster.types import Problem, Roster, Volunteer
from echowall.planning.types import Plan

LEFT, TOP, CELL, ROW = 150.0, 112.0, 50.0, 18.0
WEEKDAYS = "一二三四五六日"
TOTALS = ("工时", "夜班", "周末")


def draw(problem: Problem, plan: Plan[Roster]) -> str:
    """Return the SVG: shifts by letter and colour, the post in small, each person's totals at the right."""
    roster = plan.solution or Roster(())
    width = LEFT + problem.days * CELL + 56 * len(TOTALS) + 30
    canvas = Canvas(max(width, 760), TOP + ROW * len(problem.volunteers) + 70, title="班表")
    _head(canvas, problem, plan)
    cells = {(one.volunteer, one.day): one for one in roster.assignments}
    fills = {shift.id: fill_of(number) for number, shift in enumerate(problem.shifts)}
    for number, volunteer in enumerate(problem.volunteers):
        y = TOP + ROW * number
        if number % 5 == 0:
            canvas.line([(20, y), (width - 20, y)], colour=PALE, width=1)
        star = " ★" if volunteer.is_experienced else ""
        canvas.text((20, y + ROW / 2), f"{volunteer.name or volunteer.id}{star}", size=11, anchor="start")
        away = {one.day for one in volunteer.absences if not one.shift}
        for day in range(problem.days):
            corner = (LEFT + day * CELL, y + 1)
            one = cells.get((volunteer.id, day))
            if one is not None:
                fill, hatch = fills[one.shift]
                canvas.rectangle(corner, (CELL - 2, ROW - 2), fill=fill, hatch=hatch)
                canvas.text((corner[0] + CELL / 2, y + ROW / 2), f"{one.shift} {one.post}".strip(), size=10)
            elif day in away:
                canvas.text((corner[0] + CELL / 2, y + ROW / 2), "×", size=10, colour=GREY)
        _totals(canvas, problem, volunteer, roster, y)
    _legend(canvas, problem, TOP + ROW * len(problem.volunteers) + 30)
    return canvas.svg()


def _head(canvas: Canvas, problem: Problem, plan: Plan[Roster]) -> None:
    canvas.text((20, 26), "班表", size=20, anchor="start", bold=True)
    values = {metric.code: metric.value for metric in plan.metrics}
    note = f"{len(problem.volunteers)} 人，{problem.days} 天"
    if "posts_held" in values:
        note += f"；守住 {values['posts_held']:g} 个岗位（已证明最多 {values['posts_most']:g} 个）"
    if plan.objective is not None:
        bound = f"，下界 {plan.bound:g}" if plan.bound is not None else ""
        note += f"；扣分 {plan.objective:g}{bound}"
    canvas.text((20, 50), note, anchor="start", colour="#444444")
    canvas.text((20, 72), "★ 有经验，× 不能到岗；格内为班次与岗位", anchor="start", size=12, colour=GREY)
    for day in range(problem.days):
        weekday = (day + problem.first_weekday) % 7
        x = LEFT + day * CELL + CELL / 2
        canvas.text((x, TOP - 14), f"{day + 1} 周{WEEKDAYS[weekday]}", size=11, bold=weekday > 4)
        canvas.line(
            [(LEFT + day * CELL - 1, TOP - 24), (LEFT + day * CELL - 1, canvas.height - 60)], colour=PALE, width=1
        )
    for number, name in enumerate(TOTALS):
        canvas.text((LEFT + problem.days * CELL + 28 + 56 * number, TOP - 14), name, size=11)


def _totals(canvas: Canvas, problem: Problem, volunteer: Volunteer, roster: Roster, y: float) -> None:
    shifts = {shift.id: shift for shift in problem.shifts}
    mine = [one for one in roster.assignments if one.volunteer == volunteer.id]
    totals = (
        sum(shifts[one.shift].minutes for one in mine) / 60,
        sum(shifts[one.shift].is_night for one in mine),
        sum((one.day + problem.first_weekday) % 7 > 4 for one in mine),
    )
    for number, value in enumerate(totals):
        canvas.text((LEFT + problem.days * CELL + 28 + 56 * number, y + ROW / 2), f"{value:g}", size=10)


def _legend(canvas: Canvas, problem: Problem, y: float) -> None:
    for number, shift in enumerate(problem.shifts):
        fill, hatch = fill_of(number)
        canvas.key((20 + 170 * number, y), Key(shift.title or shift.id, "area", fill, hatch))
