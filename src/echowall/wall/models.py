"""The wall: answered matters as the public reads them, every step of moderation, and the edition."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField


class WallPost(models.Model):
    """One matter on the wall. Holds only what was redacted; the original words stay with the message."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待审")
        PUBLISHED = "published", _("已公开")
        HIDDEN = "hidden", _("不公开")

    id = models.UUIDField(primary_key=True)
    slug = models.CharField(max_length=12, unique=True, help_text="drawn by lot: tells nothing about the matter")
    matter_id = models.UUIDField(unique=True)
    office_id = models.UUIDField()
    place_path = PathField()
    community_id = models.UUIDField(null=True)
    place_name = models.CharField(max_length=80, help_text="community at most")
    topic = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    question = models.TextField()
    answer = models.TextField()
    said_on = models.DateField()
    answered_on = models.DateField()
    is_closed = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    flags = models.JSONField(default=list, help_text="why somebody should look")
    removed = models.JSONField(default=dict, help_text="how many of each kind were taken out")
    is_edited = models.BooleanField(default=False, help_text="a person changed the words: machines leave them alone")
    proposed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by_id = models.UUIDField(null=True, help_text="null: by itself, under the playbook")
    terms = SearchVectorField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("-published_at", "-id"), condition=models.Q(state="published"), name="wall_published"),
            models.Index(fields=("office_id", "state", "-proposed_at"), name="wall_office_state"),
            GinIndex(fields=("terms",), name="wall_terms"),
        )

    def __str__(self) -> str:
        return self.title


class WallStep(models.Model):
    """One step of moderation with what was there before, so that it can be undone."""

    id = models.UUIDField(primary_key=True)
    post = models.ForeignKey(WallPost, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10)  # proposed, refreshed, edited, published, hidden, withdrawn, undone
    before = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=80)
    undone_at = models.DateTimeField(null=True)


class Edition(models.Model):
    """One row: counts up with every change of what the public may see; caches compare it once a second.

    ``withdrawn`` is the number at which something last left the wall: copies older than that are thrown away.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    number = models.BigIntegerField(default=0)
    withdrawn = models.BigIntegerField(default=0)
