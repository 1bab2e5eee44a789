"""Intake over HTTP: distinct messages posted to a real `echowall serve`, counted again in its database.

Beside it the ceiling of the machine: the same number of connections committing one row of the same size, one INSERT
each, on the same server right afterwards (pgbench of the same PostgreSQL, prepared statements, fsync on).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.server import Server

TARGET = 300.0
CONNECTIONS = 32
PROCESSES = 2
DURABLE = "SELECT (current_setting('fsync') = 'on' AND current_setting('synchronous_commit') = 'on')::int"


def measure(*, quick: bool) -> list[Figure]:
    """Return messages per second over HTTP beside the raw commits per second."""
    with running() as server:
        made = server.run("benchmarks.office", "make")
        post(server, made["token"], run="warm", seconds=2, connections=8)
        before = server.count("SELECT count(*) FROM voices_message")
        said = post(server, made["token"], run="bench", seconds=5 if quick else 25, connections=CONNECTIONS)
        stored = server.count("SELECT count(*) FROM voices_message") - before
        understood = server.count("SELECT count(*) FROM voices_reading")
        fsync = server.count(
            "SELECT (current_setting('fsync') = 'on' AND current_setting('synchronous_commit') = 'on')::int"
        )
        if stored != said["ok"] or not fsync:
            raise RuntimeError(f"{said['ok']} acknowledged, {stored} stored, fsync {fsync}")
        raw = raw_commits(server, seconds=3 if quick else 8)
    conditions = {
        "connections": CONNECTIONS, "web processes": PROCESSES, "seconds": said["seconds"],
        "p50": f"{said['p50_ms']} ms", "p95": f"{said['p95_ms']} ms", "p99": f"{said['p99_ms']} ms",
        "answers": said["statuses"],
        "rows in the database": stored, "understood meanwhile": understood,
    }  # fmt: skip
    return [
        Figure("intake over HTTP, durable", said["per_second"], "messages/s", TARGET,
               beside=f"single-row INSERT commits, {CONNECTIONS} connections", beside_value=raw, conditions=conditions)
    ]  # fmt: skip


@contextmanager
def running(workers: int = PROCESSES, story: tuple[str, str] | None = None, *, serves: bool = True) -> Any:
    """A started server in a throw-away state directory, stopped and removed afterwards.

    ``story`` is how many days and messages of the demonstration's story it is filled with before it serves; without
    ``serves`` there is only its migrated database.
    """
    with tempfile.TemporaryDirectory(prefix="echowall-bench-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        server = Server(Path(name) / "state", workers=workers)
        try:
            if story is not None or not serves:
                server.call("echowall.site", "migrate")
            if story is not None:
                server.run("benchmarks.office", "story", *story)
            if serves:
                server.start()
            yield server
        finally:
            server.stop()


def post(server: Server, token: str, *, run: str, seconds: float, connections: int) -> dict[str, Any]:
    """Post messages from a process of its own; return its figures."""
    command = ["post", server.address, "--token", token, "--run", run]
    return load(server, *command, "--seconds", str(seconds), "--connections", str(connections))


def load(server: Server, *words: str) -> dict[str, Any]:
    """Run the load generator with these words; return its figures."""
    said: dict[str, Any] = server.run("benchmarks.load", *words)
    return said


def raw_commits(server: Server, *, seconds: int) -> float:
    """Return commits per second of one small INSERT each over as many connections as the intake had."""
    with server.connect() as database:
        database.execute("CREATE TABLE raw_ceiling (id bigserial PRIMARY KEY, body text NOT NULL)")
    script = server.state / "raw.sql"
    script.write_text("INSERT INTO raw_ceiling (body) VALUES (repeat('回音壁', 200));\n", encoding="utf-8")
    command = [server.cluster.binaries.program("pgbench"), server.cluster.superuser_url("echowall"), "--no-vacuum"]
    command += ["--client", str(CONNECTIONS), "--jobs", "2", "--time", str(seconds), "--protocol", "prepared"]
    done = subprocess.run([*command, "--file", str(script)], capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found:
        print(done.stdout, done.stderr, file=sys.stderr)
        raise RuntimeError("pgbench told no tps")
    return float(found.group(1))
