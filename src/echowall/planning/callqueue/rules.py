"""What can be wrong with a call queue before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from echowall.planning.callqueue.types import CallProblem
from echowall.planning.documents import Fault, faults_of_ids


def faults_of(problem: CallProblem) -> list[Fault]:
    """Return everything that cannot be meant, each with its place in the input."""
    return list(
        chain(
            faults_of_ids("kinds", problem.kinds),
            faults_of_ids("contacts", problem.contacts),
            _faults_of_people(problem),
            _faults_of_numbers(problem),
        )
    )


def _faults_of_people(problem: CallProblem) -> Iterator[Fault]:
    for index, kind in enumerate(problem.kinds):
        if len(kind.chance) != 24 or not all(0 <= chance <= 1 for chance in kind.chance):
            zh, en = "要有 24 个数（每个钟点一个），都在 0 到 1 之间", "needs 24 numbers from 0 to 1, one for each hour"
            yield Fault(f"kinds.{index}.chance", str(len(kind.chance)), zh, en)
    kinds, contacts = {kind.id for kind in problem.kinds}, {contact.id for contact in problem.contacts}
    for index, contact in enumerate(problem.contacts):
        here = f"contacts.{index}"
        if contact.kind not in kinds:
            yield Fault(f"{here}.kind", contact.kind, "没有这一类", "no such kind")
        if not 0 <= contact.weight <= 1_000_000:
            yield Fault(f"{here}.weight", str(contact.weight), "不能是负数，也不能过大", "out of range")
        if not 0 <= contact.attempts <= 1_000:
            yield Fault(f"{here}.attempts", str(contact.attempts), "不能是负数，也不能过大", "out of range")
        for name in ("deadline", "not_before"):
            if not 0 <= getattr(contact, name) <= 100_000:
                zh, en = "要是从零点算起的分钟数", "must be minutes after midnight"
                yield Fault(f"{here}.{name}", str(getattr(contact, name)), zh, en)
    for index, name in enumerate(problem.first):
        if name not in contacts or problem.first.index(name) != index:
            yield Fault(f"first.{index}", name, "没有这个人，或写了两次", "no such contact, or named twice")


def _faults_of_numbers(problem: CallProblem) -> Iterator[Fault]:
    if not 1 <= len(problem.callers) <= 72 or not all(0 <= count <= 10_000 for count in problem.callers):
        zh, en = "要有 1 到 72 个数（每个钟点一个），不能是负数", "needs 1 to 72 numbers, none negative"
        yield Fault("callers", str(len(problem.callers)), zh, en)
    ranges: dict[str, tuple[float, float, float]] = {
        "starts": (problem.starts, 0, 23),
        "answered_minutes": (problem.answered_minutes, 0.1, 600),
        "unanswered_minutes": (problem.unanswered_minutes, 0.1, 600),
        "decay": (problem.decay, 0, 1),
        "retry_minutes": (problem.retry_minutes, 0, 10_000),
        "most_attempts": (problem.most_attempts, 1, 50),
        "days": (problem.days, 2, 10_000),
    }
    for name, (value, low, high) in ranges.items():
        if not low <= value <= high:
            yield Fault(name, f"{value:g}", f"要在 {low:g} 到 {high:g} 之间", f"must be from {low:g} to {high:g}")
