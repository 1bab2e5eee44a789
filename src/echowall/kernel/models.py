"""Tables of the kernel: audit chain, keys of personal data, progress of long work, saved views and mappings."""

from __future__ import annotations

from django.db import models

from .fields import PathField


class AuditEntry(models.Model):
    """One thing that was done. Never changed, never deleted before its day."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=80)
    ip = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    office_id = models.UUIDField(null=True)
    place_path = PathField(null=True)
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    digest = models.BinaryField()

    class Meta:
        indexes = (
            models.Index(fields=("subject_kind", "subject_id"), name="audit_subject"),
            models.Index(fields=("office_id", "-at"), name="audit_office_at"),
            models.Index(fields=("actor_id", "-at"), name="audit_actor_at"),
        )


class AuditUnsealed(models.Model):
    """Entries that wait to be linked into the chain; filled by a trigger, so that raw inserts are linked too."""

    entry_id = models.UUIDField(primary_key=True)


class AuditLink(models.Model):
    """One link of the chain."""

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    digest = models.BinaryField()
    chain = models.BinaryField()


class AuditCheckpoint(models.Model):
    """The head of the chain at an instant, handed to somebody else."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    position = models.BigIntegerField()
    chain = models.BinaryField()


class DataKey(models.Model):
    """A wrapped key for one kind of personal data; destroying it makes the data unreadable for ever."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    wrapped = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kind",), condition=models.Q(destroyed_at=None), name="one_key_in_use_per_kind"
            ),
        )


class Progress(models.Model):
    """Long work that a person started and may leave: an import, an export, a retraining."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待"
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        FAILED = "failed", "失败"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    owner_id = models.UUIDField(db_index=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    file = models.CharField(max_length=200, blank=True)


class SavedView(models.Model):
    """A person's own or shared set of filters, columns and order over a register."""

    id = models.UUIDField(primary_key=True)
    register = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    owner_id = models.UUIDField(null=True)
    office_id = models.UUIDField(null=True)
    query = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("register", "owner_id", "name"), name="one_view_per_name_and_owner"),
        )
