"""The launcher on real servers: started twice, at once, after every kind of kill, below every kind of path."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from echowall.site import environment, postgres
from echowall.site.postgres import external, roles
from echowall.site.postgres.cluster import Cluster
from echowall.site.postgres.processes import postmaster, until

pytestmark = pytest.mark.durability
IS_ROOT = os.geteuid() == 0
START = "import sys; from echowall.site.postgres import embedded_cluster; from pathlib import Path; "
START += "print(embedded_cluster(Path(sys.argv[1]), durable=False).ensure_running())"


def cluster_in(state: Path) -> Cluster:
    return postgres.embedded_cluster(state, durable=False)


def start(cluster: Cluster) -> bool:
    started = cluster.ensure_running()
    if started:
        roles.prepare_embedded(cluster.superuser_url(), cluster.passwords)
    return started


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server below a directory that is open to other accounts, with a space and Chinese characters in its path."""
    with tempfile.TemporaryDirectory(prefix="echowall 回音壁 ") as name:
        place = Path(name)
        place.chmod(0o755)
        made = cluster_in(place / "状 态")
        start(made)
        yield made
        made.stop()


@pytest.fixture
def running(cluster: Cluster) -> Cluster:
    start(cluster)
    return cluster


class TestEnsureRunning:
    def test_second_start_finds_the_first(self, running: Cluster) -> None:
        before = postmaster(running.data)
        assert running.ensure_running() is False
        assert postmaster(running.data) == before

    def test_starts_at_once_make_one_server(self, running: Cluster) -> None:
        running.stop()
        command = [sys.executable, "-c", START, str(running.state)]
        children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        told = sorted(child.communicate(timeout=60)[0].strip() for child in children)
        assert told == ["False", "False", "False", "True"]

    def test_nothing_acknowledged_is_lost_when_killed_under_load(self, running: Cluster) -> None:
        running.stop()
        durable = postgres.embedded_cluster(running.state)
        start(durable)
        owner = durable.connection().owner_url
        with psycopg.connect(owner, autocommit=True) as database:
            database.execute("CREATE TABLE IF NOT EXISTS kept (n int PRIMARY KEY)")
        acknowledged: list[int] = []

        def write() -> None:
            with contextlib.suppress(psycopg.Error), psycopg.connect(owner, autocommit=True) as database:
                for number in range(100_000):
                    database.execute("INSERT INTO kept VALUES (%s)", [number])
                    acknowledged.append(number)

        writer = threading.Thread(target=write)
        writer.start()
        assert until(lambda: len(acknowledged) > 50, 20)
        killed = postmaster(durable.data)
        assert killed
        os.kill(killed, signal.SIGKILL)
        writer.join(timeout=30)
        assert start(durable) is True
        with psycopg.connect(owner) as database:
            kept = {row[0] for row in database.execute("SELECT n FROM kept").fetchall()}
        assert set(acknowledged) <= kept

    def test_a_reused_process_number_does_not_mislead(self, running: Cluster) -> None:
        pid_file = running.data / "postmaster.pid"
        content = pid_file.read_text()
        running.stop()
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
            pid_file.write_text(content.replace(content.split("\n", 1)[0], str(stranger.pid), 1))
            assert running.is_alive() is False
            assert start(running) is True
            assert stranger.poll() is None
            stranger.kill()

    def test_a_half_made_data_directory_is_made_anew(self, tmp_path: Path) -> None:
        fresh = cluster_in(tmp_path / "s")
        (fresh.directory / "data.new.dead").mkdir(parents=True)
        try:
            assert start(fresh) is True
            assert [path.name for path in fresh.directory.glob("data*")] == ["data"]
        finally:
            fresh.stop()

    def test_data_of_another_version_is_refused_by_name(self, tmp_path: Path) -> None:
        data = tmp_path / "postgres" / "data"
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("14\n")
        with pytest.raises(postgres.DatabaseError, match="PostgreSQL 14"):
            cluster_in(tmp_path)


