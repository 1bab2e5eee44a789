"""The outbox: what is to be told, to whom, on which channel, and how far it got; and how each channel is reached."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField, SealedField


class TransportKind(models.TextChoices):
    """The ways by which a notice leaves."""

    CONSOLE = "console", _("控制台")
    SMS = "sms", _("短信")
    WECHAT = "wechat", _("公众号")
    WECOM = "wecom", _("企业微信")
    MAIL = "mail", _("电子邮件")
    PAGE = "page", _("进度页")


class Notice(models.Model):
    """One text to one person. Queued in the transaction that decided it; sent later, with retries, never twice knowingly.

    ``waiting`` and ``sending`` rows have a ``next_at``: when to try, or when the lease of whoever sends runs out.
    A lease that ran out means that nobody knows whether the provider got it: it is sent again with the same key
    (``id``), by which a provider that honours keys drops the second, and ``doubtful_count`` says so to the office.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发送")
        SHOWN = "shown", _("进度页可查")  # nobody to send to: the person looks it up with the ticket
        FAILED = "failed", _("发送失败")

    id = models.UUIDField(primary_key=True)
    office_id = models.UUIDField()
    place_path = PathField()
    transport = models.CharField(max_length=12)  # console, sms, wechat, wecom, mail, page
    address_sealed = SealedField(null=True)
    address_masked = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    doubtful_count = models.PositiveSmallIntegerField(default=0, help_text="sends whose result nobody knows")
    next_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    carried_by = models.CharField(max_length=12, blank=True, help_text="the transport that really took it")
    receipt = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)
    destroyed_at = models.DateTimeField(null=True, help_text="when address and text died on their day")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("subject_kind", "subject_id", "transport"), name="one_notice_per_subject"),
        )
        indexes = (
            models.Index(fields=("next_at",), condition=models.Q(state__in=("waiting", "sending")), name="notice_due"),
            models.Index(fields=("office_id", "state", "-queued_at"), name="notice_office_state"),
        )


class TransportSetting(models.Model):
    """How an office reaches a channel: addresses, keys and passwords, sealed as one."""

    id = models.UUIDField(primary_key=True)
    office_id = models.UUIDField()
    place_path = PathField()
    transport = models.CharField(max_length=12, choices=TransportKind.choices)
    settings_sealed = SealedField()
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("office_id", "transport"), name="one_setting_per_office_and_transport"),
        )
