"""What every planner takes and gives: effort, plan, bound, figures, sentences, demands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Solution = TypeVar("Solution")

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
"""optimal: proved best. feasible: kept all hard rules, gap stated. infeasible: proved impossible. unknown: neither in time."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try.

    ``seconds`` is wall time and always ends the search. ``work`` ends it after so many steps of the planner's own
    (iterations, or the solver's deterministic time): two runs with the same seed and the same ``work`` that end before
    ``seconds`` are identical, which wall time alone cannot promise. ``workers`` is the number of threads.
    """

    seconds: float = 60.0
    seed: int = 0
    work: float | None = None
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in the two languages of the pages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that a person understands, with its unit ("人", "米", "%" …; empty for a plain count)."""

    code: str
    label: Said
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that was asked and could be dropped: its code (``lock``, ``balance`` …), its subject, and in words."""

    code: str
    subject: str
    text: Said


@dataclass(frozen=True, slots=True)
class Conflict:
    """Demands that cannot hold together. ``is_smallest``: proved that no fewer demands conflict; else no single one can be
    left out without the rest becoming possible (irreducible)."""

    demands: tuple[Demand, ...]
    is_smallest: bool


@dataclass(frozen=True, slots=True)
class Plan(Generic[Solution]):
    """What a planner returns.

    ``objective`` and ``bound`` are in the unit that ``objective_text`` names; smaller is better unless ``is_maximised``.
    ``gap`` is |objective − bound| / max(1e-9, |objective|). ``bound_text`` says how the bound was proved, or why there
    is none (then ``bound`` is None). ``change_count`` counts what differs from the plan in force, where one was given.
    """

    task: str
    status: Status
    solution: Solution | None
    objective: float | None
    objective_text: Said
    bound: float | None
    bound_text: Said
    gap: float | None
    metrics: tuple[Metric, ...]
    explanation: tuple[Said, ...]
    conflict: Conflict | None
    seed: int
    seconds: float
    is_maximised: bool = False
    change_count: int | None = None


def gap_between(objective: float | None, bound: float | None) -> float | None:
    """Return the relative gap of `Plan`, 0 where both are equal, None where one is missing."""
    if objective is None or bound is None:
        return None
    return abs(objective - bound) / max(1e-9, abs(objective)) if objective != bound else 0.0
