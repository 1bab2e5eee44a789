"""What every page's frame shows: who is signed in, where they may go, how many things wait for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return ``actor`` and ``navigation`` (the entries that this actor may open) for the templates."""
    from .navigation import entries

    actor = getattr(request, "actor", None)
    return {"actor": actor, "navigation": entries(actor) if actor else ()}
