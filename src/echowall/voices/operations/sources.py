"""Opening sources to listen to."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import Actor
from echowall.kernel.errors import refuse
from echowall.kernel.ids import new_id
from echowall.places.models import Place

from ..models import Source
from ..models.sources import Channel


def add_source(
    *,
    channel: str,
    name: str,
    place: Place,
    actor: Actor,
    at: datetime,
    settings: dict[str, Any] | None = None,
    is_public: bool = False,
) -> Source:
    """Open a source at a place of a street office: what it says without naming a place is filed there.

    Raises:
        Refusal: ``channel_unknown``, ``place_without_office`` or ``name_taken``.
        NotPermitted: the actor may not manage sources there.
    """
    actor.require("voices.manage_sources", place.path)
    if channel not in Channel.values:
        raise refuse(
            "channel_unknown", _("没有这个渠道"), place="channel", value=channel, fix="、".join(Channel.values)
        )
    if place.office_id is None:
        raise refuse("place_without_office", _("来源要挂在街道办事处或其下的地点"), place="place", value=place.name)
    if Source.objects.filter(office_id=place.office_id, channel=channel, name=name).exists():
        raise refuse("name_taken", _("本街道该渠道已有同名来源"), place="name", value=name)
    with transaction.atomic():
        source = Source.objects.create(
            id=new_id(),
            office_id=place.office_id,
            channel=channel,
            name=name,
            place=place,
            place_path=place.path,
            settings=settings or {},
            is_public=is_public,
            created_at=at,
        )
        audit.record(
            actor=actor,
            at=at,
            action="voices.source.added",
            subject=("source", source.id),
            detail={"channel": channel, "name": name},
            where=(place.office_id, place.path),
        )
    return source


def issue_token(*, source: Source, actor: Actor, at: datetime) -> str:
    """Give the source's client a new access token (256 bits); the old one stops working. Shown once, stored hashed.

    Raises:
        NotPermitted: the actor may not manage sources there.
    """
    actor.require("voices.manage_sources", source.place_path)
    token = "ew_" + secrets.token_urlsafe(32)
    with transaction.atomic():
        source.token_hash = sha256(token.encode()).digest()
        source.save(update_fields=["token_hash"])
        audit.record(
            actor=actor,
            at=at,
            action="voices.token.issued",
            subject=("source", source.id),
            where=(source.office_id, source.place_path),
        )
    return token


def set_active(*, source: Source, is_active: bool, actor: Actor, at: datetime) -> Source:
    """Stop listening to a source, or listen again; what it said stays. A stopped source refuses new messages.

    Raises:
        NotPermitted: the actor may not manage sources there.
    """
    actor.require("voices.manage_sources", source.place_path)
    with transaction.atomic():
        source.is_active = is_active
        source.save(update_fields=["is_active"])
        audit.record(
            actor=actor,
            at=at,
            action="voices.source.activated" if is_active else "voices.source.deactivated",
            subject=("source", source.id),
            where=(source.office_id, source.place_path),
        )
    return source
