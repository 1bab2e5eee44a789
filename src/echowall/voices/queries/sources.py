"""Which sources there are to file into."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import Problem, Refusal, refuse

from ..models import Source
from ..models.sources import Channel


def table_source(name: str, office: str = "") -> Source:
    """Return the table source with this name, of the office with this code or name if given.

    Raises:
        Refusal: ``source_unknown``, or ``source_ambiguous`` naming the offices that have one of that name.
    """
    rows = Source.objects.select_related("office").filter(channel=Channel.TABLE, name=name)
    if office:
        rows = rows.filter(Q(office__code=office) | Q(office__name=office))
    found = list(rows[:20])
    if len(found) == 1:
        return found[0]
    if not found:
        names = Source.objects.filter(channel=Channel.TABLE).values_list("name", flat=True)[:20]
        raise refuse("source_unknown", _("没有这个表格来源"), place="source", value=name, fix="、".join(names))
    offices = "、".join(source.office.name for source in found)
    raise Refusal(
        Problem("source_ambiguous", _("多个街道有同名来源，请指定街道"), place="office", value=name, fix=offices)
    )


def sources_for(actor: Actor, channel: str, permission: str) -> list[Source]:
    """Return the active sources of a channel into which the actor may file."""
    rows = Source.objects.select_related("place", "office").filter(channel=channel, is_active=True).order_by("name")
    return [source for source in rows if actor.may(permission, source.place_path)]
