"""What was understood of a message, and how people corrected it."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from echowall.kernel.fields import SealedField
from echowall.kernel.personal import unseal

from .messages import Message


class Reading(models.Model):
    """One understanding of one message, by one version of the model: kept whole, with the deciding words."""

    id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="readings")
    model = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    result = models.JSONField(help_text="what it was taken for and how sure, without a word of the message")
    # The whole of echowall.understanding.Understanding as JSON, with the deciding words and the rooms; personal values
    # left out. Null in readings made before it was sealed.
    result_sealed = SealedField(null=True)

    def whole_result(self) -> dict[str, Any]:
        """Return the whole result; nothing of the words where they were destroyed. Raises as ``personal.unseal``."""
        if self.result_sealed is None:
            return dict(self.result)
        return dict(json.loads(unseal("reading", self.result_sealed)))


class Correction(models.Model):
    """A worker's better answer: training data for the next model."""

    id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(max_length=12)  # intent, topic, urgency, place
    was = models.CharField(max_length=80, blank=True)
    now = models.CharField(max_length=80)
    by_id = models.UUIDField()
    at = models.DateTimeField()
