"""What the steps of a matter are called on the screen."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echowall.kernel.signs import Sign

from .models import HistoryEvent

STEPS: Final[dict[str, Sign]] = {
    "opened": Sign(gettext_lazy("立案"), "circle-plus", "info"),
    "dispatched": Sign(gettext_lazy("派遣"), "send", "info"),
    "accepted": Sign(gettext_lazy("受理"), "check", "ok"),
    "returned": Sign(gettext_lazy("退单"), "arrow-back-up", "urgent"),
    "informed": Sign(gettext_lazy("告知进展"), "message-circle", "info"),
    "progress": Sign(gettext_lazy("处置进展"), "progress-check", "info"),
    "plan_set": Sign(gettext_lazy("制定计划"), "calendar", "info"),
    "reclassified": Sign(gettext_lazy("重新归类"), "tag", "warn"),
    "suspension_asked": Sign(gettext_lazy("申请挂账"), "clock-pause", "warn"),
    "suspended": Sign(gettext_lazy("挂账"), "clock-pause", "warn"),
    "resumed": Sign(gettext_lazy("恢复办理"), "clock", "info"),
    "move_offered": Sign(gettext_lazy("申请移交"), "arrows-exchange", "warn"),
    "move_refused": Sign(gettext_lazy("不予接收"), "ban", "urgent"),
    "moved": Sign(gettext_lazy("移交"), "arrows-exchange", "info"),
    "joint_requested": Sign(gettext_lazy("吹哨联办"), "users-group", "info"),
    "joint_done": Sign(gettext_lazy("协办完成"), "check", "ok"),
    "reported_back": Sign(gettext_lazy("反馈办结"), "clipboard-check", "ok"),
    "checked": Sign(gettext_lazy("核查"), "checklist", "ok"),
    "answered": Sign(gettext_lazy("答复"), "message", "ok"),
    "called_back": Sign(gettext_lazy("回访"), "phone-check", "info"),
    "closed": Sign(gettext_lazy("结案"), "circle-check", "ok"),
    "reopened": Sign(gettext_lazy("重新办理"), "rotate", "urgent"),
    "evaluated": Sign(gettext_lazy("评价"), "star", "info"),
    "merged": Sign(gettext_lazy("并案"), "git-merge", "quiet"),
    "unmerged": Sign(gettext_lazy("撤销并案"), "arrows-split", "quiet"),
    "split": Sign(gettext_lazy("拆分"), "arrows-split", "quiet"),
    "repinned": Sign(gettext_lazy("改用新工作法"), "book", "warn"),
    "cancelled": Sign(gettext_lazy("作废"), "trash", "urgent"),
    "supervised": Sign(gettext_lazy("督办"), "gavel", "supervised"),
    "escalated": Sign(gettext_lazy("时限升级"), "alarm", "critical"),
    "document_drafted": Sign(gettext_lazy("拟制文书"), "file-text", "supervised"),
    "noted": Sign(gettext_lazy("备注"), "note", "quiet"),
}

_TO: Final = {
    "dispatcher": gettext_lazy("调度员"),
    "handler": gettext_lazy("承办人"),
    "team_lead": gettext_lazy("专班负责人"),
    "duty_leader": gettext_lazy("带班领导"),
    "street_leader": gettext_lazy("街道主要领导"),
    "district_duty": gettext_lazy("区值班室"),
}
_CLOCKS: Final = {
    "assign": gettext_lazy("当日交办"),
    "inform": gettext_lazy("三日告知"),
    "solve": gettext_lazy("七日办结"),
    "complex": gettext_lazy("一个月办结"),
    "close": gettext_lazy("销号"),
    "accept": gettext_lazy("受理"),
    "reassign": gettext_lazy("重新派遣"),
    "callback": gettext_lazy("回访"),
    "plan_node": gettext_lazy("计划节点"),
}
_SOLVED: Final = {"yes": gettext_lazy("已解决"), "no": gettext_lazy("未解决"), "unreached": gettext_lazy("未联系上")}


def step_title(event: HistoryEvent) -> str:
    """Return what a step is called, with the outcome where a step has one."""
    word = str(STEPS[event.kind].word) if event.kind in STEPS else event.kind
    if event.kind == "checked":
        return f"{word} · {_('通过') if event.body.get('passed') else _('不通过')}"
    if event.kind == "called_back":
        return f"{word} · {_SOLVED.get(str(event.body.get('solved')), '')}"
    if event.kind == "dispatched":
        return f"{word} → {event.body.get('team_name', '')}"
    return word


def step_text(event: HistoryEvent) -> str:
    """Return what a step says in words: the reason, note or text, and what it concerned."""
    body = event.body
    parts = [str(body[name]) for name in ("reason", "cause", "text", "note") if body.get(name)]
    parts += _particulars(event.kind, body)
    return "\n".join(parts)


def _particulars(kind: str, body: dict[str, Any]) -> list[str]:
    if kind == "dispatched" and (body.get("why") or {}).get("by") == "route":
        return [_("按职责分工自动派遣")]
    if kind == "joint_requested":
        return [_("协办：%s") % "、".join(body.get("team_names", ()))]
    if kind in {"move_offered", "moved"}:
        return [_("移交至 %s") % body.get("to_office_name", "")]
    if kind == "merged":
        return [_("并入 %s") % body.get("into_number", "")]
    if kind == "split":
        return [_("拆出 %s") % body.get("part_number", "")]
    if kind == "plan_set":
        return [f"{on} {what}" for on, what in (body.get("what") or {}).items()]
    if kind == "reclassified":
        return [
            f"{name}: {(body.get('was') or {}).get(name, '')} → {now}" for name, now in (body.get("now") or {}).items()
        ]
    if kind == "escalated":
        base, _colon, node = str(body.get("clock", "")).partition(":")
        clock_name = f"{_CLOCKS.get(base, base)} {node}".strip()
        word = _("将到期") if "amber" in str(body.get("step", "")) else _("已超期")
        to = _TO.get(str((body.get("arguments") or {}).get("to", "")), "")
        return [f"{clock_name} {word}" + (f" → {to}" if to else "")]
    if kind == "document_drafted":
        return [str(body.get("number", ""))]
    if kind == "suspended" and body.get("until"):
        return [_("至 %s") % str(body["until"])[:10]]
    return []
