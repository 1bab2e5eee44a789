"""The planning tasks by name. Each package ``echowall.planning.<task>`` has a module ``task`` with ``TASK``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from echowall.planning.documents import Fault
from echowall.planning.types import Effort, Plan, Said

NAMES = ("clusters", "posts", "siting", "testday", "roster", "routes", "rounds", "callqueue")


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of plan.

    ``problem`` and ``solution`` are dataclasses. ``faults_of`` names everything in a problem that cannot be meant (an
    unknown id, a negative count …) before any search. ``solve`` plans. ``validate`` is written without the planner's
    code and names every hard rule that a solution breaks, and every figure of the plan that is not so. ``draw`` gives
    an SVG document.
    """

    name: str
    title: Said
    problem: type[Any]
    solution: type[Any]
    faults_of: Callable[[Any], list[Fault]]
    solve: Callable[[Any, Effort], Plan[Any]]
    validate: Callable[[Any, Plan[Any]], list[Fault]]
    draw: Callable[[Any, Plan[Any]], str]


def load(name: str) -> Task:
    """Return the task of this name; imports its solvers.

    Raises KeyError for a name that is not in `NAMES`.
    """
    if name not in NAMES:
        raise KeyError(name)
    task: Task = importlib.import_module(f"echowall.planning.{name}.task").TASK
    return task
