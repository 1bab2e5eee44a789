"""Which column is what: proposed from header names and sample values, decided by a person, remembered per source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from echowall.voices.channels.dates import MomentError, Order
from echowall.voices.channels.phones import phone_of
from echowall.voices.channels.tables.column_names import FIELDS, FIX_COLUMN, ROW_COLUMN
from echowall.voices.channels.tables.files import Cell
from echowall.voices.channels.tables.values import cell_text, instant_of, is_empty
from echowall.voices.channels.types import SHANGHAI, Problem

# Fields whose columns are joined (text by line ends, place and said_at by spaces); every other field takes one column.
JOINED = {"text": "\n", "place": " ", "said_at": " ", "id": "-"}

_REMARK = re.compile(r"(?<=.)[(（\[【][^)）\]】]*[)）\]】]\s*$")
_NOISE = re.compile(r"[\s_\-/（）()【】\[\]:：.。*＊#“”\"']+")


def _plain(name: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", _REMARK.sub("", name))).lower()


_EXACT: dict[str, tuple[str, int]] = {}
for _field, _words in FIELDS.items():
    for _rank, _word in enumerate(_words):
        _EXACT.setdefault(_plain(_word), (_field, _rank))
_INSIDE = sorted(((w, f) for w, (f, _) in _EXACT.items() if len(w) >= 2 and not w.isascii()), key=lambda x: -len(x[0]))


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Our field -> names of the columns that fill it; the same names in another order still fit.

    `order` says what 3/5/2022 means, `year` the year of dates without one; `keep_other` keeps the columns that are
    mapped to nothing in `extra` under their own names.
    """

    columns: Mapping[str, tuple[str, ...]]
    order: Order = ""
    year: int | None = None
    keep_other: bool = True
    reasons: Mapping[str, str] = field(default_factory=dict, compare=False)

    def problems(self, headers: Sequence[str]) -> tuple[Problem, ...]:
        """Everything that keeps this mapping from being used with these headers, all at once."""
        found = [
            _problem("column_missing", column, f"没有“{column}”这一列", f"there is no column {column!r}", headers)
            for columns in self.columns.values()
            for column in columns
            if column not in headers
        ]
        found += [
            _problem("field_unknown", name, f"没有“{name}”这个字段", f"there is no field {name!r}", list(FIELDS))
            for name in self.columns
            if name not in FIELDS
        ]
        found += [
            _problem("field_single", name, f"“{name}”只能对应一列", f"{name} takes one column", self.columns[name])
            for name in self.columns
            if name not in JOINED and len(self.columns[name]) > 1
        ]
        if not self.columns.get("text") and not self.columns.get("title"):
            found.append(
                _problem(
                    "text_not_mapped", "", "还没有指定哪一列是留言内容", "no column is mapped to the text", headers
                )
            )
        return tuple(found)


def field_of_header(header: str) -> tuple[str, float]:
    """Our field for a column's name and how sure that is: 1 for a known name, 0.8 for one inside it, 0 for neither."""
    plain = _plain(header)
    if plain in _EXACT:
        return _EXACT[plain][0], 1.0
    if 2 <= len(plain) <= 14:
        for word, name in _INSIDE:
            if plain.endswith(word):
                return name, 0.8
    return "", 0.0


def suggest_mapping(headers: Sequence[str], sample_rows: Sequence[Sequence[Cell]]) -> ColumnMapping:
    """Propose a mapping from names first and from what stands in the sample second; `reasons` says why, per field.

    Nothing is proposed for a field that no column resembles; an id whose sample repeats is not proposed, because it
    would make two messages one.
    """
    columns: dict[str, tuple[str, ...]] = {}
    reasons: dict[str, str] = {}
    ranked: dict[str, list[tuple[float, int, int]]] = {}
    for i, header in enumerate(headers):
        name, sure = field_of_header(header)
        if name:
            ranked.setdefault(name, []).append((-sure, _EXACT.get(_plain(header), ("", 99))[1], i))
    for name, options in ranked.items():
        for _, _, i in sorted(options):
            values = _values(sample_rows, i)
            if _contradicts(name, values):
                continue
            columns[name] = (headers[i],)
            reasons[name] = "header"
            break
    taken = {FIX_COLUMN, ROW_COLUMN} | {column for chosen in columns.values() for column in chosen}
    _from_values(headers, sample_rows, columns, reasons, taken)
    if "text" not in columns and "title" in columns:
        columns["text"] = columns.pop("title")
        reasons["text"] = reasons.pop("title")
    order = _order(_values(sample_rows, headers.index(columns["said_at"][0]))) if "said_at" in columns else ""
    return ColumnMapping(columns, order=order, reasons=reasons)


def _values(rows: Sequence[Sequence[Cell]], i: int) -> list[Cell]:
    return [row[i] for row in rows if i < len(row) and not is_empty(cell_text(row[i]))]


def _contradicts(name: str, values: Sequence[Cell]) -> bool:
    if not values:
        return False
    if name == "id":
        return len({cell_text(v) for v in values}) < len(values)
    if name in ("said_at", "replied_at"):
        return _share(values, _is_date) < 0.5
    if name == "text":
        return _share(values, lambda v: cell_text(v).isdigit()) > 0.9
    return False


def _from_values(
    headers: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    columns: dict[str, tuple[str, ...]],
    reasons: dict[str, str],
    taken: set[str],
) -> None:
    free = [(h, v) for i, h in enumerate(headers) if h not in taken and (v := _values(rows, i))]
    tests = {"phone": _is_phone, "said_at": _is_date}
    for name, test in tests.items():
        found = next((h for h, v in free if name not in columns and _share(v, test) >= 0.8), None)
        if found:
            columns[name], reasons[name] = (found,), "values"
            free = [(h, v) for h, v in free if h != found]
    if "text" not in columns and "title" not in columns and free:
        lengths = {h: sum(len(cell_text(x)) for x in v) / len(v) for h, v in free}
        longest = max(lengths, key=lambda h: lengths[h])
        if lengths[longest] >= 6:
            columns["text"], reasons["text"] = (longest,), "values"


def _share(values: Sequence[Cell], test: object) -> float:
    assert callable(test)  # noqa: S101 - narrows the type; the callers pass functions of this module
    return sum(bool(test(value)) for value in values) / len(values)


def _is_phone(value: Cell) -> bool:
    text = cell_text(value)
    return len(text) >= 11 and bool(phone_of(text)[0])


def _is_date(value: Cell) -> bool:
    try:
        return instant_of(value, SHANGHAI) is not None
    except MomentError as error:
        return error.code in ("date_ambiguous", "year_missing")


def _order(values: Sequence[Cell]) -> Order:
    """Day first or month first, when the sample itself proves it."""
    pairs = [re.match(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}", cell_text(value)) for value in values]
    numbers = [(int(p.group(1)), int(p.group(2))) for p in pairs if p]
    if any(a > 12 for a, _ in numbers):
        return "dmy"
    return "mdy" if any(b > 12 for _, b in numbers) else ""


def _problem(code: str, value: str, zh: str, en: str, choices: Sequence[str]) -> Problem:
    return Problem(
        place="列的对应关系",
        value=value,
        code=code,
        message_zh=zh,
        message_en=en,
        fix_zh=f"从这些里选：{'、'.join(choices)}",
        fix_en=f"choose among: {', '.join(choices)}",
        column=value,
    )
