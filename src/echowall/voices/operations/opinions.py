"""Taking in the second opinion on a message: it may make somebody look sooner, and never lowers anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from echowall.kernel import audit, events
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import Refusal
from echowall.kernel.personal import Sealing
from echowall.understanding.pipeline import from_json, to_json
from echowall.understanding.second_opinion import Opinion, failure_note, opinion_in, take_in
from echowall.understanding.types import Understanding, Urgency

from ..models import Message, PendingOpinion, Reading
from ..models.messages import State
from .filing import DOUBTED, Understood, is_automatic, is_record_only, reading_row

ATTEMPTS = 3
# Until a claimed message may be asked about again: more than the endpoint may take (15 s), twice that the second time.
_WAIT = timedelta(minutes=1)
_OVER = (State.HANDLED, State.PARKED)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message to be asked about, with the reading that the opinion will be about; ``attempt`` counts from 1."""

    message: Message
    reading_id: UUID
    attempt: int


def claim_opinion(*, at: datetime) -> Claimed | None:
    """Take the next message whose time has come, or None. It comes again by itself unless an answer is taken in.

    What needs no opinion any more (a person looked, it is over, its words are destroyed) leaves the queue.
    """
    with transaction.atomic():
        waiting = PendingOpinion.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=at)
        for row in waiting.select_related("message", "message__loaded").order_by("next_at", "message_id")[:100]:
            newest = _newest(row.message)
            # The last attempt takes it off the queue itself, unless the process died with it each time.
            is_spent = row.attempts >= ATTEMPTS
            if is_spent or newest is None or not _is_open_to_opinion(row.message, newest):
                row.delete()
                continue
            row.attempts += 1
            row.next_at = at + _WAIT * row.attempts
            row.save(update_fields=["attempts", "next_at"])
            return Claimed(row.message, newest.id, row.attempts)
    return None


def take_opinion(*, claimed: Claimed, opinion: Opinion, model: str, at: datetime) -> bool:
    """Take in what the second model said of a message; tells whether anything was written.

    Harmless to repeat. Nothing is written where the message was meanwhile looked at by a person, closed, or understood
    anew. A message set aside as nothing to do that must now be looked at goes the way of every other such message.
    """
    with transaction.atomic():
        found = _still_open(claimed)
        if found is None:
            return False
        message, first = found
        result = take_in(first, opinion, model)
        _keep(message, result, at)
        was = {"urgency": message.urgency, "band": message.band}
        if result.urgency.value != first.urgency.value and _rank(result.urgency.value) < _rank(message.urgency):
            message.urgency = result.urgency.value
        if result.band != first.band and DOUBTED.index(str(result.band)) > DOUBTED.index(message.band):
            message.band = str(result.band)
        is_taken_up = message.state == State.NOTED and message.band == "must_look" and not is_automatic(message)
        if is_taken_up:
            message.state = State.HEARD
        message.save(update_fields=["urgency", "band", "state"])
        now = {"urgency": message.urgency, "band": message.band}
        changed = {name: [was[name], now[name]] for name in was if was[name] != now[name]}
        said: dict[str, object] = {"model": model, "intent": opinion.intent.value, "said": opinion.urgency.value}
        _record(message, "voices.message.opinion_taken", said | changed, at)
        if is_taken_up:
            events.publish("voices.message.understood", message_id=str(message.id))
    return True


def note_no_opinion(*, claimed: Claimed, error: Exception, at: datetime) -> bool:
    """Note that the second opinion did not come, after the last attempt; tells whether it was given up."""
    if claimed.attempt < ATTEMPTS:
        return False
    with transaction.atomic():
        found = _still_open(claimed)
        if found is None:
            return False
        message, first = found
        note = failure_note(error)
        _keep(message, replace(first, notes=(*first.notes, note)), at)
        detail = {"attempts": claimed.attempt, "error": type(error).__name__}
        _record(message, "voices.message.opinion_missed", detail, at)
    return True


def _newest(message: Message) -> Reading | None:
    return Reading.objects.filter(message=message).order_by("-made_at", "-id").first()


def _is_open_to_opinion(message: Message, newest: Reading) -> bool:
    is_asked = opinion_in(newest.result.get("notes") or ()) is not None
    is_gone = message.words_destroyed_at is not None or message.state in _OVER or is_record_only(message)
    return message.band in DOUBTED and not is_gone and not is_asked


def _still_open(claimed: Claimed) -> tuple[Message, Understanding] | None:
    """Lock the message and take it off the queue; None where the opinion has nothing to say any more."""
    rows = Message.objects.select_for_update(of=("self",)).select_related("loaded")
    message = rows.get(id=claimed.message.id)
    PendingOpinion.objects.filter(message=message).delete()
    newest = _newest(message)
    if newest is None or newest.id != claimed.reading_id or not _is_open_to_opinion(message, newest):
        return None
    try:
        return message, from_json(newest.whole_result())
    except (msgspec.ValidationError, Refusal):  # of another version of the library, or its key is destroyed
        return None


def _keep(message: Message, result: Understanding, at: datetime) -> None:
    """Store the result as a new reading; the one before stays as it was."""
    private = ("personal", "masked", "redacted")
    public = {name: value for name, value in to_json(result).items() if name not in private}
    reading_row(Understood(message, result, public, None), Sealing(), at).save(force_insert=True)


def _record(message: Message, action: str, detail: dict[str, object], at: datetime) -> None:
    audit.record(
        actor=SYSTEM_ACTOR,
        at=at,
        action=action,
        subject=("message", message.id),
        detail=detail,
        where=(message.office_id, message.place_path),
    )


def _rank(urgency: str) -> int:
    return Urgency(urgency).rank
