"""What was understood of a message, and how people corrected it."""

from __future__ import annotations

from django.db import models

from .messages import Message


class Reading(models.Model):
    """One understanding of one message, by one version of the model: kept whole, with the deciding words."""

    id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="readings")
    model = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    result = models.JSONField(help_text="echowall.understanding.Understanding as JSON, personal values left out")


class Correction(models.Model):
    """A worker's better answer: training data for the next model."""

    id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=12)  # intent, topic, urgency, place
    was = models.CharField(max_length=80, blank=True)
    now = models.CharField(max_length=80)
    by_id = models.UUIDField()
    at = models.DateTimeField()
