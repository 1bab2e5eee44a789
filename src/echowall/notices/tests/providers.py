"""Real servers on loopback that play the providers: HTTP with scripted answers, and a small SMTP server."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Provider:
    """What came in, and what is answered next (status, JSON); without a script 200 and ``{"id": n}``."""

    address: str = ""
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    script: list[tuple[int, Any]] = field(default_factory=list)


@contextmanager
def http_provider() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            provider.requests.append((self.path, dict(self.headers), body))
            status, said = provider.script.pop(0) if provider.script else (200, {"id": f"r{len(provider.requests)}"})
            if status == 0:  # took it and died before saying so
                self.connection.close()
                return
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    with _serving(server):
        yield provider


@contextmanager
def smtp_provider() -> Iterator[Provider]:
    provider = Provider()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            refused = provider.script.pop(0) if provider.script else None
            lines: list[str] | None = None
            for raw in self.rfile:
                line = raw.decode().rstrip("\r\n")
                if lines is not None:
                    if line != ".":
                        lines.append(line)
                        continue
                    provider.requests.append(("mail", {}, "\n".join(lines)))
                    lines = None
                    self.wfile.write(b"250 taken\r\n")
                elif line.upper().startswith("RCPT") and refused:
                    self.wfile.write(f"{refused[0]} no\r\n".encode())
                elif line.upper() == "DATA":
                    lines = []
                    self.wfile.write(b"354 go\r\n")
                elif line.upper() == "QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                else:
                    self.wfile.write(b"250 ok\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.address = str(server.server_address[1])
    with _serving(server):
        yield provider


@contextmanager
def _serving(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
