"""Programmes know each other only by operations and queries, and only where their package docstring says so."""

import ast
from pathlib import Path

from tests.architecture import source

# As in the design's section 2.
PROGRAMMES = {"voices", "matters", "wall", "isolation", "tracing", "gates", "testing"}
PROGRAMMES |= {"supplies", "enterprises", "inspections", "devices"}
DOORS = {"operations", "queries", "events"}


def imported_modules(path: Path) -> list[tuple[int, str]]:
    """Return line and dotted name of every module or member of ours that a file imports."""
    found = []
    for node in ast.walk(source.tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
    return [(line, name) for line, name in found if name.startswith("echowall.")]


def fault(programme: str, module: str) -> str | None:
    """Return what is wrong with `programme` importing `module`, None where nothing is."""
    words = module.split(".")
    other = words[1]
    if other not in PROGRAMMES or other == programme:
        return None
    if len(words) < 3 or words[2] not in DOORS:
        return f"{module}: only {', '.join(sorted(DOORS))} of another programme may be imported"
    docstring = ast.get_docstring(source.tree_of(source.PACKAGE / programme / "__init__.py")) or ""
    return None if other in docstring else f"{module}: name `{other}` as a dependency in the docstring of {programme}"


class TestProgrammes:
    def test_programmes_meet_only_at_their_doors(self) -> None:
        faults = [
            f"{source.name_of(path)}:{line} {said}"
            for path in source.python_files(with_tests=False)
            if (programme := path.relative_to(source.PACKAGE).parts[0]) in PROGRAMMES
            for line, module in imported_modules(path)
            if (said := fault(programme, module))
        ]
        assert not faults, "\n".join(faults)
