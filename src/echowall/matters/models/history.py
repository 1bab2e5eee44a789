"""The append-only history of a matter, and what hangs on it."""

from __future__ import annotations

from django.db import models

from echowall.kernel.fields import SealedField

from .matters import Matter, State


class HistoryEvent(models.Model):
    """One thing that happened to a matter. Clocks, states and statistics are recomputed from these.

    ``kind`` is one of the words of the clock engine: opened, dispatched, accepted, returned, informed, progress,
    plan_set, reclassified, suspended, resumed, moved, joint_requested, reported_back, checked, answered, called_back,
    closed, reopened, evaluated, merged, unmerged, split, repinned, cancelled, escalated, noted.
    ``at`` is when it happened, ``recorded_at`` when it was written down; a gap between them is visible to inspectors.
    """

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="history")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=80)
    team = models.ForeignKey("teams.Team", on_delete=models.PROTECT, null=True, related_name="+")
    from_state = models.CharField(max_length=12, choices=State.choices, blank=True)
    to_state = models.CharField(max_length=12, choices=State.choices)
    body = models.JSONField(default=dict)
    # The words of the body that held somebody's number, as written: shown only for a stated reason.
    words_sealed = SealedField(null=True)
    # The same request sent twice (double click, retry) is stored once.
    request_key = models.CharField(max_length=64, null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("matter", "seq"), name="one_event_per_matter_and_seq"),
            models.UniqueConstraint(fields=("matter", "request_key"), name="one_event_per_request"),
        )
        indexes = (models.Index(fields=("kind", "at"), name="history_kind_at"),)


class Assignment(models.Model):
    """A team's part in a matter: the lead, or one of several in joint handling (吹哨). Projection of the history."""

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="assignments")
    team = models.ForeignKey("teams.Team", on_delete=models.PROTECT, related_name="+")
    is_lead = models.BooleanField(default=True)
    why = models.JSONField(default=dict, help_text="the explanation of the routing")
    given_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, blank=True)  # returned, done, moved, replaced

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("matter", "team"), condition=models.Q(ended_at=None), name="one_open_assignment_per_team"
            ),
            models.UniqueConstraint(
                fields=("matter",), condition=models.Q(ended_at=None, is_lead=True), name="one_lead_per_matter"
            ),
        )


class Evidence(models.Model):
    """A photo, paper or recording that shows what was done (处置凭证)."""

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="evidence")
    event = models.ForeignKey(HistoryEvent, on_delete=models.PROTECT, null=True, related_name="evidence")
    kind = models.CharField(max_length=10)  # photo, file, note
    note = models.CharField(max_length=300, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    byte_count = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    added_at = models.DateTimeField()
    added_by_id = models.UUIDField()
    destroyed_at = models.DateTimeField(null=True, help_text="when its content died on its day; the row stays")
