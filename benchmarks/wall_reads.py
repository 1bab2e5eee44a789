"""Reads of the public wall: its pages and posts from a real `echowall serve`, over keep-alive connections.

The wall is filled by three days of the demonstration's story. Beside it: the same web server with as many processes
and threads, answering a constant of the same length without any program of ours.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure
from benchmarks.intake import CONNECTIONS, PROCESSES, load, running
from benchmarks.server import Server

from echowall.site import ports

TARGET = 1_500.0
THREADS = 16


def measure(*, quick: bool) -> list[Figure]:
    """Return reads per second over a mix of pages: half the front page, half posts and filtered pages."""
    seconds = "3" if quick else "15"
    with running(story=("3", "60" if quick else "140")) as server:
        paths = _paths(server)
        asked = [word for path in paths for word in ("--path", path)]
        words = ("--connections", str(CONNECTIONS), "--run", "wall")
        load(server, "get", server.address, *asked, "--seconds", "1", *words)
        said = load(server, "get", server.address, *asked, "--seconds", seconds, *words)
        with _bare(server, int(said["body_bytes"])) as address:
            bare = load(server, "get", address, "--path", "/", "--seconds", "3" if quick else "8", *words)
    wrong = {status: n for status, n in said["statuses"].items() if status != "200"}
    if wrong or said["lost"]:
        raise RuntimeError(f"answers other than 200: {wrong}, lost {said['lost']}")
    conditions = {
        "connections": CONNECTIONS, "web processes": PROCESSES, "pages": len(set(paths)), "bytes": said["body_bytes"],
        "p50": f"{said['p50_ms']} ms", "p95": f"{said['p95_ms']} ms", "p99": f"{said['p99_ms']} ms",
    }  # fmt: skip
    return [Figure("reads of the public wall", said["per_second"], "reads/s", TARGET,
                   beside="the same server answering a constant", beside_value=bare["per_second"],
                   conditions=conditions)]  # fmt: skip


def _paths(server: Server) -> list[str]:
    """Return the addresses to read: every second one the front page."""
    page, ends = "", time.monotonic() + 60
    while not page:  # the first page after a start may take longer than the wall lets a reader wait
        try:
            with urllib.request.urlopen(f"{server.address}/wall/", timeout=20) as answer:  # noqa: S310 - loopback
                page = answer.read().decode()
        except urllib.error.HTTPError as error:
            if time.monotonic() > ends:
                raise RuntimeError(f"{error}:\n{server.log()}") from error
    posts = sorted(set(re.findall(r'href="(/wall/[-\w]{4,}/)"', page)))[:12]
    if not posts:
        raise RuntimeError("no post on the wall")
    return [path for post in [*posts, "/wall/?page=2", "/wall/?topic=supplies"] for path in ("/wall/", post)]


@contextlib.contextmanager
def _bare(server: Server, size: int) -> Iterator[str]:
    port = ports.next_free("127.0.0.1", server.port + 1)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(PROCESSES), "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error"]
    environ: dict[str, Any] = server.environ | {"BARE_BYTES": str(size)}
    bare = subprocess.Popen([*command, "benchmarks.bare:application"], env=environ)
    address = f"http://127.0.0.1:{port}"
    try:
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(address, timeout=5).close()
                break
            time.sleep(0.1)
        yield address
    finally:
        bare.terminate()
        bare.wait()
