"""`python -m benchmarks.planning [--only NAME …] [--quick] [--json FILE]` (also `make bench-planning`).

Every planner on public instances (below ECHOWALL_DATA_DIR; a group whose files are absent says so) and on generated
estates of the seeds' size, one group after the other, each with its target. Exit code 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from dataclasses import asdict
from pathlib import Path

import benchmarks.planning
from benchmarks.planning.table import Group, show


def groups() -> list[Group]:
    """Return every ``GROUPS`` of the modules ``bench_*`` beside this one, in the order of their names."""
    names = sorted(found.name for found in pkgutil.iter_modules(benchmarks.planning.__path__))
    modules = [importlib.import_module(f"benchmarks.planning.{name}") for name in names if name.startswith("bench_")]
    return [group for module in modules for group in module.GROUPS]


def main() -> int:
    """Solve, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="groups whose name begins so")
    parser.add_argument("--quick", action="store_true", help="few instances, little time: to try, not to tell")
    parser.add_argument("--json", type=Path, help="write everything there as well")
    arguments = parser.parse_args()
    chosen = [one for one in groups() if not arguments.only or one.name.startswith(tuple(arguments.only))]
    results = show(chosen, quick=arguments.quick, say=lambda text: print(text, flush=True))
    if arguments.json:
        plain = [{"group": g.name, "rows": [asdict(row) for row in rows], **asdict(v)} for g, rows, v in results]
        arguments.json.write_text(json.dumps(plain, ensure_ascii=False, indent=1), encoding="utf-8")
    missed = [group.name for group, _, verdict in results if not verdict.is_met]
    print("\n" + (f"missed: {', '.join(missed)}" if missed else "every target met"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
