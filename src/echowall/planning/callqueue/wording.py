"""What a call queue says to a person."""

from __future__ import annotations

from echowall.planning.callqueue.types import CallProblem, CallSolution, Contact
from echowall.planning.types import Said

OBJECTIVE = Said("期限前平均联系上（加权人数，模拟）", "reached by the deadline on average (weighted, simulated)")
BOUND = Said("流体线性规划：任何打法的期望都不超过它", "fluid linear programme: no policy can expect more")


def clock(minutes: float) -> str:
    """Return the time of day, such as 08:05."""
    days = "次日 " if minutes >= 1440 else ""
    return f"{days}{int(minutes) % 1440 // 60:02d}:{int(minutes) % 60:02d}"


def reasons(problem: CallProblem, solution: CallSolution, prices: list[float]) -> list[Said]:
    """Return why the first ones are first, who is better rung later, and when callers are scarce."""
    known = {contact.id: contact for contact in problem.contacts}
    kinds = {kind.id: kind for kind in problem.kinds}
    said = []
    for number, call in enumerate(solution.calls[:8], 1):
        contact = known[call.contact]
        why = "（指定先打）" if contact.id in problem.first else _why(problem, contact, kinds[contact.kind].chance)
        zh = f"{number}. {contact.name}：现在接通的可能 {100 * call.chance:.0f} %，期限 {clock(contact.deadline)}{why}"
        said.append(
            Said(zh, f"{number}. {contact.name}: chance {100 * call.chance:.0f} %, by {clock(contact.deadline)}")
        )
    later = len(problem.contacts) - len(solution.calls)
    if later:
        zh = f"{later} 人现在不打：晚些时候更容易接通，或已过期限、已打满 {problem.most_attempts} 次"
        said.append(Said(zh, f"{later} are not rung now: better later, or too late, or tried often enough"))
    dear = max(range(len(prices)), key=lambda hour: prices[hour])
    if prices[dear] > 0:
        hour = clock(60 * (problem.starts + dear))
        zh = f"{hour} 这一小时人手最紧：每多一位接线员约多联系上 {60 * prices[dear]:.1f}"
        said.append(
            Said(
                zh, f"the hour from {hour} is the tightest: one more caller reaches about {60 * prices[dear]:.1f} more"
            )
        )
    else:
        said.append(Said("人手够：再加接线员也不会多联系上人", "callers suffice: more would reach nobody else"))
    return said


def _why(problem: CallProblem, contact: Contact, chance: tuple[float, ...]) -> str:
    hours = range(problem.starts, min(problem.starts + len(problem.callers), contact.deadline // 60 + 1))
    best = max(hours, key=lambda hour: chance[hour % 24], default=problem.starts)
    now = chance[problem.starts % 24]
    if chance[best % 24] <= now:
        return "，现在就是期限前最容易接通的时候"
    if len(hours) <= 2:
        return "，期限已近"
    return f"，{clock(60 * best)} 更容易接通，但那时人手要留给别人"
