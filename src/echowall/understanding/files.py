"""Messages from and to files: CSV or JSON lines, plain or .gz, UTF-8 or GB18030, row by row so that any size fits."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from echowall.understanding.types import GazetteerEntry


class FileProblemError(Exception):
    """Everything that is wrong with a file at once: ``problems`` name place, value and fix."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems; their text is one per line."""
        super().__init__("\n".join(problems))
        self.problems = problems


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Give the rows of a .csv, .jsonl or .json-lines file (also .gz). Raises FileProblemError for what cannot be read."""
    kind = _kind(path)
    with _open(path) as file:
        if kind == "csv":
            yield from csv.DictReader(file)
            return
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _object(path, number, line)


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows as JSON lines, or as CSV with a byte-order mark for Excel; whole or not at all. Gives how many."""
    partial = path.with_name(path.name + ".part")
    try:
        count = _write(partial, _kind(path), path.suffix == ".gz", rows)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _write(path: Path, kind: str, is_packed: bool, rows: Iterable[dict[str, Any]]) -> int:
    encoding = "utf-8-sig" if kind == "csv" else "utf-8"
    file: IO[str]
    count = 0
    with (
        gzip.open(path, "wt", encoding=encoding) if is_packed else path.open("w", encoding=encoding, newline="") as file
    ):
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            count += 1
            if kind != "csv":
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                continue
            if writer is None:
                writer = csv.DictWriter(file, list(row), extrasaction="ignore")
                writer.writeheader()
            writer.writerow(
                {k: json.dumps(v, ensure_ascii=False) if isinstance(v, (dict, list)) else v for k, v in row.items()}
            )
    return count


def read_gazetteer(path: Path) -> list[GazetteerEntry]:
    """Read places: columns id, parent_id, kind, name, aliases (a list, or names between "|"). All errors at once."""
    problems, entries = [], []
    for number, row in enumerate(read_rows(path), 1):
        missing = [name for name in ("id", "kind", "name") if not row.get(name)]
        if missing:
            problems.append(f"{path.name} 第{number}行: 缺少 {'、'.join(missing)}; 请补上")
            continue
        aliases = row.get("aliases") or ()
        names = aliases.split("|") if isinstance(aliases, str) else aliases
        parent = row.get("parent_id")
        entries.append(
            GazetteerEntry(
                str(row["id"]), str(parent) if parent else None, row["kind"], row["name"], tuple(n for n in names if n)
            )
        )
    if problems:
        raise FileProblemError(problems)
    return entries


def _kind(path: Path) -> str:
    suffix = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    kinds = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
    if suffix.lower() not in kinds:
        raise FileProblemError([f"{path.name}: 不认识的文件类型 {suffix or '(无)'}; 请用 .csv 或 .jsonl (可加 .gz)"])
    return kinds[suffix.lower()]


def _open(path: Path) -> IO[str]:
    """Open as UTF-8 where the beginning is UTF-8, else as GB18030."""
    try:
        raw: IO[bytes] = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[assignment]
        head = raw.read(1 << 16)
    except OSError as error:
        raise FileProblemError([f"{path}: 打不开 ({error}); 请检查路径"]) from error
    raw.seek(0)
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
        encoding = "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "gb18030"
    return io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise FileProblemError([f"{path.name} 第{number}行: 不是 JSON ({error}); 每行写一个对象"]) from error
    if not isinstance(value, dict):
        raise FileProblemError([f"{path.name} 第{number}行: 不是对象; 每行写一个 {{…}}"])
    return value
