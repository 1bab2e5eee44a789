"""Reading labelled messages from CSV or JSONL files, also packed, in UTF-8 or GB18030; every fault reported at once."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one file: where it stands, what was read, what to do."""

    file: str
    row: int
    column: str
    value: str
    fix: str

    def __str__(self) -> str:
        """Place, value and what to do, as the user reads it."""
        row = f" 第 {self.row} 行" if self.row else ""
        column = f"“{self.column}”列" if self.column else ""
        value = f"“{self.value[:60]}”" if self.value else ""
        return f"{self.file}{row}{column}：{value}{self.fix}"


class ExamplesError(Exception):
    """The files cannot be used; ``faults`` has every reason."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """The message has one line for each fault."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message. ``labels`` by head; ``weight`` counts it in training (staff corrections count more)."""

    text: str
    labels: dict[str, str]
    weight: float = 1.0
    file: str = ""
    row: int = 0


def read_examples(
    paths: Sequence[Path], text: Sequence[str], labels: Sequence[str], *, weight: float = 1.0
) -> list[Example]:
    """The examples of all files, in order. Several text columns are joined by line ends, the first being the title.

    Raises ExamplesError with all faults of all files: unreadable file, missing column, bad JSON, empty text or label.
    """
    faults: list[Fault] = []
    out: list[Example] = []
    for path in paths:
        out += _read_file(path, text, labels, weight, faults)
    if not faults and not out:
        names = ", ".join(str(path) for path in paths) or "（无文件）"
        faults.append(Fault(names, 0, "", "", "没有任何一行数据；请检查文件"))
    if faults:
        raise ExamplesError(faults)
    return out


def _read_file(
    path: Path, text: Sequence[str], labels: Sequence[str], weight: float, faults: list[Fault]
) -> list[Example]:
    try:
        raw = path.read_bytes()
        content = _decode(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except FileNotFoundError:
        faults.append(Fault(str(path), 0, "", "", "没有这个文件；请检查路径"))
        return []
    except (OSError, EOFError, zlib.error) as error:
        faults.append(Fault(str(path), 0, "", "", f"无法读取（{error}）；请检查权限和压缩格式"))
        return []
    except UnicodeDecodeError:
        faults.append(Fault(str(path), 0, "", "", "既不是 UTF-8 也不是 GB18030；请另存为 UTF-8"))
        return []
    out: list[Example] = []
    before = len(faults)
    is_json = path.name.removesuffix(".gz").endswith((".jsonl", ".json", ".ndjson"))
    wanted = (*text, *labels)
    rows = list(_json_rows(path, content, faults) if is_json else _csv_rows(content))
    absent = [column for column in wanted if all(column not in row for _, row in rows)]
    if rows and absent:
        there = "、".join(dict.fromkeys(str(key) for _, row in rows for key in row if key))
        faults += [Fault(str(path), 0, column, "", f"没有这一列；现有的列：{there}") for column in absent]
        return []
    for number, row in rows:
        missing = [column for column in wanted if column not in row]
        faults += [Fault(str(path), number, column, "", "缺少这个字段；请补上") for column in missing]
        example = None if missing else _example(path, number, row, (text, labels, weight), faults)
        if example:
            out.append(example)
    faults[before:] = sorted(faults[before:], key=lambda fault: fault.row)
    return out if len(faults) == before else []


def _example(
    path: Path,
    number: int,
    row: dict[str, Any],
    wanted: tuple[Sequence[str], Sequence[str], float],
    faults: list[Fault],
) -> Example | None:
    text, labels, weight = wanted
    parts = [_string(row[column]) for column in text]
    found = {column: _string(row[column]).strip() for column in labels}
    wrong = [Fault(str(path), number, column, "", "标签为空；请填写或删除此行") for column, v in found.items() if not v]
    if not "".join(parts).strip():
        wrong.append(Fault(str(path), number, ",".join(text), "", "文本为空；请填写或删除此行"))
    faults += wrong
    return None if wrong else Example("\n".join(parts), found, weight, str(path), number)


def _string(value: Any) -> str:
    return "" if value is None else str(value)


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _csv_rows(content: str) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(10_000_000)
    reader = csv.DictReader(io.StringIO(content, newline=""))
    for row in reader:
        yield reader.line_num, row


def _json_rows(path: Path, content: str, faults: list[Fault]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            faults.append(
                Fault(str(path), number, "", line, f"不是有效的 JSON（第 {error.colno} 个字符起）；请改正这一行")
            )
            continue
        if not isinstance(row, dict):
            faults.append(Fault(str(path), number, "", line, '每行须是一个对象，如 {"text": "…", "intent": "…"}'))
            continue
        yield number, row
