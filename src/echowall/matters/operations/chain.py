"""The one door through which a matter changes: checks the table, appends to the history, refreshes the projection."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echowall.kernel import audit, clock, events
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, NotPermitted, Problem, refuse
from echowall.kernel.ids import new_id
from echowall.kernel.personal import Sealed, seal
from echowall.kernel.scope import as_system
from echowall.understanding.redaction import mask

from .. import clocks
from ..models import HistoryEvent, Matter, State
from ..queries.standing import standing_of
from ..rules import MOVES, Move, hindrance, missing
from .escalating import call_at_once

_LABELS = {
    "reason": gettext_lazy("理由"),
    "note": gettext_lazy("说明"),
    "text": gettext_lazy("内容"),
    "cause": gettext_lazy("原因"),
    "nodes": gettext_lazy("节点"),
    "teams": gettext_lazy("专班"),
    "to_office": gettext_lazy("街道"),
    "into": gettext_lazy("并入的事项"),
    "version": gettext_lazy("版本"),
}


@dataclass(slots=True)
class Step:
    """One move being made: what it says (``body``), which team it concerns, where it leads, and what else it changes.

    ``change`` runs on the locked matter before the event is written, so it may complete ``body``. ``request_key`` makes
    a repeated request harmless. ``leaves_sight`` is for moves after which the actor may no longer see the matter
    (given back, moved away): the right to make them was checked, so the rows are written without the actor's limits.
    """

    kind: str
    body: dict[str, Any] = field(default_factory=dict)
    team_id: UUID | None = None
    to_state: State | None = None
    change: Callable[[Matter], None] | None = None
    request_key: str | None = None
    happened_at: datetime | None = None
    leaves_sight: bool = False


def locked(matter_id: UUID) -> Matter:
    """Return the matter, locked until the transaction ends.

    Raises:
        NotFound: there is no such matter within what may be seen.
    """
    # terms is a search index the size of the text; nobody here reads it.
    matter = Matter.objects.select_for_update(of=("self",)).defer("terms").filter(id=matter_id).first()
    if matter is None:
        raise NotFound(Problem("matter_unknown", _("没有这个事项，或不在您的职责范围内"), value=str(matter_id)))
    return matter


def require_move(matter: Matter, move: Move, actor: Actor) -> None:
    """Refuse unless the table lets this actor make this move now.

    Raises:
        Refusal: ``move_not_allowed`` naming the state.
        NotPermitted: ``not_permitted``, or ``not_your_team`` for moves that belong to the team in charge.
    """
    why = hindrance(move, standing_of(matter, move, actor), actor)
    if why == "move_not_allowed":
        raise refuse(
            why,
            _("当前状态不能这样办理"),
            place=move.kind,
            value=matter.get_state_display(),
            fix=_("请刷新页面查看最新状态"),
        )
    if why == "not_your_team":
        raise NotPermitted(Problem(why, _("只有承办专班的成员可以办理"), place=move.kind))
    if why:
        raise NotPermitted(Problem(why, _("您的岗位没有这项权限"), place=move.kind, value=move.permission))


def done_before(matter: Matter, kind: str, request_key: str | None, *, text: str | None = None) -> HistoryEvent | None:
    """Return the event that this very request already made, or None. ``text`` is what the request tells reporters.

    Raises:
        Refusal: ``request_key_used`` when another kind of move was made with this key, or another text was sent with
            it (somebody went back and wrote it anew): saying "sent" of what never went out would be a lost answer.
    """
    if not request_key:
        return None
    done = HistoryEvent.objects.filter(matter=matter, request_key=request_key).first()
    if done is not None and (done.kind != kind or (text is not None and done.body.get("text") != text.strip())):
        raise refuse(
            "request_key_used",
            _("这个请求编号已用于另一步骤"),
            place="request_key",
            value=done.kind,
            fix=_("请刷新页面再办"),
        )
    return done


def make_move(*, matter_id: UUID, step: Step, actor: Actor, at: datetime, matter: Matter | None = None) -> HistoryEvent:
    """Make one move and return its history event. The same ``request_key`` again returns the first event unchanged.

    Args:
        matter_id: the matter.
        step: the move.
        actor: who makes it.
        at: when.
        matter: the same matter, when the caller has already locked it (inside its own atomic block).

    Raises:
        NotFound: the matter is not there or not visible.
        InvalidInput: ``field_missing`` for every field that the move needs.
        Refusal, NotPermitted: as ``require_move``.
    """
    if matter is not None:
        return _make(matter, step, actor, at)
    with transaction.atomic():
        return _make(locked(matter_id), step, actor, at)


def _make(matter: Matter, step: Step, actor: Actor, at: datetime) -> HistoryEvent:
    done = done_before(matter, step.kind, step.request_key)
    if done:
        return done
    move = MOVES[step.kind]
    require_move(matter, move, actor)
    problems = [
        Problem("field_missing", _("请填写%(field)s") % {"field": _LABELS.get(name, name)}, place=name)
        for name in missing(move, step.body)
    ]
    if problems:
        raise InvalidInput(problems)
    if step.leaves_sight:
        with as_system():
            return append(matter, move, step, actor, at)
    return append(matter, move, step, actor, at)


# Words of the staff for the staff. What is told to a resident ("text") may name the office's own telephone.
_WRITTEN = ("note", "reason", "cause", "despite")


def without_numbers(body: Mapping[str, Any]) -> tuple[dict[str, Any], Sealed | None]:
    """Return the body with the numbers of people masked in what staff wrote, and the words as written, sealed.

    Without such a number the body is returned as it is and nothing is sealed.
    """
    written = {name: str(body[name]) for name in _WRITTEN if isinstance(body.get(name), str)}
    masked = {name: mask(words) for name, words in written.items()}
    changed = {name: words for name, words in written.items() if masked[name] != words}
    if not changed:
        return dict(body), None
    shown = {**body, **{name: masked[name] for name in changed}}
    return shown, seal("note", json.dumps(changed, ensure_ascii=False))


def append(matter: Matter, move: Move, step: Step, actor: Actor, at: datetime, *, refresh: bool = True) -> HistoryEvent:
    """Append to the history of a locked matter what was already checked, and refresh everything derived from it.

    ``refresh`` False leaves the clocks to the next event of the same transaction.
    """
    before = matter.state
    target = step.to_state or move.target
    if target is not None:
        if move.target is None and move.targets and target not in move.targets:
            raise refuse("move_not_allowed", _("不能转到这个状态"), place=move.kind, value=str(target))
        matter.state = target
    if step.change is not None:
        step.change(matter)
    matter.last_seq += 1
    body, words = without_numbers(step.body)
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
        body=body,
        words_sealed=words,
        request_key=step.request_key,
    )
    if refresh:
        clocks.refresh(matter, at)
    matter.save(force_update=True)
    audit.record(
        actor=actor,
        at=at,
        action=f"matters.matter.{move.kind}",
        subject=("matter", matter.id),
        detail={"number": matter.number, "from": before, "to": matter.state, "seq": event.seq},
        reason=str(body.get("reason", "")),
        where=(matter.office_id, matter.place_path),
    )
    if matter.urgency == "critical" and move.kind in {"opened", "dispatched", "joint_requested", "reclassified"}:
        call_at_once(matter, event, actor, at)
    events.publish(f"matters.matter.{move.kind}", matter_id=str(matter.id), event_id=str(event.id))
    return event
