"""Who holds a port, and which one is free: a start that fails must name both."""

import errno
import socket
from pathlib import Path

from echowall.site.errors import StartError
from echowall.site.wording import say

LISTENING = "0A"


def refuse_taken(host: str, port: int) -> None:
    """Raise StartError naming who listens on `port` and the next free one, or why `host` cannot be listened on."""
    try:
        _try(host, port)
    except PermissionError as error:
        raise StartError(
            say(f"无权监听端口 {port}，请用 1024 以上的端口", f"no right to listen on {port}; choose one above 1024")
        ) from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise StartError(say(f"不能监听 {host}：{error}", f"cannot listen on {host}: {error}")) from error
        who = holder(port) or say("另一个程序", "another program")
        free = next_free(host, port + 1)
        raise StartError(
            say(
                f"端口 {port} 已被占用：{who}。请先停掉它，或用 --port {free}",
                f"port {port} is taken by {who}. Stop it, or use --port {free}",
            )
        ) from error


def next_free(host: str, start: int) -> int:
    """Return the first port from `start` on that can be listened on; 0 (the system chooses) where none is found."""
    for port in range(start, min(start + 200, 65536)):
        try:
            _try(host, port)
        except OSError:
            continue
        return port
    return 0


def holder(port: int) -> str | None:
    """Return `process 123 (command line)` of who listens on a TCP port, None where it cannot be seen."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    if not inodes:
        return None
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if any(_link(file) in inodes for file in (place / "fd").iterdir()):
                words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                return say("进程", "process") + f" {place.name}（{words[:120]}）"
        except OSError:
            continue
    return None


def _try(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)


def _listening_inodes(port: int) -> list[str]:
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if words[3] == LISTENING and int(words[1].rpartition(":")[2], 16) == port:
                found.append(words[9])
    return found


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""
