"""Filing: writing down what was understood of a message, correcting it, and leaving to a person what failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext as _

from echowall.kernel import audit, events
from echowall.kernel.actors import Actor
from echowall.kernel.errors import refuse
from echowall.kernel.ids import new_id
from echowall.kernel.search import terms
from echowall.places.models import Place
from echowall.understanding.types import Intent, Understanding, Urgency

from ..models import Correction, Message, Pending, Reading
from ..models.messages import State

# Nothing to solve in these unless a person says so, or there is a sign of danger.
_NOTED = {Intent.PRAISE, Intent.OTHER, Intent.VENT}


def file_understood(
    *, message: Message, reading: Understanding, result: dict[str, Any], place: Place | None, at: datetime
) -> Message:
    """Write down how a message was understood and take it off the queue; tells ``voices.message.understood``.

    Args:
        message: a message of the queue, locked by the caller.
        reading: the understanding.
        result: the same as JSON, without personal values, for the record.
        place: the place it is about, or None to leave it at its source's place.
        at: when.
    """
    message.intent, message.topic = reading.intent.value, reading.topic.value
    message.urgency, message.band = reading.urgency.value, str(reading.band)
    message.needed_by_at = reading.needed_by.end if reading.needed_by else None
    if place is not None and place.office_id is not None:
        message.place, message.place_path, message.office_id = place, place.path, place.office_id
    needs_nothing = reading.intent.value in _NOTED and reading.urgency.value == Urgency.NORMAL and not reading.danger
    message.state = State.NOTED if needs_nothing and reading.band != "must_look" else State.HEARD
    Reading.objects.create(id=new_id(), message=message, model=reading.model[:60], made_at=at, result=result)
    _save_filing(message)
    Pending.objects.filter(message=message).delete()
    events.publish("voices.message.understood", message_id=str(message.id))
    return message


def _save_filing(message: Message) -> None:
    Message.objects.filter(id=message.id).update(
        intent=message.intent, topic=message.topic, urgency=message.urgency, band=message.band,
        needed_by_at=message.needed_by_at, place=message.place, place_path=message.place_path,
        office_id=message.office_id, state=message.state,
        terms=SearchVector(Value(terms(f"{message.title} {message.body} {message.ticket}")), config="simple"),
    )


def park_message(*, pending: Pending, error: str, at: datetime) -> None:
    """Note that understanding failed: tried again after 1, 2, 4 … minutes (at most an hour), shown to a person at once."""
    pending.attempts += 1
    pending.error = error[:2000]
    pending.next_at = at + timedelta(minutes=min(2 ** (pending.attempts - 1), 60))
    pending.save(update_fields=["attempts", "error", "next_at"])
    Message.objects.filter(id=pending.message_id).update(state=State.PARKED, band="must_look")


def correct_message(
    *, message: Message, changes: dict[str, str], actor: Actor, at: datetime, place: Place | None = None
) -> Message:
    """Put right how a message was understood; every change is kept as training data and recorded.

    Args:
        message: the message.
        changes: new values by field: intent, topic, urgency.
        actor: who says so.
        at: when.
        place: the right place, if that was wrong.

    Raises:
        Refusal: ``value_unknown`` for an intent or urgency that does not exist.
        NotPermitted: the actor may not correct there.
    """
    actor.require("voices.correct", message.place_path)
    for field, values in (("intent", set(Intent)), ("urgency", set(Urgency))):
        if changes.get(field, next(iter(values))) not in values:
            raise refuse("value_unknown", _("没有这个取值"), place=field, value=changes[field], fix="、".join(values))
    changed = {f: v for f, v in changes.items() if f in {"intent", "topic", "urgency"} and getattr(message, f) != v}
    with transaction.atomic():
        rows = [(field, getattr(message, field), value) for field, value in changed.items()]
        for field, value in changed.items():
            setattr(message, field, value)
        if place is not None and place.id != message.place_id and place.office_id is not None:
            rows.append(("place", str(message.place_id), str(place.id)))
            message.place, message.place_path, message.office_id = place, place.path, place.office_id
        # A person looked: the machine's doubt is settled.
        message.band = "sure"
        if message.state in {State.NOTED, State.PARKED} and message.intent not in _NOTED:
            message.state = State.HEARD
        _save_filing(message)
        Correction.objects.bulk_create(
            Correction(id=new_id(), message=message, field=f, was=w, now=n, by_id=actor.id, at=at) for f, w, n in rows
        )
        audit.record(actor=actor, at=at, action="voices.message.corrected", subject=("message", message.id),
                     detail={f: [w, n] for f, w, n in rows}, where=(message.office_id, message.place_path))
        events.publish("voices.message.corrected", message_id=str(message.id), fields=[f for f, _w, _n in rows])
    return message


def mark_filed(*, message_ids: Sequence[UUID], team_ids: Sequence[UUID], office_ids: Sequence[UUID] = ()) -> None:
    """Note that messages report a matter, which these teams and offices may see beside the message's own office;
    called by the programme that owns the matter.
    """
    Message.objects.filter(id__in=message_ids).update(
        state=State.FILED, team_ids=list(team_ids), also_office_ids=list(office_ids)
    )
