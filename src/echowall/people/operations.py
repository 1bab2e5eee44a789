"""Writes to accounts and appointments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password
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
    _check(worker, password)
    worker.set_password(password)
    _store(worker, phone, actor, at)
    return worker


def open_accounts(*, people: Sequence[tuple[str, str]], password: str, actor: Actor, at: datetime) -> list[Worker]:
    """Open accounts (sign-in name, name) that begin with the same password, as for a training course; hashed once.

    Raises:
        InvalidInput, NotPermitted: as ``open_account``, for the first account that cannot be opened; then none is.
    """
    actor.require("people.manage")
    workers = [Worker(id=new_id(), username=u.strip(), name=n.strip(), opened_at=at) for u, n in people]
    encoded = make_password(password)
    with transaction.atomic():
        for worker in workers:
            _check(worker, password)
            worker.password = encoded
            _store(worker, "", actor, at)
    return workers


def _check(worker: Worker, password: str) -> None:
    problems = []
    if not worker.username or not worker.name:
        problems.append(Problem("name_missing", _("登录名和姓名都要填写"), place="username", value=worker.username))
    if Worker.objects.filter(username__iexact=worker.username).exists():
        problems.append(
            Problem(
                "username_taken", _("登录名已被使用"), place="username", value=worker.username, fix=_("请换一个登录名")
            )
        )
    try:
        validate_password(password, worker)
    except ValidationError as exc:
        problems += [Problem("password_weak", message, place="password") for message in exc.messages]
    if problems:
        raise InvalidInput(problems)


def _store(worker: Worker, phone: str, actor: Actor, at: datetime) -> None:
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


def set_password(*, worker: Worker, password: str, actor: Actor, at: datetime) -> None:
    """Give a worker a new password; every session of theirs ends.

    Raises:
        InvalidInput: ``password_weak`` for each weakness.
        NotPermitted: the actor may not manage this worker.
    """
    _require_over(worker, actor)
    try:
        validate_password(password, worker)
    except ValidationError as exc:
        raise InvalidInput([Problem("password_weak", m, place="password") for m in exc.messages]) from exc
    with transaction.atomic():
        worker.set_password(password)  # sessions carry a hash of the password, so the old ones stop being valid
        worker.save(update_fields=["password"])
        audit.record(actor=actor, at=at, action="people.password.set", subject=("worker", worker.id))


def set_active(*, worker: Worker, is_active: bool, actor: Actor, at: datetime) -> None:
    """Let an account be used or stop it, at once and in every session. Doing it twice changes nothing.

    Raises:
        Refusal: ``own_account`` when somebody would stop their own.
        NotPermitted: the actor may not manage this worker.
    """
    _require_over(worker, actor)
    if worker.id == actor.id and not is_active:
        raise refuse("own_account", _("不能停用自己的账号"), place="account", value=worker.username)
    if worker.is_active == is_active:
        return
    with transaction.atomic():
        worker.is_active = is_active
        worker.save(update_fields=["is_active"])
        audit.record(actor=actor, at=at, subject=("worker", worker.id),
                     action="people.account.resumed" if is_active else "people.account.stopped")  # fmt: skip


def _require_over(worker: Worker, actor: Actor) -> None:
    """Refuse unless every present appointment of the worker lies where the actor manages people."""
    actor.require("people.manage")
    for appointment in Appointment.objects.filter(worker=worker, valid_until=None).select_related("place"):
        actor.require("people.manage", appointment.place.path)
