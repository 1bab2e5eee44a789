"""Excel in: an exported register that was changed by hand, taken back row by row.

A file that came out of ``jobs.write_file`` carries, on a hidden sheet, what stood in it: only cells that somebody
changed since are taken, and a row that was changed in the program meanwhile is refused instead of being set back.
A file made by hand has no such sheet; then every cell that differs from what stands now is a change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from .. import audit
from ..actors import Actor
from ..errors import InvalidInput, Problem, Refusal
from .definition import Register

HIDDEN_SHEET = "echowall"
MOST_CHANGES = 1_000


@dataclass(frozen=True, slots=True)
class Edited:
    """One row of the file that differs: its number, what names it, and per column (was, now) as written."""

    number: int
    key: str
    cells: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """What one row would change: lines (column title, was, now), and how to do it (actor, at, reason)."""

    number: int
    key: str
    lines: Sequence[tuple[str, str, str]]
    run: Callable[[Actor, datetime, str], None]


@dataclass(frozen=True, slots=True)
class TakeIn:
    """What may be changed in the Excel file of a register.

    Attributes:
        key: the column that names a row.
        columns: the columns that may be changed.
        permission: who may take a file in; what each change needs is asked again for every row.
        present: what stands now, as written in the file, by key and column; keys out of sight are absent.
        plan: the changes for edited rows, and everything that is wrong with them.
    """

    key: str
    columns: tuple[str, ...]
    permission: str
    present: Callable[[Register, Sequence[str]], Mapping[str, Mapping[str, str]]]
    plan: Callable[[Sequence[Edited], Actor], tuple[list[Change], list[Problem]]]


def where(number: int, title: object = "") -> str:
    """Return how a cell is named to people: 第 3 行 专班."""
    return f"{_('第 %d 行') % number} {title}".strip()


def edited_rows(register: Register, content: bytes) -> list[Edited]:
    """Return the rows of an .xlsx file that somebody changed.

    Raises:
        InvalidInput: ``file_unreadable``, ``column_missing``, ``row_doubled``, ``row_unknown``, ``changed_meanwhile``,
            ``too_many_changes``: all that is wrong at once.
    """
    rules = rules_of(register)
    titles = {str(c.title): c.name for c in register.columns if c.name in {rules.key, *rules.columns}}
    sheet, hidden = _sheets(content)
    head = [str(cell).strip() for cell in sheet[0]] if sheet else []
    key_title = next(title for title, name in titles.items() if name == rules.key)
    if key_title not in head:
        raise InvalidInput(Problem("column_missing", _("缺少这一列"), place=where(1), value=key_title))
    rows: dict[str, tuple[int, dict[str, str]]] = {}
    problems = []
    for number, line in enumerate(sheet[1:], 2):
        cells = {titles[t]: _text(cell) for t, cell in zip(head, line, strict=False) if t in titles}
        key = cells.pop(rules.key, "")
        if not key:
            continue
        if key in rows:
            problems.append(Problem("row_doubled", _("同一编号出现两次"), place=where(number, key_title), value=key))
        rows[key] = (number, cells)
    exported = {line[0]: dict(zip(hidden[0][1:], line[1:], strict=False)) for line in hidden[1:]} if hidden else {}
    now = rules.present(register, list(rows))
    edited = []
    for key, (number, cells) in rows.items():
        if key not in now:
            if any(text != exported.get(key, {}).get(name, "") for name, text in cells.items()):
                problems.append(
                    Problem(
                        "row_unknown",
                        _("没有这一条，或不在您的职责范围内"),
                        place=where(number, key_title),
                        value=key,
                    )
                )
            continue
        changed, wrong = _compared(register, number, cells, now[key], exported.get(key))
        problems += wrong
        if changed:
            edited.append(Edited(number, key, changed))
    if len(edited) > MOST_CHANGES:
        fix = _("请分几次传")
        problems.append(
            Problem("too_many_changes", _("一次最多改 %d 条") % MOST_CHANGES, value=str(len(edited)), fix=fix)
        )
    if problems:
        raise InvalidInput(problems)
    return edited


def rules_of(register: Register) -> TakeIn:
    """Return what may be changed in a register's file.

    Raises:
        InvalidInput: ``register_not_taken_in``: nothing.
    """
    if register.takes_in is None:
        raise InvalidInput(Problem("register_not_taken_in", _("这份台账不能用表格改"), value=str(register.title)))
    return register.takes_in


def _sheets(content: bytes) -> tuple[list[list[Any]], list[list[str]]]:
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        sheet = book.get_sheet_by_index(0).to_python()
        hidden = book.get_sheet_by_name(HIDDEN_SHEET).to_python() if HIDDEN_SHEET in book.sheet_names else []
    except (CalamineError, OSError, ValueError, IndexError) as exc:
        raise InvalidInput(
            Problem("file_unreadable", _("不是 Excel 文件"), place="file", fix=_("请用导出的 .xlsx 文件"))
        ) from exc
    return sheet, [[_text(cell) for cell in line] for line in hidden]


def _text(cell: Any) -> str:
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()


def _compared(
    register: Register, number: int, cells: Mapping[str, str], now: Mapping[str, str], then: Mapping[str, str] | None
) -> tuple[dict[str, tuple[str, str]], list[Problem]]:
    titles = {c.name: str(c.title) for c in register.columns}
    changed, problems = {}, []
    for name in rules_of(register).columns:
        text = cells.get(name)
        if text is None or text == now[name] or (then is not None and text == then.get(name, "")):
            continue
        if then is not None and then.get(name, "") != now[name]:
            message = _("导出以后已被改为“%s”") % (now[name] or _("空"))
            place = where(number, titles[name])
            problems.append(Problem("changed_meanwhile", message, place=place, value=text, fix=_("请重新导出再改")))
            continue
        changed[name] = (now[name], text)
    return changed, problems


def planned(register: Register, edited: Sequence[Edited], actor: Actor) -> list[Change]:
    """Return what the edited rows would change; nothing is written.

    Raises:
        InvalidInput: every value that is unknown, at once. NotPermitted.
    """
    rules = rules_of(register)
    actor.require(rules.permission)
    changes, problems = rules.plan(edited, actor)
    if problems:
        raise InvalidInput(problems)
    return changes


def take_in(*, register: Register, edited: Sequence[Edited], reason: str, actor: Actor, at: datetime) -> int:
    """Make the changes of the edited rows, all or none; returns how many rows.

    Raises:
        InvalidInput: ``field_missing`` without a reason, and whatever any row was refused for, all at once.
        NotPermitted: the actor may not take this register in.
    """
    if not reason.strip():
        raise InvalidInput(Problem("field_missing", _("请填写理由"), place="reason"))
    problems = []
    with transaction.atomic():
        changes = planned(register, edited, actor)
        for change in changes:
            try:
                with transaction.atomic():
                    change.run(actor, at, reason.strip())
            except Refusal as refusal:
                problems += [
                    Problem(p.code, p.message, place=where(change.number, change.key), value=p.value, fix=p.fix)
                    for p in refusal.problems
                ]
        if problems:
            raise InvalidInput(problems)
        audit.record(
            actor=actor,
            at=at,
            action="kernel.register.taken_in",
            subject=("register", register.name),
            detail={"rows": len(changes)},
            reason=reason.strip(),
        )
    return len(changes)
