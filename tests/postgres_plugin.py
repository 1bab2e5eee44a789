"""Gives the tests a real PostgreSQL: our own launcher, a throw-away state directory, one migrated template.

Loaded by `-p` because Django's settings are read before any conftest.py. The program's role runs the tests, as it runs
the program, so row-level security binds them too. Each process works on its own copy of the template; a test that
commits (`transaction=True`) gets a fresh copy afterwards, with whatever the migrations put there.
"""

import contextlib
import fcntl
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
# Whatever this machine's own installation is told by its environment, the tests must not touch it.
for name in [name for name in os.environ if name.startswith("ECHOWALL_") and name != "ECHOWALL_DATA_DIR"]:
    del os.environ[name]
os.environ["PYTHONPATH"] = str(ROOT / "src")
os.environ["ECHOWALL_STATE"] = str(ROOT / ".echowall" / "test")

from echowall.site import environment, postgres, preparation  # noqa: E402 - needs the path and the variables above
from echowall.site.postgres import roles  # noqa: E402
from echowall.site.postgres.connection import with_database  # noqa: E402

LOCK = 0x54657374  # "Test", for pg_advisory_lock


def _cluster() -> postgres.Cluster:
    here = environment.load()
    return postgres.embedded_cluster(here.state, here.postgres_bin, durable=False)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the server before pytest-django reads the settings; the last session to end stops it."""
    cluster = _cluster()
    cluster.state.mkdir(parents=True, exist_ok=True)
    session = os.open(cluster.state / "sessions.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(session, fcntl.LOCK_SH)
    if cluster.ensure_running():
        roles.prepare_embedded(cluster.superuser_url(), cluster.passwords)
    early_config.add_cleanup(lambda: _end_session(cluster, session))
    return (yield)


def _end_session(cluster: postgres.Cluster, session: int) -> None:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(session, fcntl.LOCK_EX | fcntl.LOCK_NB)
        cluster.stop()
    os.close(session)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    """Give this process its own copy of the migrated template instead of Django's `test_…` database."""
    from django.db import connections
    from django.test import TransactionTestCase

    database = Database(f"test_{os.getpid()}_{secrets.token_hex(3)}")
    database.copy()
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        for alias in connections:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = database.name

    def start_afresh(_self: object) -> None:
        connections.close_all()
        database.copy()

    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = start_afresh
    yield
    TransactionTestCase._fixture_teardown = original
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()
    database.drop()


class Database:
    """One process's own database, copied from the template of the present migrations."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cluster = _cluster()
        self.template = "template_" + preparation.migrations_digest()[:16]
        with self._server() as server:
            server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            self._drop_orphans(server)
            if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template]).fetchone():
                self._make_template(server)

    def copy(self) -> None:
        """Make the database anew from the template."""
        names = {"name": sql.Identifier(self.name), "template": sql.Identifier(self.template)}
        with self._server() as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))
            server.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**names))
            roles.restrict_database(server, self.name)

    def drop(self) -> None:
        """Remove the database."""
        with self._server() as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def _server(self) -> psycopg.Connection:
        return psycopg.connect(self.cluster.superuser_url(), autocommit=True)

    def _make_template(self, server: psycopg.Connection) -> None:
        """Migrate a fresh database in a process of the owner role; named as template only when whole."""
        draft = f"draft_{secrets.token_hex(4)}"
        roles.create_database(server, draft)
        roles.prepare_database(self.cluster.superuser_url(draft))
        connection = self.cluster.connection()
        environ = preparation.child_environment("owner") | {
            "ECHOWALL_DATABASE_URL": with_database(connection.owner_url, draft),
            "ECHOWALL_APP_DATABASE_URL": with_database(connection.app_url, draft),
        }
        command = [sys.executable, "-m", "echowall.site", "manage", "migrate", "--no-input", "--verbosity", "0"]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode != 0:
            pytest.exit(f"migrate failed:\n{done.stdout}\n{done.stderr}", returncode=3)
        names = {"draft": sql.Identifier(draft), "template": sql.Identifier(self.template)}
        server.execute(sql.SQL("ALTER DATABASE {draft} RENAME TO {template}").format(**names))

    def _drop_orphans(self, server: psycopg.Connection) -> None:
        """Remove databases of killed test processes and templates of migrations that are no longer the present ones."""
        rows = server.execute("SELECT datname FROM pg_database WHERE datname ~ '^(test|template|draft)_'").fetchall()
        for (name,) in rows:
            kind, _, rest = name.partition("_")
            is_orphan = kind == "draft" or (kind == "test" and not Path(f"/proc/{rest.partition('_')[0]}").exists())
            if is_orphan or (kind == "template" and name != self.template):
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def owner_connection() -> Iterator[psycopg.Connection]:
    """Connect to this process's database as its superuser: what somebody with full access could do."""
    from django.db import connections

    url = _cluster().superuser_url(connections["default"].settings_dict["NAME"])
    with psycopg.connect(url, autocommit=True) as owner:
        yield owner
