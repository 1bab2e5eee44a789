"""The keys of personal data: found or made per kind, destroyed for good."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from . import audit
from .actors import Actor
from .ids import new_id
from .models import DataKey
from .personal import new_wrapped_key

# Only what is committed is remembered: a key made in a transaction that rolls back must not seal anything.
_current: dict[str, tuple[UUID, bytes]] = {}
_by_id: dict[UUID, bytes] = {}


def current_key(kind: str) -> tuple[UUID, bytes]:
    """Return id and wrapped key in use for ``kind``; made on first use (concurrent first uses agree on one)."""
    known = _current.get(kind)
    if known:
        return known
    newest = DataKey.objects.filter(kind=kind, destroyed_at=None).order_by("-id")
    row = newest.first()
    if row is None:
        key_id = new_id()
        DataKey.objects.bulk_create(
            [DataKey(id=key_id, kind=kind, wrapped=new_wrapped_key(key_id))], ignore_conflicts=True
        )
        row = newest.get()
    found = (row.id, bytes(row.wrapped or b""))
    transaction.on_commit(lambda: _current.__setitem__(kind, found))
    return found


def key_by_id(key_id: UUID) -> bytes | None:
    """Return the wrapped key, or None when it was destroyed or never existed."""
    known = _by_id.get(key_id)
    if known:
        return known
    row = DataKey.objects.filter(id=key_id).first()
    if row is None or not row.wrapped:
        return None
    wrapped = bytes(row.wrapped)
    transaction.on_commit(lambda: _by_id.__setitem__(key_id, wrapped))
    return wrapped


def forget_cached_keys() -> None:
    """Drop what this process remembers of keys (after destruction, and between tests)."""
    _current.clear()
    _by_id.clear()


@transaction.atomic
def destroy_keys(*, kind: str, actor: Actor, at: datetime, reason: str) -> int:
    """Destroy every key of ``kind``: all values sealed with them are unreadable from now on. Returns how many.

    Raises:
        NotPermitted: the actor may not destroy keys.
    """
    actor.require("personal.destroy_keys")
    count = DataKey.objects.filter(kind=kind, destroyed_at=None).update(wrapped=None, destroyed_at=at)
    audit.record(
        actor=actor,
        at=at,
        action="kernel.keys.destroyed",
        subject=("data_key", kind),
        detail={"count": count},
        reason=reason,
    )
    forget_cached_keys()
    return count
