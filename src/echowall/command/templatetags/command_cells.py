"""How rates are drawn."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ..figures import FIGURES
from ..queries.ranking import RankedRate

register = template.Library()


@register.filter
def figure_title(code: str) -> object:
    """Return what a figure is called."""
    return FIGURES[code].title


@register.simple_tag
def percent(share: float) -> str:
    """Return a share as 96.1%."""
    return f"{share * 100:.1f}%"


@register.simple_tag
def rate_bar(one: RankedRate) -> SafeString:
    """Draw a rate: hits of n, both leading to their rows, and the 95 % interval as a bar and in words."""
    rate = one.rate
    if rate.share is None:
        return mark_safe('<span class="ew-muted">—</span>')
    return format_html(
        '<a class="ew-num" href="{}">{}</a> <small class="ew-muted">{}–{} · <a href="{}">n={}</a></small>'
        '<svg class="ew-interval" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ew-interval-track" width="100" height="6"/><rect class="ew-interval-range" x="{}" width="{}" height="6"/>'
        '<rect class="ew-interval-point" x="{}" width="1.5" height="6"/></svg>',
        one.url,
        percent(rate.share),
        percent(rate.low),
        percent(rate.high),
        one.whole_url,
        rate.n,
        f"{rate.low * 100:.1f}",
        f"{max(0.5, (rate.high - rate.low) * 100):.1f}",
        f"{min(98.5, rate.share * 100):.1f}",
    )
