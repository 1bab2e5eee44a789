"""The versions of playbooks that something is or was pinned to: kept for as long as the database lives."""

from __future__ import annotations

from django.db import models


class KeptVersion(models.Model):
    """The files of one playbook as they were, so that an old decision can be recomputed by its own rules."""

    version = models.CharField(max_length=80, primary_key=True)
    playbook = models.CharField(max_length=60)
    files = models.JSONField(help_text="path -> text")
    kept_at = models.DateTimeField()
