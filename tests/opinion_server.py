"""A real HTTP server on the loopback that answers like a language model behind an OpenAI-compatible endpoint."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from echowall.understanding.second_opinion import Endpoint


@contextmanager
def served(answer: str, status: int = 200, wait: float = 0.0) -> Iterator[tuple[Endpoint, list[Any]]]:
    seen: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, self.headers.get("Authorization"), json.loads(body)))
            time.sleep(wait)
            payload = json.dumps({"choices": [{"message": {"content": answer}}]}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Endpoint(f"http://127.0.0.1:{server.server_port}/v1", "qwen", "secret", 0.5), seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def opinion(intent: str, urgency: str) -> str:
    return json.dumps({"intent": intent, "urgency": urgency, "reason": "…"})
