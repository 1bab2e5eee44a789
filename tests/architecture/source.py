"""The project's own files, as the checks of this folder see them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "echowall"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Exempted:
    """One exception to a budget, with its reason."""

    rule: str
    place: str
    limit: int
    reason: str


@cache
def own_files() -> tuple[Path, ...]:
    """Return every file that git keeps or would keep; in a tree without git, every file of the project's folders."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return tuple(path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file())
    folders = ("src", "tests", "benchmarks", "docs", "bin", "playbooks", "requirements")
    return tuple(path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())


def python_files(*, with_tests: bool) -> list[Path]:
    """Return the Python files that people write: no migrations; tests only where asked for."""
    found = [path for path in own_files() if path.suffix == ".py" and "migrations" not in path.parts]
    return (
        found if with_tests else [path for path in found if path.is_relative_to(PACKAGE) and "tests" not in path.parts]
    )


def name_of(path: Path) -> str:
    """Return the path below the project's root."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions_of(path: Path) -> Iterator[tuple[str, Function]]:
    """Yield each function of a file with its dotted name inside the file, methods and inner functions included."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                yield f"{prefix}{child.name}", child
            inner = f"{prefix}{child.name}." if isinstance(child, Function | ast.ClassDef) else prefix
            yield from walk(child, inner)

    yield from walk(tree_of(path), "")


@cache
def exempted() -> tuple[Exempted, ...]:
    """Return the exceptions kept in exceptions.yaml."""
    listed = yaml.safe_load((Path(__file__).parent / "exceptions.yaml").read_text(encoding="utf-8")) or []
    return tuple(Exempted(**entry) for entry in listed)


def limit_for(rule: str, place: str, usual: int) -> int:
    """Return the limit of a budget for one place: the usual one, or that of its exception."""
    return next((entry.limit for entry in exempted() if (entry.rule, entry.place) == (rule, place)), usual)
