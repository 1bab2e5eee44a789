"""Reads the p-median instances of the OR-Library (Beasley 1990): a graph whose nodes are customers and candidates."""

from __future__ import annotations

import csv
import gzip
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from echowall.planning.siting.types import Place, Site, SitingProblem


def folder() -> Path | None:
    """Return where the instances lie below ECHOWALL_DATA_DIR, None where they are absent."""
    found = Path(os.environ.get("ECHOWALL_DATA_DIR", "")) / "or_library_location"
    return found if (found / "pmed_instances.tar.gz").is_file() else None


def instances() -> Iterator[tuple[str, SitingProblem, int]]:
    """Yield name, problem and known optimum, small ones first."""
    where = folder()
    if where is None:
        return
    with gzip.open(where / "pmed_optimal.csv.gz", "rt") as table:
        optimal = {row["instance"]: int(row["optimal"]) for row in csv.DictReader(table)}
    with tarfile.open(where / "pmed_instances.tar.gz") as tar:
        for name in sorted(optimal, key=lambda one: int(one.removeprefix("pmed"))):
            member = tar.extractfile(f"{name}.txt")
            if member is not None:
                yield name, read(member.read().decode()), optimal[name]


def read(text: str) -> SitingProblem:
    """Return the problem of one file: ``n m p`` and m edges; of an edge named twice the last holds, as the library says."""
    numbers = [int(word) for word in text.split()]
    nodes, edges, count = numbers[:3]
    metres = np.full((nodes, nodes), 10**9, dtype=np.int64)
    np.fill_diagonal(metres, 0)
    for start in range(3, 3 + 3 * edges, 3):
        one, other, length = numbers[start : start + 3]
        metres[one - 1, other - 1] = metres[other - 1, one - 1] = length
    for middle in range(nodes):
        np.minimum(metres, metres[:, middle, None] + metres[None, middle], out=metres)
    places = tuple(Place(str(node), str(node)) for node in range(1, nodes + 1))
    sites = tuple(Site(str(node), str(node)) for node in range(1, nodes + 1))
    return SitingProblem(places, sites, count, metres=tuple(map(tuple, metres.tolist())))
