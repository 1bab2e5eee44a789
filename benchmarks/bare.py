"""The least that the same web server can be asked to do: one constant answer, for standing beside the wall."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

_BODY = b"x" * int(os.environ.get("BARE_BYTES", "1000"))
_HEAD = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(_BODY)))]


def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer anything with the same bytes."""
    start_response("200 OK", _HEAD)
    return [_BODY]
