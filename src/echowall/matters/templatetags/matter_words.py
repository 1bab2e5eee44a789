"""Words of matters in templates: topics, why a team has a matter, how a part ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from echowall.kernel.topic_words import topic_label

register = template.Library()


@register.simple_tag
def topic(code: str) -> str:
    """The name of a topic in the reader's language."""
    return topic_label(code)


@register.simple_tag
def ended_how(word: str) -> str:
    """How a team's part in a matter ended."""
    words = {"returned": _("已退单"), "done": _("已完成"), "moved": _("已移交"), "replaced": _("已改派")}
    return words.get(word, word)


@register.simple_tag
def why_here(why: Mapping[str, Any]) -> SafeString:
    """The reasons of a routing as list items: which duty it rests on, at which place, who else could claim it."""
    suggested = why.get("suggested") or {}
    lines = []
    if why.get("by") == "hand":
        lines.append(_("由调度员指定"))
        if suggested.get("team_name"):
            lines.append(_("系统建议：%s") % suggested["team_name"])
    elif why.get("by") == "correction":
        lines.append(_("按留言更正改派"))
    elif why.get("by") == "table":
        lines.append(_("由调度员在表格里指定：%s") % why.get("reason", ""))
    elif why.get("by") == "joint":
        lines.append(_("吹哨：%s") % why.get("reason", ""))
    if "claimed_topic" in why:
        claimed = why["claimed_topic"]
        lines.append(
            _("职责：%(topic)s，范围 %(place)s")
            % {"topic": topic_label(claimed) if claimed else _("全部事项（兜底）"), "place": why.get("place", "")}
        )
    if why.get("critical_lead"):
        lines.append(_("危急事项，绿色通道牵头专班优先"))
    if why.get("equal_claims"):
        lines.append(_("同等职责的还有：%s") % "、".join(why["equal_claims"]))
    elif why.get("others"):
        lines.append(_("其次：%s") % "、".join(why["others"]))
    return format_html("{}", format_html_join("", "<li>{}</li>", ((line,) for line in lines)))