class TestAccount:
    @pytest.mark.skipif(not IS_ROOT, reason="only root changes its account")
    def test_root_gives_the_server_an_ordinary_account(self, running: Cluster) -> None:
        number = postmaster(running.data)
        assert Path(f"/proc/{number}").stat().st_uid != 0

    @pytest.mark.skipif(not IS_ROOT or not shutil.which("unshare"), reason="needs root and unshare")
    def test_root_starts_below_a_closed_directory_and_a_long_path(self, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        deep = cluster_in(closed / ("很长" * 20) / ("路径 " * 10 + "x"))
        try:
            assert start(deep) is True
            assert start(deep) is False
            with psycopg.connect(deep.connection().app_url) as database:
                assert database.execute("SELECT current_user").fetchone() == ("echowall_app",)
        finally:
            deep.stop()

    @pytest.mark.skipif(not IS_ROOT or not shutil.which("setpriv"), reason="needs root and setpriv")
    def test_an_ordinary_user_starts_it_too(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        with tempfile.TemporaryDirectory() as name:
            os.chown(name, 65534, 65534)
            drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            code = START + "; embedded_cluster(Path(sys.argv[1]), durable=False).stop()"
            command = [*drop, sys.executable, "-c", code, f"{name}/s"]
            readable = subprocess.run([*drop, sys.executable, "-c", "import echowall"], check=False).returncode == 0
            if not readable:
                pytest.skip("this checkout lies where other users may not read")
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.stdout.strip() == "True", done.stderr


class TestRoles:
    def test_the_program_may_write_rows_and_not_make_tables(self, running: Cluster) -> None:
        known = running.connection()
        with psycopg.connect(known.owner_url, autocommit=True) as database:
            database.execute("CREATE TABLE IF NOT EXISTS made_by_owner (n int)")
        with psycopg.connect(known.app_url) as database:
            database.execute("INSERT INTO made_by_owner VALUES (1)")
            rights = "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            assert database.execute(rights).fetchone() == (False, False, False)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                database.execute("CREATE TABLE mine (n int)")

    def test_chinese_has_trigrams(self, running: Cluster) -> None:
        with psycopg.connect(running.connection().app_url) as database:
            row = database.execute("SELECT cardinality(show_trgm('回音壁'))").fetchone()
        assert row == (4,)


class TestExternalServer:
    def test_a_server_gets_extensions_and_the_programs_role(self, running: Cluster, tmp_path: Path) -> None:
        with psycopg.connect(running.superuser_url(), autocommit=True) as server:
            server.execute("DROP DATABASE IF EXISTS office")
            server.execute("CREATE DATABASE office OWNER echowall_super TEMPLATE template0")
        url = running.superuser_url("office")
        with pytest.raises(postgres.DatabaseError, match="ECHOWALL_APP_DATABASE_URL"):
            external.prepare(tmp_path, url, None)  # the role exists with a password that is not kept here
        known = external.prepare(running.state, url, None)
        with psycopg.connect(known.app_url) as database:
            assert database.execute("SELECT current_user, current_database()").fetchone() == ("echowall_app", "office")

    def test_a_program_role_above_row_level_security_is_refused(self, running: Cluster, tmp_path: Path) -> None:
        known = running.connection()
        with pytest.raises(postgres.DatabaseError, match="BYPASSRLS"):
            external.prepare(tmp_path, known.owner_url, running.superuser_url("echowall"))

    def test_a_server_that_does_not_answer_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(postgres.DatabaseError, match="ECHOWALL_DATABASE_URL"):
            external.prepare(tmp_path, "postgresql://o:p@127.0.0.1:1/d", None)


class TestBackup:
    def test_what_is_saved_comes_back(self, running: Cluster, tmp_path: Path) -> None:
        with psycopg.connect(running.connection().owner_url, autocommit=True) as database:
            database.execute("CREATE TABLE IF NOT EXISTS saved (said text); INSERT INTO saved VALUES ('回音壁')")
        file = tmp_path / "a b.dump"
        command = [sys.executable, "-m", "echowall.site", "db"]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ECHOWALL_")}
        clean["PYTHONPATH"] = str(environment.project_directory() / "src")
        old, new = (clean | {"ECHOWALL_STATE": str(state)} for state in (running.state, tmp_path / "new"))
        subprocess.run([*command, "backup", str(file)], env=old, check=True, capture_output=True)
        assert file.stat().st_mode & 0o077 == 0
        try:
            subprocess.run([*command, "restore", str(file)], env=new, check=True, capture_output=True)
            with psycopg.connect(cluster_in(tmp_path / "new").connection().owner_url) as database:
                assert database.execute("SELECT said FROM saved").fetchone() == ("回音壁",)
            again = subprocess.run([*command, "restore", str(file)], env=new, capture_output=True, check=False)
            assert again.returncode == 2
        finally:
            subprocess.run([*command, "stop"], env=new, check=False, capture_output=True)
