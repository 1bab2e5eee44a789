"""The components of the screens, as template tags. `docs/explanation/screens.md` shows when to use which."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Form, RadioSelect, Select
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from echowall.kernel import assets, clock, signs

register = template.Library()

_WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_.]*")
_NEAR_DAYS = 7  # within these a weekday says more than a date


@register.simple_tag
def vite(entry: str) -> SafeString:
    """Style sheets and script of a front-end entry: desk, public or entrance."""
    return assets.entry_tags(entry)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of `frontend/icons.txt`; decoration only, so screen readers skip it: put the word beside it."""
    filled = " icon-filled" if name.endswith("-filled") else ""
    extra = f" {css}" if css else ""
    return format_html(
        '<svg class="icon{}{}" aria-hidden="true" focusable="false" viewBox="0 0 24 24"><use href="{}#{}"></use></svg>',
        filled,
        extra,
        assets.icon_sheet(),
        name,
    )


def _badge(sign: signs.Sign, css: str = "") -> SafeString:
    return format_html('<span class="ew-badge tone-{} {}">{}{}</span>', sign.tone, css, icon(sign.icon), sign.word)


@register.simple_tag
def badge(text: object, tone: str = "quiet", icon_name: str = "") -> SafeString:
    """A word in a tone (critical, urgent, ok, warn, supervised, info, quiet), with an icon if it means something."""
    return format_html('<span class="ew-badge tone-{}">{}{}</span>', tone, icon(icon_name) if icon_name else "", text)


@register.simple_tag
def urgency_badge(urgency: str) -> SafeString:
    """Say ◆ critical (filled red), ▲ urgent (orange), ● normal (grey) with its word."""
    return _badge(signs.sign(signs.URGENCY, urgency), "ew-badge-solid" if urgency == "critical" else "")


@register.simple_tag
def intent_badge(intent: str) -> SafeString:
    """What the message wants: help, complaint, consult and so on."""
    return _badge(signs.sign(signs.INTENT, intent), "ew-badge-line")


@register.simple_tag
def band_badge(band: str) -> SafeString:
    """How sure the reading of a message is: sure, look, must_look."""
    return _badge(signs.sign(signs.BAND, band))


@register.simple_tag
def clock_badge(
    state: str, due_at: datetime | None = None, amber_at: datetime | None = None, name: object = ""
) -> SafeString:
    """A clock: state (green, amber, red, supervised, suspended, met, missed), and the time left, kept true on the page.

    ``amber_at`` is the instant from which the badge turns amber by itself; ``name`` says which clock it is.
    """
    label = format_html('<span class="ew-muted">{}</span>', name) if name else ""
    inner = _clock_badge(state, due_at, amber_at)
    return format_html('<span class="ew-clock">{}{}</span>', label, inner) if name else inner


def _clock_badge(state: str, due_at: datetime | None, amber_at: datetime | None) -> SafeString:
    sign = signs.sign(signs.CLOCK, state)
    if due_at is None:
        return format_html(
            '<span class="ew-badge clock-badge tone-{}">{}{}</span>', sign.tone, icon(sign.icon), sign.word
        )
    return format_html(
        '<span class="ew-badge clock-badge tone-{}" data-clock="{}" data-due="{}" data-amber="{}" title="{}">'
        "{}<span data-clock-word>{}</span> <span data-due-text>{}</span></span>",
        sign.tone,
        state,
        due_at.isoformat(),
        amber_at.isoformat() if amber_at else "",
        clock.local(due_at).strftime("%Y-%m-%d %H:%M"),
        icon(sign.icon),
        sign.word,
        clock.local(due_at).strftime("%m-%d %H:%M"),
    )


@register.simple_tag
def stamp(at: datetime | None) -> SafeString:
    """An instant as the desk reads it: `05-03 周二 19:42` within a week of now, `04-11 19:42` this year, else with the year.

    No "today": a page left open over midnight would lie.
    """
    if at is None:
        return mark_safe('<span class="ew-muted ew-none">—</span>')
    local = clock.local(at)
    today = clock.today()
    day = local.strftime("%m-%d" if local.year == today.year else "%Y-%m-%d")
    if abs((local.date() - today).days) < _NEAR_DAYS:
        day = f"{day} {_WEEKDAYS[local.weekday()]}"
    return format_html(
        '<time class="ew-num ew-nowrap" datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        f"{local:%Y-%m-%d} {_WEEKDAYS[local.weekday()]} {local:%H:%M:%S}",
        f"{day} {local:%H:%M}",
    )


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """Keys to press, divided by spaces: `g m`."""
    return format_html_join(" ", '<kbd class="ew-kbd">{}</kbd>', ((key,) for key in keys.split()))


