"""The outbox: what is to be told, to whom, on which channel, and how far it got."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField, SealedField


class Notice(models.Model):
    """One text to one person. Queued in the transaction that decided it; sent later, with retries, never twice knowingly."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        SHOWN = "shown", _("进度页可查")  # nobody to send to: the person looks it up with the ticket
        FAILED = "failed", _("发送失败")

    id = models.UUIDField(primary_key=True)
    office_id = models.UUIDField()
    place_path = PathField()
    transport = models.CharField(max_length=12)  # console, sms, wechat, mail, webhook, page
    address_sealed = SealedField(null=True)
    address_masked = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("subject_kind", "subject_id", "transport"), name="one_notice_per_subject"),
        )
        indexes = (
            models.Index(fields=("next_at",), condition=models.Q(state="waiting"), name="notice_waiting"),
            models.Index(fields=("office_id", "state", "-queued_at"), name="notice_office_state"),
        )
