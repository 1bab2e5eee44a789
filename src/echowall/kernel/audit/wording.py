"""What the actions of the audit record are called on the page; the codes stay what is stored, filtered and exported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# An action is `app.subject.verb`: the last two parts have their words here. A code without a word is shown as it is.
SUBJECTS: Final[dict[str, str | Promise]] = {
    "account": _("账号"),
    "appointment": _("任职"),
    "attachment": _("附件"),
    "bulletin": _("简报"),
    "corrections": _("更正"),
    "data": _("个人信息"),
    "document": _("文书"),
    "event": _("办理记录"),
    "evidence": _("凭证"),
    "hold": _("保留"),
    "import": _("表格导入"),
    "keys": _("密钥"),
    "matter": _("事项"),
    "member": _("成员"),
    "message": _("留言"),
    "notice": _("通知"),
    "password": _("密码"),
    "phone": _("值班电话"),
    "place": _("地点"),
    "policy": _("政策口径"),
    "post": _("公开答复"),
    "register": _("台账"),
    "reporter": _("反映人"),
    "responsibilities": _("职责"),
    "secrets": _("密钥"),
    "source": _("渠道来源"),
    "team": _("专班"),
    "template": _("答复模板"),
    "token": _("令牌"),
    "transport": _("通道"),
    "view": _("视图"),
    "wall_post": _("公开答复"),
    "worker": _("人员"),
}
VERBS: Final[dict[str, str | Promise]] = {
    "accepted": _("受理"),
    "activated": _("启用"),
    "added": _("添加"),
    "answered": _("答复"),
    "appointed": _("任命"),
    "called_back": _("回访"),
    "cancelled": _("作废"),
    "changed": _("修改"),
    "checked": _("核查"),
    "closed": _("结案"),
    "corrected": _("更正"),
    "deactivated": _("停用"),
    "deleted": _("删除"),
    "destroyed": _("销毁"),
    "discarded": _("放弃"),
    "dispatched": _("派遣"),
    "document_drafted": _("拟稿文书"),
    "drafted": _("拟稿"),
    "ended": _("结束"),
    "edited": _("修改"),
    "errors_exported": _("导出错误行"),
    "escalated": _("升级提醒"),
    "evaluated": _("评价"),
    "exported": _("导出"),
    "taken_in": _("改表传回"),
    "failed": _("失败"),
    "fetched": _("下载"),
    "formed": _("组建"),
    "heard": _("收到"),
    "hidden": _("撤下"),
    "informed": _("告知进展"),
    "issued": _("签发"),
    "joint_done": _("协办完成"),
    "joint_requested": _("吹哨"),
    "loaded": _("导入"),
    "mapped": _("对应列"),
    "mapping_reset": _("重新对应列"),
    "merged": _("并案"),
    "move_offered": _("提出移交"),
    "move_refused": _("不同意移交"),
    "moved": _("移交"),
    "noted": _("备注"),
    "opened": _("立案"),
    "placed": _("设置"),
    "opinion_missed": _("没有取得第二意见"),
    "opinion_taken": _("听取第二意见"),
    "plan_set": _("报计划"),
    "progress": _("记进展"),
    "proposed": _("推荐公开"),
    "published": _("公开"),
    "reclassified": _("改类别"),
    "released": _("解除"),
    "removed": _("移出"),
    "renamed": _("改名"),
    "reopened": _("重办"),
    "repinned": _("改用新版工作法"),
    "reported_back": _("反馈办结"),
    "resumed": _("恢复"),
    "retried": _("重新理解"),
    "returned": _("退单"),
    "revised": _("修改"),
    "saved": _("保存"),
    "set": _("设置"),
    "split": _("拆分"),
    "started": _("开始"),
    "stopped": _("停用"),
    "supervised": _("督办"),
    "suspended": _("挂账"),
    "suspension_asked": _("申请挂账"),
    "tried_again": _("重发"),
    "understood": _("理解"),
    "undone": _("撤销"),
    "unmasked": _("查看完整信息"),
    "unmerged": _("撤销并案"),
    "voided": _("作废"),
    "withdrawn": _("撤回"),
}
# What an entry says beside: its keys; values that are codes of the register stay codes.
KEYS: Final[dict[str, str | Promise]] = {
    "added": _("新增"),
    "attempts": _("次数"),
    "bytes": _("字节"),
    "changed": _("改动"),
    "channel": _("渠道"),
    "count": _("数量"),
    "days": _("天数"),
    "error": _("错误"),
    "fields": _("项目"),
    "filters": _("条件"),
    "flags": _("提示"),
    "is_active": _("启用"),
    "is_lead": _("牵头"),
    "is_public": _("对外公布"),
    "kind": _("种类"),
    "known": _("已有"),
    "matter": _("事项"),
    "model": _("模型"),
    "name": _("名称"),
    "names": _("名称"),
    "new": _("新"),
    "place": _("地点"),
    "policy": _("工作法"),
    "problem": _("问题"),
    "record_only": _("只存档"),
    "register": _("台账"),
    "role": _("岗位"),
    "rows": _("行数"),
    "slug": _("公开编号"),
    "source": _("来源"),
    "title": _("标题"),
    "topic": _("类别"),
    "transport": _("通道"),
    "unclear": _("存疑"),
    "username": _("登录名"),
    "valid_from": _("生效"),
    "was": _("原状态"),
    "worker": _("人员"),
    "year": _("年份"),
}
STATES: Final[dict[str, str | Promise]] = {
    "proposed": _("待公开"), "published": _("已公开"), "hidden": _("已撤下"), "withdrawn": _("已撤回"),
    "reopened": _("已重办"),
}  # fmt: skip
# Stands in the sentence of the action already, or counts steps for the machine.
_UNSAID: Final = {"seq"}


def action_words(action: str) -> str:
    """Return what an action is called, ``事项 · 派遣``; the code itself where it has no words."""
    subject, _dot, verb = action.partition(".")[2].partition(".")
    if subject not in SUBJECTS or verb not in VERBS:
        return action
    return f"{SUBJECTS[subject]} · {VERBS[verb]}"


def detail_words(detail: Mapping[str, Any]) -> str:
    """Return the detail of an entry as people read it: its number first, then ``key: value``, without what says nothing
    (a state that stayed the same, the number of the step, empty values).
    """
    left = {key: value for key, value in detail.items() if key not in _UNSAID and value not in (None, "", [], {})}
    if left.get("from") == left.get("to"):
        left.pop("from", None)
        left.pop("to", None)
    number = [str(left.pop("number"))] if "number" in left else []
    if "from" in left and "to" in left:
        number.append(f"{left.pop('from')} → {left.pop('to')}")
    return " · ".join(number + [f"{KEYS.get(key, key)}: {value_words(value)}" for key, value in left.items()])


def value_words(value: Any) -> str:
    """Return a value of an entry as people read it; a code without words stays as it is."""
    if isinstance(value, (list, tuple)):
        return "、".join(value_words(one) for one in value)
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    return str(STATES.get(value, value)) if isinstance(value, str) else str(value)
