"""Writes of the policy library."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import Actor
from echowall.kernel.errors import NotFound, NotPermitted, Problem, refuse
from echowall.kernel.ids import new_id
from echowall.kernel.search import terms
from echowall.places.models import Place

from ..models import PolicyText
from ..policy_files import PolicyRow, title_key


def _require(place: Place | None, actor: Actor) -> None:
    """Refuse who may not write for a place: the desk for its own office; texts for everywhere come with the program."""
    if place is None and actor.kind != "system":
        raise NotPermitted(Problem("not_permitted", _("通用口径随程序发布，不能在这里改"), place="place"))
    actor.require("matters.check", place.path if place else None)


def save_policy_text(
    *, row: PolicyRow, place: Place | None, actor: Actor, at: datetime, policy_id: UUID | None = None
) -> PolicyText:
    """Add a policy text for a place and below, or change one.

    Raises:
        NotFound: ``policy_unknown``. Refusal: ``policy_exists``: same title and first day. NotPermitted.
    """
    _require(place, actor)
    text = PolicyText.objects.filter(id=policy_id).first() if policy_id else PolicyText(id=new_id())
    if text is None:
        raise NotFound(Problem("policy_unknown", _("没有这条政策口径"), value=str(policy_id)))
    if policy_id:
        _require(text.place, actor)
    _put(text, row, place, actor, at)
    try:
        with transaction.atomic():
            text.save()
            audit.record(
                actor=actor,
                at=at,
                action="matters.policy.changed" if policy_id else "matters.policy.added",
                subject=("policy", text.id),
                detail={"title": row.title, "valid_from": str(row.valid_from)},
                where=(place.office_id, place.path) if place else (None, None),
            )
    except IntegrityError as exc:
        raise refuse("policy_exists", _("同名、同一天生效的口径已经有了"), place="title", value=row.title) from exc
    return text


def load_policy_texts(*, rows: Sequence[PolicyRow], place: Place | None, actor: Actor, at: datetime) -> tuple[int, int]:
    """Load many texts: the same title and first day is brought up to date, others are added; (added, changed).

    Titles that differ in punctuation or spaces only are the same; the one loaded replaces the one held.

    Raises:
        NotPermitted: the actor may not write for that place.
    """
    _require(place, actor)
    added = changed = 0
    with transaction.atomic():
        known = {(title_key(t.title), t.valid_from): t for t in PolicyText.objects.filter(place=place).defer("terms")}
        for row in rows:
            held = known.get((title_key(row.title), row.valid_from))
            if held is not None and _same(held, row):
                continue
            text = held or PolicyText(id=new_id())
            _put(text, row, place, actor, at)
            text.save()
            known[title_key(row.title), row.valid_from] = text
            added, changed = added + (held is None), changed + (held is not None)
        if added or changed:
            audit.record(
                actor=actor,
                at=at,
                action="matters.policy.loaded",
                subject=("place", place.id if place else "*"),
                detail={"added": added, "changed": changed},
                where=(place.office_id, place.path) if place else (None, None),
            )
    return added, changed


def _same(held: PolicyText, row: PolicyRow) -> bool:
    return all(
        getattr(held, name) == getattr(row, name)
        for name in ("title", "text", "source", "issued_on", "valid_until", "topic")
    )


def _put(text: PolicyText, row: PolicyRow, place: Place | None, actor: Actor, at: datetime) -> None:
    text.place = place
    for name in ("title", "text", "source", "issued_on", "valid_from", "valid_until", "topic"):
        setattr(text, name, getattr(row, name))
    text.changed_at, text.changed_by_id = at, actor.id
    text.terms = SearchVector(Value(terms(f"{row.title} {row.text} {row.source}")), config="simple")
