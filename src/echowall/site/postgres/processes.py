"""Finding the processes of a server by the directory they work in, never by a bare process number."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def postmaster(data: Path) -> int | None:
    """Return the live main process of the server of `data`, None where `postmaster.pid` is missing, stale or reused."""
    try:
        number = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(number, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    except PermissionError:
        pass
    return number if _works_in(Path(f"/proc/{number}"), data) or _names(Path(f"/proc/{number}"), data) else None


def processes(data: Path) -> list[int]:
    """Return every live process of the server of `data` that may be looked at."""
    found = {int(place.name) for place in Path("/proc").glob("[0-9]*") if _works_in(place, data)}
    main = postmaster(data)
    return sorted(found | ({main} if main else set()))


def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Return whether `holds()` came true within `seconds`."""
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def _works_in(process: Path, data: Path) -> bool:
    try:
        return (process / "cwd").samefile(data)
    except OSError:
        return False


def _names(process: Path, data: Path) -> bool:
    """Return whether the command line is a server's with this data directory; for containers that hide `cwd`."""
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"postgres" in Path(os.fsdecode(words[0])).name.encode() and os.fsencode(data) in words
