"""What happens before serving: database up, tables migrated, page files gathered; each skipped when nothing changed.

The mark of what is done lies in the database itself (schema `launcher`), so that a restored or swapped database is
migrated again. The page files' mark lies beside them.
"""

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import psycopg

from echowall.site import environment, postgres, shipped
from echowall.site.errors import StartError
from echowall.site.wording import say

PACKAGE = Path(__file__).resolve().parents[1]
OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "squashmigrations", "flush", "sqlflush"}
LOCK = 0x4563686F  # "Echo", for pg_advisory_lock
NOTE = "INSERT INTO launcher.done VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET digest = excluded.digest"


def role_for(command: str) -> str:
    """Return the role a management command needs: `owner` where it changes tables, else what the environment says."""
    return "owner" if command in OWNER_COMMANDS else os.environ.get("ECHOWALL_DATABASE_ROLE", "app")


def start_database(role: str | None = None) -> postgres.Connection:
    """Start the database and, before Django reads its settings, choose the role of this process."""
    if role:
        os.environ["ECHOWALL_DATABASE_ROLE"] = role
        environment.load.cache_clear()
    return postgres.ensure_running(environment.load())


def migrate_command(_arguments: argparse.Namespace) -> int:
    """Start the database and migrate it; says whether there was anything to do."""
    connection = start_database()
    changed = migrate(connection)
    bring_in_shipped(connection)
    _tell(say("表已是最新", "tables were up to date") if not changed else say("表已更新", "tables brought up to date"))
    return 0


def migrate(connection: postgres.Connection) -> bool:
    """Migrate unless this very code already did; return whether Django's migrate ran. Raises StartError."""
    with once(connection, "migrate", migrations_digest()) as due:
        if due:
            run_manage("migrate", "--no-input", role="owner")
        return due


def gather_pages(state: Path) -> bool:
    """Gather the page files (collectstatic) unless unchanged; return whether it was done. Raises StartError."""
    mark = state / "static.mark"
    digest = _pages_digest()
    if mark.is_file() and mark.read_text() == digest:
        return False
    run_manage("collectstatic", "--no-input", "--verbosity", "0", role="app")
    mark.write_text(digest)
    return True


@contextmanager
def once(connection: postgres.Connection, name: str, digest: str) -> Iterator[bool]:
    """Yield whether the step `name` is still due for `digest`; marks it done when the block ends without an error.

    Two processes that arrive together take turns, and the second finds the step done.
    """
    with psycopg.connect(connection.owner_url, autocommit=True) as database:
        database.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _make_table(database)
        row = database.execute("SELECT digest FROM launcher.done WHERE name = %s", [name]).fetchone()
        due = row is None or row[0] != digest
        yield due
        if due:
            database.execute(NOTE, [name, digest])


def note(connection: postgres.Connection, name: str, digest: str) -> None:
    """Note how far a step is, for `was_interrupted`."""
    with psycopg.connect(connection.owner_url, autocommit=True) as database:
        _make_table(database)
        database.execute(NOTE, [name, digest])


def was_interrupted(connection: postgres.Connection, name: str, begun: str) -> bool:
    """Return whether the step was begun (its note says `begun`) and nobody is at it any more."""
    with psycopg.connect(connection.owner_url, autocommit=True) as database:
        _make_table(database)
        row = database.execute("SELECT digest FROM launcher.done WHERE name = %s", [name]).fetchone()
        free = database.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
    return row == (begun,) and free == (True,)


def run_manage(*words: str, role: str) -> None:
    """Run a management command in a process of its own under `role`. Raises StartError with what it said."""
    _run("echowall manage " + " ".join(words), ["-m", "echowall.site", "manage", *words], role)


def bring_in_shipped(connection: postgres.Connection) -> bool:
    """Bring the texts that come with the program into the tables unless this edition already is; returns whether.

    Raises StartError.
    """
    with once(connection, "shipped", shipped.digest()) as due:
        if due:
            code = "import django; django.setup(); from echowall.site import shipped; shipped.bring_in()"
            _run("shipped texts", ["-c", code], "app")
        return due


def run_fill() -> None:
    """Fill the demonstration in a process of its own. Raises StartError with what it said."""
    code = "import django; django.setup(); from echowall.site import demo; demo.fill()"
    _run("demo", ["-c", code], "app", is_shown=True)


def _run(name: str, words: list[str], role: str, *, is_shown: bool = False) -> None:
    """Run a Python process to its end; ``is_shown`` lets its progress through to the terminal."""
    command, shown = [sys.executable, *words], None if is_shown else subprocess.PIPE
    done = subprocess.run(
        command, env=child_environment(role), stdout=shown, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        told = ((done.stdout or "") + done.stderr)[-6000:]
        raise StartError(say(f"{name} 失败：", f"{name} failed:") + f"\n{told}")


def child_environment(role: str = "app") -> dict[str, str]:
    """Return the environment for a child process that imports this very package and connects as `role`."""
    path = os.pathsep.join(dict.fromkeys([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]))
    return {**os.environ, "PYTHONPATH": path, "ECHOWALL_DATABASE_ROLE": role, "PYTHONUNBUFFERED": "1"}


def pages_built() -> bool:
    """Return whether the front end has been built into this package."""
    return any((PACKAGE / "site" / "static" / "built").glob("*"))


def migrations_digest() -> str:
    """Return a digest that changes with any migration of ours, any installed version or the settings."""
    digest = hashlib.sha256(_versions().encode())
    for path in sorted([*PACKAGE.rglob("migrations/*.py"), PACKAGE / "site" / "settings.py"]):
        digest.update(str(path.relative_to(PACKAGE)).encode() + path.read_bytes())
    return digest.hexdigest()


def _pages_digest() -> str:
    digest = hashlib.sha256(_versions().encode())
    for path in sorted(PACKAGE.glob("*/static/**/*")):
        if path.is_file():
            seen = path.stat()
            digest.update(f"{path.relative_to(PACKAGE)} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _make_table(database: psycopg.Connection) -> None:
    database.execute("CREATE SCHEMA IF NOT EXISTS launcher")
    database.execute("CREATE TABLE IF NOT EXISTS launcher.done (name text PRIMARY KEY, digest text NOT NULL)")


def _versions() -> str:
    return "\n".join(sorted(f"{found.name} {found.version}" for found in metadata.distributions()))


def _tell(text: str) -> None:
    print(text)  # noqa: T201 - a command speaks on the terminal
