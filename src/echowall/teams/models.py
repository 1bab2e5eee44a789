"""Teams, who belongs to them, and what they answer for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Team(models.Model):
    """People with one job and one lead (专班), of one street office."""

    id = models.UUIDField(primary_key=True)
    office = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=60)
    duty = models.CharField(_("职责"), max_length=200, blank=True)
    phone = models.CharField(_("值班电话"), max_length=30, blank=True)
    # Made known by the office itself: it stays readable in answers on the public wall.
    is_phone_public = models.BooleanField(_("对外公布"), default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("office", "name"), name="one_team_name_per_office"),)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A worker in a team; the lead answers for it."""

    id = models.UUIDField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    worker = models.ForeignKey("people.Worker", on_delete=models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "worker"), name="one_membership_per_worker"),
            models.UniqueConstraint(fields=("team",), condition=models.Q(is_lead=True), name="one_lead_per_team"),
        )


class Responsibility(models.Model):
    """What a team answers for: a topic (or "" for every topic) at a place and below. The most specific one wins."""

    id = models.UUIDField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="responsibilities")
    topic = models.CharField(max_length=60, blank=True)
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="+")
    is_critical_lead = models.BooleanField(default=False, help_text=_("绿色通道牵头"))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("team", "topic", "place"), name="one_responsibility_per_team_topic_place"),
        )
