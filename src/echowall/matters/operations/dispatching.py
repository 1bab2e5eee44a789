"""Giving a matter to a team, taking it, giving it back, calling in others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import refuse
from echowall.kernel.ids import new_id
from echowall.teams.models import Team

from .. import queries
from ..models import Assignment, HistoryEvent, Matter
from ..rules import MOVES
from .chain import Step, done_before, locked, make_move, require_move
from .sight import spread_sight, working_teams


def _team_of(matter: Matter, team_id: UUID) -> Team:
    team = Team.objects.filter(id=team_id, office_id=matter.office_id, is_active=True).first()
    if team is None:
        raise refuse("team_unknown", _("本街道没有这个专班"), place="team", value=str(team_id))
    return team


def _assign(matter: Matter, team: Team, *, is_lead: bool, why: dict[str, Any], at: datetime) -> None:
    parts = Assignment.objects.filter(matter=matter, ended_at=None)
    if is_lead:
        # The former lead goes; a team that was called in and now leads begins a new part.
        parts.filter(Q(is_lead=True) | Q(team=team)).update(ended_at=at, ended_how="replaced")
        matter.lead_team, matter.owner = team, None
    Assignment.objects.create(id=new_id(), matter=matter, team=team, is_lead=is_lead, why=why, given_at=at)


def _settle_sight(matter: Matter) -> None:
    """Teams that have no part any more lose sight of the matter, new ones gain it."""
    matter.team_ids = working_teams(matter.id)
    spread_sight(matter)


def dispatch_matter(
    *,
    matter_id: UUID,
    team_id: UUID,
    actor: Actor,
    at: datetime,
    why: dict[str, Any] | None = None,
    request_key: str | None = None,
) -> HistoryEvent:
    """Give a matter to a team as its lead; a team that had it before loses it. ``why`` explains the choice.

    Raises:
        Refusal: ``team_unknown``, ``already_with_team``, or the move is not allowed now.
        NotPermitted: the actor may not dispatch there.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        if done := done_before(matter, "dispatched", request_key):
            return done
        require_move(matter, MOVES["dispatched"], actor)
        if matter.state != "opened" and matter.lead_team_id == team_id:
            raise refuse("already_with_team", _("事项已在该专班"), place="team", value=str(matter.lead_team))
        team = _team_of(matter, team_id)

        def change(given: Matter) -> None:
            _assign(given, team, is_lead=True, why=reason, at=at)
            _settle_sight(given)

        reason = why or {"by": "hand", "suggested": queries.suggest_route(matter)}
        step = Step(
            "dispatched",
            {"team": str(team.id), "team_name": team.name, "why": reason},
            team_id=team.id,
            change=change,
            request_key=request_key,
        )
        return make_move(matter_id=matter_id, step=step, actor=actor, at=at, matter=matter)


def dispatch_by_route(*, matter_id: UUID, actor: Actor, at: datetime, even_uncertain: bool = False) -> bool:
    """Dispatch to the team that the responsibilities name; returns False when none, or none for certain, is named."""
    matter = locked(matter_id)
    route = queries.route_for(matter)
    if route is None or not (route.is_certain or even_uncertain):
        return False
    dispatch_matter(matter_id=matter_id, team_id=route.team_id, actor=actor, at=at, why={"by": "route", **route.why})
    return True


def accept_matter(*, matter_id: UUID, actor: Actor, at: datetime, request_key: str | None = None) -> HistoryEvent:
    """Take a matter for one's team: the acting worker becomes its owner.

    Raises:
        NotPermitted: ``not_your_team``.
        Refusal: the matter does not wait to be accepted.
    """

    def change(matter: Matter) -> None:
        matter.owner_id = actor.id
        Assignment.objects.filter(matter=matter, ended_at=None, team_id__in=actor.team_ids, accepted_at=None).update(
            accepted_at=at
        )

    with transaction.atomic():
        matter = locked(matter_id)
        step = Step(
            "accepted",
            {"team": str(matter.lead_team_id)},
            team_id=matter.lead_team_id,
            change=change,
            request_key=request_key,
        )
        return make_move(matter_id=matter_id, step=step, actor=actor, at=at, matter=matter)


def return_matter(
    *, matter_id: UUID, reason: str, actor: Actor, at: datetime, request_key: str | None = None
) -> HistoryEvent:
    """Give a matter back with a reason; it waits to be dispatched again.

    Raises:
        InvalidInput: without a reason.
        Refusal: ``return_too_late`` when the playbook's days for giving back are over.
        NotPermitted: ``not_your_team``.
    """

    def change(matter: Matter) -> None:
        Assignment.objects.filter(matter=matter, ended_at=None).update(ended_at=at, ended_how="returned")
        matter.lead_team = matter.owner = None
        _settle_sight(matter)

    with transaction.atomic():
        matter = locked(matter_id)
        if done := done_before(matter, "returned", request_key):
            return done
        require_move(matter, MOVES["returned"], actor)
        until = queries.may_return_until(matter)
        if until is not None and at >= until:
            raise refuse(
                "return_too_late",
                _("已超过退单时限，请与调度协商改派"),
                place="returned",
                value=f"{until:%Y-%m-%d %H:%M}",
                fix=_("可请求吹哨联办或报请调度员改派"),
            )
        step = Step(
            "returned",
            {"team": str(matter.lead_team_id), "reason": reason.strip()},
            team_id=matter.lead_team_id,
            change=change,
            request_key=request_key,
            leaves_sight=True,
        )
        return make_move(matter_id=matter_id, step=step, actor=actor, at=at, matter=matter)


def request_joint_handling(
    *, matter_id: UUID, team_ids: Sequence[UUID], reason: str, actor: Actor, at: datetime
) -> HistoryEvent:
    """Blow the whistle (吹哨): call further teams to a matter; the lead stays the lead. Teams already there are left.

    Raises:
        Refusal: ``team_unknown``, ``no_lead`` when nobody leads yet.
        InvalidInput: without teams or reason.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        if matter.lead_team_id is None and matter.state in {"dispatched", "handling"}:
            raise refuse("no_lead", _("还没有牵头专班"), place="team", fix=_("请先派遣牵头专班"))
        require_move(matter, MOVES["joint_requested"], actor)
        here = set(Assignment.objects.filter(matter=matter, ended_at=None).values_list("team_id", flat=True))
        teams = [_team_of(matter, team_id) for team_id in team_ids if team_id not in here]

        def change(changed: Matter) -> None:
            for team in teams:
                _assign(changed, team, is_lead=False, why={"by": "joint", "reason": reason}, at=at)
            _settle_sight(changed)

        body = {"teams": [str(t.id) for t in teams], "team_names": [t.name for t in teams], "reason": reason.strip()}
        return make_move(
            matter_id=matter_id, step=Step("joint_requested", body, change=change), actor=actor, at=at, matter=matter
        )
