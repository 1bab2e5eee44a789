"""The chain of a matter: which move leads from where to where, and who may make it. One table, and nothing beside it.

After GB/T 30428 (digital city management): collected, opened, dispatched, handled, reported back, checked, closed,
evaluated. What is not in the table is forbidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from echowall.kernel.actors import Actor
from echowall.people.rules import TEAM_ONLY

from .models.matters import OPEN_STATES, State

_S = State
_OPEN: Final = frozenset(State(s) for s in OPEN_STATES)
_ENDED: Final = frozenset({_S.CLOSED, _S.EVALUATED})


@dataclass(frozen=True, slots=True)
class Move:
    """A move of the chain.

    Attributes:
        kind: the word of the history event.
        sources: the states it may start from.
        target: the state it leads to; None when the state stays, or when the operation decides between ``targets``.
        permission: what the actor must hold at the matter's place (or through the team that it was given to).
        by_team: only members of a team that works on it now may do it, whatever else they hold.
        by_lead: only members of its lead team.
        by_acting_office: an office that acts on it beside its own (after a move) may do it as well.
        by_resident: a reporter who has shown the ticket may do it.
        needs: fields of the body that must be given.
        targets: the possible states where the operation decides.
    """

    kind: str
    sources: frozenset[State]
    target: State | None
    permission: str
    by_team: bool = False
    needs: tuple[str, ...] = ()
    by_lead: bool = False
    by_acting_office: bool = False
    by_resident: bool = False
    targets: frozenset[State] = frozenset()


_TABLE: Final = (
    Move("opened", frozenset({_S.COLLECTED}), _S.OPENED, "matters.open"),
    # From handling too: a team that cannot give it back any more may still be the wrong one (改派).
    Move("dispatched", frozenset({_S.OPENED, _S.DISPATCHED, _S.HANDLING}), _S.DISPATCHED, "matters.dispatch"),
    Move("accepted", frozenset({_S.DISPATCHED}), _S.HANDLING, "matters.accept", by_team=True, by_lead=True),
    Move(
        "returned",
        frozenset({_S.DISPATCHED, _S.HANDLING}),
        _S.OPENED,
        "matters.accept",
        by_team=True,
        by_lead=True,
        needs=("reason",),
    ),
    Move("informed", _OPEN - {_S.COLLECTED}, None, "matters.answer", needs=("text",)),
    Move("progress", frozenset({_S.HANDLING, _S.SUSPENDED}), None, "matters.handle", by_team=True, needs=("note",)),
    Move("plan_set", frozenset({_S.HANDLING}), None, "matters.handle", by_team=True, by_lead=True, needs=("nodes",)),
    Move("reclassified", _OPEN, None, "matters.reclassify"),
    Move(
        "suspension_asked",
        frozenset({_S.HANDLING}),
        None,
        "matters.handle",
        by_team=True,
        by_lead=True,
        needs=("reason",),
    ),
    Move("suspended", frozenset({_S.DISPATCHED, _S.HANDLING}), _S.SUSPENDED, "matters.suspend", needs=("reason",)),
    Move(
        "resumed", frozenset({_S.SUSPENDED}), None, "matters.suspend", targets=frozenset({_S.HANDLING, _S.DISPATCHED})
    ),
    Move(
        "move_offered",
        frozenset({_S.OPENED, _S.DISPATCHED, _S.HANDLING}),
        None,
        "matters.move",
        needs=("to_office", "reason"),
    ),
    Move("move_refused", frozenset({_S.OPENED, _S.DISPATCHED, _S.HANDLING}), None, "matters.move", needs=("reason",)),
    Move("moved", frozenset({_S.OPENED, _S.DISPATCHED, _S.HANDLING}), _S.OPENED, "matters.move"),
    Move("joint_requested", frozenset({_S.DISPATCHED, _S.HANDLING}), None, "matters.joint", needs=("teams", "reason")),
    Move("joint_done", frozenset({_S.DISPATCHED, _S.HANDLING}), None, "matters.handle", by_team=True, needs=("note",)),
    Move(
        "reported_back",
        frozenset({_S.HANDLING}),
        _S.REPORTED,
        "matters.handle",
        by_team=True,
        by_lead=True,
        needs=("note",),
    ),
    Move(
        "checked",
        frozenset({_S.REPORTED}),
        None,
        "matters.check",
        needs=("passed",),
        targets=frozenset({_S.CHECKED, _S.HANDLING}),
    ),
    Move(
        "answered", frozenset({_S.HANDLING, _S.REPORTED, _S.CHECKED}) | _ENDED, None, "matters.answer", needs=("text",)
    ),
    Move(
        "called_back",
        frozenset({_S.REPORTED, _S.CHECKED}) | _ENDED,
        None,
        "matters.call_back",
        needs=("solved",),
        by_resident=True,
    ),
    Move("closed", frozenset({_S.CHECKED}), _S.CLOSED, "matters.close"),
    Move(
        "reopened",
        frozenset({_S.CHECKED}) | _ENDED,
        None,
        "matters.close",
        needs=("cause",),
        targets=frozenset({_S.HANDLING, _S.OPENED}),
        by_resident=True,
    ),
    Move("evaluated", frozenset({_S.CLOSED}), _S.EVALUATED, "matters.evaluate"),
    Move("merged", _OPEN, _S.MERGED, "matters.merge", needs=("into",)),
    Move("unmerged", frozenset({_S.MERGED}), None, "matters.merge", targets=_OPEN),
    Move("split", _OPEN, None, "matters.merge", needs=("part",)),
    Move("repinned", _OPEN, None, "matters.supervise", needs=("version",)),
    Move("cancelled", frozenset({_S.COLLECTED, _S.OPENED}), _S.CANCELLED, "matters.close", needs=("reason",)),
    Move("supervised", _OPEN, None, "matters.supervise", needs=("note",)),
    Move("escalated", _OPEN, None, "system", needs=("step",)),
    Move("document_drafted", _OPEN | _ENDED, None, "matters.supervise", needs=("document",)),
    Move("noted", _OPEN | _ENDED, None, "matters.comment", needs=("note",), by_acting_office=True),
)

MOVES: Final[dict[str, Move]] = {move.kind: move for move in _TABLE}


def allowed(state: str) -> tuple[Move, ...]:
    """Return the moves that may start from ``state``, in the order of the chain."""
    return tuple(move for move in _TABLE if State(state) in move.sources)


def missing(move: Move, body: dict[str, object]) -> list[str]:
    """Return the needed fields of ``body`` that are absent or blank."""
    return [name for name in move.needs if body.get(name) is None or str(body[name]).strip() in {"", "[]"}]


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides whether somebody may make a move: where the matter stands and who works on it."""

    state: str
    place_path: str
    lead_team_id: UUID | None
    working_team_ids: frozenset[UUID]
    acting_office_paths: tuple[str, ...] = ()


def may_at(actor: Actor, permission: str, path: str) -> bool:
    """Tell whether the actor holds a permission by place. Roles that see only what their team has (handlers) hold
    theirs through the team alone, wherever they are appointed.
    """
    return any(
        permission in g.permissions and g.role not in TEAM_ONLY and (path == g.path or path.startswith(g.path + "."))
        for g in actor.grants
    )


def hindrance(move: Move, standing: Standing, actor: Actor) -> str:
    """Return why ``actor`` may not make ``move``: ``move_not_allowed``, ``not_your_team``, ``not_permitted``, or ""."""
    if State(standing.state) not in move.sources:
        return "move_not_allowed"
    if actor.kind == "system" or (actor.kind == "resident" and move.by_resident):
        return ""
    if move.by_lead and (standing.lead_team_id is None or standing.lead_team_id not in actor.team_ids):
        return "not_your_team"
    in_team = bool(standing.working_team_ids & actor.team_ids)
    if move.by_team and not in_team:
        return "not_your_team"
    if may_at(actor, move.permission, standing.place_path) or (in_team and actor.may(move.permission)):
        return ""
    if move.by_acting_office and any(may_at(actor, move.permission, path) for path in standing.acting_office_paths):
        return ""
    return "not_permitted"
