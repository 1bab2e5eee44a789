"""Messages from and to files: CSV or JSON lines, plain or .gz, UTF-8 or GB18030, row by row so that any size fits."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
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


def read_rows(path: Path, problems: list[str] | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the rows of a .csv or .jsonl file (also .gz), each with its line in the file as an editor counts it.

    A row that cannot be read is passed over and named in `problems`; without that list they are raised at the end,
    all at once. Raises FileProblemError for a file that cannot be read.
    """
    found: list[str] = [] if problems is None else problems
    kind = _kind(path)
    with _open(path) as file:
        try:
            yield from _csv_rows(path, file, found) if kind == "csv" else _objects(path, file, found)
        except (OSError, EOFError, zlib.error, csv.Error) as error:
            raise FileProblemError([*found, f"{path}: 读到一半读不下去（{error}）；请重新取得这个文件"]) from error
    if problems is None and found:
        raise FileProblemError(found)


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
    problems: list[str] = []
    entries = []
    for number, row in read_rows(path, problems):
        missing = [name for name in ("id", "kind", "name") if not row.get(name)]
        if missing:
            problems.append(f"{path.name} 第 {number} 行：缺少 {'、'.join(missing)}；请补上")
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
        raise FileProblemError([f"{path.name}: 不认识的文件类型 {suffix or '（无）'}；请用 .csv 或 .jsonl（可加 .gz）"])
    return kinds[suffix.lower()]


def _open(path: Path) -> IO[str]:
    """Open as UTF-8 where the beginning is UTF-8, else as GB18030."""
    try:
        # The caller closes it: it is the stream that is returned.
        plain = path.open("rb")
        raw: IO[bytes] = gzip.GzipFile(fileobj=plain) if path.suffix == ".gz" else plain  # type: ignore[assignment]
        head = raw.read(1 << 16)
    except FileNotFoundError as error:
        raise FileProblemError([f"{path}: 没有这个文件；请检查路径"]) from error
    except (OSError, EOFError, zlib.error) as error:
        raise FileProblemError([f"{path}: 打不开（{_reason(error)}）；请检查权限和压缩格式"]) from error
    raw.seek(0)
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
        encoding = "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "gb18030"
    return io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")


def _reason(error: Exception) -> str:
    """Return why, without the number and the path that `str` of a system's error repeats."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _csv_rows(path: Path, file: IO[str], problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(10_000_000)
    reader = csv.DictReader(file)
    for row in reader:
        beyond = row.get(None)
        if beyond is None:
            yield reader.line_num, row
            continue
        more = "、".join(cell[:20] for cell in beyond)
        problems.append(f"{path.name} 第 {reader.line_num} 行：比表头多出 {more!r}；请把含逗号的格子用引号括起来")


def _objects(path: Path, file: IO[str], problems: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            shown = line.strip()[:40]
            problems.append(
                f"{path.name} 第 {number} 行：不是 JSON（第 {error.pos + 1} 个字起），读到 {shown!r}；每行写一个对象"
            )
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            problems.append(f"{path.name} 第 {number} 行：不是对象，读到 {line.strip()[:40]!r}；每行写一个 {{…}}")
