"""Where messages come from, and the files that were loaded."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField


class Channel(models.TextChoices):
    """The way by which somebody speaks (渠道)."""

    WEB = "web", _("网页表单")
    PASTED = "pasted", _("微信群粘贴")
    TABLE = "table", _("表格导入")
    WECHAT = "wechat", _("公众号")
    WECOM = "wecom", _("企业微信")
    HOTLINE = "hotline", _("热线电话")
    MAIL = "mail", _("电子邮件")
    API = "api", _("接口")
    OPEN311 = "open311", _("Open311")


class Source(models.Model):
    """One concrete place to listen to: this group, that platform's export, this official account (来源)."""

    id = models.UUIDField(primary_key=True)
    office = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    name = models.CharField(max_length=80)
    # The place that messages without one of their own are about: a building group's building.
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    place_path = PathField()
    # Column mapping of tables, layout of pasted text, account ids: what the adapter needs. No secrets.
    settings = models.JSONField(default=dict)
    token_hash = models.BinaryField(null=True, help_text="SHA-256 of the access token of API clients")
    secrets_sealed = models.BinaryField(null=True)
    is_active = models.BooleanField(default=True)
    is_public = models.BooleanField(default=False, help_text="open to anybody: web form, Open311")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("office", "channel", "name"), name="one_source_per_office_channel_name"),
            models.UniqueConstraint(
                fields=("token_hash",), condition=models.Q(token_hash__isnull=False), name="one_source_per_token"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """One file or pasted block that was loaded; the same content loaded again is known by its hash.

    A file is first a draft whose columns a person may map, then loads chunk by chunk: ``done_row`` is the last row
    whose chunk is committed, so that a load that was cut off goes on from there and no row counts twice.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("待确认")
        LOADING = "loading", _("导入中")
        DONE = "done", _("完成")
        FAILED = "failed", _("未完成")

    id = models.UUIDField(primary_key=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="imports")
    office_id = models.UUIDField()
    place_path = PathField()
    name = models.CharField(max_length=200)
    content_hash = models.BinaryField()
    loaded_by_id = models.UUIDField()
    loaded_at = models.DateTimeField()
    row_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)
    problem_count = models.PositiveIntegerField(default=0)
    progress = models.ForeignKey("kernel.Progress", on_delete=models.SET_NULL, null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DONE)
    record_only = models.BooleanField(default=False, help_text="kept for the record: understood, never a matter")
    # Mapping, sheet and header row of a table; layout and reference time of pasted text.
    settings = models.JSONField(default=dict)
    done_row = models.PositiveIntegerField(default=0)
    moved_at = models.DateTimeField(null=True, help_text="when a chunk was last committed")
    destroyed_at = models.DateTimeField(null=True, help_text="when its file and wrong values died on their day")

    class Meta:
        indexes = (models.Index(fields=("office_id", "-loaded_at"), name="import_office_loaded"),)


class ImportProblem(models.Model):
    """A row that could not be taken: where, what value, what is wrong, how to mend it."""

    id = models.UUIDField(primary_key=True)
    loaded = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=80, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=300)
    fix = models.CharField(max_length=300, blank=True)
    is_warning = models.BooleanField(default=False, help_text="the row was taken all the same")
