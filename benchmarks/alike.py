"""Fills a database with messages that report matters, then looks likely matters up for new ones; prints JSON.

Run against the environment's migrated database, with nothing else at work in it:
`python -m benchmarks.alike COUNT ASK`.
All messages are of the last seven days, the window in which likely matters are looked for: the hardest case.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from benchmarks.office import make

BATCH = 1_000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "echowall.site.settings")
    import django

    django.setup()
    make()
    rng = random.Random(311)
    texts = _texts(rng)
    count, ask = int(sys.argv[1]), int(sys.argv[2])
    for start in range(0, count, BATCH):
        _report(_hear(rng, texts, "old", range(start, min(start + BATCH, count))), rng)
        if start % (10 * BATCH) == 0:
            print(f"{start} of {count}", file=sys.stderr)
    _analyse()
    new = _hear(rng, texts, "new", range(ask))
    print(json.dumps({"messages": count} | _ask([row.id for row in new])))


def _texts(rng: random.Random) -> list[str]:
    from echowall.site.environment import project_directory

    files = sorted((project_directory() / "corpus" / "understanding").glob("*.jsonl"))
    texts = [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    rng.shuffle(texts)
    return texts


def _hear(rng: random.Random, texts: list[str], run: str, numbers: range) -> list[Any]:
    """Hear messages, place them in buildings, and return them as stored."""
    from django.db import transaction

    from echowall.kernel import clock
    from echowall.kernel.actors import SYSTEM_ACTOR
    from echowall.kernel.scope import as_system
    from echowall.places.models import Place
    from echowall.voices.channels.types import HeardMessage
    from echowall.voices.models import Message, Pending, Source
    from echowall.voices.operations import hear_messages

    at = clock.now()
    with as_system(), transaction.atomic():
        source = Source.objects.get(channel="api")
        buildings = list(Place.objects.filter(kind="building"))
        said = []
        for number in numbers:
            door = f"{rng.randint(1, 30)}号楼{rng.randint(1, 3)}单元{rng.randint(101, 3304)}"
            said.append(
                HeardMessage(
                    channel="api", key=f"{run}-{number}", text=f"{rng.choice(texts)} {door}", sender="王女士",
                    phone=f"138{rng.randint(0, 10**8 - 1):08d}",
                    said_at=at - timedelta(seconds=0 if run == "new" else rng.randint(1, 6 * 86_400)),
                )
            )  # fmt: skip
        heard = hear_messages(messages=said, source=source, actor=SYSTEM_ACTOR, at=at)
        ids = [one.id for one in heard]
        Pending.objects.filter(message_id__in=ids).delete()
        rows = list(Message.objects.filter(id__in=ids).order_by("key"))
        for row in rows:
            place = rng.choice(buildings)
            row.place, row.place_path, row.topic = place, place.path, rng.choice(("supplies", "medicine", "property"))
        Message.objects.bulk_update(rows, ["place", "place_path", "topic"], batch_size=200)
    return rows


def _report(rows: list[Any], rng: random.Random) -> None:
    """Open one matter for each message, as its report, with what it is found by."""
    from django.db import transaction

    from echowall.kernel.ids import new_id
    from echowall.kernel.scope import as_system
    from echowall.matters.models import Matter, Report, Trace
    from echowall.matters.queries.traces import trace_of
    from echowall.voices.queries import MessageFacts

    names = MessageFacts.__dataclass_fields__
    with as_system(), transaction.atomic():
        matters = [
            Matter(
                id=new_id(), number=f"B{row.ticket}"[:24], office_id=row.office_id, place_id=row.place_id,
                place_path=row.place_path, title=row.body[:40], summary=row.body, channel="api", intent="help",
                topic=row.topic, urgency="normal", state=rng.choice(("handling", "dispatched", "closed")),
                opened_at=row.said_at, playbook="13710@bench", report_count=1,
            )
            for row in rows
        ]  # fmt: skip
        Matter.objects.bulk_create(matters)
        reports = [
            Report(id=new_id(), matter=matter, message=row, is_first=True, joined_at=row.said_at)
            for matter, row in zip(matters, rows, strict=True)
        ]
        Report.objects.bulk_create(reports)
        facts = [MessageFacts(**{name: getattr(row, name) for name in names}) for row in rows]
        traces = [trace_of(report, one) for report, one in zip(reports, facts, strict=True)]
        Trace.objects.bulk_create(traces)


def _analyse() -> None:
    """Let the planner know what is there, as autovacuum does within a minute in a running office."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("voices_message", "matters_matter", "matters_report", "matters_trace"):
            cursor.execute(f"ANALYZE {table}")


def _ask(ids: list[Any]) -> dict[str, Any]:
    from echowall.kernel.scope import as_system
    from echowall.matters.queries import likely_for_message
    from echowall.voices.models import Message

    spent, rows, found = [], [], 0
    with as_system():
        for message_id in ids:
            began = time.perf_counter()
            found += bool(likely_for_message(message_id))
            spent.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            Message.objects.filter(id=message_id).values("id").get()
            rows.append((time.perf_counter() - began) * 1000)
    spent.sort()
    rows.sort()
    last = int(len(spent) * 0.95)
    return {
        "asked": len(ids), "found": found, "median_ms": round(spent[len(spent) // 2], 1),
        "p95_ms": round(spent[last], 1), "worst_ms": round(spent[-1], 1), "row_p95_ms": round(rows[last], 2),
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
    }  # fmt: skip


if __name__ == "__main__":
    main()
