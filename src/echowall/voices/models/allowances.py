"""How many requests a caller has left."""

from __future__ import annotations

from django.db import models


class Allowance(models.Model):
    """A token bucket; the key is a keyed hash, so that no address of a resident is kept."""

    key = models.BinaryField(primary_key=True)
    tokens = models.FloatField()
    is_granted = models.BooleanField()
    at = models.DateTimeField(db_index=True)
