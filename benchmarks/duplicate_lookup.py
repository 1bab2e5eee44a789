"""Is this message about something that was said before? Asked as taking a message in asks it, in a database of 100,000.

The messages are loaded and stored as reports of matters by the program's own models, so the index that finds likely
texts holds what it would hold. Beside it: one row of the same table by its primary key, the least any look-up costs.
"""

from __future__ import annotations

from benchmarks.figures import Figure
from benchmarks.intake import running

TARGET_MS = 50.0


def measure(*, quick: bool) -> list[Figure]:
    """Return the p95 of looking likely matters up for new messages."""
    count = 5_000 if quick else 100_000
    with running(serves=False) as server:
        said = server.run("benchmarks.alike", str(count), "100" if quick else "500")
    conditions = {
        "messages": said["messages"], "looked up": said["asked"], "found something": said["found"],
        "median": f"{said['median_ms']} ms", "worst": f"{said['worst_ms']} ms",
    }  # fmt: skip
    return [
        Figure("look-up of duplicates, p95", said["p95_ms"], "ms", TARGET_MS, lower_is_better=True,
               beside="one row by its key, p95", beside_value=said["row_p95_ms"], conditions=conditions)
    ]  # fmt: skip
