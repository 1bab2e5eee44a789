"""What the one picture keeps: bulletins as they were issued, and what its checks found. No facts of its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField


class Bulletin(models.Model):
    """A bulletin as it was issued (简报): its words, figures and queries at that moment. Never changed."""

    id = models.UUIDField(primary_key=True)
    office = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    place_path = PathField()
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    since = models.DateField()
    until = models.DateField()
    as_of = models.DateTimeField()
    issued_by_id = models.UUIDField(null=True)
    issued_by_name = models.CharField(max_length=80)
    content = models.JSONField(help_text="the document by language: sections, figures with value, n and query")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("office", "kind", "year", "number"), name="one_bulletin_per_number"),
        )
        indexes = (models.Index(fields=("office", "-as_of"), name="bulletin_office_as_of"),)

    def __str__(self) -> str:
        return f"{self.title}〔{self.year}〕第{self.number}期"


class Suspicion(models.Model):
    """Handling that looks untrue (疑似不实): which check found it, why, and where in the history. Found anew at each look."""

    class Rule(models.TextChoices):
        RELABELLED = "relabelled", _("投诉改为咨询")
        CLOSED_AT_ONCE = "closed_at_once", _("一分钟内结案")
        NO_CONTACT = "no_contact", _("未联系即结案")
        REDATED = "redated", _("倒填时间")
        SUSPENDED_LATE = "suspended_late", _("临期挂账")
        OUTSIDER = "outsider", _("专班外人员受理")
        EMPTY_PHRASE = "empty_phrase", _("空话答复")
        BULK_CALLBACKS = "bulk_callbacks", _("同一时刻批量回访")
        REUSED_PHOTO = "reused_photo", _("凭证重复使用")
        LOWERED_LATE = "lowered_late", _("临期降级")

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey("matters.Matter", on_delete=models.CASCADE, related_name="+")
    office_id = models.UUIDField()
    place_path = PathField()
    rule = models.CharField(max_length=20, choices=Rule.choices)
    at = models.DateTimeField(help_text="when it happened")
    event_id = models.UUIDField(help_text="the event, callback or evidence that was found")
    actor_name = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=300)
    found_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("matter", "rule", "event_id"), name="one_suspicion_per_event_and_rule"),
        )
        indexes = (models.Index(fields=("-at", "-id"), name="suspicion_at"),)
