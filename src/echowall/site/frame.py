"""What every page's frame shows: who is signed in, where they may go, how many things wait for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return for the templates: ``actor``, ``may`` (the permissions held anywhere), ``navigation`` (what may be opened)."""
    from .navigation import entries

    actor = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "may": frozenset(), "navigation": ()}
    may = frozenset(permission for grant in actor.grants for permission in grant.permissions)
    return {"actor": actor, "may": may, "navigation": entries(actor)}
