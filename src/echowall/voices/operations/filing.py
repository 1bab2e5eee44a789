"""Filing: writing down what was understood of a message, correcting it, and leaving to a person what failed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit, events
from echowall.kernel.actors import Actor
from echowall.kernel.bulk import insert_many
from echowall.kernel.errors import refuse
from echowall.kernel.ids import new_id
from echowall.kernel.personal import Sealing
from echowall.kernel.search import terms
from echowall.places.models import Place
from echowall.understanding.pipeline import NEEDS_NOTHING
from echowall.understanding.second_opinion import opinion_in
from echowall.understanding.types import Intent, Understanding, Urgency

from ..channels.tables.given_words import GIVEN
from ..models import Correction, Message, Pending, PendingOpinion, Reading
from ..models.messages import State

# Who corrected, where it was the system itself.
SYSTEM_ID = UUID(int=0)
# The bands that ask for a person's look.
DOUBTED = ("look", "must_look")


@dataclass(frozen=True, slots=True)
class Understood:
    """A message of the queue with what was understood of it.

    ``result`` is the understanding as JSON, without personal values, for the record; ``place`` the place it is about,
    or None to leave it at its source's place.
    """

    message: Message
    reading: Understanding
    result: dict[str, Any]
    place: Place | None


def file_understood(
    *, message: Message, reading: Understanding, result: dict[str, Any], place: Place | None, at: datetime
) -> Message:
    """Write down how one message was understood; see ``file_batch``."""
    file_batch(understood=[Understood(message, reading, result, place)], at=at)
    return message


def file_batch(*, understood: Sequence[Understood], at: datetime) -> None:
    """Write down how messages were understood and take them off the queue; tells ``voices.message.understood`` of each.

    The messages are of the queue, locked by the caller. What was loaded for the record only is noted, never told:
    a hundred thousand old rows must not become a hundred thousand matters.
    """
    for one in understood:
        _take_over(one)
    messages = [one.message for one in understood]
    sealing = Sealing()
    with transaction.atomic():
        insert_many([reading_row(one, sealing, at) for one in understood])
        _save_filing(messages)
        Pending.objects.filter(message__in=messages).delete()
        if settings.ECHOWALL_OPINION_URL:
            _expect_opinions(messages, at)
        told = [{"message_id": str(m.id)} for m in messages if not is_record_only(m)]
        events.publish_many("voices.message.understood", told)


def _expect_opinions(messages: Sequence[Message], at: datetime) -> None:
    """Queue for the second opinion what a person has to look at anyway and what is not over."""
    waiting = [m for m in messages if m.band in DOUBTED and m.state != State.HANDLED and not is_record_only(m)]
    rows = [PendingOpinion(message=m, next_at=at) for m in waiting]
    PendingOpinion.objects.bulk_create(rows, ignore_conflicts=True)


def reading_row(one: Understood, sealing: Sealing, at: datetime) -> Reading:
    """Return the record of one understanding, to be stored: the values plain, what repeats words sealed."""
    whole = json.dumps(one.result, ensure_ascii=False, separators=(",", ":"))
    return Reading(
        id=new_id(), message=one.message, model=one.reading.model[:60], made_at=at, result=_wordless(one.result),
        result_sealed=sealing.seal("reading", whole),
    )  # fmt: skip


def _wordless(result: dict[str, Any]) -> dict[str, Any]:
    """Return what a reading says without a word of the message: values, confidences, codes."""
    kept: dict[str, Any] = {}
    for name in ("intent", "topic", "urgency"):
        answer = result.get(name) or {}
        kept[name] = {key: answer[key] for key in ("value", "confidence") if key in answer}
    kept["danger"] = [{"code": sign.get("code")} for sign in result.get("danger") or ()]
    kept["band"] = result.get("band")
    said = [note for note in result.get("notes") or () if opinion_in([note])]
    if said:
        kept["notes"] = said
    return kept


def _take_over(one: Understood) -> None:
    message, reading = one.message, one.reading
    message.intent, message.topic = reading.intent.value, reading.topic.value
    message.urgency, message.band = reading.urgency.value, str(reading.band)
    message.needed_by_at = reading.needed_by.end if reading.needed_by else None
    given = {name: read(str(message.extra.get(name, ""))) for name, read in GIVEN.items()}
    message.intent = given["given_intent"] or message.intent
    message.topic = given["given_topic"] or message.topic
    if given["given_intent"] or given["given_topic"]:
        # A person has said what it is; a sign of danger in what is not done yet is looked at all the same.
        message.band = "must_look" if reading.danger and not given["given_state"] else "sure"
    if one.place is not None and one.place.office_id is not None:
        message.place, message.place_path, message.office_id = one.place, one.place.path, one.place.office_id
    if given["given_state"]:
        message.state = State.HANDLED
        return
    if is_automatic(message) and not (reading.danger and message.extra["automatic"] == "bulk"):
        # Kept as heard; whoever finds a person's words in it corrects the intent, and it becomes a matter.
        message.intent, message.band, message.state = Intent.OTHER.value, "sure", State.NOTED
        return
    needs_nothing = message.intent in NEEDS_NOTHING and reading.urgency.value == Urgency.NORMAL and not reading.danger
    is_noted = is_record_only(message) or (needs_nothing and message.band != "must_look")
    message.state = State.NOTED if is_noted else State.HEARD
    if is_noted and needs_nothing and message.band == "look":
        # What it is about does not matter where nothing is to be done; whether something is to be done, does.
        message.band = str(reading.intent.band)


def is_automatic(message: Message) -> bool:
    """Whether a machine sent it: an answer while absent, a returned mail, a circular (``channels.mail``)."""
    return bool(message.extra.get("automatic"))


def is_record_only(message: Message) -> bool:
    """Whether the message was loaded for the record: it is understood and found, and never becomes a matter."""
    return message.loaded is not None and message.loaded.record_only


# One statement for any number of messages: Django's own bulk_update writes a CASE per column and row.
_FILE = """
UPDATE voices_message m SET intent = v.intent, topic = v.topic, urgency = v.urgency, band = v.band,
    needed_by_at = v.needed_by_at, place_id = v.place_id, place_path = v.place_path::ltree, office_id = v.office_id,
    state = v.state, terms = to_tsvector('simple', v.words)
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::uuid[], %s::text[],
    %s::uuid[], %s::text[], %s::text[])
    AS v(id, intent, topic, urgency, band, needed_by_at, place_id, place_path, office_id, state, words)
