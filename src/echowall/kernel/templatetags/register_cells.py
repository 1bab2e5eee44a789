"""How a register draws its heads and cells."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from echowall.kernel.register import Column, Listing, Register

from . import echowall_ui as ui

register = template.Library()


@register.simple_tag
def column_head(listing: Listing, column: Column) -> SafeString:
    """A column's title; sorts on click when the column can be sorted, and says how it is sorted now."""
    if not column.sort:
        return format_html("{}", column.title)
    current = listing.order.lstrip("-") == column.sort
    descending = listing.order.startswith("-")
    target = column.sort if current and descending else f"-{column.sort}"
    mark = ui.icon("chevron-down" if descending else "chevron-up") if current else ""
    said = (_("降序") if descending else _("升序")) if current else ""
    return format_html(
        '<a href="{}" title="{}">{}{}</a>', listing.address(order=target, page=""), said, column.title, mark
    )


@register.filter
def as_query(values: dict[str, str]) -> str:
    """The query string of saved filters."""
    return urlencode(values)


@register.simple_tag
def row_tone(definition: Register, row: Any) -> SafeString:
    """The class of a row that stands out."""
    tone = definition.tone(row) if definition.tone else ""
    return format_html(' class="{}"', tone) if tone else mark_safe("")


@register.simple_tag
def cell(definition: Register, column: Column, row: Any, is_first: bool) -> SafeString:
    """What a column says of a row, drawn by its kind; the first cell opens the row."""
    shown = _drawn(column, column.value(row))
    if is_first and definition.link is not None:
        return format_html('<a class="ew-row-link" data-open href="{}">{}</a>', definition.link(row), shown)
    return shown


def _drawn(column: Column, value: Any) -> SafeString:
    if column.kind == "clock":
        state, due_at = value
        return ui.clock_badge(state, due_at) if state else mark_safe("")
    if column.kind == "instant":
        return ui.stamp(value)
    if value is None or value == "":
        return mark_safe('<span class="ew-muted ew-none">—</span>')
    badges = {"urgency": ui.urgency_badge, "intent": ui.intent_badge, "band": ui.band_badge}
    if column.kind in badges:
        return badges[column.kind](value)
    if column.kind == "number":
        return format_html('<span class="ew-num">{}</span>', value)
    return format_html('<span class="ew-long">{}</span>' if column.kind == "text" else "{}", value)
