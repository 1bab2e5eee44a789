"""Reads the public instances of minimum-cut districting (Validi and Buchanan 2022) as problems of clusters."""

from __future__ import annotations

import csv
import gzip
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from echowall.planning.clusters.types import Building, ClusterProblem, Weights


@dataclass(frozen=True)
class Instance:
    """A graph to be cut; ``best_cut`` and ``best_bound``: what is published."""

    name: str
    problem: ClusterProblem
    best_cut: int
    best_bound: float


def folder() -> Path | None:
    """Return where the instances are (below ECHOWALL_DATA_DIR), or None."""
    root = os.environ.get("ECHOWALL_DATA_DIR")
    found = Path(root) / "districting_min_cut" if root else None
    return found if found is not None and found.is_dir() else None


def instances(where: Path) -> Iterator[Instance]:
    """Yield the instances in ``where``, the smallest first. The objective is the number of cut edges alone."""
    with gzip.open(where / "best_known.csv.gz", "rt", encoding="utf-8") as text:
        rows = sorted(csv.DictReader(text), key=lambda row: int(row["n"]))
    with tarfile.open(where / "graphs.tar.gz") as graphs:
        for row in rows:
            name = f"{row['state']}_{row['level']}"
            member = graphs.extractfile(f"{name}.json")
            assert member is not None, name
            yield Instance(name, problem_of(json.load(member), row), int(row["best_cut"]), float(row["best_bound"]))


def problem_of(graph: dict[str, list[object]], row: dict[str, str]) -> ClusterProblem:
    """Return the problem of one graph (``pop``, ``x``, ``y``, ``edges``) with the parts and bounds of ``row`` (k, L, U)."""
    nodes = zip(graph["x"], graph["y"], graph["pop"], strict=True)
    return ClusterProblem(
        buildings=tuple(Building(str(i), float(x), float(y), int(pop)) for i, (x, y, pop) in enumerate(nodes)),  # type: ignore[arg-type,call-overload]
        cluster_count=int(row["k"]),
        people_min=int(row["L"]),
        people_max=int(row["U"]),
        neighbours=tuple((str(a), str(b)) for a, b in graph["edges"]),  # type: ignore[misc]
        weights=Weights(spread=0, cut=1, change=0),
    )
