"""Rows of a table loaded as the upload page loads them, each looked up before it is stored; then the same file again.

Beside it: as many rows of the same size by PostgreSQL's COPY into a bare table on the same server.
"""

from __future__ import annotations

import csv
import io
import json
import random
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.intake import running
from benchmarks.load import message
from benchmarks.server import Server

TARGET = 1_000.0


def measure(*, quick: bool) -> list[Figure]:
    """Return rows per second of the first and the second load; the second must add none."""
    count = 3_000 if quick else 30_000
    with running() as server:
        server.run("benchmarks.office", "make", "table")
        file = server.state / "export.csv"
        file.write_bytes(table(count))
        first = _load(server, file)
        again = _load(server, file)
        if (first["new"], again["new"], again["known"]) != (count, 0, count):
            raise RuntimeError(f"{count} rows: {first}, again {again}")
        copied = _copied(server, file)
    conditions = {"rows": count, "background worker": "running", "seconds": first["seconds"]}
    return [
        Figure("import with look-up of duplicates, new rows", first["rows_per_second"], "rows/s", TARGET,
               beside="COPY into a bare table", beside_value=copied, conditions=conditions),
        Figure("import of the same file again, 0 added", again["rows_per_second"], "rows/s", TARGET,
               beside="COPY into a bare table", beside_value=copied),
    ]  # fmt: skip


def table(count: int) -> bytes:
    """Return a platform's export of ``count`` messages as CSV."""
    out, rng = io.StringIO(newline=""), random.Random(7)
    writer = csv.writer(out)
    writer.writerow(("编号", "留言时间", "姓名", "联系电话", "地址", "内容"))
    for number in range(count):
        said = json.loads(message("table", number))
        when = f"2022-05-{rng.randint(1, 9):02d} {rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:00"
        writer.writerow((f"T{number:07d}", when, said["sender"], said["phone"], said["place"], said["text"]))
    return out.getvalue().encode("utf-8-sig")


def _load(server: Server, file: Path) -> dict[str, float]:
    words = ("voices", "load", str(file), "--source", "压力来源", "--record-only", "--json")
    said: dict[str, float] = server.run("echowall.site", *words)
    return said


def _copied(server: Server, file: Path) -> float:
    lines = file.read_text(encoding="utf-8-sig").splitlines()[1:]
    with server.connect() as database:
        database.execute("CREATE TABLE raw_copy (id bigserial PRIMARY KEY, line text NOT NULL)")
        began = time.perf_counter()
        with database.cursor() as cursor, cursor.copy("COPY raw_copy (line) FROM STDIN") as copy:
            for line in lines:
                copy.write_row((line,))
        return len(lines) / (time.perf_counter() - began)
