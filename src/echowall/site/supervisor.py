"""Keeps child processes alive: restarts one that dies, with growing pauses, and stops all of them cleanly.

Every child leads a process group of its own, so that its own children go with it, and asks the kernel for SIGTERM
should the supervisor be killed. All of them inherit the file that holds `flock(serve.lock)`: whoever holds it belongs
to us, which is how leftovers of a killed supervisor are found without trusting process numbers.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from echowall.site.errors import StartError
from echowall.site.wording import say

FIRST_PAUSE, LONGEST_PAUSE, STEADY_SECONDS, GRACE_SECONDS = 0.5, 30.0, 60.0, 15.0
SET_PARENT_DEATH_SIGNAL = 1


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = field(default=0.0)

    def is_alive(self) -> bool:
        """Return whether the process runs."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Runs children until told to stop by SIGTERM or SIGINT."""

    def __init__(self, state: Path, children: list[Child], *, tend: Callable[[], None]) -> None:
        """Keep `children` alive and call `tend` about once a second (for the database)."""
        self.children = children
        self.tend = tend
        self.stopping = threading.Event()
        self.lock = take_lock(state / "serve.lock")

    def run(self, ready: Callable[[], bool]) -> int:
        """Start all; call `ready` until it is true; return 0 after a clean stop."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        is_ready = False
        try:
            while not self.stopping.is_set():
                for child in self.children:
                    self._keep_alive(child)
                is_ready = is_ready or ready()
                self.stopping.wait(1.0 if is_ready else 0.05)
                if is_ready:
                    self.tend()
        finally:
            self._stop_all()
        return 0

    def _keep_alive(self, child: Child) -> None:
        now = time.monotonic()
        if child.is_alive():
            if now - child.started > STEADY_SECONDS:
                child.pause = FIRST_PAUSE
            return
        if child.process is not None and child.due == 0.0:
            _kill_group(child.process.pid, signal.SIGKILL)
            _tell(
                say(
                    f"{child.name} 退出（{child.process.returncode}），{child.pause:.1f} 秒后重启",
                    f"{child.name} ended ({child.process.returncode}); starting it again in {child.pause:.1f} s",
                )
            )
            child.due = now + child.pause
            child.pause = min(child.pause * 2, LONGEST_PAUSE)
        if now >= child.due:
            child.process = subprocess.Popen(
                child.command,
                env=child.environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[self.lock],
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - started from the only thread
            )
            child.started, child.due = now, 0.0

    def _stop_all(self) -> None:
        ends = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            if child.process is not None and child.is_alive():
                child.process.terminate()
        for child in self.children:
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(timeout=max(0.1, ends - time.monotonic()))
                _kill_group(child.process.pid, signal.SIGKILL)
                child.process.wait()


def take_lock(path: Path) -> int:
    """Return the descriptor of the held lock; ends leftovers of a killed supervisor. Raises StartError where one runs.

    The number in the file is the supervisor's; it counts only while that process itself holds the lock's file.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    for _ in range(100):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            written = os.pread(descriptor, 20, 0).decode().strip()
            holding = _holders(path)
            if written.isdigit() and int(written) in holding:
                os.close(descriptor)
                raise StartError(
                    say(f"已有一个在运行（进程 {written}）", f"one is running already (process {written})")
                ) from None
            for number in holding:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(number, signal.SIGKILL)
            time.sleep(0.1)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return descriptor
    raise StartError(say(f"{path} 被占用", f"{path} is held by another process"))


def _holders(path: Path) -> set[int]:
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        if int(place.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if any(_is_same(file, path) for file in (place / "fd").iterdir()):
                found.add(int(place.name))
    return found


def _is_same(file: Path, path: Path) -> bool:
    try:
        return file.samefile(path)
    except OSError:
        return False


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it ends, however that ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _kill_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command speaks on the terminal
