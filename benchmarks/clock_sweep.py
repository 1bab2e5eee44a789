"""The clocks of matters recomputed from their histories; the whole table is printed by `python benchmarks/clocks.py`.

Beside it: the same histories merely serialised as JSON, what any answer about them costs at least.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta

from benchmarks.clocks import OPENED_AT, history, working
from benchmarks.figures import Figure

from echowall.playbooks import default_folder, load
from echowall.playbooks.clocks import ChineseCalendar, compute

# A usual history under 150 µs; the longest still so that 20,000 matters are swept in 10 s.
LENGTHS = ((10, 150.0), (18, 500.0))


def measure(*, quick: bool) -> list[Figure]:
    """Return microseconds per matter by calendar and by working days; best of five."""
    plain, calendar, now = load(default_folder() / "13710"), ChineseCalendar(), OPENED_AT + timedelta(days=5)
    count = 1_000 if quick else 10_000
    figures = []
    for length, target in LENGTHS:
        # Each matter has instants of its own, so that nothing is answered from another matter's.
        matters = [history(length, timedelta(seconds=second)) for second in range(1_000)]
        began = time.process_time()
        for turn in range(count):
            events = matters[turn % 1_000]
            json.dumps([(event.kind, event.at.isoformat(), event.body) for event in events], ensure_ascii=False)
        beside = (time.process_time() - began) / count * 1e6
        for name, playbook in (("calendar days", plain), ("working days", working(plain))):
            clocks, best = playbook.clocks_on(OPENED_AT.date()), float("inf")
            for _ in range(5):
                began = time.process_time()
                for turn in range(count):
                    compute(clocks, matters[turn % 1_000], now=now, calendar=calendar)
                best = min(best, (time.process_time() - began) / count * 1e6)
            about = {"clocks": len(playbook.clocks), "20,000 matters": f"{best * 0.02:.2f} s"}
            figures.append(
                Figure(f"clocks of one matter, {length} events, {name}", best, "µs", target, lower_is_better=True,
                       beside="its history as JSON", beside_value=beside, conditions=about)
            )  # fmt: skip
    return figures
