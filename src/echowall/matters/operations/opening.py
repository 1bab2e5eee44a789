"""Opening a matter from a message or by hand, and sending it on its way when the way is clear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db import connection, transaction
from django.db.models import Value
from django.utils.translation import gettext as _

from echowall.kernel import clock
from echowall.kernel.actors import SYSTEM_ACTOR, Actor
from echowall.kernel.errors import InvalidInput, Problem
from echowall.kernel.ids import new_id
from echowall.kernel.search import terms
from echowall.places.models import Place
from echowall.understanding.redaction import mask
from echowall.voices import operations as voices_operations
from echowall.voices import queries as voices_queries

from .. import clocks, queries
from ..models import HistoryEvent, Matter, Report, State
from ..rules import MOVES
from .chain import Step, append, make_move
from .dispatching import dispatch_by_route

BY_HAND = "desk"  # the channel of what no message reports


@dataclass(frozen=True, slots=True)
class NewMatter:
    """What a matter is opened with. ``opened_at`` is when the person first said it: the clocks run from there."""

    place: Place
    title: str
    summary: str
    channel: str
    intent: str
    topic: str
    urgency: str
    opened_at: datetime
    needed_by_at: datetime | None = None


def _next_number(office: Place, at: datetime) -> str:
    """Return the next number of the office's day, such as ``103005-220503-0012``; concurrent callers wait in line."""
    day = clock.today(at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO matters_counter (office_id, day, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (office_id, day) DO UPDATE SET last = matters_counter.last + 1 RETURNING last",
            [office.id, day],
        )
        (last,) = cursor.fetchone()
    return f"{(office.code or office.path.rsplit('.', 1)[-1])[-6:]}-{day:%y%m%d}-{last:04d}"


def index_terms(matter: Matter) -> None:
    """Refresh what searching reads of a matter."""
    text = terms(f"{matter.number} {matter.title} {matter.summary}")
    Matter.objects.filter(id=matter.id).update(terms=SearchVector(Value(text), config="simple"))


def open_matter(*, new: NewMatter, actor: Actor, at: datetime, request_key: str | None = None) -> Matter:
    """Open a matter and start its clocks.

    Raises:
        InvalidInput: ``field_missing`` for title or topic, ``place_without_office``.
        NotPermitted: the actor may not open matters there.
    """
    actor.require("matters.open", new.place.path)
    problems = [
        Problem("field_missing", _("请填写%(field)s") % {"field": label}, place=name)
        for name, label, value in (("title", _("标题"), new.title), ("topic", _("事项类别"), new.topic))
        if not value.strip()
    ]
    office = new.place.office
    if office is None:
        problems.append(Problem("place_without_office", _("地点不属于任何街道"), place="place", value=new.place.name))
    if problems or office is None:
        raise InvalidInput(problems)
    opened_at = min(new.opened_at, at)
    with transaction.atomic():
        matter = Matter.objects.create(
            id=new_id(),
            number=_next_number(office, at),
            office=office,
            place=new.place,
            place_path=new.place.path,
            title=mask(new.title.strip())[:120],
            summary=new.summary,
            channel=new.channel,
            intent=new.intent,
            topic=new.topic,
            urgency=new.urgency,
            state=State.COLLECTED,
            opened_at=opened_at,
            needed_by_at=new.needed_by_at,
            playbook=clocks.playbook_in_force(new.place.path, opened_at),
        )
        body = {
            "intent": new.intent,
            "topic": new.topic,
            "urgency": new.urgency,
            "channel": new.channel,
            "needed_by": new.needed_by_at.isoformat() if new.needed_by_at else None,
        }
        append(matter, MOVES["opened"], Step("opened", body, happened_at=opened_at, request_key=request_key), actor, at)
        index_terms(matter)
    return matter


def open_from_message(
    *, message_id: UUID, actor: Actor, at: datetime, title: str = "", may_dispatch: bool = True
) -> Matter:
    """Open a matter from a message and, when the team is clear, dispatch it; a message that has one keeps it.

    A critical matter is dispatched to the critical lead even when the understanding is not sure: going to the wrong
    team costs minutes, waiting may cost a life. Otherwise the machine dispatches only what it is sure of.

    Raises:
        NotFound: no such message within what may be seen.
        NotPermitted: the actor may not open matters there.
    """
    facts = voices_queries.message_facts(message_id)
    with transaction.atomic():
        reported = Report.objects.select_related("matter").filter(message_id=message_id).first()
        if reported:
            return reported.matter
        place = Place.objects.select_related("office").get(id=facts.place_id)
        matter = open_matter(
            new=NewMatter(
                place=place,
                title=title or queries.title_for(facts),
                summary=facts.body,
                channel=facts.channel,
                intent=facts.intent or "other",
                topic=facts.topic or "other",
                urgency=facts.urgency or "normal",
                opened_at=min(facts.said_at, facts.heard_at),
                needed_by_at=facts.needed_by_at,
            ),
            actor=actor,
            at=at,
        )
        attach_report(matter=matter, message_id=message_id, is_first=True, why={"how": "opened"}, at=at, facts=facts)
        is_critical = matter.urgency == "critical"
        if may_dispatch and (is_critical or facts.band == "sure"):
            dispatch_by_route(matter_id=matter.id, actor=SYSTEM_ACTOR, at=at, even_uncertain=is_critical)
            matter.refresh_from_db()
    return matter


@dataclass(frozen=True, slots=True)
class ByHand:
    """What somebody found and opens a matter for; nobody reported it."""

    place: Place
    title: str
    summary: str
    intent: str
    topic: str
    urgency: str
    needed_by_at: datetime | None = None


def open_by_hand(*, by_hand: ByHand, actor: Actor, at: datetime, request_key: str | None = None) -> Matter:
    """Open a matter that no message reports and, when one team answers for it, give it to that team.

    The same request again returns the matter that it opened. Critical ones go to the critical lead at once.

    Raises:
        InvalidInput, NotPermitted: as ``open_matter``.
    """
    with transaction.atomic():
        if request_key:
            with connection.cursor() as cursor:  # a double click comes as two requests at once
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [request_key])
            held = (
                HistoryEvent.objects.select_related("matter")
                .filter(request_key=request_key, kind="opened", actor_id=actor.id)
                .first()
            )
            if held:
                return held.matter
        new = NewMatter(
            place=by_hand.place,
            title=by_hand.title,
            summary=mask(by_hand.summary),
            channel=BY_HAND,
            intent=by_hand.intent,
            topic=by_hand.topic,
            urgency=by_hand.urgency,
            opened_at=at,
            needed_by_at=by_hand.needed_by_at,
        )
        matter = open_matter(new=new, actor=actor, at=at, request_key=request_key)
        dispatch_by_route(matter_id=matter.id, actor=SYSTEM_ACTOR, at=at, even_uncertain=matter.urgency == "critical")
        matter.refresh_from_db()
    return matter


def attach_report(
    *,
    matter: Matter,
    message_id: UUID,
    is_first: bool,
    why: dict[str, object],
    at: datetime,
    facts: voices_queries.MessageFacts | None = None,
) -> Report:
    """Hang a message on a matter as a report of it and tell hearing that it is filed; ``facts`` if they are at hand."""
    report = Report.objects.create(
        id=new_id(), matter=matter, message_id=message_id, is_first=is_first, joined_at=at, why=why
    )
    matter.report_count += 1
    Matter.objects.filter(id=matter.id).update(report_count=matter.report_count)
    queries.trace_of(report, facts or voices_queries.message_facts(message_id)).save(force_insert=True)
    voices_operations.mark_filed(
        message_ids=[message_id], team_ids=matter.team_ids, office_ids=[matter.office_id, *matter.also_office_ids]
    )
    return report


def cancel_matter(*, matter_id: UUID, reason: str, actor: Actor, at: datetime) -> HistoryEvent:
    """Strike out a matter that was none (a test, a joke, a mistake); its messages stay, marked as noted.

    Raises:
        InvalidInput, Refusal, NotPermitted: as every move.
    """
    return make_move(matter_id=matter_id, step=Step("cancelled", {"reason": reason}), actor=actor, at=at)
