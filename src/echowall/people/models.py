"""Accounts of workers and their appointments."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.actors import Actor
from echowall.kernel.fields import SealedField


class WorkerManager(BaseUserManager):  # type: ignore[type-arg]
    """Makes accounts findable by their sign-in name; accounts are opened by ``operations.open_account``."""

    def get_by_natural_key(self, username: str | None) -> Worker:
        """Return the account with this sign-in name, any case."""
        return self.get(username__iexact=username)  # type: ignore[no-any-return]


class Worker(AbstractBaseUser):
    """A person who does tasks here (工作人员), with an account to sign in."""

    id = models.UUIDField(primary_key=True)
    username = models.CharField(_("登录名"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    email = models.EmailField(blank=True)
    phone_sealed = SealedField(null=True)
    phone_index = models.BinaryField(null=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    language = models.CharField(max_length=10, default="zh-hans")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = WorkerManager()

    # Django's own admin and permission tables are not used: permissions come from appointments.
    is_staff = False
    is_superuser = False

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name shown to colleagues."""
        return self.name

    def as_actor(self, *, ip: str = "") -> Actor:
        """Return who this worker is at this moment: grants, scope and teams by the appointments in force."""
        from .queries import actor_for

        return actor_for(self, ip=ip)


class Role(models.TextChoices):
    """What somebody is here for (岗位)."""

    DUTY_OFFICER = "duty_officer", _("值班员")
    DISPATCHER = "dispatcher", _("调度员")
    HANDLER = "handler", _("承办人")
    COMMUNITY = "community", _("社区工作者")
    LEADER = "leader", _("街道领导")
    INSPECTOR = "inspector", _("督查员")
    ADMINISTRATOR = "administrator", _("管理员")


class Appointment(models.Model):
    """A role held at a place and below, for a time (任职)."""

    id = models.UUIDField(primary_key=True)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=20, choices=Role.choices)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("worker", "role", "place"), condition=models.Q(valid_until=None), name="one_open_appointment"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
                name="appointment_ends_after_it_begins",
            ),
        )
