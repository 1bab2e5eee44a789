"""Pages of accounts, for the administrator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem, Refusal
from echowall.kernel.middleware import actor_of, given_id
from echowall.places.choices import manageable_places
from echowall.places.models import Place

from . import operations
from .models import Appointment, Role, Worker
from .registers import within


class AccountForm(forms.Form):
    """A new account."""

    username = forms.CharField(label=gettext_lazy("登录名"), max_length=40)
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=20, required=False)
    password = forms.CharField(label=gettext_lazy("初始密码"), max_length=128, help_text=gettext_lazy("不少于 10 位"))


class AppointmentForm(forms.Form):
    """A role at a place."""

    role = forms.ChoiceField(label=gettext_lazy("岗位"), choices=Role.choices)
    place = forms.ChoiceField(label=gettext_lazy("地点"))

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the places that the administrator manages."""
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]


def show_problems(form: forms.Form, refusal: Refusal) -> None:
    """Put the problems of a refused operation at the fields they name, the others at the top of the form."""
    for problem in refusal.problems:
        text = problem.message + (f"({problem.fix})" if problem.fix else "")
        form.add_error(problem.place if problem.place in form.fields else None, text)


def new_account(request: HttpRequest) -> HttpResponse:
    """Open an account."""
    actor = actor_of(request)
    actor.require("people.manage")
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            worker = operations.open_account(actor=actor, at=clock.now(), **form.cleaned_data)
        except InvalidInput as refusal:
            show_problems(form, refusal)
        else:
            return redirect("people:account", worker.id)
    return render(request, "people/new.html", {"form": form}, status=422 if form.errors else 200)


def account(request: HttpRequest, worker_id: UUID) -> HttpResponse:
    """Show an account with its appointments; POST does one of the things that can be done to it."""
    actor = actor_of(request)
    actor.require("people.manage")
    worker = within(actor).filter(id=worker_id).first()
    if worker is None:
        raise NotFound(Problem("account_unknown", _("没有这个账号，或不归您管理"), value=str(worker_id)))
    form = AppointmentForm(places=manageable_places(actor, "people.manage"))
    if request.method == "POST":
        _act(request, worker)
        return redirect("people:account", worker.id)
    return render(request, "people/account.html", {"worker": worker, "form": form, "now": clock.now()})


def _act(request: HttpRequest, worker: Worker) -> None:
    actor, at, act = actor_of(request), clock.now(), request.POST.get("act", "")
    if act == "appoint":
        place = Place.objects.filter(id=given_id(request, "place")).first()
        if place is None:
            raise NotFound(Problem("place_unknown", _("没有这个地点"), place="place"))
        operations.appoint(worker=worker, role=request.POST.get("role", ""), place=place, actor=actor, at=at)
    elif act == "end":
        appointment = (
            Appointment.objects.select_related("place")
            .filter(worker=worker, id=given_id(request, "appointment"))
            .first()
        )
        if appointment is None:
            raise NotFound(Problem("appointment_unknown", _("没有这项任职")))
        operations.end_appointment(appointment=appointment, actor=actor, at=at)
    elif act == "password":
        operations.set_password(worker=worker, password=request.POST.get("password", ""), actor=actor, at=at)
    elif act in {"stop", "resume"}:
        operations.set_active(worker=worker, is_active=act == "resume", actor=actor, at=at)
    messages.success(request, _("已保存"))
