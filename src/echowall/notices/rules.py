"""When to try again, and when to stop: pure functions."""

from __future__ import annotations

from datetime import timedelta

# Ten tries with waits of 15 s, 45 s, 2 min 15 s … up to an hour: about four and a half hours in all.
MAX_ATTEMPTS = 10
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(hours=1)
# Longer than a batch can take: five sends of at most 15 s each.
BATCH = 5
SEND_SECONDS = 15.0
LEASE = timedelta(seconds=150)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after the given number of failed attempts (1 or more): threefold each time, at most 1 h."""
    factor: int = 3 ** min(attempts - 1, 8)
    return min(_FIRST_WAIT * factor, _LONGEST_WAIT)


def gives_up(attempts: int, *, is_final: bool) -> bool:
    """Tell whether a failed send is the last: the provider said never, or the tries are used up."""
    return is_final or attempts >= MAX_ATTEMPTS
