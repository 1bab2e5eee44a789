"""The menu of the desk: one list for the frame, the keyboard and the route walk."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from echowall.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """One menu entry: route name, what it says, icon name, the letter after ``g`` that opens it, who may."""

    route: str
    label: object
    icon: str
    key: str
    permission: str
    group: object = ""


MENU = (
    Entry("command:board", _("一张图"), "layout-dashboard", "b", "matters.see", _("总览")),
    Entry("voices:inbox", _("留言"), "message", "v", "voices.see", _("听")),
    Entry("voices:hotline", _("热线登记"), "phone", "h", "voices.hear", _("听")),
    Entry("voices:paste", _("群聊粘贴"), "clipboard-text", "p", "voices.hear", _("听")),
    Entry("voices:imports", _("表格导入"), "table-import", "i", "voices.import", _("听")),
    Entry("matters:list", _("事项"), "list-check", "m", "matters.see", _("办")),
    Entry("matters:mine", _("待我办"), "user-check", "t", "matters.see", _("办")),
    Entry("matters:callbacks", _("回访"), "phone-check", "c", "matters.call_back", _("办")),
    Entry("notices:list", _("发件箱"), "mail", "n", "matters.see", _("办")),
    Entry("documents:list", _("文书"), "file-text", "d", "matters.see", _("办")),
    Entry("wall:moderate", _("回音壁"), "building-community", "w", "wall.moderate", _("公开")),
    Entry("command:bulletins", _("简报"), "report", "r", "matters.see", _("统计")),
    Entry("command:rankings", _("排名"), "chart-bar", "k", "matters.see", _("统计")),
    Entry("command:suspicious", _("疑似不实"), "eye-exclamation", "s", "matters.supervise", _("统计")),
    Entry("places:tree", _("地点"), "map", "l", "places.manage", _("管理")),
    Entry("people:accounts", _("人员账号"), "users", "u", "people.manage", _("管理")),
    Entry("teams:list", _("专班"), "users-group", "e", "teams.manage", _("管理")),
    Entry("voices:sources", _("渠道来源"), "antenna", "o", "voices.manage_sources", _("管理")),
    Entry("notices:transports", _("通道设置"), "send", "x", "settings.manage", _("管理")),
    Entry("retention:overview", _("到期销毁"), "hourglass", "y", "retention.see", _("管理")),
    Entry("kernel:audit", _("审计"), "shield-check", "a", "audit.see", _("管理")),
)


def entries(actor: Actor) -> list[tuple[Entry, str]]:
    """Return the entries this actor may open, with their addresses, in menu order."""
    found = []
    for entry in MENU:
        if not actor.may(entry.permission):
            continue
        try:
            found.append((entry, reverse(entry.route)))
        except NoReverseMatch:
            continue
    return found
