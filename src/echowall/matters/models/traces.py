"""By what a report is found again when something alike is said: kept beside the report, never shown."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from .matters import Report


class Trace(models.Model):
    """Where, about what, when and by whom a report was made, and the bands of its text's MinHash.

    ``area_id`` is the compound (or the place itself where there is none), ``building_id`` the building if one is known.
    """

    report = models.OneToOneField(Report, on_delete=models.CASCADE, primary_key=True, related_name="trace")
    office_id = models.UUIDField()
    area_id = models.UUIDField()
    is_compound = models.BooleanField(default=False)
    building_id = models.UUIDField(null=True)
    topic = models.CharField(max_length=40)
    said_at = models.DateTimeField()
    phone_index = models.BinaryField(null=True)
    source_id = models.UUIDField()
    conversation = models.CharField(max_length=120, blank=True)
    bands = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        indexes = (
            models.Index(fields=("area_id", "topic", "-said_at"), name="trace_area_topic"),
            models.Index(
                fields=("phone_index", "-said_at"), condition=models.Q(phone_index__isnull=False), name="trace_phone"
            ),
            models.Index(
                fields=("source_id", "conversation", "-said_at"),
                condition=~models.Q(conversation=""),
                name="trace_conversation",
            ),
            GinIndex(fields=("bands",), name="trace_bands"),
        )
