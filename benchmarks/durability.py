"""Kills at random moments under load, and what is left afterwards: nothing acknowledged missing, nothing doubled.

Run: `python -m benchmarks --only durability`; `run(kills=…)` is also what tests/journeys/test_durability.py calls.
The victim of each kill -9 is drawn from a printed seed: a web worker, the background worker, PostgreSQL's main process,
the supervisor, or everything at once. The system must come back by itself; only the supervisor is started again, as
the machine's service manager would.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.server import Server

VICTIMS = ("web", "web", "database", "database", "supervisor", "background", "everything")
CONNECTIONS = 8
PAUSE = 0.25  # about 30 messages a second: the background keeps up, and the run ends with the queue drained
BACK_SECONDS = 60.0
DRAIN_SECONDS = 300.0


@dataclass
class Outcome:
    """What a run did and found; ``faults`` is empty when the promise was kept."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    longest_back: float = 0.0
    seconds: float = 0.0
    acknowledged: int = 0
    unknown: int = 0
    drained: dict[str, Any] = field(default_factory=dict)
    matters: int = 0
    audit_links: int = 0
    faults: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Return the figures without the faults."""
        return {
            "seed": self.seed, "kills": dict(self.kills), "longest away": f"{self.longest_back:.1f} s",
            "seconds": round(self.seconds), "acknowledged": self.acknowledged, "outcomes unknown": self.unknown,
            "drained in": f"{self.drained.get('seconds')} s", "matters": self.matters, "audit links": self.audit_links,
        }  # fmt: skip


def measure(*, quick: bool) -> list[Figure]:
    """Return how many acknowledged messages are missing or doubled after the kills: none may be."""
    outcome = run(kills=int(os.environ.get("ECHOWALL_KILLS", "10" if quick else "100")))
    for fault in outcome.faults:
        print("    FAULT " + fault)
    return [
        Figure(f"faults after {outcome.kills.total()} kills", len(outcome.faults), "faults", 0, lower_is_better=True,
               conditions=outcome.told())
    ]  # fmt: skip


def run(*, kills: int, seed: int | None = None) -> Outcome:
    """Kill ``kills`` times under load and look at what is left."""
    outcome = Outcome(seed if seed is not None else secrets.randbelow(10**6))
    print(f"    seed {outcome.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="echowall-kills-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        server = Server(Path(name) / "state")
        try:
            server.start()
            _run(server, random.Random(outcome.seed), kills, outcome)
        finally:
            server.stop()
    return outcome


def _run(server: Server, rng: random.Random, kills: int, outcome: Outcome) -> None:
    token = server.run("benchmarks.office", "make")["token"]
    told = server.state / "acknowledged.txt"
    told.touch()
    began = time.monotonic()
    with _load(server, token, told) as load:
        _until_more(told, outcome, load)
        for number in range(kills):
            time.sleep(rng.uniform(0.05, 1.5))
            victim = rng.choice(VICTIMS)
            _kill(server, victim, rng)
            outcome.kills[victim] += 1
            if server.supervisor() is None:
                server.start()
            # One kill in four falls into the recovery from the last one.
            if rng.random() > 0.25 or number == kills - 1:
                _until_more(told, outcome, load)
        load.send_signal(signal.SIGTERM)
        said, _ = load.communicate(timeout=BACK_SECONDS * 2)
    outcome.seconds = time.monotonic() - began
    server.wait_until_it_answers()
    outcome.unknown = int(json.loads(said)["lost"])
    _judge(server, token, told, outcome)


@contextlib.contextmanager
def _load(server: Server, token: str, told: Path) -> Any:
    """Stubborn load from a process of its own, ended with the block."""
    command = [sys.executable, "-m", "benchmarks.load", "post", server.address, "--token", token, "--run", "kill"]
    command += ["--seconds", "3000", "--connections", str(CONNECTIONS), "--pause", str(PAUSE), "--stubborn"]
    load = subprocess.Popen(
        [*command, "--acknowledged", str(told)], env=server.environ, stdout=subprocess.PIPE, text=True
    )
    try:
        yield load
    finally:
        if load.poll() is None:
            load.kill()
        load.wait()


def _kill(server: Server, victim: str, rng: random.Random) -> None:
    """Kill -9 one process, or all of the system's at once."""
    web, database = server.web_workers(), server.database()
    supervisor = server.supervisor()
    chosen: list[int | None] = {
        "web": [rng.choice(web)] if web else [],
        "background": list(server.background()[:1]),
        "database": [database],
        "supervisor": [supervisor],
        "everything": [supervisor, database, *web, *server.background()],
    }[victim]
    for number in chosen:
        if number is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    if supervisor in chosen and server.process is not None:
        server.process.wait()


