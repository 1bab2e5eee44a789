"""The speed figures: `python -m benchmarks [--only NAME …] [--quick] [--json FILE]` (also `make bench`).

Each benchmark prints its figure with the target, and beside it what the machine or a peer does in the same run.
The exit code is 1 when a target is missed, 2 when a benchmark could not run. The table of the README is made from
the file: `python -m benchmarks.table FILE --into README.md`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, machine, show


@dataclass(frozen=True)
class Benchmark:
    """One entry of the list: its module has ``measure(*, quick: bool) -> list[Figure]``."""

    name: str
    module: str
    about: str
    is_default: bool = True


BENCHMARKS = (
    Benchmark("intake", "benchmarks.intake", "messages over HTTP with durable commit, the background working too"),
    Benchmark("wall", "benchmarks.wall_reads", "reads of the public wall"),
    Benchmark("lists", "benchmarks.lists", "lists, search and rankings over 1,000,000 matters"),
    Benchmark("duplicates", "benchmarks.duplicate_lookup", "is this message one that was said before, among 100,000"),
    Benchmark("understanding", "benchmarks.pipeline", "the whole understanding of messages on one core"),
    Benchmark("import", "benchmarks.imports", "rows of a table loaded, then loaded again"),
    Benchmark("clocks", "benchmarks.clock_sweep", "the clocks of a matter recomputed from its history"),
    Benchmark("durability", "benchmarks.durability", "100 kills under load: nothing lost, nothing doubled", False),
)


def main() -> int:
    """Run what was asked for; return the exit code."""
    names = [one.name for one in BENCHMARKS]
    parser = argparse.ArgumentParser(
        prog="benchmarks",
        description=__doc__,
        epilog="\n".join(f"{one.name:<14}{one.about}" for one in BENCHMARKS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", choices=names, default=[], metavar="NAME", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="a fraction of time and size: to try, not to tell")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    arguments = parser.parse_args()
    here = machine()
    print(", ".join(f"{name} {value}" for name, value in here.items()), flush=True)
    chosen = [one for one in BENCHMARKS if (one.name in arguments.only if arguments.only else one.is_default)]
    figures: dict[str, list[Figure]] = {}
    broken: dict[str, str] = {}
    for one in chosen:
        print(f"\n== {one.name}: {one.about}", flush=True)
        began = time.monotonic()
        try:
            figures[one.name] = importlib.import_module(one.module).measure(quick=arguments.quick)
            show(figures[one.name])
        except (Exception, SystemExit) as error:  # the others are measured all the same
            traceback.print_exc()
            broken[one.name] = f"{type(error).__name__}: {error}"
        print(f"    took {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}", flush=True)
        if arguments.json:  # after each: a run that is broken off has told what it measured
            _write(arguments.json, {"machine": here, "quick": arguments.quick}, figures, broken)
    missed = _missed(figures)
    if not missed and not broken:
        print("\nevery target met")
        return 0
    for what, lines in (("missed", missed), ("could not run", [f"{name}: {why}" for name, why in broken.items()])):
        for line in lines:
            print(f"{what}: {line}")
    return 2 if broken else 1


def _missed(figures: dict[str, list[Figure]]) -> list[str]:
    return [f"{name}: {one.name}" for name, found in figures.items() for one in found if one.is_met is False]


def _write(path: Path, said: dict[str, Any], figures: dict[str, list[Figure]], broken: dict[str, str]) -> None:
    told = {name: [one.as_json() for one in found] for name, found in figures.items()}
    whole = said | {"figures": told, "missed": _missed(figures), "broken": broken}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
