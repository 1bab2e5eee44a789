"""Taking a call: heard, understood at once, put right by who listened, and made a matter while the line is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from echowall.kernel.actors import Actor
from echowall.kernel.ids import new_id
from echowall.places.models import Place

from .channels.types import HeardMessage
from .models import Message, Source
from .models.messages import State
from .operations import correct_message, hear_messages
from .queries.matter_desk import matter_desk
from .sweeping import understand_now

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """What the worker wrote down. ``key`` is the form's own, so that sending it twice stores one call; ``urgency`` is
    "" to leave it to the understanding; ``place`` is what was picked, ``place_text`` what was typed.
    """

    line: Source
    key: str
    phone: str
    text: str
    urgency: str = ""
    sender: str = ""
    place: Place | None = None
    place_text: str = ""


def take_call(*, call: Call, actor: Actor, at: datetime) -> Message:
    """Store a call and open its matter at once; what cannot be understood stays in the queue, and the ticket stands.

    Raises:
        NotPermitted: without ``voices.hear`` at the line's place.
    """
    actor.require("voices.hear", call.line.place_path)
    said = HeardMessage(
        channel="hotline", key=f"call:{call.key or new_id()}", text=call.text, said_at=at,
        sender=call.sender, phone=call.phone, place_text=call.place_text,
    )  # fmt: skip
    with transaction.atomic():
        (heard,) = hear_messages(messages=[said], source=call.line, actor=actor, at=at)
    message = Message.objects.select_related("place", "source", "loaded").get(id=heard.id)
    if not heard.is_new:
        return message
    try:
        with transaction.atomic():
            understand_now(message=message, at=at)
            _put_right(message, call, actor, at)
            _own(message, actor, at)
    except Exception:  # the caller waits: the call is stored, and the queue tries again
        log.exception("call_not_understood", message_id=str(message.id))
        message.refresh_from_db()
    return message


def _put_right(message: Message, call: Call, actor: Actor, at: datetime) -> None:
    """Let what the worker heard and picked stand over what the machine read; silence changes nothing."""
    changes = {"urgency": call.urgency} if call.urgency and call.urgency != message.urgency else {}
    is_elsewhere = call.place is not None and call.place.id != message.place_id
    if (changes or is_elsewhere) and actor.may("voices.correct", message.place_path):
        band = message.band
        correct_message(
            message=message, changes=changes, place=call.place if is_elsewhere else None, actor=actor, at=at
        )
        if band != "sure":  # topic and intent were not looked at
            message.band = band
            Message.objects.filter(id=message.id).update(band=band)


def _own(message: Message, actor: Actor, at: datetime) -> None:
    desk = matter_desk()
    if desk is not None and message.state == State.HEARD and actor.may("matters.open", message.place_path):
        desk.open_from_message(message_id=message.id, at=at, actor=actor)
        message.refresh_from_db()
