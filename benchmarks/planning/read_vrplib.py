"""Reads routing instances in the VRPLIB format: CVRP (Uchoa and others 2017) and VRPTW (Gehring, Homberger 1999)."""

from __future__ import annotations

import csv
import gzip
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import vrplib

from echowall.planning.routes.types import Crew, Place, RoutesProblem, Visit

FOREVER = 100_000_000
TENTHS = 10
"""VRPTW is counted in tenths, cut off, as the DIMACS challenge did and the best known values do."""


def folder() -> Path | None:
    """Return where the instances lie below ECHOWALL_DATA_DIR, None where they are absent."""
    found = Path(os.environ.get("ECHOWALL_DATA_DIR", "")) / "vrp_benchmarks"
    return found if (found / "CVRP.tar.gz").is_file() else None


def instances(family: str) -> Iterator[tuple[str, RoutesProblem, float]]:
    """Yield name, problem and best known cost of ``CVRP`` or ``VRPTW`` (in tenths), small ones first."""
    where = folder()
    if where is None:
        return
    with gzip.open(where / f"{family}_best_known.csv.gz", "rt") as table:
        rows = sorted(csv.DictReader(table), key=lambda row: (int(row["dimension"]), row["instance"]))
    with tarfile.open(where / f"{family}.tar.gz") as tar, tempfile.TemporaryDirectory() as scratch:
        names = {Path(member.name).name: member for member in tar.getmembers()}
        for row in rows:
            source = tar.extractfile(names[f"{row['instance']}.vrp"])
            if source is None:
                continue
            copy = Path(scratch) / "instance.vrp"
            copy.write_bytes(source.read())
            scale = TENTHS if family == "VRPTW" else 1
            yield row["instance"], read(vrplib.read_instance(copy)), float(row["best_known_cost"]) * scale


def read(instance: dict[str, Any]) -> RoutesProblem:
    """Return the problem: node 1 is the depot, all vehicles are alike."""
    between = np.asarray(instance["edge_weight"], dtype=float)
    windows = instance.get("time_window")
    size = len(between)
    if windows is None:
        table, scale = np.rint(between).astype(int), 1
        windows, service = np.tile([0, FOREVER], (size, 1)), np.zeros(size, dtype=int)
    else:
        table, scale = np.floor(between * TENTHS + 1e-9).astype(int), TENTHS
        windows = np.asarray(windows) * scale
        service = np.broadcast_to(np.asarray(instance["service_time"]) * scale, (size,))
    places = tuple(Place(str(node), str(node), *map(float, instance["node_coord"][node])) for node in range(size))
    visits = tuple(
        Visit(str(node), str(node), int(instance["demand"][node]), int(service[node]), *map(int, windows[node]))
        for node in range(1, size)
    )
    count = int(instance.get("vehicles", size - 1))
    crew = Crew("v", "v", "0", int(instance["capacity"]), 1, int(windows[0][0]), int(windows[0][1]), count=count)
    rows = tuple(map(tuple, table.tolist()))
    return RoutesProblem(places, visits, (crew,), rows, rows)
