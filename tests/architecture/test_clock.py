"""Only kernel/clock.py reads the clock, so that every rule can be tried on any day."""

import ast

from tests.architecture import source

READERS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("timezone", "now"),
    ("timezone", "localdate"),
}
ALLOWED = "src/echowall/kernel/clock.py"


def readings(tree: ast.Module) -> list[int]:
    """Return the lines on which a module reads the wall clock; `time.monotonic` measures durations and is fine."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (name, node.attr) in READERS:
                found.append(node.lineno)
    return found


class TestClock:
    def test_finds_a_reading(self) -> None:
        assert readings(ast.parse("import datetime\nx = datetime.datetime.now()")) == [2]

    def test_nobody_else_reads_the_clock(self) -> None:
        offenders = [
            f"{source.name_of(path)}:{line}"
            for path in source.python_files(with_tests=False)
            if source.name_of(path) != ALLOWED
            for line in readings(source.tree_of(path))
        ]
        assert not offenders, "take `at` as a parameter or call kernel.clock:\n" + "\n".join(offenders)
