"""Why a clock says what it says: the trace for the clerk and the resident, in both languages."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from echowall.playbooks.clocks.calendars import SHANGHAI
from echowall.playbooks.clocks.compiling import ClockSet
from echowall.playbooks.clocks.engine import ClockReport
from echowall.playbooks.clocks.types import ClockReading, Span, State
from echowall.playbooks.errors import Said
from echowall.playbooks.types import UNIT_NAMES

_STATES = {
    State.NOT_STARTED: Said("未启动", "not started"),
    State.RUNNING: Said("计时中", "running"),
    State.PAUSED: Said("挂账暂停", "paused"),
    State.MET: Said("已完成", "met"),
    State.BREACHED: Said("已超期", "late"),
    State.VOID: Said("不再适用", "void"),
    State.UNDETERMINED: Said("无法计算", "undetermined"),
}


def say_instant(at: datetime) -> Said:
    """An instant in Shanghai time; a midnight is the end (24时) of the day before, as officials write it."""
    local = at.astimezone(SHANGHAI)
    if local.hour == local.minute == local.second == local.microsecond == 0:
        day = local.date() - timedelta(days=1)
        return Said(f"{_day_zh(day)}24时", f"the end of {day}")
    return Said(f"{_day_zh(local.date())}{local:%H:%M}", f"{local:%Y-%m-%d %H:%M}")


def _day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def say_span(span: timedelta) -> Said:
    """A stretch of time in days, hours and minutes."""
    minutes = int(abs(span).total_seconds() // 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    zh = f"{days}天" * (days > 0) + f"{hours}小时" * (hours > 0) + f"{minutes}分" * (minutes > 0 or not days + hours)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if n]
    return Said(zh, " ".join(parts) or "0 min")


def explain(report: ClockReport, clock: str) -> tuple[Said, ...]:
    """The lines that lead from the start of a clock to what it says, each value with file, line, date and source.

    KeyError if the report has no such clock.
    """
    reading = report[clock]
    clocks = report.clock_sets[-1]
    title = _title(clocks, clock)
    lines = [Said(f"{title.zh}:{_STATES[reading.state].zh}", f"{title.en}: {_STATES[reading.state].en}")]
    if reading.fault is not None:
        return (*lines, reading.fault)
    if reading.started_at is None:
        return tuple(lines)
    lines.extend(_course(reading))
    if reading.span is not None:
        for name in (reading.span.name, "day_unit"):
            value = next((s.values[name] for s in reversed(report.clock_sets) if name in s.values), None)
            if value is not None and (name != "day_unit" or value.value == reading.span.unit):
                lines.append(value.explain(clocks.texts.get("zh", {}).get(f"parameters.{name}", "")))
    lines.append(
        Said(
            f"依据工作法 {clocks.playbook} 版本 {clocks.version}，取 {clocks.on} 生效的值。",
            f"Playbook {clocks.playbook}, version {clocks.version}, values in force on {clocks.on}.",
        )
    )
    return tuple(lines)


def _title(clocks: ClockSet, clock: str) -> Said:
    base, _, node = clock.partition(":")
    key = f"clocks.{base}"
    zh, en = (clocks.texts.get(language, {}).get(key, base) for language in ("zh", "en"))
    return Said(f"{zh} {node}", f"{en} {node}") if node else Said(zh, en)


def _limit(span: Span) -> Said:
    if span.until is not None:
        return Said(f"计划节点 {span.until}", f"plan node {span.until}")
    unit = UNIT_NAMES[span.unit]
    return Said(f"{span.amount}{unit.zh}", f"{span.amount} {unit.en}")


def _course(reading: ClockReading) -> list[Said]:
    lines = []
    if reading.started_at is not None:
        at = say_instant(reading.started_at)
        lines.append(
            Said(
                f"第 {reading.round} 轮，自 {at.zh} 起（当日为第 0 日）",
                f"Round {reading.round}, since {at.en} (day 0)",
            )
        )
    if reading.counted_from is not None and reading.counted_from != reading.started_at:
        at = say_instant(reading.counted_from)
        lines.append(Said(f"期限改自 {at.zh} 起算", f"The limit counts from {at.en}"))
    if reading.span is not None and reading.due_at is not None:
        limit, at = _limit(reading.span), say_instant(reading.due_at)
        lines.append(Said(f"期限 {limit.zh}，至 {at.zh}", f"Limit {limit.en}, until {at.en}"))
    elif reading.state is State.PAUSED:
        lines.append(Said("挂账期间期限顺延，恢复后重新推算", "The due time moves on while it is suspended"))
    if reading.elapsed is not None:
        ran = say_span(reading.elapsed)
        lines.append(Said(f"已用 {ran.zh}（不含挂账）", f"Elapsed {ran.en}, pauses left out"))
    if reading.remaining is not None and reading.state is not State.MET:
        left = say_span(reading.remaining)
        is_over = reading.remaining < timedelta(0)
        lines.append(
            Said(f"{'超期' if is_over else '还剩'} {left.zh}", f"{'Over by' if is_over else 'Left:'} {left.en}")
        )
    if reading.met_at is not None:
        at = say_instant(reading.met_at)
        late = Said("，超期完成" if reading.is_late else "，按期完成", ", late" if reading.is_late else ", in time")
        lines.append(Said(f"完成于 {at.zh}{late.zh}", f"Met at {at.en}{late.en}"))
    return lines
