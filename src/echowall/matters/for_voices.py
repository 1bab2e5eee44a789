"""What owning does for the pages of hearing (``voices.queries.matter_desk``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.understanding.duplicates import fingerprint, similarity
from echowall.voices import queries as voices_queries
from echowall.voices.queries.matter_desk import MatterCard

from . import operations
from .models import Matter, Report
from .models.matters import OPEN_STATES

_ALIKE_DAYS = timedelta(days=14)
_COMPARED, _SHOWN = 60, 6


class MattersDesk:
    """Answers within the scope of the running request."""

    def of_message(self, message_id: UUID) -> MatterCard | None:
        """Return the matter that the message reports, if it can be seen."""
        report = (
            Report.objects.filter(message_id=message_id)
            .select_related("matter__place", "matter__lead_team", "matter__merged_into")
            .first()
        )
        return None if report is None else _card(report.matter)

    def alike(self, message_id: UUID) -> list[MatterCard]:
        """Return open matters of the same phone, the same words, or the same place and topic, the likeliest first."""
        facts = voices_queries.message_facts(message_id)
        same_topic = Q(place_path__under=facts.place_path) | Q(place_path__above=facts.place_path)
        same_topic &= Q(topic__startswith=facts.topic.split(".")[0]) if facts.topic else Q(pk__in=[])
        near = same_topic | Q(opened_at__gte=facts.said_at - timedelta(days=3))
        if facts.phone_index:
            near |= Q(reports__message__phone_index=facts.phone_index)
        rows = (
            Matter.objects.filter(near, office_id=facts.office_id, state__in=OPEN_STATES)
            .filter(opened_at__gte=facts.said_at - _ALIKE_DAYS)
            .select_related("place", "lead_team")
            .distinct()
            .order_by("-opened_at")[:_COMPARED]
        )
        of_phone = _ids_of_phone(facts.phone_index)
        mine = fingerprint(f"{facts.title}\n{facts.body}")
        scored = [
            self._scored(matter, facts, of_phone, similarity(mine, fingerprint(matter.summary))) for matter in rows
        ]
        return sorted((c for c in scored if c.score > 0), key=lambda c: -c.score)[:_SHOWN]

    def _scored(
        self, matter: Matter, facts: voices_queries.MessageFacts, of_phone: frozenset[UUID], likeness: float
    ) -> MatterCard:
        is_same_place = matter.place_path == facts.place_path
        is_same_topic = bool(facts.topic) and matter.topic.split(".")[0] == facts.topic.split(".")[0]
        reasons = [
            (0.9, _("同一电话"), matter.id in of_phone),
            (likeness, _("文字相近"), likeness >= 0.6),
            (0.5, _("同地点同类别"), is_same_place and is_same_topic),
        ]
        held = [(score, word) for score, word, holds in reasons if holds]
        return _card(
            matter, "、".join(word for _score, word in held), max((score for score, _word in held), default=0.0)
        )

    def open_here(self, *, phone_index: bytes | None, place_path: str) -> list[MatterCard]:
        """Return open matters of this phone, then of this place (and below it)."""
        of_phone = _ids_of_phone(phone_index)
        wanted = Q(id__in=of_phone)
        if place_path:
            wanted |= Q(place_path__under=place_path)
        rows = Matter.objects.filter(wanted, state__in=OPEN_STATES).select_related("place", "lead_team")
        cards = [
            _card(m, _("同一电话") if m.id in of_phone else _("同一地点"), float(m.id in of_phone))
            for m in rows.order_by("-opened_at")[:_COMPARED]
        ]
        return sorted(cards, key=lambda c: -c.score)[: 2 * _SHOWN]

    def open_from_message(self, *, message_id: UUID, at: datetime, actor: object) -> MatterCard:
        """Open a matter from the message; raises Refusal."""
        return _card(operations.open_from_message(message_id=message_id, actor=cast(Actor, actor), at=at))

    def join(self, *, message_id: UUID, matter_id: UUID, at: datetime, actor: object) -> MatterCard:
        """Hang the message on an open matter; raises Refusal."""
        worker = cast(Actor, actor)
        report = operations.join_report(
            matter_id=matter_id, message_id=message_id, why={"how": "by_hand"}, actor=worker, at=at
        )
        return _card(report.matter)


def _ids_of_phone(phone_index: bytes | None) -> frozenset[UUID]:
    if not phone_index:
        return frozenset()
    rows = Report.objects.filter(message__phone_index=phone_index, matter__state__in=OPEN_STATES)
    return frozenset(rows.values_list("matter_id", flat=True)[:_COMPARED])


def _card(matter: Matter, why: str = "", score: float = 0.0) -> MatterCard:
    return MatterCard(
        id=matter.id,
        number=matter.number,
        title=matter.title,
        state=str(matter.get_state_display()),
        is_open=matter.state in OPEN_STATES,
        urgency=matter.urgency,
        place=str(matter.place),
        team=matter.lead_team.name if matter.lead_team else "",
        opened_at=matter.opened_at,
        colour=matter.colour if matter.state in OPEN_STATES else "",
        due_at=matter.due_at,
        url=reverse("matters:detail", args=[matter.id]),
        why=why,
        score=score,
    )
