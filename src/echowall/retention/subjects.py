"""Finding a matter or message by its number, without knowing the programmes that own them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from echowall.kernel.errors import NotFound, Problem


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can be held: its kind, id, number, and (office id, place path)."""

    kind: str
    id: UUID
    name: str
    where: tuple[UUID, str]


_finders: list[Callable[[str], Subject | None]] = []


def finds_subjects(function: Callable[[str], Subject | None]) -> Callable[[str], Subject | None]:
    """Let the decorated function look a number up, within what may be seen."""
    _finders.append(function)
    return function


def find_subject(number: str) -> Subject:
    """Return what has this number.

    Raises:
        NotFound: nothing within what may be seen.
    """
    number = number.strip().upper()
    for finder in _finders:
        found = finder(number) if number else None
        if found is not None:
            return found
    raise NotFound(
        Problem("number_unknown", _("没有这个编号，或不在您的职责范围内"), place="number", value=number,
                fix=_("请填写事项编号或留言编号"))
    )  # fmt: skip
