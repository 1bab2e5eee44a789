"""Taking a message in: it joins the open matter that it is about, or opens one."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.voices import queries as voices_queries

from .. import queries
from ..models import Matter, Report
from .merging import join_report
from .opening import open_from_message
from .steering import reclassify_matter

_RANK: Final = {"": 0, "normal": 0, "urgent": 1, "critical": 2}


def take_in(*, message_id: UUID, actor: Actor, at: datetime) -> Matter:
    """Join a message to the open matter that it is surely about, or open one for it; a message that has one keeps it.

    A critical message joins only a critical matter. What is not sure is proposed on the page, never done.

    Raises:
        NotFound: no such message within what may be seen; NotPermitted: the actor may not open matters there.
    """
    facts = voices_queries.message_facts(message_id)
    with transaction.atomic():
        _one_at_a_time(facts.office_id)
        held = Report.objects.select_related("matter").filter(message_id=message_id).first()
        if held is not None:
            return held.matter
        home = next((one for one in queries.likely_for_message(message_id) if one.is_sure and _fits(facts, one)), None)
        if home is None:
            return open_from_message(message_id=message_id, actor=actor, at=at)
        why = {"how": home.how, "score": home.score}
        join_report(matter_id=home.matter.id, message_id=message_id, why=why, actor=actor, at=at)
        if _RANK[facts.urgency] > _RANK[home.matter.urgency]:
            reclassify_matter(
                matter_id=home.matter.id, urgency=facts.urgency, reason=_("又有人反映，情况更紧急"), actor=actor, at=at
            )
    return home.matter


def _fits(facts: voices_queries.MessageFacts, home: queries.Likely) -> bool:
    return facts.urgency != "critical" or home.matter.urgency == "critical"


def _one_at_a_time(office_id: UUID) -> None:
    """Let two messages of one office about one thing not each open a matter: the second sees what the first did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(office_id)])
