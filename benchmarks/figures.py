"""What a benchmark hands back, and how it is printed: with its target and with what the machine itself can do."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured number.

    ``target`` is met by at least so much, or, with ``lower_is_better``, by at most so much; None is only told.
    ``beside`` is the peer or physical limit measured in the same run, ``beside_value`` in the same unit.
    ``group`` is what many figures of one kind and target are called together in a table.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    lower_is_better: bool = False
    beside: str = ""
    beside_value: float | None = None
    conditions: dict[str, Any] = field(default_factory=dict)
    group: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.value <= self.target if self.lower_is_better else self.value >= self.target

    @property
    def ratio(self) -> float | None:
        """The figure as a share of what stands beside it."""
        return self.value / self.beside_value if self.beside_value else None

    def as_json(self) -> dict[str, Any]:
        """Return everything, for a file."""
        return asdict(self) | {"is_met": self.is_met, "ratio": self.ratio}


def machine() -> dict[str, Any]:
    """Return what the figures were measured on, and how busy it was with other work."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 1024 / 1024, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def show(figures: Sequence[Figure]) -> None:
    """Print the figures, one block each."""
    for one in figures:
        mark = {True: "✔", False: "✘", None: "·"}[one.is_met]
        sign = "≤" if one.lower_is_better else "≥"
        target = "" if one.target is None else f"  target {sign} {number(one.target)} {one.unit}"
        print(f"{mark} {one.name}: {number(one.value)} {one.unit}{target}")
        if one.beside_value is not None:
            print(f"    beside: {one.beside} {number(one.beside_value)} {one.unit}, ratio {one.ratio or 0:.3f}")
        if one.conditions:
            print("    " + ", ".join(f"{name} {value}" for name, value in one.conditions.items()))
    sys.stdout.flush()


def number(value: float) -> str:
    """Return a value as people read it: three digits below a hundred, whole above."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
