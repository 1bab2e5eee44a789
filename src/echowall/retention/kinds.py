"""What kinds of personal data there are: registered by the programmes that keep them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, QuerySet, UUIDField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Finder = Callable[[UUID, datetime], QuerySet[Any, Any]]
"""(office id, ended before) -> rows with ``subject`` (what dies) and ``holders`` (``held_by``: the matter and the message
whose hold keeps it). Only what was not destroyed yet: the same day again finds nothing."""


@dataclass(frozen=True, slots=True)
class Destroyed:
    """How many were destroyed, and the digests of files that nothing of this kind needs any longer."""

    count: int
    digests: frozenset[str] = frozenset()


Destroyer = Callable[[Sequence[UUID], UUID, datetime], Destroyed]
"""(subjects, id of the destruction record, at) -> what was done. Runs in the transaction of that record."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is kept past its day: its id (as ``holder``), why, and who says so."""

    holder: UUID
    reason: str
    who: str


@dataclass(slots=True)
class Kind:
    """One kind of personal data; the days are the parameter ``<name>_days``. ``begins`` says from when they count."""

    name: str
    title: str | Promise
    what: str | Promise
    begins: str | Promise
    destroy: Destroyer | None = None
    finders: list[Finder] = field(default_factory=list)

    @property
    def parameter(self) -> str:
        """The parameter of the playbook that says for how many days this kind is kept."""
        return f"{self.name}_days"


_CLOSED, _DONE = _("结案后"), _("完成后")
KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("contact", _("联系方式"), _("姓名、电话、地址、坐标、会话标识"), _CLOSED),
        Kind("words", _("留言原文"), _("标题、正文、识别结果"), _CLOSED),
        Kind("attachments", _("留言附件"), _("照片、语音、文件"), _CLOSED),
        Kind("traces", _("查重痕迹"), _("电话索引、文字指纹"), _CLOSED),
        Kind("evidence", _("处置凭证"), _("照片、文件和说明"), _CLOSED),
        Kind("handling", _("办理文字"), _("事项标题和摘要、办理说明、答复、回访记录"), _CLOSED),
        Kind("notices", _("已发通知"), _("收件地址和内容"), _DONE),
        Kind("loads", _("导入文件"), _("原始文件、错误行的原值"), _DONE),
        Kind("exports", _("导出文件"), _("导出的表格"), _DONE),
    )
}
_keepers: list[Callable[[UUID], Sequence[Kept]]] = []
_families: list[Callable[[Sequence[UUID]], set[UUID]]] = []
_lockers: list[Callable[[Sequence[UUID]], None]] = []
_file_users: list[Callable[[Sequence[str]], set[str]]] = []


def destroys(name: str) -> Callable[[Destroyer], Destroyer]:
    """Make the decorated function the one that destroys this kind."""

    def register(function: Destroyer) -> Destroyer:
        KINDS[name].destroy = function
        return function

    return register


def finds(*names: str) -> Callable[[Callable[[str], Finder]], Callable[[str], Finder]]:
    """Let the decorated function make the finder of each of these kinds."""

    def register(make: Callable[[str], Finder]) -> Callable[[str], Finder]:
        for name in names:
            KINDS[name].finders.append(make(name))
        return make

    return register


def keeps(function: Callable[[UUID], Sequence[Kept]]) -> Callable[[UUID], Sequence[Kept]]:
    """Let the decorated function say what an office keeps for reasons of its own, such as supervision."""
    _keepers.append(function)
    return function


def held_by(*columns: str) -> Func:
    """Return the ``holders`` of a finder's rows: the ids in these columns, each of which a hold may name."""
    return Func(*(F(c) for c in columns), template="ARRAY[%(expressions)s]", output_field=ArrayField(UUIDField()))


def spreads_holds(function: Callable[[Sequence[UUID]], set[UUID]]) -> Callable[[Sequence[UUID]], set[UUID]]:
    """Let the decorated function say what is kept along with held things, such as what was merged into a matter."""
    _families.append(function)
    return function


def locks_holders(function: Callable[[Sequence[UUID]], None]) -> Callable[[Sequence[UUID]], None]:
    """Let the decorated function lock those of some holders that it owns until the transaction ends."""
    _lockers.append(function)
    return function


def with_family(ids: Sequence[UUID]) -> list[UUID]:
    """Return held things and everything that is kept along with them."""
    return sorted({*ids, *(one for spread in _families for one in spread(ids))})


def lock_holders(ids: Sequence[UUID]) -> None:
    """Lock holders, so that none is reopened while what belongs to it is destroyed."""
    for lock in _lockers:
        lock(ids)


def uses_files(function: Callable[[Sequence[str]], set[str]]) -> Callable[[Sequence[str]], set[str]]:
    """Let the decorated function say which of some digests are still in use."""
    _file_users.append(function)
    return function


def kept_by_programmes(office_id: UUID) -> list[Kept]:
    """Return what programmes keep past its day."""
    return [kept for keeper in _keepers for kept in keeper(office_id)]


def unused_files(digests: Sequence[str]) -> list[str]:
    """Return those digests that no programme uses any longer."""
    used = {digest for user in _file_users for digest in user(digests)}
    return [digest for digest in digests if digest not in used]
