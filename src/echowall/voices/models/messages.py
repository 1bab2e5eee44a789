"""What somebody said, as they said it (留言)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField, SealedField

from .sources import Channel, Source


class State(models.TextChoices):
    """Where a message stands. Parked ones wait for a person; none is ever dropped."""

    HEARD = "heard", _("已接收")
    FILED = "filed", _("已归事项")
    HANDLED = "handled", _("已办结")  # its matter is closed, or it came with a ledger that says so
    NOTED = "noted", _("已记录")  # nothing to solve: praise, venting, a greeting
    PARKED = "parked", _("待人工")


class Message(models.Model):
    """A message. The part as said is never edited (the database refuses); the filing may change.

    Said: ``body_sealed`` is the exact text, encrypted; ``body`` the same text with phones and identity numbers masked,
    which is what screens show and search reads. ``content_hash`` is the SHA-256 of what came in.
    """

    id = models.UUIDField(primary_key=True)
    ticket = models.CharField(max_length=16, unique=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    key = models.CharField(max_length=120, help_text="idempotency key within the source")
    content_hash = models.BinaryField()
    said_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    title = models.CharField(max_length=200, blank=True)
    body_sealed = SealedField()
    body = models.TextField(help_text="masked")
    sender_sealed = SealedField(null=True)
    sender_masked = models.CharField(max_length=40, blank=True)
    phone_sealed = SealedField(null=True)
    phone_index = models.BinaryField(null=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    # The last four digits, for whoever has only these; the same four are on every screen anyway.
    phone_tail = models.GeneratedField(
        expression=Right("phone_masked", 4), output_field=models.CharField(max_length=4), db_persist=True
    )
    place_text = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    conversation = models.CharField(max_length=120, blank=True, help_text="thread, open id or mail thread to answer in")
    reply_to = models.CharField(max_length=120, blank=True)
    extra = models.JSONField(default=dict)
    # What identifies somebody or repeats a conversation: mail addresses, the quoted history. JSON, sealed.
    extra_sealed = SealedField(null=True)
    loaded = models.ForeignKey("voices.Import", on_delete=models.SET_NULL, null=True, related_name="messages")

    # Filing: may change.
    office_id = models.UUIDField()
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    place_path = PathField()
    team_ids = ArrayField(models.UUIDField(), default=list)
    also_office_ids = ArrayField(models.UUIDField(), default=list, help_text="offices that act on its matter as well")
    state = models.CharField(max_length=8, choices=State.choices, default=State.HEARD)
    intent = models.CharField(max_length=10, blank=True)
    topic = models.CharField(max_length=40, blank=True)
    urgency = models.CharField(max_length=8, blank=True)
    band = models.CharField(max_length=10, blank=True)
    needed_by_at = models.DateTimeField(null=True)
    terms = SearchVectorField(null=True)

    # Set by the database function that destroyed it on its day (voices/retention.py).
    contact_destroyed_at = models.DateTimeField(null=True)
    words_destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "key"), name="one_message_per_source_and_key"),)
        indexes = (
            models.Index(fields=("office_id", "-said_at", "-id"), name="message_office_said"),
            models.Index(fields=("office_id", "state", "-said_at"), name="message_office_state"),
            models.Index(
                fields=("band",),
                condition=models.Q(band__in=("must_look", "look")) & ~models.Q(state="handled"),
                name="message_to_look",
            ),
            models.Index(fields=("phone_index",), name="message_phone"),
            models.Index(fields=("phone_tail",), condition=~models.Q(phone_tail=""), name="message_phone_tail"),
            models.Index(fields=("-said_at", "-id"), name="message_said"),
            models.Index(
                fields=("state", "-said_at"), condition=models.Q(state__in=("heard", "parked")), name="message_waiting"
            ),
            models.Index(fields=("source", "-said_at"), name="message_source_said"),
            models.Index(fields=("conversation",), condition=~models.Q(conversation=""), name="message_conversation"),
            # The index of terms stands with row-level security (rls.Keyed).
        )


# The columns that filing may change; everything else of a message is refused by the database.
FILING = (
    "office_id",
    "place_id",
    "place_path",
    "team_ids",
    "also_office_ids",
    "state",
    "intent",
    "topic",
    "urgency",
    "band",
    "needed_by_at",
    "terms",
)


class Pending(models.Model):
    """The queue of messages heard and not yet understood: written with the message, removed with its filing.

    A message whose understanding fails stays here with its error, is tried again, and is shown to the duty officer.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    error = models.TextField(blank=True)


class PendingOpinion(models.Model):
    """A message understood and filed that waits for the second opinion; removed with the answer, or given up."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)


class Attachment(models.Model):
    """A photo, voice or file that came with a message; kept by its hash in the state directory."""

    id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=80)
    byte_count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    remote_url = models.URLField(max_length=500, blank=True)
    # Its id at the channel while the content waits to be downloaded; why it never came, if it never will.
    reference = models.CharField(max_length=200, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    destroyed_at = models.DateTimeField(null=True, help_text="when its content died on its day; the row stays")
