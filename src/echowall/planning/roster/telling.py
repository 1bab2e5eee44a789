"""A roster in figures and sentences for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from echowall.planning.roster.duties import Duties
from echowall.planning.roster.holding import Holding, counted
from echowall.planning.roster.types import FREE, Problem, Roster
from echowall.planning.types import Metric, Said

OBJECTIVE = Said("扣分（愿望未满足、不均、变动、缺员）", "points (wishes, unfairness, changes, too few people)")
IMPOSSIBLE = Said("已证明：没有一份班表能守住全部硬规则", "proved: no roster keeps all hard rules")
UNDECIDED = Said("时间内未找到班表，也未能证明不可能", "no roster found in time, and no proof that there is none")


def bound_text(bound: float | None) -> Said:
    """Say how the bound on the points was proved, or why there is none."""
    if bound is None:
        return Said("时间内没有得到下界", "no bound was proved in the time given")
    return Said(
        "在守住这些岗位的前提下证明的扣分下界：线性松弛、列生成（拉格朗日界）、CP-SAT（割平面与分支）中最高的一个",
        "least points with these posts held: the highest of linear relaxation, column generation (Lagrange) and CP-SAT",
    )


def change_count(problem: Problem, roster: Roster) -> int:
    """Count the days of people whose shift is not the one of the roster in force, the frozen days left out."""
    first = problem.frozen_days
    now = {(one.volunteer, one.day): one.shift for one in problem.current if one.day >= first}
    new = {(one.volunteer, one.day): one.shift for one in roster.assignments if one.day >= first}
    return sum(now.get(key, FREE) != new.get(key, FREE) for key in now.keys() | new.keys())


def metrics(problem: Problem, roster: Roster, holding: Holding) -> Iterator[Metric]:
    """Yield the figures of a roster."""
    minutes = {shift.id: shift.minutes for shift in problem.shifts}
    nights = {shift.id for shift in problem.shifts if shift.is_night}
    hours: Counter[str] = Counter({one.id: 0 for one in problem.volunteers})
    night_count: Counter[str] = Counter({one.id: 0 for one in problem.volunteers})
    for one in roster.assignments:
        hours[one.volunteer] += minutes[one.shift]
        night_count[one.volunteer] += one.shift in nights
    if problem.posts:
        yield Metric("posts_held", Said("守住的岗位", "posts held"), holding.count, "个")
        yield Metric("posts_most", Said("最多能守住（已证明）", "most that can be held (proved)"), holding.most, "个")
        yield Metric("posts_asked", Said("要求的岗位", "posts asked for"), len(problem.posts), "个")
    yield Metric("shifts_worked", Said("总班次", "shifts worked"), len(roster.assignments), "班")
    yield Metric("hours_least", Said("最少一人的工时", "hours of who works least"), min(hours.values()) / 60, "小时")
    yield Metric("hours_most", Said("最多一人的工时", "hours of who works most"), max(hours.values()) / 60, "小时")
    yield Metric("nights_most", Said("夜班最多的一人", "most nights of one person"), max(night_count.values()), "班")
    granted = sum(1 for granted in _granted(problem, roster) if granted)
    if problem.wishes:
        share = 100 * granted / len(problem.wishes)
        yield Metric("wishes_granted", Said("满足的愿望", "wishes granted"), round(share, 1), "%")


def _granted(problem: Problem, roster: Roster) -> Iterator[bool]:
    worked = {(one.volunteer, one.day): one.shift for one in roster.assignments}
    for wish in problem.wishes:
        shift = worked.get((wish.volunteer, wish.day), FREE)
        yield (shift != FREE and wish.shift in (FREE, shift)) == wish.is_wanted


def explanation(duties: Duties, roster: Roster, holding: Holding) -> Iterator[Said]:
    """Yield sentences: why so many posts, which are given up."""
    problem = duties.problem
    if not problem.posts:
        return
    able = sum(counted(duties, one) for one in problem.volunteers)
    slots = sum(
        one.people * len(one.shifts or problem.shifts) * len(one.days or range(problem.days)) for one in problem.posts
    )
    yield Said(
        f"{len(problem.volunteers)} 人按工时与不可用日最多可上 {able} 班，全部 {len(problem.posts)} 个岗位要 {slots} 班",
        f"{len(problem.volunteers)} people can work at most {able} shifts by hours and absences; all posts ask for {slots}",
    )
    held = set(roster.held_posts)
    given_up = [post.title or post.id for post in problem.posts if post.id not in held]
    if holding.count == holding.most:
        yield Said(
            f"最多能守 {holding.most} 个岗位：全部规则的线性松弛也容不下更多，本班表正好守住这么多",
            f"at most {holding.most} posts can be held: even with fractions allowed, no more fit; this roster holds them",
        )
    else:
        yield Said(
            f"本班表守住 {holding.count} 个岗位；已证明不可能超过 {holding.most} 个，中间的未定",
            f"this roster holds {holding.count} posts; more than {holding.most} are proved impossible, between is open",
        )
    if given_up:
        names_zh, names_en = "、".join(given_up[:8]), ", ".join(given_up[:8])
        more = len(given_up) - 8
        tail_zh, tail_en = (f"等 {len(given_up)} 个", f" and {more} more") if more > 0 else ("", "")
        yield Said(f"按次序放弃的岗位：{names_zh}{tail_zh}", f"posts given up, by rank: {names_en}{tail_en}")
