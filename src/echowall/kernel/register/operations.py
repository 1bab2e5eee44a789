"""Writes of registers: saved views and exports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from .. import audit
from ..actors import Actor
from ..errors import InvalidInput, NotFound, Problem
from ..ids import new_id
from ..jobs import enqueue
from ..models import Progress, SavedView
from .definition import Register
from .listing import Listing, listing_for


def filters_shown(register: Register, actor: Actor, listing: Listing) -> list[dict[str, Any]]:
    """Return the filters as the page draws them: name, title, kind, choices, present value."""
    return [
        {
            "name": f.name,
            "title": f.title,
            "kind": f.kind,
            "value": listing.given.get(f.name, ""),
            "choices": f.choices(actor) if f.choices else (),
        }
        for f in register.filters
        if f.kind != "hidden"
    ]


def narrowed_by(register: Register, listing: Listing) -> list[dict[str, Any]]:
    """Return the hidden filters that are in force: title, what the value is called, address without it."""
    return [
        {
            "name": f.name,
            "title": f.title,
            "value": listing.given[f.name],
            "said": f.say(listing.given[f.name]) if f.say else listing.given[f.name],
            "without": listing.address(**{f.name: "", "page": ""}) or "?",
        }
        for f in register.filters
        if f.kind == "hidden" and f.name in listing.given
    ]


def save_view(
    *, register: Register, name: str, query: Mapping[str, str], shared: bool, actor: Actor, at: datetime
) -> SavedView:
    """Keep filters and order under a name; the same name again replaces it. Shared views are for one's office.

    Raises:
        InvalidInput: ``name_missing``, or the query holds a filter that cannot be used.
        NotPermitted: the actor may not see the register.
    """
    listing = listing_for(register, actor, query)
    name = name.strip()[:60]
    if not name:
        raise InvalidInput(Problem("name_missing", _("请给视图起个名称"), place="view_name"))
    office_id = actor.scope.office_ids[0] if shared and actor.scope.office_ids else None
    with transaction.atomic():
        view, _created = SavedView.objects.update_or_create(
            register=register.name,
            owner_id=actor.id,
            name=name,
            defaults={"query": listing.kept, "office_id": office_id, "created_at": at},
            create_defaults={"id": new_id(), "query": listing.kept, "office_id": office_id, "created_at": at},
        )
        audit.record(
            actor=actor,
            at=at,
            action="kernel.view.saved",
            subject=("view", view.id),
            detail={"register": register.name, "name": name},
        )
    return view


def delete_view(*, view_id: UUID, actor: Actor, at: datetime) -> None:
    """Delete one's own view.

    Raises:
        NotFound: there is none of one's own with this id.
    """
    with transaction.atomic():
        count, _by = SavedView.objects.filter(id=view_id, owner_id=actor.id).delete()
        if not count:
            raise NotFound(Problem("view_unknown", _("没有这个视图，或不是您的"), value=str(view_id)))
        audit.record(actor=actor, at=at, action="kernel.view.deleted", subject=("view", view_id))


def _recorded(given: Mapping[str, str]) -> dict[str, str]:
    """Return the filters as the record keeps them: of words searched for, which may be a name or number, only how many
    letters they had.
    """
    return {name: f"({len(text)})" if name == "q" else text for name, text in given.items()}


def start_export(*, register: Register, asked: Mapping[str, str], actor: Actor, at: datetime) -> Progress:
    """Begin to write what a listing shows to an Excel file, in the background, under the actor's own scope.

    Raises:
        NotPermitted: without the right to take data out; InvalidInput: as ``listing_for``.
    """
    from .jobs import write_export

    actor.require("registers.export")
    listing = listing_for(register, actor, asked)
    with transaction.atomic():
        work = Progress.objects.create(
            id=new_id(), kind="export", title=f"{register.title}-{at:%Y%m%d-%H%M}", owner_id=actor.own_id, started_at=at,
            result={"register": register.name, "asked": dict(asked)},
        )  # fmt: skip
        audit.record(
            actor=actor,
            at=at,
            action="kernel.register.exported",
            subject=("register", register.name),
            detail={"filters": _recorded(listing.given)},
        )
        enqueue(write_export, work_id=str(work.id), worker_id=str(actor.id))
    return work