def _until_more(told: Path, outcome: Outcome, load: subprocess.Popen[str]) -> None:
    """Wait until something more is acknowledged. Raises RuntimeError when nothing is for a minute."""
    size, began = told.stat().st_size, time.monotonic()
    while told.stat().st_size == size:
        if load.poll() is not None:
            raise RuntimeError("the load ended")
        if time.monotonic() - began > BACK_SECONDS:
            raise RuntimeError(f"seed {outcome.seed}: nothing acknowledged for {BACK_SECONDS:.0f} s")
        time.sleep(0.02)
    outcome.longest_back = max(outcome.longest_back, time.monotonic() - began)


def _judge(server: Server, token: str, told: Path, outcome: Outcome) -> None:
    acknowledged = [line.split() for line in told.read_text(encoding="utf-8").splitlines()]
    tickets: dict[str, str] = {}
    for key, ticket, _is_new in acknowledged:
        if tickets.setdefault(key, ticket) != ticket:
            outcome.faults.append(f"{key} was given two tickets: {tickets[key]} and {ticket}")
    outcome.acknowledged = len(tickets)
    outcome.drained = server.run("benchmarks.office", "drain", str(DRAIN_SECONDS))
    if outcome.drained["pending"] or outcome.drained["events"]:
        outcome.faults.append(f"the queues did not drain in {DRAIN_SECONDS:.0f} s: {outcome.drained}")
    with server.connect() as database:
        stored = dict(database.execute("SELECT key, ticket FROM voices_message WHERE key LIKE 'kill-%'").fetchall())
        for query, words in _WRONG:
            row = database.execute(query).fetchone()  # type: ignore[call-overload]
            if row and row[0]:
                outcome.faults.append(f"{row[0]} {words}")
    missing = [key for key, ticket in tickets.items() if stored.get(key) != ticket]
    if missing:
        outcome.faults.append(f"{len(missing)} acknowledged messages are missing, such as {missing[:5]}")
    if len(stored) != len(tickets):  # the load is stubborn: whatever it sent was acknowledged in the end
        outcome.faults.append(f"{len(stored)} stored, {len(tickets)} acknowledged")
    outcome.matters = server.count("SELECT count(*) FROM matters_matter")
    record = server.run("benchmarks.office", "audit")
    outcome.audit_links = record["links"]
    outcome.faults += [f"audit: {finding}" for finding in record["findings"]]
    _send_again(server, token, tickets, outcome)


def _send_again(server: Server, token: str, tickets: dict[str, str], outcome: Outcome) -> None:
    """Send the first messages once more with the same keys: known, same tickets, nothing new stored."""
    before = server.count("SELECT count(*) FROM voices_message")
    file = server.state / "again.txt"
    command = ["post", server.address, "--token", token, "--run", "kill", "--seconds", "1", "--connections", "4"]
    server.run("benchmarks.load", *command, "--pause", "0.05", "--acknowledged", str(file))
    for line in file.read_text(encoding="utf-8").splitlines():
        key, ticket, is_new = line.split()
        if key in tickets and (is_new == "1" or ticket != tickets[key]):
            outcome.faults.append(f"{key} sent again was {ticket} (new {is_new}), not {tickets[key]}")
    added = server.count("SELECT count(*) FROM voices_message") - before
    unknown = sum(line.split()[0] not in tickets for line in file.read_text(encoding="utf-8").splitlines())
    if added != unknown:
        outcome.faults.append(f"sending again stored {added} messages, {unknown} were new")


# What must count nothing, as the superuser sees it.
_WRONG = (
    ("SELECT count(*) - count(DISTINCT (source_id, key)) FROM voices_message", "messages stored twice"),
    ("SELECT count(*) - count(DISTINCT ticket) FROM voices_message", "tickets given twice"),
    ("SELECT count(*) FROM voices_message WHERE state = 'heard'", "messages understood that never became a matter"),
    ("SELECT count(*) FROM voices_message WHERE state = 'parked'", "messages parked"),
    ("SELECT count(*) FROM voices_message m WHERE state = 'filed' AND (SELECT count(*) FROM matters_report r"
     " WHERE r.message_id = m.id) <> 1", "filed messages without exactly one report"),
    ("SELECT count(*) - count(DISTINCT message_id) FROM matters_report", "messages reported twice"),
    ("SELECT count(*) FROM matters_matter m WHERE (SELECT count(*) FROM matters_historyevent h"
     " WHERE h.matter_id = m.id AND h.kind = 'opened') <> 1", "matters not opened exactly once"),
    ("SELECT count(*) FROM matters_matter m WHERE NOT EXISTS (SELECT 1 FROM matters_report r"
     " WHERE r.matter_id = m.id)", "matters without a report"),
    ("SELECT count(*) FROM voices_message m WHERE (SELECT count(*) FROM voices_reading r WHERE"
     " r.message_id = m.id) <> 1", "messages not understood exactly once"),
    ("SELECT count(*) FROM voices_message m WHERE (SELECT count(*) FROM kernel_auditentry a WHERE"
     " a.action = 'voices.message.heard' AND a.subject_id = m.id::text) <> 1", "messages not recorded exactly once"),
    ("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'", "jobs failed"),
)  # fmt: skip
