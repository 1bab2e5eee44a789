"""How fast lists, search, the board and rankings are at 1,000,000 matters: `python -m benchmarks.lists [--count N]`.

Everything runs through the program's own code under row-level security, on a throw-away server below `--state` (about
3 GB at a million; removed afterwards unless `--keep`): as the duty officer of the street that holds nearly all rows, and
the lists as four more who see less or see it otherwise (`--as` names one of them alone). One figure per page: the p95 of
its repetitions, warm; the list's time is what the page asks: rows and count. Exit code 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import million
from benchmarks.figures import Figure

LIST_MS, BOARD_MS, RANKING_MS = 200.0, 500.0, 1000.0
# Who looks at the lists, by account; each has the communities and teams of an office in sight.
WATCHERS = {
    "duty": "",
    "small": "small street",
    "community": "community worker",
    "handler": "team handler",
    "inspector": "inspector of both streets",
}
GROUPS = {"list": "lists and search", "board": "the board", "live": "what changed, asked live", "ranking": "rankings"}
FILTERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("default", {}),
    ("standing=open", {"standing": "open"}),
    ("standing=overdue", {"standing": "overdue"}),
    ("standing=ended", {"standing": "ended"}),
    ("state=handling", {"state": "handling"}),
    ("state=closed", {"state": "closed"}),
    ("urgency=critical", {"urgency": "critical"}),
    ("urgency=normal", {"urgency": "normal"}),
    ("colour=amber", {"colour": "amber"}),
    ("intent=vent", {"intent": "vent"}),
    ("topic=enterprise", {"topic": "enterprise"}),
    ("topic=supplies", {"topic": "supplies"}),
    ("channel=mail", {"channel": "mail"}),
    ("community", {"community": "COMMUNITY"}),
    ("team", {"team": "TEAM"}),
    ("a week", {"since": "2025-09-01", "until": "2025-09-07"}),
    ("team + topic", {"team": "TEAM", "topic": "medicine"}),
    ("community + urgency", {"community": "COMMUNITY", "urgency": "urgent"}),
    ("open, by due time", {"standing": "open", "order": "due_at"}),
    ("by number", {"order": "number"}),
    ("deep page", {"page": "60"}),
    ("deep page, closed", {"page": "60", "state": "closed"}),
    ("search 2 common", {"q": "蔬菜"}),
    ("search 3 common", {"q": "健康码"}),
    ("search 4 common", {"q": "核酸结果"}),
    ("search 2 rare", {"q": "狂犬"}),
    ("search 3 rare", {"q": "胰岛素"}),
    ("search 4 rare", {"q": "煤气泄漏"}),
    ("search 2 none", {"q": "龙虾"}),
    ("search door", {"q": "3号楼2单元"}),
    ("search + filter", {"q": "蔬菜", "urgency": "critical"}),
)


def p95(times: list[float]) -> float:
    """Return the 95th percentile (nearest rank) of milliseconds."""
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]


def timed(work: Callable[[], object], rounds: int) -> float:
    """Return the p95 in ms of ``rounds`` runs after one that warms the caches."""
    work()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return p95(times)


def measure_lists(rounds: int, username: str) -> list[tuple[str, float, float]]:
    """Return (what, p95 in ms, target in ms) of every list and search as one of ``WATCHERS``."""
    from echowall.kernel import scope
    from echowall.kernel.register.listing import listing_for
    from echowall.matters.registers import MATTERS
    from echowall.people.models import Worker
    from echowall.places.models import Place
    from echowall.teams.models import Team

    with scope.as_system():
        actor = Worker.objects.get(username=username).as_actor()
        office = Place.objects.get(code=million.SMALL if username == "small" else million.LARGE)
        community = Place.objects.filter(kind="community", office=office).order_by("path").first()
        team = Team.objects.filter(office=office).order_by("name").first()
    assert community is not None and team is not None  # noqa: PT018 - filled above

    def page(query: dict[str, str]) -> Callable[[], object]:
        filled = {k: {"COMMUNITY": community.path, "TEAM": str(team.id)}.get(v, v) for k, v in query.items()}

        def look() -> object:
            with scope.active(actor.scope):
                listing = listing_for(MATTERS, actor, filled)
                return listing.page, listing.count

        return look

    who = f" as {WATCHERS[username]}" if WATCHERS[username] else ""
    return [(f"list{who}: {name}", timed(page(query), rounds), LIST_MS) for name, query in FILTERS]


def measure_pages(rounds: int) -> list[tuple[str, float, float]]:
    """Return (what, p95 in ms, target in ms) of the board and the rankings as the duty officer."""
    from echowall.command.queries.board import snapshot
    from echowall.command.queries.counting import Period
    from echowall.command.queries.hot import hot_issues
    from echowall.command.queries.pulse import changes_since, critical_waiting, mark
    from echowall.command.queries.ranking import ranking
    from echowall.command.queries.street_map import compounds_geojson
    from echowall.kernel import clock, scope
    from echowall.people.models import Worker

    with scope.as_system():
        actor = Worker.objects.get(username="duty").as_actor()

    def within(work: Callable[[], object]) -> Callable[[], object]:
        def run() -> object:
            with scope.active(actor.scope):
                return work()

        return run

    today = clock.today()
    week = Period(clock.today(million.NOW - million.timedelta(days=6)), today)
    quarter = Period(clock.today(million.NOW - million.timedelta(days=90)), today)
    results = []
    for name, work, target in (
        ("board (computed, not kept)", lambda: snapshot(actor, million.NOW), BOARD_MS),
        ("board: hot issues", lambda: hot_issues(actor, million.NOW), BOARD_MS),
        ("board: map", lambda: compounds_geojson(actor), BOARD_MS),
        ("live: what changed", lambda: (changes_since(mark()), critical_waiting()), LIST_MS),
        ("ranking: teams, a week", lambda: ranking(actor, "team", week), RANKING_MS),
        ("ranking: communities, 90 days", lambda: ranking(actor, "community", quarter), RANKING_MS),
    ):
        results.append((name, timed(within(work), rounds), target))
    return results


def measure(*, quick: bool) -> list[Figure]:
    """Return the figures, for the runner; in a process of its own, because the settings name the scratch database."""
    asked = ["--count", "50000", "--rounds", "5"] if quick else ["--count", "1000000", "--rounds", "20"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.lists", "--json", *asked], capture_output=True, text=True, check=False
    )
    rows = json.loads((done.stdout.strip().splitlines() or ["[]"])[-1])
    if not rows:
        raise RuntimeError(done.stderr[-2000:])
    said = {"matters": asked[1], "rounds": asked[3]}
    tail = f", {int(asked[1]):,} matters, p95"
    return [
        Figure(row["what"], row["p95_ms"], "ms", row["target_ms"], lower_is_better=True, conditions=said,
               group=_group(row["what"]) + tail)
        for row in rows
    ]  # fmt: skip


def _group(what: str) -> str:
    kind, _as, who = what.partition(":")[0].partition(" as ")
    return GROUPS[kind.partition(" ")[0]] + (f" as {who}" if who else "")


def main() -> int:
    """Fill, measure, print, remove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--state", type=Path, default=None, help="directory of the throw-away server")
    parser.add_argument("--keep", action="store_true", help="leave the filled database for the next run")
    parser.add_argument("--as", dest="who", choices=WATCHERS, help="only the lists, only as this account")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    state = (given.state or Path(tempfile.mkdtemp(prefix="echowall-lists-"))).resolve()
    try:
        with million.start(state) as database:
            filled = million.fill(database, given.count)
            from echowall.kernel import clock

            with clock.fixed(million.NOW):
                people = [given.who] if given.who else list(WATCHERS)
                results = [one for who in people for one in measure_lists(given.rounds, who)]
                results += [] if given.who else measure_pages(given.rounds)
    finally:
        million.stop(state)
        if not given.keep:
            shutil.rmtree(state, ignore_errors=True)
    if given.json:
        print(
            json.dumps(
                [{"what": w, "p95_ms": round(ms, 1), "target_ms": t, "ratio": round(ms / t, 2)} for w, ms, t in results]
            )
        )
    else:
        print(f"{filled.matters:,} matters, p95 of {given.rounds} rounds")
        for what, ms, target in results:
            print(
                f"{what:<56} {ms:8.1f} ms   target {target:6.0f}   ratio {ms / target:5.2f}{'' if ms <= target else '  MISSED'}"
            )
    return 0 if all(ms <= target for _w, ms, target in results) else 1


if __name__ == "__main__":
    sys.exit(main())
