"""How much of the time given is left. A stopwatch, not a clock of the day."""

from __future__ import annotations

import time

from echowall.planning.types import Effort


class Deadline:
    """Counts the seconds of an `Effort` from its making."""

    def __init__(self, effort: Effort) -> None:
        self._began = time.perf_counter()
        self._seconds = effort.seconds

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._began

    @property
    def left(self) -> float:
        """Seconds that remain, never below 0."""
        return max(0.0, self._seconds - self.spent)

    @property
    def is_over(self) -> bool:
        """Whether nothing remains."""
        return self.left <= 0.0
