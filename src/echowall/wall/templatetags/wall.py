"""Marking pieces of a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..rules import Piece

register = template.Library()


@register.simple_tag
def pieces(parts: Sequence[Piece]) -> SafeString:
    """Write a text with what was taken out struck through, and what should be looked at marked."""
    return format_html_join("", "{}", ((_piece(part),) for part in parts))


def _piece(part: Piece) -> SafeString | str:
    if not part.kind:
        return part.words
    if part.kind == "look":
        return format_html('<mark title="{}">{}</mark>', _("可能认得出人"), part.words)
    return format_html("<del>{}</del><ins>{}</ins>", part.words, part.instead)


@register.filter
def of(names: Mapping[object, object], key: object) -> object:
    """Return what a mapping holds under ``key``."""
    return names.get(key, "")
