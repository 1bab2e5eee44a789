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
_SHOWN = 8
_COMPARED = (
    "report__message__title", "report__message__body", "said_at", "topic", "area_id", "is_compound", "building_id",
    "phone_index", "source_id", "conversation", "report__matter_id", "report__matter__state",
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A report worth comparing, and what is to be known of its matter."""

    saying: Saying
    matter_id: UUID
    state: str
    merged_into_id: UUID | None


def candidates(new: Saying, office_id: UUID) -> list[Candidate]:
    """Return the reports worth comparing, the newest first: of the same person, of a like text, of the same place and topic.

    Reports of matters that have ended are left out, unless the matter lives on in the one it was merged into.
    """
    since, until = new.said_at - PROPOSED_WINDOW, new.said_at + PROPOSED_WINDOW
    rows = Trace.objects.filter(said_at__range=(since, until), office_id=office_id)
    ways = [Q(area_id=new.area_id, topic=new.topic)]
    if new.phone_index is not None:
        ways.append(Q(phone_index=new.phone_index))
    if new.voice[1]:
        ways.append(Q(source_id=new.voice[0], conversation=new.voice[1]))
    # One index each; joined by OR they would be one slow scan.
    first, *others = (
        rows.filter(way).order_by("-said_at").values_list("report_id", flat=True)[:_AT_MOST] for way in ways
    )
    ids = set(_alike_ids(office_id, bands(new.print), since)) | set(first.union(*others))
    found = (
        Trace.objects.filter(report_id__in=ids)
        .filter(Q(report__matter__state__in=OPEN_STATES) | Q(report__matter__merged_into__isnull=False))
        .order_by("-said_at")
        .values_list(*_COMPARED)
    )
    return [_candidate(*row) for row in found]


def _candidate(title: str, body: str, said_at: datetime, topic: str, *rest: Any) -> Candidate:
    area_id, is_compound, building_id, phone_index, source_id, conversation, matter_id, state, merged_into_id = rest
    saying = Saying.of(
        text=_text(title, body),
        said_at=said_at,
        topic=topic,
        place=(area_id, is_compound, building_id),
        phone_index=bytes(phone_index) if phone_index else None,
        voice=(source_id, conversation),
    )
    return Candidate(saying, matter_id, state, merged_into_id)


def _root(matter_id: UUID) -> tuple[UUID, str]:
    """Return the matter that one lives on in, by its id and state."""
    while True:
        state, into = Matter.objects.values_list("state", "merged_into_id").get(id=matter_id)
        if into is None:
            return matter_id, state
        matter_id = into


def _best(new: Saying, found: Iterable[Candidate]) -> list[Likely]:
    best: dict[UUID, Likeness] = {}
    for one in found:
        alike = likeness(new, one.saying)
        if alike is None:
            continue
        matter_id, state = (one.matter_id, one.state) if one.merged_into_id is None else _root(one.merged_into_id)
        held = best.get(matter_id)
        if state in OPEN_STATES and (held is None or (alike.is_sure, alike.score) > (held.is_sure, held.score)):
            best[matter_id] = alike
    order = sorted(best.items(), key=lambda one: (not one[1].is_sure, -one[1].score))[:_SHOWN]
    matters = Matter.objects.only("number", "title", "state", "urgency").in_bulk([matter_id for matter_id, _a in order])
    return [Likely(matters[matter_id], a.how, a.score, a.is_sure) for matter_id, a in order]


def likely_for_message(message_id: UUID) -> list[Likely]:
    """Return the open matters that a message may belong to, sure ones first: what the message page offers to join.

    Raises:
        NotFound: no such message within what may be seen.
    """
    facts = voices_queries.message_facts(message_id)
    new = saying_of(facts)
    return _best(new, candidates(new, facts.office_id))


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
