"""The log of the job queue without the words of residents: a failing job is named by its ids alone."""

from __future__ import annotations

import logging
import re
import traceback

_CALL = re.compile(r"(\w\[\d+\])\((.*)\)", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class IdsOnly(logging.Filter):
    """Leaves of a job's arguments its ids, and of an exception where it happened and what kind it was.

    Arguments and messages of exceptions may hold what somebody wrote (PostgreSQL names the values of a broken row).
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite records of the queue; every record passes."""
        if not record.name.startswith("procrastinate"):
            return True
        record.msg, record.args = _CALL.sub(_ids, record.getMessage()), ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text, record.exc_info = _bare(record.exc_info[1]), None
        return True


def _ids(call: re.Match[str]) -> str:
    return f"{call[1]}({', '.join(_ID.findall(call[2]))})"


def _bare(error: BaseException) -> str:
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        parts.append("".join(traceback.format_tb(seen.__traceback__)) + type(seen).__qualname__)
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n\n".join(reversed(parts))
