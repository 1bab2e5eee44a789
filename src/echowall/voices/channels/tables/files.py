"""Bytes of an upload as rows of cells, whatever program wrote them; nothing here knows what a column means."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any, cast

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from echowall.voices.channels.types import Problem, RefusedInputError

Cell = str | float | int | bool | datetime | date | time | timedelta | None

MAX_BYTES = 400_000_000  # after decompression, so that a small file cannot fill the memory
MAX_CELL_CHARACTERS = 1_000_000
CHUNK = 1 << 20
DELIMITERS = ",\t;|"
ENCODINGS = ("utf-8", "gb18030")


def _limited(*args: Any, **kwargs: Any) -> Any:
    """Return a reader of CSV that stops at a cell of a million letters.

    A quote that is never closed makes one cell of the rest of the file. The limit is one for the whole process, so it is
    set again where it is relied on.
    """
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    return csv.reader(*args, **kwargs)


def open_bytes(source: bytes | Path) -> IO[bytes]:
    """Open an upload for reading, unpacking gzip by its first bytes, whatever the file is called."""
    stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    if stream.read(2) == b"\x1f\x8b":
        stream.seek(0)
        return cast(IO[bytes], gzip.GzipFile(fileobj=stream))
    stream.seek(0)
    return stream


def kind_of(source: bytes | Path, filename: str) -> str:
    """Tell workbook, jsonl and csv apart by content first, by name second. Raises `RefusedInputError`."""
    try:
        with open_bytes(source) as stream:
            start = stream.read(4096)
    except (OSError, EOFError, zlib.error) as error:
        raise RefusedInputError(_file_problem(filename, "file_damaged", str(error))) from error
    if not start.strip():
        raise RefusedInputError(_file_problem(filename, "file_empty", ""))
    if start[:4] == b"PK\x03\x04" or start[:8] == bytes.fromhex("d0cf11e0a1b11ae1"):
        return "workbook"
    head = start.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"%pdf")):
        raise RefusedInputError(_file_problem(filename, "file_kind_unknown", head[:20].decode("latin-1")))
    name = filename.lower().removesuffix(".gz")
    if name.endswith((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")):
        raise RefusedInputError(_file_problem(filename, "file_misnamed", start[:20].decode("utf-8", "replace")))
    if name.endswith((".jsonl", ".ndjson", ".json")) or (head.startswith(b"{") and b'":' in head):
        return "jsonl"
    return "csv"


def find_encoding(source: bytes | Path, filename: str) -> str:
    """The encoding in which the whole file can be read: by byte-order mark, else UTF-8, else GB18030.

    A file that is neither is read in the one with the first fault further down; the rows that hold the faults are
    named when they are read. Raises `RefusedInputError` when the file is damaged or too large unpacked.
    """
    with open_bytes(source) as stream:
        start = stream.read(4096)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start:  # ASCII delimiters and digits carry a zero byte in UTF-16, in front of them or behind
        return "utf-16-le" if start[1::2].count(0) >= start[0::2].count(0) else "utf-16-be"
    faults = {encoding: _first_fault(source, encoding, filename) for encoding in ENCODINGS}
    return max(ENCODINGS, key=lambda e: (faults[e] is None, faults[e] or 0))


def _first_fault(source: bytes | Path, encoding: str, filename: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    try:
        with open_bytes(source) as stream:
            while chunk := stream.read(CHUNK):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    return done + error.start
                done += len(chunk)
                if done > MAX_BYTES:
                    raise RefusedInputError(_file_problem(filename, "file_too_large", f"> {MAX_BYTES} B"))
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return done
    except (OSError, EOFError, zlib.error) as error:
        raise RefusedInputError(_file_problem(filename, "file_damaged", str(error))) from error
    return None


def find_delimiter(source: bytes | Path, encoding: str) -> str:
    """The delimiter under which the first lines fall into the most even columns; a comma when none does."""
    with io.TextIOWrapper(open_bytes(source), encoding, errors="replace", newline="") as text:
        sample = text.read(65_536)
    if "\n" in sample and len(sample) == 65_536:
        sample = sample[: sample.rindex("\n")]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in _limited(io.StringIO(sample, newline=""), delimiter=delimiter) if row][:50]
        except csv.Error:
            continue
        width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        score = count / len(rows) * width if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def csv_rows(source: bytes | Path, encoding: str, delimiter: str) -> Iterator[Sequence[Cell]]:
    """Every record of a CSV, blank ones as empty lists, so that counting gives the row a spreadsheet shows."""
    with io.TextIOWrapper(open_bytes(source), encoding, errors="replace", newline="") as text:
        reader = _limited(text, delimiter=delimiter)
        count = 0
        try:
            for row in reader:
                count += 1
                yield row
        except csv.Error as error:
            raise RefusedInputError(_quote_problem(count + 1, reader.line_num, str(error))) from error


def json_rows(source: bytes | Path, encoding: str, filename: str) -> Iterator[Sequence[Cell]]:
    """JSON lines (or one JSON array) of objects as rows: first the names of all keys, then the values.

    Values that are lists or objects stay as JSON text. Raises `RefusedInputError` with all lines that are no object.
    """
    names: dict[str, None] = {}
    problems: list[Problem] = []
    for number, item in _objects(source, encoding):
        if isinstance(item, dict):
            names.update(dict.fromkeys(item))
        elif len(problems) < 1000:
            problems.append(_json_problem(number, item))
    if problems:
        raise RefusedInputError(*problems)
    if not names:
        raise RefusedInputError(_file_problem(filename, "file_empty", ""))
    yield list(names)
    for _, item in _objects(source, encoding):
        yield [_flat(item.get(name)) if isinstance(item, dict) else None for name in names]


def _objects(source: bytes | Path, encoding: str) -> Iterator[tuple[int, object]]:
    with io.TextIOWrapper(open_bytes(source), encoding, errors="replace") as text:
        start = text.read(1)
        while start.isspace():
            start = text.read(1)
        if start == "[":
            try:
                items = json.loads(start + text.read())
            except ValueError as error:
                yield 1, str(error)
                return
            yield from enumerate(items, 1)
            return
        for number, line in enumerate(text, 1):
            whole = start + line if number == 1 else line
            if whole.strip():
                try:
                    yield number, json.loads(whole)
                except ValueError as error:
                    yield number, str(error)


def _flat(value: object) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, ensure_ascii=False)


def open_workbook(source: bytes | Path, filename: str) -> CalamineWorkbook:
    """Open XLSX, XLSM, XLS, XLSB or ODS. Raises `RefusedInputError`: locked, damaged, or too large unpacked."""
    with open_bytes(source) as stream:
        data = stream.read(MAX_BYTES + 1)
    if data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                size = sum(part.file_size for part in packed.infolist())
        except zipfile.BadZipFile as error:
            raise RefusedInputError(_file_problem(filename, "file_damaged", str(error))) from error
    else:
        size = len(data)
    if size > MAX_BYTES:
        raise RefusedInputError(_file_problem(filename, "file_too_large", f"{size} B"))
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise RefusedInputError(_file_problem(filename, "file_locked", str(error))) from error
    except CalamineError as error:
        raise RefusedInputError(_file_problem(filename, "file_damaged", str(error))) from error


_FILE_PROBLEMS = {
    "file_empty": ("文件是空的", "the file is empty", "选一个有内容的文件", "choose a file with rows in it"),
    "file_misnamed": (
        "文件名是表格，内容却不是（多半是文本改了后缀）",
        "the name says workbook, the content is none (most likely text with another ending)",
        "用 Excel 打开后另存为 .xlsx，或把后缀改为 .csv 再上传",
        "open it in Excel and save it as .xlsx, or rename it to .csv, then upload it again",
    ),
    "file_damaged": (
        "文件打不开，可能没有传完整",
        "the file cannot be read; it may be incomplete",
        "重新导出或重新上传这个文件",
        "export or upload the file again",
    ),
    "file_locked": (
        "工作簿设了密码",
        "the workbook is protected by a password",
        "在 Excel 里取消密码后另存，再上传",
        "remove the password in Excel, save, and upload again",
    ),
    "file_too_large": (
        "解压后的文件太大",
        "the file is too large when unpacked",
        "按日期拆成几个文件，分别上传",
        "split it by date and upload the parts",
    ),
    "file_kind_unknown": (
        "这不是 Excel、CSV 或 JSON Lines 文件（有的平台把网页存成 .xls）",
        "this is no Excel, CSV or JSON-lines file (some platforms save a web page as .xls)",
        "用 Excel 打开后另存为 .xlsx，再上传",
        "open it in Excel, save as .xlsx, and upload that",
    ),
}


def _file_problem(filename: str, code: str, value: str) -> Problem:
    return Problem(f"文件“{filename}”", value, code, *_FILE_PROBLEMS[code])


def _quote_problem(row: int, line: int, value: str) -> Problem:
    return Problem(
        place=f"第{row}行",
        value=value,
        code="quote_not_closed",
        message_zh=f"这一行有一个引号没有收尾，后面的内容（到第{line}行文字）都被当成了一个单元格",
        message_en=f"a quotation mark in this row is not closed; text up to line {line} became one cell",
        fix_zh="用 Excel 打开，补上或删掉多余的引号后另存",
        fix_en="open the file, close or remove the stray quotation mark, and save",
        row=row,
    )


def _json_problem(number: int, value: object) -> Problem:
    return Problem(
        place=f"第{number}行",
        value=str(value)[:200],
        code="json_unreadable",
        message_zh="这一行不是一个 JSON 对象",
        message_en="this line is not a JSON object",
        fix_zh="每行写一个 {…} 对象",
        fix_en="write one {…} object per line",
        row=number,
    )
