"""The one door through which a matter changes: checks the table, appends to the history, refreshes the projection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit, clock, events
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, NotPermitted, Problem, refuse
from echowall.kernel.ids import new_id

from .. import clocks
from ..models import HistoryEvent, Matter, State
from ..rules import MOVES, Move, missing

_LABELS = {"reason": _("理由"), "note": _("说明"), "text": _("内容")}


@dataclass(slots=True)
class Step:
    """One move being made: what it says (``body``), which team it concerns, where it leads, and what else it changes.

    ``change`` runs on the locked matter before the event is written, so it may complete ``body``. ``request_key`` makes a repeated request harmless.
    """

    kind: str
    body: dict[str, Any] = field(default_factory=dict)
    team_id: UUID | None = None
    to_state: State | None = None
    change: Callable[[Matter], None] | None = None
    request_key: str | None = None
    happened_at: datetime | None = None


def locked(matter_id: UUID) -> Matter:
    """Return the matter, locked until the transaction ends.

    Raises:
        NotFound: there is no such matter within what may be seen.
    """
    matter = (
        Matter.objects.select_for_update(of=("self",)).select_related("place", "office").filter(id=matter_id).first()
    )
    if matter is None:
        raise NotFound(Problem("matter_unknown", _("没有这个事项,或不在您的职责范围内"), value=str(matter_id)))
    return matter


def require_move(matter: Matter, move: Move, actor: Actor) -> None:
    """Refuse unless the table lets this actor make this move now.

    Raises:
        Refusal: ``move_not_allowed`` naming the state.
        NotPermitted: ``not_permitted``, or ``not_your_team`` for moves that belong to the team in charge.
    """
    if State(matter.state) not in move.sources:
        raise refuse(
            "move_not_allowed",
            _("当前状态不能这样办理"),
            place=move.kind,
            value=matter.get_state_display(),
            fix=_("请刷新页面查看最新状态"),
        )
    if actor.kind == "system":
        return
    in_team = bool(set(matter.team_ids) & actor.team_ids)
    if move.by_team and not in_team:
        raise NotPermitted(Problem("not_your_team", _("只有承办专班的成员可以办理"), place=move.kind))
    if not (actor.may(move.permission, matter.place_path) or (in_team and actor.may(move.permission))):
        raise NotPermitted(Problem("not_permitted", _("您的岗位没有这项权限"), place=move.kind, value=move.permission))


def make_move(*, matter_id: UUID, step: Step, actor: Actor, at: datetime) -> HistoryEvent:
    """Make one move and return its history event. The same ``request_key`` again returns the first event unchanged.

    Raises:
        NotFound: the matter is not there or not visible.
        InvalidInput: ``field_missing`` for every field that the move needs.
        Refusal, NotPermitted: as ``require_move``.
    """
    move = MOVES[step.kind]
    with transaction.atomic():
        matter = locked(matter_id)
        if step.request_key:
            done = HistoryEvent.objects.filter(matter=matter, request_key=step.request_key).first()
            if done:
                return done
        require_move(matter, move, actor)
        problems = [
            Problem("field_missing", _("请填写%(field)s") % {"field": _LABELS.get(name, name)}, place=name)
            for name in missing(move, step.body)
        ]
        if problems:
            raise InvalidInput(problems)
        return append(matter, move, step, actor, at)


def append(matter: Matter, move: Move, step: Step, actor: Actor, at: datetime) -> HistoryEvent:
    """Append to the history of a locked matter what was already checked, and refresh everything derived from it."""
    before = matter.state
    target = step.to_state or move.target
    if target is not None:
        if move.target is None and move.targets and target not in move.targets:
            raise refuse("move_not_allowed", _("不能转到这个状态"), place=move.kind, value=str(target))
        matter.state = target
    if step.change is not None:
        step.change(matter)
    matter.last_seq += 1
    event = HistoryEvent.objects.create(
        id=new_id(),
        matter=matter,
        seq=matter.last_seq,
        kind=move.kind,
        at=step.happened_at or at,
        recorded_at=clock.now(),
        actor_id=actor.id,
        actor_name=actor.name,
        team_id=step.team_id,
        from_state=before,
        to_state=matter.state,
        body=step.body,
        request_key=step.request_key,
    )
    clocks.refresh(matter, at)
    matter.save()
    audit.record(
        actor=actor,
        at=at,
        action=f"matters.matter.{move.kind}",
        subject=("matter", matter.id),
        detail={"number": matter.number, "from": before, "to": matter.state, "seq": event.seq},
        reason=str(step.body.get("reason", "")),
        where=(matter.office_id, matter.place_path),
    )
    events.publish(f"matters.matter.{move.kind}", matter_id=str(matter.id), event_id=str(event.id))
    return event
