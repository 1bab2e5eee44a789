"""A test day in figures and sentences for a person."""

from __future__ import annotations

from collections.abc import Iterator

from echowall.planning.testday.siting import open_minutes, walk_of, work_of
from echowall.planning.testday.types import Call, Day, Problem
from echowall.planning.types import Conflict, Metric, Plan, Said

OBJECTIVE = Said("采样通道数", "lanes")
BOUND = Said(
    "工作量下界：每个采样点预计到场人数 × 每人平均用时 ≤ 通道数 × 开放时间，且每楼只去步行范围内的一个点（CP-SAT 证明）",
    "work: people expected × mean time ≤ lanes × opening time at every site, each building at one site within reach (CP-SAT)",
)
IMPOSSIBLE = Said("已证明：没有方案能守住全部要求", "proved: no plan keeps all demands")
UNDECIDED = Said("时间内没有结果", "undecided in the time given")
NAMES = {
    "plan": Said("本方案", "this plan"),
    "equal": Said("平均分配", "equal division"),
    "eight": Said("全体八点到场", "everybody at eight"),
}


def clock(minute: float) -> str:
    """A minute of the day as 08:05."""
    return f"{int(minute) // 60:02}:{int(minute) % 60:02}"


def change_count(problem: Problem, day: Day) -> int:
    """Count the buildings and firms whose site or first slot is not that of the calls in force."""
    now, new = _places(problem.current), _places(day.calls)
    return sum(now.get(key) != new.get(key) for key in now.keys() | new.keys())


def _places(calls: tuple[Call, ...]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for call in calls:
        if not call.is_student:
            site, start = found.get(call.source, (call.site, call.start_minute))
            found[call.source] = (site, min(start, call.start_minute))
    return found


def metrics(problem: Problem, day: Day) -> Iterator[Metric]:
    """Yield the figures of a plan."""
    called = sum(call.people for call in day.calls)
    yield Metric("lanes", Said("通道", "lanes"), sum(one.count for one in day.lanes), "条")
    staff = problem.staff_per_lane * sum(one.count for one in day.lanes)
    yield Metric("staff", Said("工作人员", "staff"), staff, "人")
    yield Metric("people_called", Said("叫号人数", "people called"), called, "人")
    visits = sum(one.people for one in day.home_visits)
    yield Metric("home_visits", Said("上门采样", "sampled at home"), visits, "人")
    yield Metric("tubes", Said("约需采样管", "tubes, about"), round(called / problem.service.tube_people + 0.5), "支")
    yield Metric("walk_mean", Said("平均步行", "mean walk"), round(_mean_walk(problem, day), 1), "米")
    promise = problem.promise.wait_minutes
    for trial in day.trials:
        name = NAMES[trial.name]
        within = Said(f"{name.zh}：等候不超过 {promise:g} 分钟", f"{name.en}: waits within {promise:g} minutes")
        yield Metric(f"within_{trial.name}", within, round(100 * trial.within_share, 2), "%")
        longest = Said(f"{name.zh}：95 % 的人等候不超过", f"{name.en}: 95 % of waits within")
        yield Metric(f"wait95_{trial.name}", longest, trial.wait_95, "分钟")


def _mean_walk(problem: Problem, day: Day) -> float:
    sites, buildings = {one.id: one for one in problem.sites}, {one.id: one for one in problem.buildings}
    ways = [
        (call.people, walk_of(problem, buildings[call.source], sites[call.site]))
        for call in day.calls
        if call.source in buildings
    ]
    return sum(people * metres for people, metres in ways) / max(1, sum(people for people, _ in ways))


def explanation(problem: Problem, day: Day, load: float, *, is_kept: bool) -> Iterator[Said]:
    """Yield sentences: what the simulation showed, and why each site has its lanes."""
    plan = next((one for one in day.trials if one.name == "plan"), None)
    promise = problem.promise
    if plan is not None:
        verb_zh, verb_en = ("守住", "kept") if is_kept else ("没有守住", "not kept")
        yield Said(
            f"模拟 {plan.trials} 天：{100 * plan.within_share:.1f} % 的等候不超过 {promise.wait_minutes:g} 分钟，"
            f"{100 * plan.kept_share:.0f} % 的日子达到承诺（要求 {100 * promise.confidence:.0f} %），{verb_zh}承诺",
            f"{plan.trials} simulated days: {100 * plan.within_share:.1f} % of waits within {promise.wait_minutes:g} min, "
            f"the promise held on {100 * plan.kept_share:.0f} % of days ({100 * promise.confidence:.0f} % asked): {verb_en}",
        )
    yield Said(
        f"通道最忙不超过 {100 * load:.0f} %：再忙，到场先后、慢手和未按时到的人就会排成长队",
        f"lanes are at most {100 * load:.0f} % busy: beyond that, scatter, slow samplers and latecomers make a queue",
    )
    sites = {one.id: one for one in problem.sites}
    for lanes in day.lanes:
        called = sum(call.people for call in day.calls if call.site == lanes.site)
        site = sites[lanes.site]
        need = work_of(problem, called) / max(1, open_minutes(problem, site))
        green_zh = f"，课间其中 {lanes.student_count} 条只给学生" if lanes.student_count else ""
        green_en = f", {lanes.student_count} for students in breaks" if lanes.student_count else ""
        yield Said(
            f"{site.title or site.id}：{called} 人，工作量合 {need:.2f} 条通道，设 {lanes.count} 条{green_zh}",
            f"{site.id}: {called} people, work of {need:.2f} lanes, {lanes.count} lanes{green_en}",
        )


def without(effort: object, seconds: float, conflict: Conflict | None, *, is_impossible: bool) -> Plan[Day]:
    """Return the plan that says that there is none."""
    reason = IMPOSSIBLE if is_impossible else UNDECIDED
    return Plan(
        task="testday",
        status="infeasible" if is_impossible else "unknown",
        solution=None,
        objective=None,
        objective_text=OBJECTIVE,
        bound=None,
        bound_text=reason,
        gap=None,
        metrics=(),
        explanation=(reason,),
        conflict=conflict,
        seed=getattr(effort, "seed", 0),
        seconds=seconds,
    )
