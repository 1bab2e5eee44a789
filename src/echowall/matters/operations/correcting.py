"""Letting a matter follow the correction of its message: one decision, all of it or nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import refuse

from .. import queries
from ..models import HistoryEvent, Matter
from .chain import Step, locked, make_move
from .dispatching import dispatch_matter


def follow_correction(*, matter_id: UUID, actor: Actor, at: datetime) -> HistoryEvent:
    """Take over what was corrected at the message, and give the matter to the team that then answers for it.

    Raises:
        Refusal: ``nothing_corrected``: somebody was faster, or the correction was taken back.
        NotPermitted, Refusal: as reclassifying and dispatching by hand.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        found = queries.corrected_by_message(matter)
        if found is None:
            raise refuse("nothing_corrected", _("没有待采纳的更正"), place="correction", value=matter.number,
                         fix=_("请刷新页面查看最新状态"))  # fmt: skip
        now: dict[str, str] = dict(found.changes)
        was: dict[str, str] = {name: getattr(matter, name) for name in found.changes}
        if found.place is not None:
            now["place"], was["place"] = found.place.name, matter.place.name

        def change(given: Matter) -> None:
            for name, value in found.changes.items():
                setattr(given, name, value)
            if found.place is not None:
                given.place, given.place_path = found.place, found.place.path

        body = {
            "reason": _("按第二意见提高紧急程度") if found.opinion_of else _("按留言更正"),
            "was": was,
            "now": now,
            **found.changes,
        }
        event = make_move(
            matter_id=matter_id, step=Step("reclassified", body, change=change), actor=actor, at=at, matter=matter
        )
        if found.route is not None:
            why = {"by": "correction", **found.route.why}
            dispatch_matter(matter_id=matter_id, team_id=found.route.team_id, actor=actor, at=at, why=why)
    return event
