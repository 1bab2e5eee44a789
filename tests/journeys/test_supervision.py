"""The supervisor and the port check on real processes, and the whole system through `echowall serve`."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from echowall.site import environment, ports
from echowall.site.errors import StartError
from echowall.site.postgres.processes import until
from echowall.site.supervisor import Supervisor, take_lock

pytestmark = pytest.mark.durability

SUPERVISE = """
import sys
from pathlib import Path
from echowall.site.supervisor import Child, Supervisor
sleeper = Child("sleeper", [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"], {})
supervisor = Supervisor(Path(sys.argv[1]), [sleeper], tend=lambda: None)
sys.exit(supervisor.run(ready=lambda: True))
"""


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", SUPERVISE, str(tmp_path)], stdout=subprocess.PIPE, text=True) as run:
        yield run
        run.kill()


def child_of(parent: int) -> int | None:
    """Return the number of a live child process."""
    numbers = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return int(numbers[0]) if numbers else None


class TestSupervisor:
    def test_starts_a_dead_child_again(self, supervised: subprocess.Popen[str]) -> None:
        assert supervised.stdout
        assert supervised.stdout.readline().strip() == "up"
        first = child_of(supervised.pid)
        assert first
        os.kill(first, signal.SIGKILL)
        assert "sleeper" in supervised.stdout.readline()
        assert supervised.stdout.readline().strip() == "up"
        assert child_of(supervised.pid) not in {None, first}

    def test_stops_its_children_with_it(self, supervised: subprocess.Popen[str]) -> None:
        assert supervised.stdout
        supervised.stdout.readline()
        child = child_of(supervised.pid)
        supervised.terminate()
        assert supervised.wait(timeout=20) == 0
        assert not Path(f"/proc/{child}").exists()

    def test_a_killed_supervisor_leaves_no_child_behind(self, supervised: subprocess.Popen[str]) -> None:
        assert supervised.stdout
        supervised.stdout.readline()
        child = child_of(supervised.pid)
        supervised.kill()
        assert until(lambda: not _lives(child), 5)

    def test_refuses_a_second_one_and_names_the_first(self, supervised: subprocess.Popen[str], tmp_path: Path) -> None:
        assert supervised.stdout
        supervised.stdout.readline()
        with pytest.raises(StartError, match=str(supervised.pid)):
            Supervisor(tmp_path, [], tend=lambda: None)

    def test_ends_a_leftover_that_holds_the_lock(self, tmp_path: Path) -> None:
        code = "import sys, time; open(sys.argv[1], 'a'); time.sleep(600)"
        lock = take_lock(tmp_path / "serve.lock")
        with subprocess.Popen([sys.executable, "-c", code, "x"], pass_fds=[lock], cwd=tmp_path) as leftover:
            os.pwrite(lock, b"999999999", 0)
            os.close(lock)
            os.close(take_lock(tmp_path / "serve.lock"))
            assert leftover.wait(timeout=5) == -signal.SIGKILL


class TestPorts:
    def test_names_who_holds_the_port_and_a_free_one(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(StartError, match=rf"{port}.*{os.getpid()}.*--port \d+"):
                ports.refuse_taken("127.0.0.1", port)

    def test_an_address_of_another_machine_is_named(self) -> None:
        with pytest.raises(StartError, match=re.escape("203.0.113.7")):
            ports.refuse_taken("203.0.113.7", 8000)


class TestServe:
    """Started, killed with everything it has, started again, stopped."""

    def test_comes_back_after_everything_was_killed(self, tmp_path: Path) -> None:
        state, port = tmp_path / "状 态", ports.next_free("127.0.0.1", 20000 + os.getpid() % 20000)
        first = _serve(state, port)
        _wait_for_answer(first, port)
        for number in _processes_of(state):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        first.wait(timeout=10)
        second = _serve(state, port)
        try:
            began = time.monotonic()
            _wait_for_answer(second, port)
            assert time.monotonic() - began < 20
        finally:
            second.terminate()
            assert second.wait(timeout=30) == 0
        assert until(lambda: not _processes_of(state), 5)


def _serve(state: Path, port: int) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ECHOWALL_")}
    source = str(environment.project_directory() / "src")
    command = [sys.executable, "-m", "echowall.site", "serve", "--port", str(port), "--workers", "1"]
    return subprocess.Popen(
        command,
        env=clean | {"ECHOWALL_STATE": str(state), "PYTHONPATH": source},
        stdout=subprocess.DEVNULL,
    )


def _wait_for_answer(process: subprocess.Popen[bytes], port: int) -> None:
    def answers() -> bool:
        assert process.poll() is None, "serve ended"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False
        return True

    assert until(answers, 60)


def _processes_of(state: Path) -> list[int]:
    """Return every process that was started with this state directory, the database's included."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = (place / "environ").read_bytes() + (place / "cmdline").read_bytes()
            if str(state).encode() in told and int(place.name) != os.getpid():
                found.append(int(place.name))
    return found


def _lives(number: int | None) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
