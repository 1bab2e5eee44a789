"""The queues of the inbox: what waits for whom, how much, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from echowall.kernel.register.definition import Rows

from ..models import Message
from ..models.messages import State

_OPEN = ~Q(state=State.NOTED)
# Queue -> what it is called, what belongs to it.
QUEUES: dict[str, tuple[object, Q]] = {
    "must_look": (_("必看"), Q(band="must_look") & _OPEN & ~Q(state=State.PARKED)),
    "look": (_("待看"), Q(band="look") & _OPEN),
    "to_file": (_("待归"), Q(state=State.HEARD)),
    "parked": (_("待人工"), Q(state=State.PARKED)),
}
COUNTED_AT_MOST = 999


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


def next_in_queue(message: Message, queue: str) -> Message | None:
    """Return the message after this one in the order of the list (newest first), from the top again at its end."""
    return _beside(message, queue, older=True)


def previous_in_queue(message: Message, queue: str) -> Message | None:
    """Return the message before this one in the order of the list."""
    return _beside(message, queue, older=False)


def _beside(message: Message, queue: str, *, older: bool) -> Message | None:
    rows = in_queue(Message.objects.exclude(id=message.id), queue)
    way, order = ("lt", ("-said_at", "-id")) if older else ("gt", ("said_at", "id"))
    beyond = Q(**{f"said_at__{way}": message.said_at}) | Q(said_at=message.said_at, **{f"id__{way}": message.id})
    return rows.filter(beyond).order_by(*order).first() or (rows.order_by("-said_at", "-id").first() if older else None)
