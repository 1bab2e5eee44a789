"""Errors of starting the system; `cli` shows them without a traceback."""


class StartError(Exception):
    """The system cannot start; the message names the cause and what to do."""
