"""Finding the reports that something new may belong to: candidates by index, judged by ``likeness``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from echowall.places.models import Place
from echowall.understanding.duplicates import bands, fingerprint
from echowall.voices import queries as voices_queries

from ..likeness import PROPOSED_WINDOW, Likeness, Saying, likeness
from ..models import Matter, Report, Trace
from ..models.matters import OPEN_STATES

_AT_MOST = 40
_COMPARED = (
    "area_id", "building_id", "is_compound", "topic", "said_at", "phone_index", "source_id", "conversation",
    "report__id", "report__matter_id", "report__message_id", "report__message__title", "report__message__body",
    "report__matter__number", "report__matter__title", "report__matter__state", "report__matter__urgency",
    "report__matter__merged_into_id",
)  # fmt: skip
_REASONS = {
    "same_person": _("同一人再次反映"),
    "forward": _("同文转发"),
    "incident": _("同地同类"),
    "alike": _("内容相近"),
}


@dataclass(frozen=True, slots=True)
class Likely:
    """A matter that may be about the same thing."""

    matter: Matter
    how: str
    score: float
    is_sure: bool

    @property
    def reason(self) -> Any:
        """Why, in words."""
        return _REASONS[self.how]

    @property
    def percent(self) -> int:
        """The score as people read it."""
        return round(self.score * 100)


def area_of(path: str, place_id: UUID) -> tuple[UUID, bool, UUID | None]:
    """Return the compound that a place lies in (or the place itself), whether it is one, and the building if known."""
    kinds = (Place.Kind.COMPOUND, Place.Kind.BUILDING)
    above = dict(Place.objects.filter(path__above=path, kind__in=kinds).values_list("kind", "id"))
    compound = above.get(Place.Kind.COMPOUND)
    return compound or place_id, compound is not None, above.get(Place.Kind.BUILDING)


def trace_of(report: Report, facts: voices_queries.MessageFacts) -> Trace:
    """Return (unsaved) what a report will be found by."""
    area_id, is_compound, building_id = area_of(facts.place_path, facts.place_id)
    return Trace(
        report=report,
        office_id=facts.office_id,
        area_id=area_id,
        is_compound=is_compound,
        building_id=building_id,
        topic=facts.topic or "other",
        said_at=facts.said_at,
        phone_index=facts.phone_index,
        source_id=facts.source_id,
        conversation=facts.conversation,
        bands=bands(fingerprint(_text(facts.title, facts.body))),
    )


def _text(title: str, body: str) -> str:
    return f"{title}\n{body}" if title else body


def saying_of(facts: voices_queries.MessageFacts) -> Saying:
    """Return a message as it is compared."""
    return Saying.of(
        text=_text(facts.title, facts.body),
        said_at=facts.said_at,
        topic=facts.topic or "other",
        place=area_of(facts.place_path, facts.place_id),
        phone_index=bytes(facts.phone_index) if facts.phone_index else None,
        voice=(facts.source_id, facts.conversation),
    )


def _alike_ids(office_id: UUID, marks: list[int], since: datetime) -> list[UUID]:
    if not marks:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT matters_trace_alike(%s, %s, %s, %s)", [office_id, marks, since, _AT_MOST])
        return [row[0] for row in cursor.fetchall()]


def candidates(new: Saying, office_id: UUID) -> list[Trace]:
    """Return the traces worth comparing: of the same person, of a like text, of the same place and topic."""
    since, until = new.said_at - PROPOSED_WINDOW, new.said_at + PROPOSED_WINDOW
    rows = Trace.objects.filter(said_at__range=(since, until), office_id=office_id)
    ids = set(_alike_ids(office_id, bands(new.print), since))
    ways = [Q(area_id=new.area_id, topic=new.topic)]
    if new.phone_index is not None:
        ways.append(Q(phone_index=new.phone_index))
    if new.voice[1]:
        ways.append(Q(source_id=new.voice[0], conversation=new.voice[1]))
    for way in ways:  # one index each; together they would be one slow query
        ids |= set(rows.filter(way).order_by("-said_at").values_list("report_id", flat=True)[:_AT_MOST])
    found = Trace.objects.filter(report_id__in=ids).select_related("report", "report__message", "report__matter")
    return list(found.order_by("-said_at").only(*_COMPARED))


def _told(trace: Trace) -> Saying:
    message = trace.report.message
    return Saying.of(
        text=_text(message.title, message.body),
        said_at=trace.said_at,
        topic=trace.topic,
        place=(trace.area_id, trace.is_compound, trace.building_id),
        phone_index=bytes(trace.phone_index) if trace.phone_index else None,
        voice=(trace.source_id, trace.conversation),
    )


def _root(matter: Matter) -> Matter:
    while matter.merged_into_id is not None:
        matter = Matter.objects.get(id=matter.merged_into_id)
    return matter


def _best(new: Saying, traces: Iterable[Trace]) -> list[Likely]:
    best: dict[UUID, Likely] = {}
    judged: list[tuple[Trace, Likeness]] = [(t, found) for t in traces if (found := likeness(new, _told(t)))]
    for trace, found in judged:
        matter = _root(trace.report.matter)
        held = best.get(matter.id)
        if matter.state in OPEN_STATES and (held is None or (found.is_sure, found.score) > (held.is_sure, held.score)):
            best[matter.id] = Likely(matter, found.how, found.score, found.is_sure)
    return sorted(best.values(), key=lambda one: (not one.is_sure, -one.score))


def likely_for_message(message_id: UUID) -> list[Likely]:
    """Return the open matters that a message may belong to, sure ones first: what the message page offers to join.

    Raises:
        NotFound: no such message within what may be seen.
    """
    facts = voices_queries.message_facts(message_id)
    new = saying_of(facts)
    return _best(new, candidates(new, facts.office_id))[:8]


def likely_same(matter: Matter) -> list[Likely]:
    """Return the other open matters that may be about the same thing as an open one, best first."""
    if matter.state not in OPEN_STATES:
        return []
    found: dict[UUID, Likely] = {}
    for message_id in (
        Report.objects.filter(matter=matter).order_by("joined_at").values_list("message_id", flat=True)[:3]
    ):
        for one in likely_for_message(message_id):
            if one.matter.id != matter.id:
                found.setdefault(one.matter.id, one)
    return sorted(found.values(), key=lambda one: -one.score)[:5]
