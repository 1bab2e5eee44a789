"""A test day as a picture: who is called where and when, and how many wait, by the minute."""

from __future__ import annotations

import numpy as np

from echowall.planning.drawing import GREY, INK, LINES, PALE, Canvas, Key, fill_of, line_of
from echowall.planning.testday.simulation import NEVER, crowd_of, waits_of
from echowall.planning.testday.telling import clock
from echowall.planning.testday.trials import Outcome
from echowall.planning.testday.types import Call, Day, Problem, Site
from echowall.planning.types import Plan

LEFT, TOP, WIDE, ROW, QUEUE = 170.0, 96.0, 1080.0, 22.0, 220.0
DAYS = 20


def draw(problem: Problem, plan: Plan[Day]) -> str:
    """Return the SVG: a Gantt chart of the calls per site, and below it the queue of each site over the day."""
    return _Picture(problem, plan.solution or Day((), (), ())).svg()


class _Picture:
    def __init__(self, problem: Problem, day: Day) -> None:
        self._problem, self._day = problem, day
        self._sites = [site for site in problem.sites if any(call.site == site.id for call in day.calls)]
        moments = [
            moment for site in self._sites for one in site.windows for moment in (one.start_minute, one.end_minute)
        ]
        self._first, self._last = min(moments, default=480) - 10, max(moments, default=1080) + 60
        self._rows = {site.id: self._stack(site) for site in self._sites}
        deep = sum(len(rows) * ROW + 26 for rows in self._rows.values())
        self._canvas = Canvas(LEFT + WIDE + 40, TOP + deep + QUEUE + 120, title="检测日方案")
        self._bottom = TOP + deep

    def svg(self) -> str:
        canvas, plan = self._canvas, next((one for one in self._day.trials if one.name == "plan"), None)
        canvas.text((20, 26), "检测日：叫号与排队", size=20, anchor="start", bold=True)
        lanes = sum(one.count for one in self._day.lanes)
        note = f"通道 {lanes} 条；叫号 {sum(call.people for call in self._day.calls)} 人；格内为楼号与人数"
        if plan is not None:
            within = f"{100 * plan.within_share:.1f} % 的等候不超过 {self._problem.promise.wait_minutes:g} 分钟"
            note += f"；模拟 {plan.trials} 天：{within}"
        canvas.text((20, 50), note, anchor="start", colour="#444444")
        self._hours()
        top = TOP
        for number, site in enumerate(self._sites):
            top = self._site(number, site, top)
        self._queues()
        return canvas.svg()

    def _x(self, minute: float) -> float:
        return LEFT + WIDE * (minute - self._first) / (self._last - self._first)

    def _hours(self) -> None:
        foot = self._bottom + 50 + QUEUE
        for window in self._problem.breaks:
            x, wide = self._x(window.start_minute), self._x(window.end_minute) - self._x(window.start_minute)
            self._canvas.rectangle((x, TOP - 8), (wide, self._bottom - TOP), fill="#f2f2f2")
        for minute in range(-(-self._first // 60) * 60, self._last + 1, 60):
            self._canvas.line([(self._x(minute), TOP - 10), (self._x(minute), foot)], colour=PALE, width=1)
            self._canvas.text((self._x(minute), TOP - 20), clock(minute), colour=GREY)
        if self._problem.breaks:
            self._canvas.text((LEFT - 10, TOP - 20), "灰底为课间", anchor="end", colour=GREY, size=12)

    def _stack(self, site: Site) -> list[list[tuple[str, int, int, int, bool]]]:
        """Bars (source, start, end, people, student) in rows without overlap."""
        spans: dict[tuple[str, bool, int], list[Call]] = {}
        slot = self._problem.slot_minutes
        for call in sorted((one for one in self._day.calls if one.site == site.id), key=lambda one: one.start_minute):
            before = [key for key in spans if key[:2] == (call.source, call.is_student)]
            if before and spans[before[-1]][-1].start_minute + slot == call.start_minute:
                spans[before[-1]].append(call)
            else:
                spans[call.source, call.is_student, call.start_minute] = [call]
        rows: list[list[tuple[str, int, int, int, bool]]] = []
        for (source, is_student, start), calls in sorted(spans.items(), key=lambda item: (item[0][1], item[0][2])):
            bar = (source, start, calls[-1].start_minute + slot, sum(one.people for one in calls), is_student)
            row = next((one for one in rows if one[-1][2] <= start and one[-1][4] == is_student), None)
            row.append(bar) if row is not None else rows.append([bar])
        return rows

    def _site(self, number: int, site: Site, top: float) -> float:
        lanes = next(one for one in self._day.lanes if one.site == site.id)
        green = f"（课间 {lanes.student_count} 条给学生）" if lanes.student_count else ""
        self._canvas.text((20, top + 4), site.title or site.id, anchor="start", bold=True)
        self._canvas.text((20, top + 22), f"{lanes.count} 条通道", anchor="start", size=12)
        self._canvas.text((20, top + 38), green, anchor="start", size=11, colour=GREY)
        fill, _ = fill_of(number)
        for depth, row in enumerate(self._rows[site.id]):
            for source, start, end, people, is_student in row:
                corner, wide = (self._x(start) + 0.5, top + depth * ROW), self._x(end) - self._x(start) - 1
                self._canvas.rectangle(corner, (wide, ROW - 3), fill=fill, hatch="/" if is_student else "", stroke=GREY)
                words = f"{source} {people}" if wide > 52 else source if wide > 24 else ""
                self._canvas.text((corner[0] + wide / 2, corner[1] + ROW / 2 - 1), words, size=10)
        return top + len(self._rows[site.id]) * ROW + 26

    def _queues(self) -> None:
        base, grid = self._bottom + 40 + QUEUE, np.arange(self._first, self._last + 1, 2)
        curves = [self._waiting(site, grid) for site in self._sites]
        most = max([5.0, *(float(curve.max()) for curve in curves)])
        self._canvas.text((20, self._bottom + 30), "平均排队人数", anchor="start", bold=True)
        for share in (0.0, 0.5, 1.0):
            y = base - QUEUE * share
            self._canvas.line([(LEFT, y), (LEFT + WIDE, y)], colour=PALE if share else INK, width=1)
            self._canvas.text((LEFT - 8, y), f"{most * share:.0f}", anchor="end", colour=GREY)
        for number, (site, curve) in enumerate(zip(self._sites, curves, strict=True)):
            colour, dash = line_of(number)
            points = [(self._x(float(t)), base - QUEUE * float(v) / most) for t, v in zip(grid, curve, strict=True)]
            self._canvas.line(points, colour=colour, width=2, dash=dash)
            at = (LEFT + (number % 6) * 180, base + 24 + 22 * (number // 6))
            self._canvas.key(at, Key(site.title or site.id, "line", colour, dash=dash))
        self._canvas.key((20, base + 24), Key("学生", "area", LINES[5], "/"))

    def _waiting(self, site: Site, grid):  # type: ignore[no-untyped-def]
        calls = [call for call in self._day.calls if call.site == site.id]
        lanes = next(one for one in self._day.lanes if one.site == site.id)
        draw = np.random.default_rng(0)
        crowd = crowd_of(self._problem, calls, site.windows, DAYS, draw)
        outcome = Outcome(*waits_of(self._problem, crowd, lanes, draw))
        came = crowd.arrivals < NEVER
        arrived = np.sort(crowd.arrivals[came])
        begun = np.sort((crowd.arrivals + np.nan_to_num(outcome.waits))[came])
        return (np.searchsorted(arrived, grid, "right") - np.searchsorted(begun, grid, "right")) / DAYS