@register.inclusion_tag("kernel/components/field.html")
def field(bound: BoundField, help_text: str | None = None, **attrs: Any) -> dict[str, Any]:
    """A form field with label, help and all its errors, wired for screen readers.

    Further arguments become attributes of the control (`_` in a name becomes `-`), `help_text=""` leaves the help out:
    `{% field form.phone autocomplete="tel" %}`.
    """
    widget = bound.field.widget
    is_group = isinstance(widget, (RadioSelect, CheckboxSelectMultiple))
    is_tick = isinstance(widget, CheckboxInput)
    help_text = str(bound.help_text or "") if help_text is None else help_text
    described = [f"{bound.auto_id}-help"] if help_text else []
    described += [f"{bound.auto_id}-error-{number}" for number, _ in enumerate(bound.errors, 1)]
    given = {name.replace("_", "-"): value for name, value in attrs.items()}
    if not is_group and not is_tick:
        given.setdefault("class", "form-select" if isinstance(widget, Select) else "form-control")
    if described:
        given["aria-describedby"] = " ".join(described)
    if bound.errors:
        given["aria-invalid"] = "true"
    return {
        "bound": bound,
        "control": "" if is_group else bound.as_widget(attrs=given),
        "options": list(bound) if is_group else (),
        "is_group": is_group,
        "is_tick": is_tick,
        "help_text": help_text,
        "errors": list(bound.errors),
    }


@register.inclusion_tag("kernel/components/form_errors.html")
def form_errors(form: Form) -> dict[str, Any]:
    """All errors of a form at once, each a link to its field; for the top of the form."""
    named = [(form[name], error) for name, errors in form.errors.items() if name in form.fields for error in errors]
    return {
        "named": named,
        "general": list(form.non_field_errors()),
        "count": len(named) + len(form.non_field_errors()),
    }


@register.inclusion_tag("kernel/components/empty_state.html")
def empty_state(
    title: str, text: str = "", icon_name: str = "inbox", url: str = "", action: str = ""
) -> dict[str, str]:
    """What a list says when it is empty: what that means and what to do next."""
    return {"title": title, "text": text, "icon_name": icon_name, "url": url, "action": action}


@register.inclusion_tag("kernel/components/tile.html")
def tile(label: str, value: object, url: str = "", unit: str = "", note: str = "", **look: str) -> dict[str, object]:
    """A number of the board; `url` opens the rows behind it. Looks: `tone="critical" icon_name="flame"`."""
    return {"label": label, "value": value, "url": url, "unit": unit, "note": note, **look}


@register.inclusion_tag("kernel/components/steps.html")
def steps(items: list[dict[str, Any]]) -> dict[str, Any]:
    """A history, oldest first: dicts with title and, as known, at, by, text, tone, icon, state (done, now, ahead)."""
    return {"items": items}


@register.inclusion_tag("kernel/components/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Back and forth through a `Page`, keeping the filters of the address."""
    query = context["request"].GET.copy()

    def address(number: int) -> str:
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.simple_tag
def chart_data(data: dict[str, Any]) -> SafeString:
    """The JSON block of a chart (see `kernel/components/chart.html`), safe inside a script element."""
    text = json.dumps(data, ensure_ascii=False, default=str)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return format_html('<script type="application/json">{}</script>', mark_safe(escaped))  # noqa: S308 - escaped above


@register.inclusion_tag("kernel/components/chart.html")
def chart(title: str, data: dict[str, Any], note: str = "", height: str = "") -> dict[str, Any]:
    """A chart with its table. ``data``: kind (bar, line, stacked, ranking), categories, series [{name, values, tone}],
    unit, urls (one per category). State n and the as-of time in ``note``.
    """
    values = [series["values"] for series in data["series"]]
    return {
        "title": title,
        "data": data,
        "note": note,
        "height": height,
        "rows": list(zip(data["categories"], *values, strict=True)),
    }


@register.filter
def level_sign(message: Any) -> signs.Sign:
    """The sign of a Django message by its level."""
    return signs.sign(signs.MESSAGE_LEVEL, message.level_tag)


@register.filter
def place_in_words(place: object) -> str:
    """Where a problem is, as far as people can read it: the bare name of a field (``text``) is nothing to show."""
    said = str(place or "")
    return "" if _FIELD_NAME.fullmatch(said) else said


@register.simple_tag
def now_stamp() -> str:
    """The server's time, so that the page counts remaining times by it and not by the desk's own clock."""
    return clock.now().isoformat()
