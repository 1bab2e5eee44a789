"""One embedded server: made, started, found again, stopped.

Whether it is alive is told by a lock, not by a process number: the server and all its children inherit an open file
that holds `flock(alive.lock)`, and the kernel lets the lock go when the last of them is gone. So neither a stale
`postmaster.pid` whose number now belongs to another process misleads, nor a backend that outlives a killed postmaster.
A second lock, `postgres.lock`, makes starting and stopping take turns.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg

from echowall.site import secret_files
from echowall.site.postgres import tuning
from echowall.site.postgres.account import Account, choose_account
from echowall.site.postgres.binaries import Binaries
from echowall.site.postgres.connection import (
    APP_ROLE,
    OWNER_ROLE,
    SUPERUSER,
    Connection,
    DatabaseError,
    socket_url,
)
from echowall.site.postgres.kept import (
    Passwords,
    known_socket_directory,
    not_ours,
    read_passwords,
    remember_socket_directory,
)
from echowall.site.postgres.processes import postmaster, processes, until
from echowall.site.wording import say

LONGEST_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.5432.lock")
RECOVERY_SECONDS = 600
_STARTED: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Cluster:
    """The embedded server of the state directory `state`."""

    state: Path
    binaries: Binaries
    durable: bool = True

    @property
    def directory(self) -> Path:
        """The directory that belongs to the server's account."""
        return self.state / "postgres"

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    @cached_property
    def passwords(self) -> Passwords:
        """The passwords of the three roles, made on first use."""
        return read_passwords(self.state)

    def ensure_running(self) -> bool:
        """Start the server unless it runs; return whether this call started it. Raises DatabaseError."""
        secret_files.private_directory(self.state)
        with self._turn():
            if self._answers():
                return False
            self._wait_for_the_dead()
            account = self._prepared_account()
            if not (self.data / "PG_VERSION").exists():
                self._initialise(account)
            self._start(account)
            return True

    def stop(self, seconds: float = 60) -> bool:
        """Stop the server, waiting at most `seconds`; return False where none runs. Raises DatabaseError."""
        if not self.directory.exists():
            return False
        with self._turn():
            if not self.is_alive():
                return False
            for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                main = postmaster(self.data)
                for number in [main] if main else processes(self.data):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(number, request)
                if until(lambda: not self.is_alive(), seconds):
                    return True
        raise DatabaseError(say(f"{self.data} 的数据库停不下来", f"the server of {self.data} does not stop"))

    def is_alive(self) -> bool:
        """Return whether any process of the server lives."""
        try:
            descriptor = os.open(self.directory / "alive.lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        except PermissionError as error:
            raise DatabaseError(not_ours(self.directory)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the superuser's address of `database`; for the launcher and the tests only."""
        return socket_url(SUPERUSER, self.passwords.superuser, known_socket_directory(self.state), database)

    def connection(self) -> Connection:
        """Return the addresses of the two roles."""
        return self.known_connection(self.state)

    @staticmethod
    def known_connection(state: Path) -> Connection:
        """Return the addresses of the server last started in `state`."""
        directory = known_socket_directory(state)
        passwords = read_passwords(state)
        return Connection(
            owner_url=socket_url(OWNER_ROLE, passwords.owner, directory),
            app_url=socket_url(APP_ROLE, passwords.app, directory),
        )

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the start lock: one process at a time starts or stops this server."""
        try:
            descriptor = os.open(self.state / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise DatabaseError(not_ours(self.state)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _answers(self) -> bool:
        """Return whether a live server takes connections, waiting for one that is still recovering."""
        if not self.is_alive():
            return False
        return self._wait_until_ready(still_there=lambda: postmaster(self.data) is not None)

    def _wait_for_the_dead(self) -> None:
        """Wait for backends that outlived their postmaster, then end them; their work was never acknowledged."""
        if not self.is_alive() or until(lambda: not self.is_alive(), 5):
            return
        for number in processes(self.data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        if not until(lambda: not self.is_alive(), 10):
            raise DatabaseError(
                say(
                    f"{self.data} 还有旧的数据库进程未退出。请结束它们再试",
                    f"old server processes of {self.data} are still there. End them and try again",
                )
            )

    def _prepared_account(self) -> Account:
        self.directory.mkdir(mode=0o700, exist_ok=True)
        account = choose_account(self.binaries.program("postgres"), self.directory)
        for name in (".", "run"):
            place = self.directory / name
            place.mkdir(mode=0o700, exist_ok=True)
            account.own(place)
        return account

    def _initialise(self, account: Account) -> None:
        """Make the data directory beside its place and move it there when whole: a kill leaves nothing half-made."""
        draft = self.directory / f"data.new.{secrets.token_hex(4)}"
        for left_over in self.directory.glob("data.new.*"):
            shutil.rmtree(left_over)
        password_file = self.directory / "run" / "password"
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self.passwords.superuser)
        account.own(password_file)
        # pg_trgm asks the C library what a letter is: without a UTF-8 locale there it finds no Chinese trigrams.
        locale = ["--locale=C.UTF-8"]
        if self.binaries.major >= 17:  # the built-in provider came with 17
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [self.binaries.program("initdb"), "-D", str(draft), "-U", SUPERUSER, "--encoding=UTF8", *locale]
        command += ["--data-checksums", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        command += [] if self.durable else ["--no-sync"]
        try:
            self._run(account, command)
            draft.rename(self.data)
        finally:
            password_file.unlink(missing_ok=True)

    def _run(self, account: Account, command: list[str]) -> None:
        with (self.directory / "initdb.log").open("wb") as log:
            code = account.start(command, log=log.fileno(), directory=self.directory).wait()
        if code != 0:
            told = (self.directory / "initdb.log").read_text(errors="replace")[-2000:]
            raise DatabaseError(say("初始化数据库失败：", "initdb failed:") + f"\n{told}")

    def _start(self, account: Account) -> None:
        self._remove_stale_pid_file()
        self._write_configuration(account)
        sockets = self._socket_directory(account)
        quoted = str(sockets).replace('"', '""')
        command = [self.binaries.program("postgres"), "-D", str(self.data), "-p", "5432"]
        command += ["-c", f'unix_socket_directories="{quoted}"']
        alive = os.open(self.directory / "alive.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(alive, fcntl.LOCK_EX)  # free, or held for a moment by someone asking whether we are alive
            with (self.directory / "start.log").open("wb") as log:
                server = account.start(command, log=log.fileno(), directory=self.directory, pass_fds=[alive])
        finally:
            os.close(alive)
        _STARTED.append(server)  # kept, so that Python reaps it when it ends and never warns of a forgotten child
        remember_socket_directory(self.state, sockets)
        if not self._wait_until_ready(still_there=lambda: server.poll() is None):
            told = (self.directory / "start.log").read_text(errors="replace")[-2000:] + self._last_log()
            raise DatabaseError(say("数据库没有启动：", "the database did not start:") + f"\n{told}")

    def _write_configuration(self, account: Account) -> None:
        settings = self.data / "echowall.conf"
        settings.write_text(tuning.configuration(durable=self.durable))
        account.own(settings)
        main = self.data / "postgresql.conf"
        line = "include = 'echowall.conf'"
        if line not in main.read_text():
            with main.open("a") as file:
                file.write(f"\n{line}\n")

    def _socket_directory(self, account: Account) -> Path:
        """Return the state directory's own `run`, or a private one in the temporary directory for a long path."""
        own = self.directory / "run"
        if len(os.fsencode(own)) <= LONGEST_SOCKET_DIRECTORY:
            return own
        short = Path(tempfile.mkdtemp(prefix="echowall-"))
        account.own(short)
        return short

    def _wait_until_ready(self, still_there: Callable[[], bool]) -> bool:
        """Return True once a connection is accepted, False where the server went away meanwhile."""
        ends, pause = time.monotonic() + RECOVERY_SECONDS, 0.02
        while time.monotonic() < ends:
            try:
                psycopg.connect(self.superuser_url(), connect_timeout=10).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise DatabaseError(_wrong_password(self.state)) from error
                if not still_there():
                    return False
                time.sleep(pause)
                pause = min(pause * 1.3, 0.25)
            else:
                return True
        raise DatabaseError(
            say(f"数据库 {RECOVERY_SECONDS} 秒内没有就绪", f"the database was not ready within {RECOVERY_SECONDS} s")
        )

    def _remove_stale_pid_file(self) -> None:
        """Remove `postmaster.pid` of a dead server: the alive lock is free, so none that we started lives."""
        number = postmaster(self.data)
        if number is not None:
            raise DatabaseError(
                say(
                    f"{self.data} 正由另一个 PostgreSQL（进程 {number}）使用。请先停掉它",
                    f"{self.data} is in use by another PostgreSQL (process {number}). Stop it first",
                )
            )
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for left_over in known_socket_directory(self.state).glob(".s.PGSQL.*"):
            left_over.unlink(missing_ok=True)

    def _last_log(self) -> str:
        logs = sorted((self.data / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        return logs[-1].read_text(errors="replace")[-2000:] if logs else ""


def _wrong_password(state: Path) -> str:
    return say(
        f"数据库不认 {state / 'secrets'} 里的口令。请恢复与数据同时备份的 secrets 目录",
        f"the database refuses the passwords in {state / 'secrets'}. Restore the secrets saved together with the data",
    )