WHERE m.id = v.id
"""


def _save_filing(messages: Sequence[Message]) -> None:
    rows = [
        (
            m.id,
            m.intent,
            m.topic,
            m.urgency,
            m.band,
            m.needed_by_at,
            m.place_id,
            str(m.place_path),
            m.office_id,
            str(m.state),
            terms(f"{m.title} {m.body} {m.ticket}"),
        )
        for m in messages
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FILE, [list(column) for column in zip(*rows, strict=True)])


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
        # A person looked: the machine's doubt is settled, and it need not be asked again.
        message.band = "sure"
        Pending.objects.filter(message=message).delete()
        is_taken_up = message.state in {State.NOTED, State.PARKED} and message.intent not in NEEDS_NOTHING
        if message.state == State.PARKED or (is_taken_up and not is_record_only(message)):
            message.state = State.HEARD if is_taken_up and not is_record_only(message) else State.NOTED
        _save_filing([message])
        Correction.objects.bulk_create(
            Correction(id=new_id(), message=message, field=f, was=w, now=n, by_id=actor.id or SYSTEM_ID, at=at)
            for f, w, n in rows
        )
        audit.record(
            actor=actor,
            at=at,
            action="voices.message.corrected",
            subject=("message", message.id),
            detail={f: [w, n] for f, w, n in rows},
            where=(message.office_id, message.place_path),
        )
        events.publish("voices.message.corrected", message_id=str(message.id), fields=[f for f, _w, _n in rows])
        if is_taken_up and message.state == State.HEARD:
            events.publish("voices.message.understood", message_id=str(message.id))
    return message


def note_message(*, message: Message, actor: Actor, at: datetime) -> Message:
    """Leave a message on record without a matter: there is nothing to solve in it.

    Raises:
        Refusal: ``message_filed`` when it already belongs to a matter.
        NotPermitted: the actor may not correct there.
    """
    actor.require("voices.correct", message.place_path)
    if message.state in {State.FILED, State.HANDLED}:
        raise refuse("message_filed", _("留言已归入事项，请在事项里处理"), place="message", value=message.ticket)
    with transaction.atomic():
        message.state, message.band = State.NOTED, "sure"
        Message.objects.filter(id=message.id).update(state=State.NOTED, band="sure")
        Pending.objects.filter(message=message).delete()
        audit.record(
            actor=actor,
            at=at,
            action="voices.message.noted",
            subject=("message", message.id),
            where=(message.office_id, message.place_path),
        )
    return message


def try_again(*, message: Message, actor: Actor, at: datetime) -> None:
    """Put a parked message at the head of the queue, to be understood anew within a second.

    Raises:
        Refusal: ``message_not_parked``.
        NotPermitted: the actor may not correct there.
    """
    actor.require("voices.correct", message.place_path)
    if message.state != State.PARKED:
        raise refuse("message_not_parked", _("这条留言没有在等待人工"), place="message", value=message.ticket)
    with transaction.atomic():
        Pending.objects.update_or_create(message=message, defaults={"next_at": at})
        audit.record(
            actor=actor,
            at=at,
            action="voices.message.retried",
            subject=("message", message.id),
            where=(message.office_id, message.place_path),
        )


def mark_filed(*, message_ids: Sequence[UUID], team_ids: Sequence[UUID], office_ids: Sequence[UUID] = ()) -> None:
    """Note that messages report a matter, which these teams and offices may see beside the message's own office;
    called by the programme that owns the matter.
    """
    Message.objects.filter(id__in=message_ids).update(
        state=State.FILED, team_ids=list(team_ids), also_office_ids=list(office_ids)
    )
