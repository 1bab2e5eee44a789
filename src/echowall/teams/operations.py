"""Writes to teams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import Actor
from echowall.kernel.errors import refuse
from echowall.kernel.ids import new_id
from echowall.people.models import Worker
from echowall.places.models import Place

from .models import Membership, Responsibility, Team

PHONE_LENGTH = 30


def form_team(
    *,
    office: Place,
    name: str,
    actor: Actor,
    at: datetime,
    duty: str = "",
    phone: str = "",
    is_phone_public: bool = False,
) -> Team:
    """Form a team of a street office.

    Raises:
        Refusal: ``not_an_office``, ``name_missing`` or ``name_taken``.
        NotPermitted: the actor may not manage teams there.
    """
    actor.require("teams.manage", office.path)
    name = name.strip()
    if office.kind != Place.Kind.OFFICE:
        raise refuse("not_an_office", _("专班要挂在街道办事处下"), place="office", value=office.name)
    if not name:
        raise refuse("name_missing", _("专班没有名称"), place="name")
    if Team.objects.filter(office=office, name=name).exists():
        raise refuse("name_taken", _("本街道已有同名专班"), place="name", value=name)
    with transaction.atomic():
        team = Team.objects.create(
            id=new_id(), office=office, name=name, duty=duty, phone=phone.strip(), is_phone_public=is_phone_public
        )
        audit.record(
            actor=actor,
            at=at,
            action="teams.team.formed",
            subject=("team", team.id),
            detail={"name": name},
            where=(office.id, office.path),
        )
    return team


def set_phone(*, team: Team, phone: str, is_public: bool, actor: Actor, at: datetime) -> Team:
    """Change the duty telephone of a team, and whether the office makes it known: then the wall shows it as it is.

    Raises:
        Refusal: ``phone_too_long``, or ``phone_missing`` where an empty number is to be public.
        NotPermitted: the actor may not manage teams there.
    """
    actor.require("teams.manage", team.office.path)
    phone = phone.strip()
    if len(phone) > PHONE_LENGTH:
        raise refuse("phone_too_long", _("电话最多 30 个字符"), place="phone", value=phone)
    if is_public and not phone:
        raise refuse("phone_missing", _("没有填写电话，不能对外公布"), place="phone")
    before = [team.phone, team.is_phone_public]
    if before == [phone, is_public]:
        return team
    with transaction.atomic():
        team.phone, team.is_phone_public = phone, is_public
        team.save(update_fields=["phone", "is_phone_public"])
        audit.record(
            actor=actor,
            at=at,
            action="teams.phone.changed",
            subject=("team", team.id),
            detail={"is_public": is_public},  # the number itself may be somebody's own
            where=(team.office_id, team.office.path),
        )
    return team


def add_member(*, team: Team, worker: Worker, actor: Actor, at: datetime, is_lead: bool = False) -> Membership:
    """Put a worker into a team; a new lead takes over from the old one. Adding twice changes nothing.

    Raises:
        NotPermitted: the actor may not manage teams there.
    """
    actor.require("teams.manage", team.office.path)
    held = Membership.objects.filter(team=team, worker=worker).first()
    if held and (held.is_lead or not is_lead):
        return held
    with transaction.atomic():
        if is_lead:
            Membership.objects.filter(team=team, is_lead=True).update(is_lead=False)
        if held is None:
            held = Membership(id=new_id(), team=team, worker=worker)
        held.is_lead = is_lead
        held.save()
        audit.record(
            actor=actor,
            at=at,
            action="teams.member.added",
            subject=("team", team.id),
            detail={"worker": str(worker.id), "is_lead": is_lead},
            where=(team.office_id, team.office.path),
        )
    return held


def remove_member(*, membership: Membership, actor: Actor, at: datetime) -> None:
    """Take a worker out of a team.

    Raises:
        NotPermitted: the actor may not manage teams there.
    """
    team = membership.team
    actor.require("teams.manage", team.office.path)
    with transaction.atomic():
        worker_id = membership.worker_id
        membership.delete()
        audit.record(
            actor=actor,
            at=at,
            action="teams.member.removed",
            subject=("team", team.id),
            detail={"worker": str(worker_id)},
            where=(team.office_id, team.office.path),
        )


def set_responsibilities(
    *, team: Team, answers_for: Iterable[tuple[str, Place, bool]], actor: Actor, at: datetime
) -> list[Responsibility]:
    """Say what the team answers for: (topic or "" for all, place, leads critical matters). Replaces what was said.

    Raises:
        Refusal: ``place_outside_office`` naming the places that lie in another office.
        NotPermitted: the actor may not manage teams there.
    """
    actor.require("teams.manage", team.office.path)
    wanted = list(answers_for)
    foreign = [place.name for _topic, place, _lead in wanted if place.office_id != team.office_id]
    if foreign:
        raise refuse("place_outside_office", _("责任地点不在本街道"), place="place", value="、".join(foreign))
    with transaction.atomic():
        Responsibility.objects.filter(team=team).delete()
        rows = [
            Responsibility(id=new_id(), team=team, topic=topic, place=place, is_critical_lead=lead)
            for topic, place, lead in wanted
        ]
        Responsibility.objects.bulk_create(rows)
        audit.record(
            actor=actor,
            at=at,
            action="teams.responsibilities.set",
            subject=("team", team.id),
            detail={"rows": [[t, p.name, lead] for t, p, lead in wanted]},
            where=(team.office_id, team.office.path),
        )
    return rows
