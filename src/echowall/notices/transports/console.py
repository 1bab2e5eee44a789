"""The transport of an office that has not set one up: a line in the log, without address or text."""

from __future__ import annotations

import structlog

from .base import Field, Parcel

log = structlog.get_logger(__name__)


class ConsoleTransport:
    """Says in the log that something would have been sent, and how long it is."""

    FIELDS: tuple[Field, ...] = ()

    def __init__(self, settings: dict[str, str]) -> None:
        """No settings."""

    def send(self, parcel: Parcel) -> str:
        """Log the key and the length only."""
        log.info("notice_on_console", key=parcel.key, letters=len(parcel.text))
        return f"console:{parcel.key[:8]}"
