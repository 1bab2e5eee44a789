"""How fast the clocks of matters are recomputed: `python benchmarks/clocks.py [--count 20000]`.

Prints microseconds per matter for histories of three lengths, with calendar and with working days, and the time for a
sweep over `--count` matters; best and median of five rounds. The bar: under 150 µs per matter, 20,000 under 10 s.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from echowall.playbooks import Playbook, default_folder, load
from echowall.playbooks.clocks import SHANGHAI, ChineseCalendar, Event, compute

ROUNDS = 5
OPENED_AT = datetime(2022, 5, 3, 20, 15, tzinfo=SHANGHAI).astimezone(UTC)
"""In UTC, as a database hands instants out."""


def history(length: int, later: timedelta = timedelta()) -> list[Event]:
    """The first `length` events of a matter that is suspended once, closed, reopened and closed again."""
    course: list[tuple[str, float, dict[str, object]]] = [
        ("opened", 0, {"urgency": "urgent", "intent": "help"}),
        ("dispatched", 0.1, {"team": "物业专班"}),
        ("accepted", 0.5, {"team": "物业专班"}),
        ("informed", 12, {}),
        ("suspended", 20, {"reason": "等待上级批复"}),
        ("resumed", 44, {}),
        ("progress", 50, {}),
        ("reported_back", 60, {}),
        ("checked", 61, {"passed": True}),
        ("answered", 62, {}),
        ("called_back", 80, {"solved": "no"}),
        ("reopened", 80.1, {"cause": "回访未解决"}),
        ("dispatched", 80.2, {"team": "医疗保障专班"}),
        ("accepted", 80.4, {"team": "医疗保障专班"}),
        ("checked", 90, {"passed": True}),
        ("answered", 91, {}),
        ("called_back", 100, {"solved": "yes"}),
        ("closed", 100.1, {}),
    ]
    return [Event(kind, OPENED_AT + later + timedelta(hours=hours), body) for kind, hours, body in course[:length]]


def working(playbook: Playbook) -> Playbook:
    """The same playbook, counting working days."""
    unit = playbook.parameters["day_unit"]
    changed = replace(unit, values=(replace(unit.values[0], value="working_day"),))
    return replace(playbook, parameters={**playbook.parameters, "day_unit": changed}, version="working", _clock_sets={})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    count = parser.parse_args().count
    plain = load(default_folder() / "13710")
    calendar = ChineseCalendar()
    now = OPENED_AT + timedelta(days=5)
    print(f"{platform.python_implementation()} {platform.python_version()}, {len(plain.clocks)} clocks per matter")
    print(f"{'days':<10}{'events':>7}{'best µs':>10}{'median µs':>11}{f'{count} matters':>18}")
    for name, playbook in (("calendar", plain), ("working", working(plain))):
        clocks = playbook.clocks_on(OPENED_AT.date())
        for length in (3, 10, 18):
            events = history(length)
            times = []
            for _ in range(ROUNDS):
                started = time.perf_counter()
                for _ in range(count):
                    compute(clocks, events, now=now, calendar=calendar)
                times.append(time.perf_counter() - started)
            best, median = min(times) / count * 1e6, statistics.median(times) / count * 1e6
            print(f"{name:<10}{length:>7}{best:>10.1f}{median:>11.1f}{min(times):>16.2f} s")


if __name__ == "__main__":
    main()
