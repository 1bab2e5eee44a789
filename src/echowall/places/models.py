"""The place tree and its other names."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from echowall.kernel.fields import PathField


class Place(models.Model):
    """A node of the one tree (地点). ``path`` is the chain of labels from the city down; labels are codes or new ones."""

    class Kind(models.TextChoices):
        CITY = "city", _("市")
        DISTRICT = "district", _("区县")
        OFFICE = "office", _("街道办事处")
        COMMUNITY = "community", _("社区")
        GRID = "grid", _("网格")
        COMPOUND = "compound", _("小区楼院")
        BUILDING = "building", _("楼栋")
        UNIT = "unit", _("单元")
        HOUSEHOLD = "household", _("户")
        FACILITY = "facility", _("设施")

    id = models.UUIDField(primary_key=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=80)
    address = models.CharField(
        max_length=160, help_text="as people say it, from the compound down: 理想家园3号楼2单元", blank=True
    )
    code = models.CharField(max_length=20, blank=True, help_text=_("GB/T 2260 等官方代码"))
    path = PathField(unique=True)
    # The street office that the place belongs to; null above offices. For an office: itself.
    office = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    outline = models.JSONField(null=True, help_text="GeoJSON geometry, WGS 84")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("parent", "kind", "name"), name="one_name_per_parent_and_kind"),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=False) | models.Q(kind="city"), name="only_a_city_has_no_parent"
            ),
        )
        indexes = (
            GistIndex(fields=("path",), name="place_path_gist"),
            GinIndex(fields=("name",), opclasses=("gin_trgm_ops",), name="place_name_trgm"),
            models.Index(fields=("office", "kind"), name="place_office_kind"),
            models.Index(fields=("code",), name="place_code"),
        )

    def __str__(self) -> str:
        return self.address or self.name


class PlaceAlias(models.Model):
    """Another name that people use for a place (俗称、旧名)."""

    id = models.UUIDField(primary_key=True)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=80)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("place", "name"), name="one_alias_per_place"),)
