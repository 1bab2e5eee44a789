"""One line per instance: our value, best known, gap, proven bound, seconds; and whether the group's target is met."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One instance solved. ``best_known`` and ``bound`` are None where nobody has one; ``valid``: the independent check held."""

    instance: str
    value: float | None
    best_known: float | None
    bound: float | None
    seconds: float
    valid: bool
    note: str = ""

    @property
    def to_best(self) -> float | None:
        """Relative distance from best known, below 0 where ours is better (smaller)."""
        if self.value is None or not self.best_known:
            return None
        return (self.value - self.best_known) / abs(self.best_known)

    @property
    def to_bound(self) -> float | None:
        """Relative gap to the proven bound."""
        if self.value is None or self.bound is None:
            return None
        return abs(self.value - self.bound) / max(1e-9, abs(self.value))


@dataclass(frozen=True)
class Verdict:
    """What was asked of a group, what came out, and whether that is enough."""

    asked: str
    found: str
    is_met: bool


@dataclass(frozen=True)
class Group:
    """A group of instances: ``solve(quick)`` yields rows as they are done, ``judge`` says what they amount to."""

    name: str
    text: str
    solve: Callable[[bool], Iterator[Row]]
    judge: Callable[[list[Row]], Verdict]


def head() -> str:
    """Return the table's head."""
    return (
        f"{'instance':34} {'ours':>12} {'best known':>12} {'to best':>9} {'bound':>12} {'to bound':>9} {'s':>7}  check"
    )


def line(row: Row) -> str:
    """Return one line of the table."""
    return (
        f"{row.instance:34} {_number(row.value):>12} {_number(row.best_known):>12} {_share(row.to_best):>9} "
        f"{_number(row.bound):>12} {_share(row.to_bound):>9} {row.seconds:7.1f}  {'✔' if row.valid else '✘'} {row.note}"
    ).rstrip()


def show(groups: Iterable[Group], *, quick: bool, say: Callable[[str], None]) -> list[tuple[Group, list[Row], Verdict]]:
    """Solve every group, print each row when it is known; return all."""
    results = []
    for group in groups:
        say(f"\n== {group.name}: {group.text}\n{head()}")
        rows = []
        for row in group.solve(quick):
            rows.append(row)
            say(line(row))
        verdict = group.judge(rows)
        say(f"{'✔' if verdict.is_met else '✘'} {verdict.found}  (asked: {verdict.asked})")
        results.append((group, rows, verdict))
    return results


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f} %"
