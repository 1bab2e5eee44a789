"""The picture of a call queue: who is rung in which hour by the index, and both ways compared."""

from __future__ import annotations

from echowall.planning.callqueue.types import CallProblem, CallSolution, Index
from echowall.planning.callqueue.wording import clock
from echowall.planning.drawing import GREY, INK, LINES, Canvas
from echowall.planning.types import Plan

LEFT, CELL, ROW = 300.0, 52.0, 26.0


def draw(problem: CallProblem, plan: Plan[CallSolution]) -> str:
    """Return the SVG: the index of each group by hour (darker is sooner, with its rank), and the figures."""
    solution = plan.solution
    if solution is None:
        raise ValueError("a plan without a solution has no picture")
    rows = sorted(solution.indices, key=lambda one: (one.deadline, one.kind, one.attempts, -one.weight))[:40]
    hours = len(problem.callers)
    width, height = LEFT + CELL * hours + 40, 190 + ROW * (len(rows) + 1) + 60
    picture = Canvas(max(width, 900), height, title="外呼次序")
    picture.text((20, 26), "外呼次序", size=20, anchor="start", bold=True)
    figures = {metric.code: metric.value for metric in plan.metrics}
    note = f"期限前联系上 {figures['reached']:.1f}，按先来后到 {figures['in_order']:.1f}，多 {figures['more']:.1f} %"
    note += f"（95 % 区间 {figures['more_low']:.1f}–{figures['more_high']:.1f} %，模拟 {figures['days']:.0f} 天）；上界 {plan.bound:.1f}"
    picture.text((20, 54), note, anchor="start", colour="#444444")
    _bars(picture, figures, plan.bound or 0.0)
    picture.text((20, 172), "各类人第一次打的次序（1 最先；空白：这个钟点先不打）", anchor="start", bold=True)
    for hour in range(hours):
        picture.text((LEFT + CELL * (hour + 0.5), 196), clock(60 * (problem.starts + hour)), size=12)
    names = {kind.id: kind.name for kind in problem.kinds}
    for row, index in enumerate(rows):
        y = 214 + ROW * row
        label = f"{names[index.kind]}，期限 {clock(index.deadline)}，已打 {index.attempts} 次，权重 {index.weight}"
        picture.text((20, y + ROW / 2), label, anchor="start", size=12)
        for hour in range(hours):
            _cell(picture, solution, index, hour, (LEFT + CELL * hour, y))
    if len(solution.indices) > len(rows):
        picture.text(
            (20, height - 24), f"另有 {len(solution.indices) - len(rows)} 类，见方案", anchor="start", colour=GREY
        )
    return picture.svg()


def _cell(picture: Canvas, solution: CallSolution, own: Index, hour: int, at: tuple[float, float]) -> None:
    values = [index.values[0][hour] if index.values else 0.0 for index in solution.indices]
    value = own.values[0][hour] if own.values else 0.0
    if value <= 0:
        return
    rank = 1 + sum(other > value for other in values)
    shade = int(255 - 150 * value / max(values))
    picture.rectangle(at, (CELL - 3, ROW - 3), fill=f"#{shade:02x}{shade:02x}ff")
    picture.text((at[0] + CELL / 2 - 1, at[1] + ROW / 2 - 1), str(rank), size=12, colour=INK)


def _bars(picture: Canvas, figures: dict[str, float], bound: float) -> None:
    most = max(bound, figures["reached"], figures["in_order"], 1e-9)
    lines = (("按本方案", figures["reached"], LINES[0], ""), ("先来后到", figures["in_order"], LINES[1], "/"))
    for row, (name, value, colour, hatch) in enumerate(lines):
        y = 76 + 28 * row
        picture.text((20, y + 10), name, anchor="start")
        picture.rectangle((110, y), (640 * value / most, 20), fill=colour, hatch="/" if hatch else "")
        picture.text((120, y + 10), f"{value:.1f}", anchor="start", bold=True)
    picture.line([(110 + 640 * bound / most, 70), (110 + 640 * bound / most, 132)], dash="4 3", width=2)
    picture.text((110 + 640 * bound / most, 142), f"上界 {bound:.1f}", size=12)
