"""Writes to the place tree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem, refuse
from echowall.kernel.ids import new_id

from .models import Place, PlaceAlias

# What may stand under what, by the glossary; a facility may hang anywhere below an office.
ORDER = ("city", "district", "office", "community", "grid", "compound", "building", "unit", "household")


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place to be added. ``label`` is its part of the path: a code, or "" to have one made from its number."""

    kind: str
    name: str
    code: str = ""
    label: str = ""
    latitude: float | None = None
    longitude: float | None = None
    outline: dict[str, Any] | None = None
    aliases: tuple[str, ...] = ()


# From these on down a place's name means nothing without what it stands in.
_WITHIN = frozenset({"building", "unit", "household"})


def address_of(parent: Place | None, kind: str, name: str) -> str:
    """Return how people say where a place is: a building with its compound, everything above by its own name."""
    return f"{parent.address or parent.name}{name}" if parent is not None and kind in _WITHIN else name


def _problems(parent: Place | None, new: NewPlace) -> list[Problem]:
    found = []
    if not new.name.strip():
        found.append(Problem("name_missing", _("地点没有名称"), place="name", fix=_("请填写名称")))
    if parent is None and new.kind != "city":
        found.append(Problem("parent_missing", _("只有城市可以没有上级"), place="parent", value=new.name))
    if parent is not None and new.kind != "facility" and ORDER.index(new.kind) <= ORDER.index(parent.kind):
        found.append(
            Problem(
                "wrong_level",
                _("下级地点的层级必须低于上级"),
                place="kind",
                value=f"{parent.kind} > {new.kind}",
                fix=_("顺序：市>区>街道>社区>网格>小区>楼栋>单元>户"),
            )
        )
    if new.label and not re.fullmatch(r"[A-Za-z0-9_]{1,40}", new.label):
        found.append(Problem("label_invalid", _("路径标签只能用字母和数字"), place="label", value=new.label))
    return found


def add_places(*, parent: Place | None, new: Iterable[NewPlace], actor: Actor, at: datetime) -> list[Place]:
    """Add places under ``parent`` (None for a city); one transaction, one audit row. A name already there is refused.

    Raises:
        InvalidInput: with every problem of every place.
        NotPermitted: the actor may not manage places here.
    """
    actor.require("places.manage", parent.path if parent else None)
    wanted = list(new)
    problems = [p for n in wanted for p in _problems(parent, n)]
    taken = set(Place.objects.filter(parent=parent).values_list("kind", "name"))
    for n in wanted:
        if (n.kind, n.name) in taken:
            problems.append(Problem("name_taken", _("同一上级下已有同名地点"), place="name", value=n.name))
        taken.add((n.kind, n.name))
    if problems:
        raise InvalidInput(problems)
    with transaction.atomic():
        places = [_build(parent, n) for n in wanted]
        Place.objects.bulk_create(places, batch_size=1000)
        PlaceAlias.objects.bulk_create(
            [PlaceAlias(id=new_id(), place=p, name=a) for p, n in zip(places, wanted, strict=True) for a in n.aliases],
            batch_size=1000,
        )
        audit.record(
            actor=actor,
            at=at,
            action="places.place.added",
            subject=("place", parent.id if parent else "root"),
            detail={"count": len(places), "names": [p.name for p in places[:20]]},
            where=(parent.office_id, parent.path) if parent else (None, None),
        )
    return places


def _build(parent: Place | None, new: NewPlace) -> Place:
    place_id = new_id()
    # The last 12 hex digits of a UUIDv7 are random: short, and unique among siblings (the unique path guards it).
    label = new.label or new.code or new.kind[0] + place_id.hex[-10:]
    place = Place(
        id=place_id,
        parent=parent,
        kind=new.kind,
        name=new.name.strip(),
        code=new.code,
        path=f"{parent.path}.{label}" if parent else label,
        latitude=new.latitude,
        longitude=new.longitude,
        outline=new.outline,
        address=address_of(parent, new.kind, new.name.strip()),
    )
    place.office_id = place_id if new.kind == "office" else (parent.office_id if parent else None)
    return place


def add_place(*, parent: Place | None, new: NewPlace, actor: Actor, at: datetime) -> Place:
    """Add one place; see ``add_places``."""
    return add_places(parent=parent, new=[new], actor=actor, at=at)[0]


def rename_place(*, place: Place, name: str, actor: Actor, at: datetime) -> Place:
    """Give a place another name; the old one stays as an alias, so that messages using it still find it.

    Raises:
        Refusal: ``name_taken``.
        NotPermitted: the actor may not manage places here.
    """
    actor.require("places.manage", place.path)
    name = name.strip()
    if name == place.name:
        return place
    if not name:
        raise InvalidInput(Problem("name_missing", _("地点没有名称"), place="name", fix=_("请填写名称")))
    if Place.objects.filter(parent_id=place.parent_id, kind=place.kind, name=name).exists():
        raise refuse("name_taken", _("同一上级下已有同名地点"), place="name", value=name)
    with transaction.atomic():
        PlaceAlias.objects.get_or_create(place=place, name=place.name, defaults={"id": new_id()})
        old, old_address = place.name, place.address
        place.name, place.address = name, address_of(place.parent, place.kind, name)
        place.save(update_fields=["name", "address"])
        # What stands within carries the name in its address.
        Place.objects.filter(path__under=place.path, kind__in=_WITHIN, address__startswith=old_address).exclude(
            id=place.id
        ).update(address=Concat(Value(place.address), Substr("address", len(old_address) + 1)))
        audit.record(
            actor=actor,
            at=at,
            action="places.place.renamed",
            subject=("place", place.id),
            detail={"from": old, "to": name},
            where=(place.office_id, place.path),
        )
    return place
