"""The thing to be solved (事项) and the messages that report it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField


class State(models.TextChoices):
    """The steps of the chain of digital city management (GB/T 30428)."""

    COLLECTED = "collected", _("已采集")
    OPENED = "opened", _("已立案")
    DISPATCHED = "dispatched", _("已派遣")
    HANDLING = "handling", _("处置中")
    SUSPENDED = "suspended", _("挂账")
    REPORTED = "reported", _("已反馈待核查")
    CHECKED = "checked", _("已核查待结案")
    CLOSED = "closed", _("已结案")
    EVALUATED = "evaluated", _("已评价")
    MERGED = "merged", _("已并案")
    CANCELLED = "cancelled", _("已作废")


OPEN_STATES = ("collected", "opened", "dispatched", "handling", "suspended", "reported", "checked")


class CommunityOf(models.Func):
    """The path of the community (the fourth node: city, district, office, community) that a place path lies in, or ""."""

    template = "(CASE WHEN nlevel(%(expressions)s) >= 4 THEN ltree2text(subpath(%(expressions)s, 0, 4)) ELSE '' END)"
    output_field = models.TextField()


class TopicGroupOf(models.Func):
    """The top of the topic tree that a topic code lies below: ``supplies`` for ``supplies.food``."""

    template = "split_part(%(expressions)s, '.', 1)"
    output_field = models.TextField()


class Matter(models.Model):
    """A matter. Everything here but identity is a projection of its history, kept for lists; the history decides."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    # db_index=False: an index over several columns begins with it, and each index is written at each move.
    office = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+", db_index=False)
    place_path = PathField()
    # As text, because row-level security lets an index answer only for conditions that cannot leak a row.
    community_path = models.GeneratedField(
        expression=CommunityOf("place_path"), output_field=models.TextField(), db_persist=True
    )
    also_office_ids = ArrayField(models.UUIDField(), default=list, help_text="offices that act on it as well")
    team_ids = ArrayField(models.UUIDField(), default=list, help_text="teams that may see it")
    title = models.CharField(max_length=120)
    summary = models.TextField(help_text="masked")
    channel = models.CharField(max_length=10)
    intent = models.CharField(max_length=10)
    topic = models.CharField(max_length=40)
    topic_group = models.GeneratedField(
        expression=TopicGroupOf("topic"), output_field=models.TextField(), db_persist=True
    )
    urgency = models.CharField(max_length=8)
    is_complex = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State.choices)
    lead_team = models.ForeignKey("teams.Team", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    owner = models.ForeignKey("people.Worker", on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    needed_by_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True, help_text="when a team first accepted it")
    informed_at = models.DateTimeField(null=True, help_text="when the reporters first had word")
    solved_at = models.DateTimeField(null=True, help_text="when the check passed; null again after a reopening")
    clocks_met = ArrayField(models.CharField(max_length=40), default=list, help_text="clocks that stopped in time")
    clocks_missed = ArrayField(models.CharField(max_length=40), default=list, help_text="clocks past their due time")
    playbook = models.CharField(max_length=80, help_text="id@version that its clocks are pinned to")
    due_at = models.DateTimeField(null=True, help_text="the nearest running clock")
    colour = models.CharField(max_length=8, blank=True, help_text="worst clock: green, amber, red")
    next_change_at = models.DateTimeField(null=True, help_text="when the clocks next change by themselves")
    report_count = models.PositiveIntegerField(default=0)
    rework_count = models.PositiveIntegerField(default=0)
    satisfaction = models.PositiveSmallIntegerField(null=True, help_text="1 to 5, from the last callback")
    is_solved = models.BooleanField(null=True, help_text="the reporters' word at the last callback")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged", db_index=False)
    split_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts", db_index=False)
    last_seq = models.PositiveIntegerField(default=0)
    terms = SearchVectorField(null=True)
    words_destroyed_at = models.DateTimeField(null=True, help_text="when its words died on their day")

    class Meta:
        indexes = (
            models.Index(fields=("office", "-opened_at", "-id"), name="matter_office_opened"),
            models.Index(
                fields=("office", "due_at"), condition=models.Q(state__in=OPEN_STATES), name="matter_open_due"
            ),
            models.Index(
                fields=("next_change_at",), condition=models.Q(next_change_at__isnull=False), name="matter_next_change"
            ),
            models.Index(fields=("lead_team", "state", "due_at"), name="matter_team_state"),
            models.Index(fields=("place", "topic", "-opened_at"), name="matter_place_topic"),
            GinIndex(fields=("team_ids",), name="matter_teams"),
            # Lists: the newest first, by each filter alone; several filters are joined by the database.
            models.Index(fields=("-opened_at", "-id"), name="matter_opened"),
            models.Index(fields=("state", "-opened_at", "-id"), name="matter_state_opened"),
            models.Index(fields=("urgency", "-opened_at", "-id"), name="matter_urgency_opened"),
            models.Index(fields=("intent", "-opened_at", "-id"), name="matter_intent_opened"),
            models.Index(fields=("topic", "-opened_at", "-id"), name="matter_topic_opened"),
            models.Index(fields=("topic_group", "-opened_at", "-id"), name="matter_group_opened"),
            models.Index(fields=("channel", "-opened_at", "-id"), name="matter_channel_opened"),
            models.Index(fields=("community_path", "-opened_at", "-id"), name="matter_community_opened"),
            models.Index(fields=("lead_team", "-opened_at", "-id"), name="matter_team_opened"),
            models.Index(fields=("-closed_at",), condition=models.Q(closed_at__isnull=False), name="matter_closed"),
            models.Index(
                fields=("merged_into",), condition=models.Q(merged_into__isnull=False), name="matter_merged_into"
            ),
            models.Index(
                fields=("split_from",), condition=models.Q(split_from__isnull=False), name="matter_split_from"
            ),
            models.Index(fields=("-due_at", "-id"), name="matter_due"),
            models.Index(fields=("colour", "-opened_at", "-id"), name="matter_colour_opened"),
            # The board reads what is open from the index alone, with what row-level security asks of a row.
            models.Index(
                fields=("opened_at",),
                condition=models.Q(state__in=OPEN_STATES),
                name="matter_board",
                include=(
                    "id",
                    "office",
                    "place_path",
                    "team_ids",
                    "also_office_ids",
                    "state",
                    "colour",
                    "urgency",
                    "intent",
                    "topic",
                    "channel",
                    "community_path",
                ),
            ),
            models.Index(
                fields=("-opened_at", "-id"), condition=models.Q(state__in=OPEN_STATES), name="matter_open_opened"
            ),
            # The index of terms stands with row-level security (rls.Keyed).
        )

    def __str__(self) -> str:
        return self.number


class Report(models.Model):
    """A message that reports a matter. A message reports one matter at a time; merging leaves reports where they are."""

    id = models.UUIDField(primary_key=True)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="reports")
    message = models.OneToOneField("voices.Message", on_delete=models.PROTECT, related_name="+")
    is_first = models.BooleanField(default=False)
    joined_at = models.DateTimeField()
    why = models.JSONField(default=dict, help_text="why it opened or joined: duplicate score, same incident, by hand")
    answered_at = models.DateTimeField(null=True)


class Counter(models.Model):
    """The last number given out by an office on a day."""

    pk = models.CompositePrimaryKey("office_id", "day")
    office_id = models.UUIDField()
    day = models.DateField()
    last = models.PositiveIntegerField()
