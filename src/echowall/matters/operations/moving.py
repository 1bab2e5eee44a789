"""Moving a matter to another street office: one side offers, the other takes it or says why not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import NotPermitted, Problem, refuse
from echowall.kernel.scope import as_system
from echowall.places.models import Place

from .. import queries
from ..models import Assignment, HistoryEvent, Matter
from ..rules import MOVES
from .chain import Step, append, locked, make_move, require_move
from .sight import spread_sight


def offer_move(*, matter_id: UUID, to_office_id: UUID, reason: str, actor: Actor, at: datetime) -> HistoryEvent:
    """Offer a matter to another street office. From now on both see it; it stays here, clocks running, until taken.

    Raises:
        Refusal: ``office_unknown``, ``same_office``, ``offer_open`` when one waits for an answer.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        office = Place.objects.filter(id=to_office_id, kind=Place.Kind.OFFICE, is_active=True).first()
        require_move(matter, MOVES["move_offered"], actor)
        if office is None:
            raise refuse("office_unknown", _("没有这个街道办事处"), place="to_office", value=str(to_office_id))
        if office.id == matter.office_id:
            raise refuse("same_office", _("事项已在该街道"), place="to_office", value=office.name)
        if queries.open_offer(matter) is not None:
            raise refuse("offer_open", _("已有移交申请等待答复"), place="to_office")

        def change(offered: Matter) -> None:
            if office.id not in offered.also_office_ids:
                offered.also_office_ids = [*offered.also_office_ids, office.id]
            spread_sight(offered)

        body = {
            "from_office": str(matter.office_id),
            "to_office": str(office.id),
            "to_office_name": office.name,
            "reason": reason.strip(),
        }
        return make_move(
            matter_id=matter_id, step=Step("move_offered", body, change=change), actor=actor, at=at, matter=matter
        )


def _offer_for(matter: Matter, actor: Actor, *, or_own_office: bool = False) -> tuple[HistoryEvent, Place]:
    offer = queries.open_offer(matter)
    if offer is None:
        raise refuse("no_offer", _("没有等待答复的移交申请"), place="move")
    office = Place.objects.get(id=offer.body["to_office"])
    is_own = or_own_office and actor.may("matters.move", matter.place_path)
    if not actor.may("matters.move", office.path) and not is_own:
        raise NotPermitted(Problem("not_permitted", _("只有接收街道可以答复移交"), place="move", value=office.name))
    return offer, office


def move_matter(*, matter_id: UUID, actor: Actor, at: datetime, place_id: UUID | None = None) -> HistoryEvent:
    """Take over a matter that was offered. It waits here to be dispatched; the office that gave it keeps seeing it.

    Args:
        matter_id: the matter.
        actor: a dispatcher of the receiving office.
        at: when.
        place_id: the right place in the receiving office; default: the office itself.

    Raises:
        Refusal: ``no_offer``, ``place_outside_office``.
        NotPermitted: only the receiving office may.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        _require_state(matter, "moved")
        offer, office = _offer_for(matter, actor)
        place = Place.objects.filter(id=place_id or office.id, office=office).first()
        if place is None:
            raise refuse("place_outside_office", _("地点不在本街道"), place="place", value=str(place_id))

        def change(moved: Matter) -> None:
            offices = [i for i in moved.also_office_ids if i != office.id]
            moved.also_office_ids = [*offices, *([moved.office_id] if moved.office_id not in offices else [])]
            moved.office, moved.place, moved.place_path = office, place, place.path
            moved.lead_team = moved.owner = None
            moved.team_ids = []
            Assignment.objects.filter(matter=moved, ended_at=None).update(ended_at=at, ended_how="moved")
            spread_sight(moved)

        body = {k: offer.body[k] for k in ("from_office", "to_office", "to_office_name")}
        # The rows belong to the office that gives; that it offered, and that the actor may take, was checked above.
        with as_system():
            return append(matter, MOVES["moved"], Step("moved", body, change=change), actor, at)


def refuse_move(*, matter_id: UUID, reason: str, actor: Actor, at: datetime) -> HistoryEvent:
    """Say why the receiving office does not take a matter, or take the offer back; it stays where it is.

    Raises:
        Refusal: ``no_offer``, ``reason_missing``.
        NotPermitted: neither of the receiving office nor of the one that offers.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        _require_state(matter, "move_refused")
        offer, office = _offer_for(matter, actor, or_own_office=True)
        if not reason.strip():
            raise refuse("reason_missing", _("请写明不接收的理由"), place="reason")

        def change(kept: Matter) -> None:
            kept.also_office_ids = [i for i in kept.also_office_ids if i != office.id]
            spread_sight(kept)

        is_withdrawn = not actor.may("matters.move", office.path)
        body = {"reason": reason.strip(), "to_office": offer.body["to_office"], "withdrawn": is_withdrawn}
        with as_system():
            return append(matter, MOVES["move_refused"], Step("move_refused", body, change=change), actor, at)


def _require_state(matter: Matter, kind: str) -> None:
    if matter.state not in MOVES[kind].sources:
        raise refuse("move_not_allowed", _("当前状态不能这样办理"), place=kind, value=matter.get_state_display())
