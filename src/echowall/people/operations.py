"""Writes to accounts and appointments."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem, refuse
from echowall.kernel.ids import new_id
from echowall.kernel.personal import blind_index, mask_phone, seal
from echowall.places.models import Place

from .models import Appointment, Role, Worker


def open_account(*, username: str, name: str, password: str, actor: Actor, at: datetime, phone: str = "") -> Worker:
    """Open an account; it may do nothing until it is appointed.

    Raises:
        InvalidInput: with every problem: name taken, name missing, each weakness of the password.
        NotPermitted: the actor may not manage people.
    """
    actor.require("people.manage")
    worker = Worker(id=new_id(), username=username.strip(), name=name.strip(), opened_at=at)
    problems = []
    if not worker.username or not worker.name:
        problems.append(Problem("name_missing", _("登录名和姓名都要填写"), place="username", value=username))
    if Worker.objects.filter(username__iexact=worker.username).exists():
        problems.append(
            Problem("username_taken", _("登录名已被使用"), place="username", value=username, fix=_("请换一个登录名"))
        )
    try:
        validate_password(password, worker)
    except ValidationError as exc:
        problems += [Problem("password_weak", message, place="password") for message in exc.messages]
    if problems:
        raise InvalidInput(problems)
    worker.set_password(password)
    with transaction.atomic():
        if phone:
            worker.phone_sealed, worker.phone_index = seal("phone", phone), blind_index("phone", phone)
            worker.phone_masked = mask_phone(phone)
        worker.save(force_insert=True)
        audit.record(
            actor=actor,
            at=at,
            action="people.account.opened",
            subject=("worker", worker.id),
            detail={"username": worker.username},
        )
    return worker


def appoint(*, worker: Worker, role: str, place: Place, actor: Actor, at: datetime) -> Appointment:
    """Give a worker a role at a place and below from ``at`` on. Appointing twice changes nothing.

    Raises:
        Refusal: ``role_unknown``.
        NotPermitted: the actor may not manage people at that place.
    """
    actor.require("people.manage", place.path)
    if role not in Role.values:
        raise refuse("role_unknown", _("没有这个岗位"), place="role", value=role, fix="、".join(Role.values))
    held = Appointment.objects.filter(worker=worker, role=role, place=place, valid_until=None).first()
    if held:
        return held
    with transaction.atomic():
        appointment = Appointment.objects.create(id=new_id(), worker=worker, role=role, place=place, valid_from=at)
        audit.record(
            actor=actor,
            at=at,
            action="people.worker.appointed",
            subject=("worker", worker.id),
            detail={"role": role, "place": place.name},
            where=(place.office_id, place.path),
        )
    return appointment


def end_appointment(*, appointment: Appointment, actor: Actor, at: datetime) -> Appointment:
    """End an appointment at ``at``; sight and rights are gone with the next request. Ending twice changes nothing.

    Raises:
        NotPermitted: the actor may not manage people at that place.
    """
    actor.require("people.manage", appointment.place.path)
    if appointment.valid_until is not None:
        return appointment
    with transaction.atomic():
        appointment.valid_until = at
        appointment.save(update_fields=["valid_until"])
        audit.record(
            actor=actor,
            at=at,
            action="people.appointment.ended",
            subject=("worker", appointment.worker_id),
            detail={"role": appointment.role, "place": appointment.place.name},
            where=(appointment.place.office_id, appointment.place.path),
        )
    return appointment
