"""Holds, and the record of what was destroyed. Neither holds personal data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField


class Hold(models.Model):
    """Somebody's word that a matter or a message is kept past its day: a dispute, an inquiry, a court (保留)."""

    class Subject(models.TextChoices):
        MATTER = "matter", _("事项")
        MESSAGE = "message", _("留言")

    id = models.UUIDField(primary_key=True)
    office_id = models.UUIDField()
    place_path = PathField()
    subject_kind = models.CharField(max_length=10, choices=Subject.choices)
    subject_id = models.UUIDField()
    subject_name = models.CharField(max_length=40, help_text="number or ticket")
    reason = models.CharField(max_length=300)
    placed_at = models.DateTimeField()
    placed_by_id = models.UUIDField(null=True)
    placed_by_name = models.CharField(max_length=80)
    released_at = models.DateTimeField(null=True)
    released_by_name = models.CharField(max_length=80, blank=True)
    release_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("subject_id",), condition=models.Q(released_at=None), name="one_open_hold_per_subject"
            ),
        )


class Destruction(models.Model):
    """What was destroyed, how many, why, by which version of the policy, when (销毁记录). Never changed.

    ``office_id`` is null where the keys of the whole installation were destroyed.
    """

    id = models.UUIDField(primary_key=True)
    office_id = models.UUIDField(null=True)
    place_path = PathField(null=True)
    kind = models.CharField(max_length=40)
    count = models.PositiveIntegerField()
    held_count = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300)
    policy = models.CharField(max_length=80, blank=True, help_text="id@version of the playbook")
    days = models.PositiveIntegerField(null=True)
    closed_before = models.DateTimeField(null=True, help_text="what ended before this instant")
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closed_before=None) | models.Q(closed_before__lte=models.F("at")),
                name="destruction_of_the_past",
            ),
        )
        indexes = (models.Index(fields=("office_id", "-at", "-id"), name="destruction_office_at"),)


class DestroyedSubject(models.Model):
    """Which message or matter a destruction emptied: written by the database function that did it."""

    id = models.UUIDField(primary_key=True)
    destruction = models.ForeignKey(Destruction, on_delete=models.PROTECT, related_name="subjects")
    subject_kind = models.CharField(max_length=10)
    subject_id = models.UUIDField(db_index=True)
