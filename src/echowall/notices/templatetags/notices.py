"""Looking a name up in a template."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def named(names: Mapping[str, object], key: str) -> object:
    """Return what ``names`` calls ``key``; the key itself when it has no name."""
    return names.get(key, key)
