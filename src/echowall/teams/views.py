"""Pages of teams, for the administrator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import NotFound, Problem
from echowall.kernel.middleware import actor_of, given_id
from echowall.kernel.topic_words import topic_choices
from echowall.people.models import Worker
from echowall.places.choices import manageable_places
from echowall.places.models import Place

from . import operations
from .models import Membership, Team
from .registers import within


class TeamForm(forms.Form):
    """A new team."""

    office = forms.ChoiceField(label=gettext_lazy("街道"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    duty = forms.CharField(label=gettext_lazy("职责"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("值班电话"), max_length=30, required=False)
    is_phone_public = forms.BooleanField(label=gettext_lazy("对外公布，墙上的答复里不隐去"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Offer the offices of the actor."""
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [(str(p.id), p.name) for p in _offices(actor)]  # type: ignore[attr-defined]


def _offices(actor: Actor) -> list[Place]:
    places = Q(pk__in=[])
    for grant in actor.grants:
        if "teams.manage" in grant.permissions:
            places |= Q(path__under=grant.path)
    return list(Place.objects.filter(places, kind=Place.Kind.OFFICE).order_by("path"))


def new_team(request: HttpRequest) -> HttpResponse:
    """Form a team."""
    actor = actor_of(request)
    actor.require("teams.manage")
    form = TeamForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        office = Place.objects.get(id=given.pop("office"))
        team = operations.form_team(office=office, actor=actor, at=clock.now(), **given)
        return redirect("teams:team", team.id)
    return render(request, "teams/new.html", {"form": form}, status=422 if form.errors else 200)


def team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Show a team, its members and what it answers for; POST changes one of these."""
    actor = actor_of(request)
    actor.require("teams.manage")
    found = within(actor).filter(id=team_id).first()
    if found is None:
        raise NotFound(Problem("team_unknown", _("没有这个专班，或不归您管理"), value=str(team_id)))
    if request.method == "POST":
        _act(request, found)
        messages.success(request, _("已保存"))
        return redirect("teams:team", found.id)
    workers = Worker.objects.filter(
        is_active=True, appointments__valid_until=None, appointments__place__path__under=found.office.path
    ).distinct()
    context = {
        "team": found, "workers": workers.order_by("name"), "topics": topic_choices(),
        "places": manageable_places(actor, "teams.manage"),
    }  # fmt: skip
    return render(request, "teams/team.html", context)


def _act(request: HttpRequest, team: Team) -> None:
    actor, at, act = actor_of(request), clock.now(), request.POST.get("act", "")
    if act == "set_phone":
        is_public = "is_phone_public" in request.POST
        operations.set_phone(team=team, phone=request.POST.get("phone", ""), is_public=is_public, actor=actor, at=at)
    elif act == "add_member":
        worker = Worker.objects.filter(id=given_id(request, "worker")).first()
        if worker is None:
            raise NotFound(Problem("account_unknown", _("没有这个账号"), place="worker"))
        operations.add_member(team=team, worker=worker, is_lead="is_lead" in request.POST, actor=actor, at=at)
    elif act == "remove_member":
        membership = Membership.objects.filter(team=team, id=given_id(request, "membership")).first()
        if membership is not None:
            operations.remove_member(membership=membership, actor=actor, at=at)
    elif act == "add_responsibility":
        place = Place.objects.filter(id=given_id(request, "place")).first()
        if place is None:
            raise NotFound(Problem("place_unknown", _("没有这个地点"), place="place"))
        held = [(r.topic, r.place, r.is_critical_lead) for r in team.responsibilities.select_related("place")]
        new = (request.POST.get("topic", ""), place, "is_critical_lead" in request.POST)
        kept = [row for row in held if row[:2] != new[:2]]
        operations.set_responsibilities(team=team, answers_for=[*kept, new], actor=actor, at=at)
    elif act == "drop_responsibility":
        rows = team.responsibilities.select_related("place").exclude(id=given_id(request, "responsibility"))
        operations.set_responsibilities(
            team=team, answers_for=[(r.topic, r.place, r.is_critical_lead) for r in rows], actor=actor, at=at
        )
