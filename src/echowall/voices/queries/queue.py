"""The queues of the inbox: what waits for whom, how much, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from echowall.kernel.register.definition import Rows

from ..models import Message
from ..models.messages import State

_HANDLED = Q(state=State.HANDLED)
_RECORD = Q(state=State.NOTED, loaded__record_only=True)
# Queue -> what it is called, what belongs to it.
QUEUES: dict[str, tuple[object, Q]] = {
    "must_look": (_("必看"), Q(band="must_look") & ~Q(state__in=(State.NOTED, State.PARKED)) & ~_HANDLED),
    # Also what was set aside as nothing to do without being sure of it: nobody else would see that.
    "look": (_("待看"), Q(band="look") & ~_HANDLED & ~_RECORD),
    "to_file": (_("待归"), Q(state=State.HEARD)),
    "parked": (_("待人工"), Q(state=State.PARKED)),
}
COUNTED_AT_MOST = 999
# What a person must still look at is worked off: the critical first, then what is due or was said the longest ago.
WORKED_OFF: Final = ("must_look", "look")
_RANK: Final = {"critical": 0, "urgent": 1}
_RANKED: Final = Case(
    *(When(urgency=urgency, then=Value(rank)) for urgency, rank in _RANK.items()),
    default=Value(len(_RANK)),
    output_field=IntegerField(),
)
_DUE: Final = Coalesce("needed_by_at", "said_at")


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue with its count, ``count_text`` ending in + where it is not counted further."""

    name: str
    title: object
    count: int

    @property
    def count_text(self) -> str:
        """The count as the tab says it."""
        return f"{COUNTED_AT_MOST}+" if self.count > COUNTED_AT_MOST else str(self.count)


def queues() -> list[Queue]:
    """Return the queues with their counts, within what may be seen."""
    return [
        Queue(name, title, Message.objects.filter(condition).order_by()[: COUNTED_AT_MOST + 1].count())
        for name, (title, condition) in QUEUES.items()
    ]


def in_queue(rows: Rows, name: str) -> Rows:
    """Narrow messages to one queue; an unknown name changes nothing."""
    return rows.filter(QUEUES[name][1]) if name in QUEUES else rows


def queue_order(given: Mapping[str, str]) -> Sequence[Any]:
    """Return the order of the queue that a list's filters name, empty where it is the list's own (newest first)."""
    return (_RANKED.asc(), _DUE.asc(), "id") if given.get("tab") in WORKED_OFF else ()


def next_in_queue(message: Message, queue: str) -> Message | None:
    """Return the message after this one in the order of the list, from the top again at its end."""
    return _beside(message, queue, is_after=True)


def previous_in_queue(message: Message, queue: str) -> Message | None:
    """Return the message before this one in the order of the list."""
    return _beside(message, queue, is_after=False)


def _beside(message: Message, queue: str, *, is_after: bool) -> Message | None:
    rows = in_queue(Message.objects.exclude(id=message.id), queue)
    names: tuple[str, ...]
    if queue in WORKED_OFF:
        rows = rows.annotate(rank=_RANKED, due=_DUE)
        names, is_ascending = ("rank", "due", "id"), is_after
        here: tuple[Any, ...] = (
            _RANK.get(message.urgency, len(_RANK)),
            message.needed_by_at or message.said_at,
            message.id,
        )
    else:
        names, is_ascending = ("said_at", "id"), not is_after
        here = (message.said_at, message.id)
    order = [name if is_ascending else f"-{name}" for name in names]
    found = rows.filter(_beyond(names, here, "gt" if is_ascending else "lt")).order_by(*order).first()
    return found or (rows.order_by(*order).first() if is_after else None)


def _beyond(names: Sequence[str], here: Sequence[Any], way: str) -> Q:
    """Return the condition that a row comes after (gt) or before (lt) a place in the order of several columns."""
    beyond = Q(pk__in=[])
    for number, name in enumerate(names):
        beyond |= Q(**{f"{name}__{way}": here[number]}, **dict(zip(names[:number], here[:number], strict=True)))
    return beyond
