"""What the reporters are told, and what they say to it."""

from __future__ import annotations

from django.db import models

from .matters import Matter, Report


class ReplyTemplate(models.Model):
    """A proven wording for a topic (答复模板)."""

    id = models.UUIDField(primary_key=True)
    office = models.ForeignKey("places.Place", on_delete=models.CASCADE, null=True, related_name="+")
    topic = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=60)
    text = models.TextField()
    used_count = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)


class Answer(models.Model):
    """An answer to one reporter (答复), with the findings of the reply check at the time it was sent."""

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="answers")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="answers")
    is_final = models.BooleanField(default=False)  # otherwise word on how it goes
    text = models.TextField()
    findings = models.JSONField(default=list)
    written_by_id = models.UUIDField(null=True)
    written_at = models.DateTimeField()


class Callback(models.Model):
    """Asking a reporter whether it was solved (回访)."""

    class Outcome(models.TextChoices):
        SOLVED = "solved", "已解决"
        NOT_SOLVED = "not_solved", "未解决"
        UNREACHED = "unreached", "未联系上"

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="callbacks")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="callbacks")
    round = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    satisfaction = models.PositiveSmallIntegerField(null=True)
    note = models.TextField(blank=True, help_text="masked; as written in the event, sealed")
    by_id = models.UUIDField(null=True, help_text="null: the reporter answered on the progress page")
    at = models.DateTimeField()
