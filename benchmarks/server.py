"""A real `echowall serve` in a scratch state directory, for the benchmarks, the durability test and the pictures.

`Server` starts it, tells its processes apart (supervisor, web workers, background worker, PostgreSQL's main process),
kills what it is asked to kill, and reads the database afterwards with the superuser's eyes.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from echowall.site import environment, ports, postgres
from echowall.site.postgres.processes import postmaster

START_SECONDS = 120.0


@dataclass
class Server:
    """One running system: its state directory, its port and the process of `echowall serve`."""

    state: Path
    port: int = 0
    workers: int = 2
    command: str = "serve"
    patience: float = START_SECONDS
    process: subprocess.Popen[bytes] | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Choose a free port."""
        self.state = self.state.resolve()
        self.port = self.port or ports.next_free("127.0.0.1", 20_000 + os.getpid() % 20_000)

    @property
    def address(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """The environment of its processes: nothing of this machine's own installation."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ECHOWALL_")}
        root = environment.project_directory()
        path = os.pathsep.join([str(root / "src"), str(root)])
        return clean | {"ECHOWALL_STATE": str(self.state), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"} | self.extra

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError with what it said when it does not."""
        self.state.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "echowall.site", self.command, "--port", str(self.port)]
        with (self.state / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--workers", str(self.workers)], env=self.environ, stdout=log, stderr=log
            )
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        """Return once the sign-in page answers. Raises RuntimeError when the system ends or stays silent."""
        ends = time.monotonic() + self.patience
        while not self.answers():
            if self.process is not None and self.process.poll() is not None:
                raise RuntimeError(f"serve ended ({self.process.returncode}):\n{self.log()}")
            if time.monotonic() > ends:
                raise RuntimeError(f"no answer within {self.patience:.0f} s:\n{self.log()}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """Return whether the sign-in page, which asks the database for nothing personal, answers below 500."""
        try:
            urllib.request.urlopen(f"{self.address}/account/login/", timeout=5).close()  # noqa: S310 - loopback
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False
        return True

    def log(self) -> str:
        """Return the last lines the system printed."""
        return (self.state / "serve.log").read_text(errors="replace")[-4000:]

    def run(self, module: str, *words: str) -> Any:
        """Run a module of ours as `call` does; return the JSON it printed last."""
        return json.loads(self.call(module, *words).strip().splitlines()[-1])

    def call(self, module: str, *words: str) -> str:
        """Run a module of ours in a process of its own against this system; return what it printed.

        Raises RuntimeError with what it said when it fails.
        """
        done = subprocess.run(
            [sys.executable, "-m", module, *words], env=self.environ, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{module}:\n{(done.stdout + done.stderr)[-4000:]}")
        return done.stdout

    # -- its processes

    @property
    def cluster(self) -> postgres.Cluster:
        """Its embedded PostgreSQL."""
        return postgres.embedded_cluster(self.state)

    def supervisor(self) -> int | None:
        """Return the process of `echowall serve` while it lives."""
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    def web_workers(self) -> list[int]:
        """Return the processes that answer pages: the children of the web server's main process."""
        return [number for main in self._children("granian") for number in _children(main)]

    def background(self) -> list[int]:
        """Return the process of the background jobs."""
        return self._children("worker")

    def database(self) -> int | None:
        """Return PostgreSQL's main process while it lives."""
        return postmaster(self.cluster.data)

    def _children(self, word: str) -> list[int]:
        main = self.supervisor()
        return [n for n in _children(main) if word in _words(n)] if main else []

    def connect(self) -> psycopg.Connection:
        """Connect as the superuser, whom no row-level security hides anything from."""
        return psycopg.connect(self.cluster.superuser_url("echowall"), autocommit=True)

    def count(self, query: str) -> int:
        """Return the one number a query answers with."""
        with self.connect() as database:
            row = database.execute(query).fetchone()  # type: ignore[call-overload]
        return int(row[0]) if row else 0

    def stop(self) -> None:
        """Stop the system and its database, whatever state they are in."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        with contextlib.suppress(postgres.DatabaseError):
            self.cluster.stop()


def _children(number: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{number}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in task.read_text().split()]
    return found


def _words(number: int) -> list[str]:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []
