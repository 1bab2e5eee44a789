"""The signs of the screens: what each urgency, clock and intent looks like. Always three signs: word, shape, colour."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Sign:
    """A word, a shape (icon name) and a colour (tone: critical, urgent, ok, warn, supervised, info, quiet)."""

    word: Text
    icon: str
    tone: str


URGENCY = {
    "critical": Sign(_("危急"), "square-rotated-filled", "critical"),
    "urgent": Sign(_("紧急"), "triangle-filled", "urgent"),
    "normal": Sign(_("一般"), "point-filled", "quiet"),
}

CLOCK = {
    "green": Sign(_("按时"), "clock", "ok"),
    "amber": Sign(_("将到期"), "clock-exclamation", "warn"),
    "red": Sign(_("已超时"), "alert-hexagon-filled", "critical"),
    "supervised": Sign(_("督办"), "gavel", "supervised"),
    "suspended": Sign(_("挂账"), "clock-pause", "quiet"),
    "met": Sign(_("按时完成"), "circle-check", "ok"),
    "missed": Sign(_("超时完成"), "circle-x", "quiet"),
}

INTENT = {
    "help": Sign(_("求助"), "hand-stop", "info"),
    "complaint": Sign(_("投诉"), "message-report", "info"),
    "consult": Sign(_("咨询"), "question-mark", "info"),
    "vent": Sign(_("吐槽"), "mood-sad", "info"),
    "suggest": Sign(_("建议"), "writing", "info"),
    "praise": Sign(_("点赞"), "thumb-up", "info"),
    "volunteer": Sign(_("志愿"), "heart", "info"),
    "other": Sign(_("其他"), "dots", "info"),
}

BAND = {
    "sure": Sign(_("有把握"), "circle-check", "quiet"),
    "look": Sign(_("请看一眼"), "eye", "warn"),
    "must_look": Sign(_("必须人工看"), "eye-exclamation", "urgent"),
}

MESSAGE_LEVEL = {
    "error": Sign(_("错误"), "alert-hexagon-filled", "critical"),
    "warning": Sign(_("注意"), "alert-triangle", "warn"),
    "success": Sign(_("完成"), "circle-check", "ok"),
    "info": Sign(_("提示"), "info-circle", "info"),
    "debug": Sign(_("提示"), "info-circle", "quiet"),
}


def sign(signs: dict[str, Sign], name: str) -> Sign:
    """Return the sign of ``name``; a name nobody drew a sign for is shown as it is, in grey."""
    return signs.get(name) or Sign(name, "circle", "quiet")
