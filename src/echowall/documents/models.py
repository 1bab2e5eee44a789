"""Papers and the counters of their numbers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField


class Document(models.Model):
    """One paper (文书). Its number is given with the draft and never again, also when the paper is void."""

    class State(models.TextChoices):
        DRAFT = "draft", _("拟稿")
        ISSUED = "issued", _("已签发")
        VOID = "void", _("作废")

    id = models.UUIDField(primary_key=True)
    office = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    place_path = PathField()
    kind = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    text = models.TextField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    # What brought it about, so that the same cause drafts it once.
    cause = models.CharField(max_length=120, null=True, unique=True)
    to_team_ids = ArrayField(models.UUIDField(), default=list, help_text="teams it is addressed to")
    team_ids = ArrayField(models.UUIDField(), default=list, help_text="teams that may see it: none before it is issued")
    drafted_at = models.DateTimeField()
    drafted_by_id = models.UUIDField(null=True)
    drafted_by_name = models.CharField(max_length=80)
    issued_at = models.DateTimeField(null=True)
    issued_by_id = models.UUIDField(null=True)
    issued_by_name = models.CharField(max_length=80, blank=True)
    digest = models.BinaryField(null=True, help_text="SHA-256 of number, title and text as issued")
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("office", "kind", "year", "sequence"), name="one_document_per_number"),
            models.CheckConstraint(
                condition=models.Q(state="draft")
                | models.Q(state="void")
                | models.Q(issued_at__isnull=False, digest__isnull=False),
                name="issued_document_is_signed",
            ),
        )
        indexes = (
            models.Index(fields=("office", "-drafted_at", "-id"), name="document_office_drafted"),
            models.Index(fields=("subject_kind", "subject_id"), name="document_subject"),
        )

    def __str__(self) -> str:
        return self.number


class DocumentCounter(models.Model):
    """The last number given out by an office for a kind in a year."""

    pk = models.CompositePrimaryKey("office_id", "kind", "year")
    office_id = models.UUIDField()
    kind = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()
