"""What the program imports is declared, locked with hashes and explained; a lock names no index and no local file."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.architecture import source

# Imported only where it is installed, and its absence is handled: the training set of packages.
OPTIONAL = {"scikit-learn", "scipy"}


def normal(name: str) -> str:
    """Return a distribution's name as lock files write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(extra: str = "") -> set[str]:
    """Return the names of the run dependencies in pyproject.toml, or of one extra set of them."""
    project = tomllib.loads((source.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {normal(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0]) for line in lines}


def locked(name: str) -> set[str]:
    """Return the names of the distributions in one lock file."""
    text = (source.ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {normal(found) for found in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}


def imported_everywhere() -> list[tuple[str, str]]:
    """Return each foreign top-level module that the program imports, with every place of it."""
    found: list[tuple[str, str]] = []
    for path in source.python_files(with_tests=False):
        for node in ast.walk(source.tree_of(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names = [node.module]
            for name in names:
                found.append((name.split(".")[0], f"{source.name_of(path)}:{node.lineno}"))
    return [(name, place) for name, place in found if name not in {*sys.stdlib_module_names, "echowall"}]


def imported() -> dict[str, str]:
    """Return each foreign top-level module that the program imports, with one place of it."""
    return dict(reversed(imported_everywhere()))


class TestDependencies:
    def test_every_import_is_declared(self) -> None:
        known = declared() | declared("planning") | OPTIONAL
        providers = packages_distributions()
        missing = [
            f"{place}: {name}"
            for name, place in imported().items()
            if not known & {normal(provider) for provider in providers.get(name, [name])}
        ]
        assert not missing, (
            "add to pyproject.toml and docs/explanation/dependencies.md, then `make lock`:\n" + "\n".join(missing)
        )

    def test_every_declared_one_is_locked_and_explained(self) -> None:
        told = (source.ROOT / "docs" / "explanation" / "dependencies.md").read_text(encoding="utf-8").lower()
        assert declared() <= locked("run.lock"), "run `make lock`"
        assert declared("planning") <= locked("plan.lock"), "run `make lock`"
        names = declared() | declared("planning")
        assert [name for name in names if name not in told.replace("_", "-")] == []

    def test_solvers_are_imported_by_planning_alone(self) -> None:
        solvers = {"ortools", "pyvrp", "networkx", "shapely", "simpy"}
        places = [place for name, place in imported_everywhere() if name in solvers]
        assert [place for place in places if "echowall/planning/" not in place] == []

    def test_the_working_set_repeats_the_run_set(self) -> None:
        assert locked("run.lock") <= locked("plan.lock") <= locked("dev.lock")
