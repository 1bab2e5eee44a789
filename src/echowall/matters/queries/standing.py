"""Who may make which move on a matter now."""

from __future__ import annotations

from echowall.kernel.actors import Actor
from echowall.places.models import Place

from ..models import Assignment, HistoryEvent, Matter
from ..models.matters import OPEN_STATES
from ..rules import Move, Standing, allowed, hindrance, may_at


def standing_of(matter: Matter, move: Move, actor: Actor) -> Standing:
    """Return what decides about ``move``; asks the database only for what can make a difference to ``actor``."""
    teams: frozenset[object] = frozenset()
    paths: tuple[str, ...] = ()
    if actor.team_ids and (move.by_team or not may_at(actor, move.permission, matter.place_path)):
        teams = working_team_ids(matter)
    if move.by_acting_office and matter.also_office_ids and not may_at(actor, move.permission, matter.place_path):
        paths = acting_office_paths(matter)
    return Standing(matter.state, matter.place_path, matter.lead_team_id, teams, paths)  # type: ignore[arg-type]


def working_team_ids(matter: Matter) -> frozenset[object]:
    """Return the teams that work on the matter now: the lead and those called in."""
    return frozenset(Assignment.objects.filter(matter=matter, ended_at=None).values_list("team_id", flat=True))


def acting_office_paths(matter: Matter) -> tuple[str, ...]:
    """Return the places of the offices that act on the matter beside its own."""
    return tuple(Place.objects.filter(id__in=matter.also_office_ids).values_list("path", flat=True))


def open_moves(matter: Matter, actor: Actor) -> frozenset[str]:
    """Return the kinds of the moves that ``actor`` may make on the matter now: what the page offers."""
    standing = Standing(
        matter.state,
        matter.place_path,
        matter.lead_team_id,
        working_team_ids(matter) if actor.team_ids else frozenset(),  # type: ignore[arg-type]
        acting_office_paths(matter) if matter.also_office_ids else (),
    )
    return frozenset(move.kind for move in allowed(matter.state) if not hindrance(move, standing, actor))


def open_offer(matter: Matter) -> HistoryEvent | None:
    """Return the offer to move to another office that waits for an answer, or None."""
    last = matter.history.filter(kind__in=("move_offered", "move_refused", "moved")).order_by("-seq").first()
    return last if last is not None and last.kind == "move_offered" else None


def special_moves(matter: Matter, actor: Actor) -> set[str]:
    """Return the moves that depend on more than state and rights: answering an offer, one's joint part, evidence."""
    found: set[str] = set()
    offer = open_offer(matter) if matter.also_office_ids else None
    if offer is not None:
        path = Place.objects.filter(id=offer.body["to_office"]).values_list("path", flat=True).first() or ""
        if actor.may("matters.move", path):
            found |= {"moved", "move_refused"}
        elif actor.may("matters.move", matter.place_path):
            found.add("move_refused")
    if matter.state in OPEN_STATES and matter.state not in {"collected", "opened"}:
        mine = Assignment.objects.filter(matter=matter, ended_at=None, team_id__in=actor.team_ids)
        parts = list(mine.values_list("is_lead", flat=True)) if actor.team_ids else []
        if False in parts and actor.may("matters.handle") and matter.state in {"dispatched", "handling"}:
            found.add("joint_done")
        if (parts and actor.may("matters.handle")) or may_at(actor, "matters.check", matter.place_path):
            found.add("evidence")
    return found
