"""The policy library: what holds, from when until when, in words that may be told to residents."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class PolicyText(models.Model):
    """One plain explanation of a rule with its source and its days (政策口径). Says nothing about anybody."""

    id = models.UUIDField(primary_key=True)
    place = models.ForeignKey(
        "places.Place", on_delete=models.PROTECT, null=True, related_name="+", help_text="null: everywhere"
    )
    topic = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=120)
    text = models.TextField()
    source = models.CharField(max_length=200)
    issued_on = models.DateField(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, help_text="exclusive")
    changed_at = models.DateTimeField()
    changed_by_id = models.UUIDField(null=True)
    terms = SearchVectorField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("place", "title", "valid_from"),
                nulls_distinct=False,
                name="one_policy_text_per_place_title_day",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
                name="policy_text_ends_after_it_begins",
            ),
        )
        indexes = (GinIndex(fields=("terms",), name="policy_text_terms"),)

    def __str__(self) -> str:
        return self.title
