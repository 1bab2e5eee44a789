"""No file of the project names a machine's path or a package registry: it must install anywhere, from any mirror."""

import re
from pathlib import Path

import pytest
from tests.architecture import source

# Written in pieces so that this file does not contain what it forbids.
FORBIDDEN = {
    "path of one machine": r"(?<![\w.])/(?:work|tmp/ew|root|home/\w+|Users/\w+|opt/(?:wheels|" + r"py" + r"pi))/",
    "registry host": r"(?:py"
    + r"pi\.org|pythonhosted\.org|registry\.np"
    + r"mjs|np"
    + r"mmirror\.com|mirrors\.\w+\.\w+)",
    "local index": r"fil" + r"e:///",
}
BINARY = {".png", ".jpg", ".woff2", ".npz", ".xlsx", ".gz", ".mo", ".ico", ".pdf", ".webp", ".pmtiles"}


def is_configuration(path: Path) -> bool:
    """Return whether a file can send an installer somewhere; elsewhere a file address is test data."""
    return path.suffix in {".lock", ".toml", ".txt", ".cfg", ".json", ".yaml", ".yml", ""}


def offences(text: str, pattern: str) -> list[int]:
    """Return the numbers of the lines that match."""
    return [number for number, line in enumerate(text.splitlines(), 1) if re.search(pattern, line)]


class TestWords:
    @pytest.mark.parametrize("kind", FORBIDDEN)
    def test_no_file_holds_a_forbidden_word(self, kind: str) -> None:
        found = [
            f"{source.name_of(path)}:{line}"
            for path in source.own_files()
            if path.suffix not in BINARY and (kind != "local index" or is_configuration(path))
            for line in offences(path.read_text(encoding="utf-8", errors="replace"), FORBIDDEN[kind])
        ]
        assert not found, f"{kind}:\n" + "\n".join(found)

    def test_recognises_a_registry(self) -> None:
        assert offences("--index-url https://py" + "pi.org/simple", FORBIDDEN["registry host"]) == [1]
