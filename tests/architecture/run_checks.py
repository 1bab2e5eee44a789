"""`make check`: runs every check, goes on after a failure, and ends with a list of what passed and what did not."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, "-m", "echowall.site", "manage"]


@dataclass(frozen=True)
class Check:
    """One command that must end with 0."""

    name: str
    command: list[str]


CHECKS = (
    Check("style", [sys.executable, "-m", "ruff", "check", "."]),
    Check("format", [sys.executable, "-m", "ruff", "format", "--check", "."]),
    Check("layers", ["lint-imports", "--no-cache"]),
    Check("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    Check("django", [*MANAGE, "check", "--fail-level", "WARNING"]),
    Check("types", [sys.executable, "-m", "mypy", "src"]),
    Check("architecture", [sys.executable, "-m", "pytest", "-q", "tests/architecture"]),
    Check("routes", [sys.executable, "-m", "pytest", "-q", "tests/journeys/test_route_walk.py"]),
)


def main() -> int:
    """Run the checks named on the command line, or all; return 1 where any failed."""
    wanted = sys.argv[1:]
    own = {"ECHOWALL_STATE": str(ROOT / ".echowall" / "check"), "PYTHONPATH": str(ROOT / "src")}
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ECHOWALL_")} | own
    failed = []
    for check in CHECKS:
        if wanted and check.name not in wanted:
            continue
        began = time.monotonic()
        done = subprocess.run(check.command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        passed = done.returncode == 0
        print(f"{'✓' if passed else '✗'} {check.name}  {time.monotonic() - began:.1f} s", flush=True)
        if not passed:
            failed.append(check.name)
            print((done.stdout + done.stderr).strip(), flush=True)
    subprocess.run([sys.executable, "-m", "echowall.site", "db", "stop"], env=environ, capture_output=True, check=False)
    print(f"make check: {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
