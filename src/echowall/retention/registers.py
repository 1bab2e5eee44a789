"""The register of what was destroyed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from echowall.kernel.register import Column, Register, date_filter

from .kinds import KINDS
from .models import Destruction

SEALED_NAMES = {
    "phone": _("电话"),
    "name": _("姓名"),
    "message": _("留言原文"),
    "file": _("照片和文件"),
    "address": _("收件地址"),
    "reading": _("识别结果"),
    "note": _("备注里的号码"),
    "transport": _("通道的密码"),
    "source": _("来源的密码"),
}


def kind_name(kind: str) -> str:
    """Return how a kind of data is called; for keys, which kind they sealed."""
    if kind.startswith("keys:"):
        sealed = kind.removeprefix("keys:")
        return f"{_('密钥')} {SEALED_NAMES.get(sealed, sealed)}"
    return str(KINDS[kind].title) if kind in KINDS else kind


DESTRUCTIONS = Register(
    name="destructions",
    title=_("销毁记录"),
    permission="retention.see",
    base=lambda _actor: Destruction.objects.all(),
    order="-at",
    columns=(
        Column("at", _("时间"), lambda d: d.at, "instant", sort="at", width=17),
        Column("kind", _("种类"), lambda d: kind_name(d.kind), width=14),
        Column("count", _("数量"), lambda d: d.count, "number", sort="count", width=8),
        Column("held", _("保留"), lambda d: d.held_count, "number", width=8),
        Column("reason", _("理由"), lambda d: d.reason, width=24),
        Column("before", _("此前结束"), lambda d: d.closed_before, "instant", width=17),
        Column("policy", _("依据"), lambda d: d.policy, width=28),
        Column("by", _("谁"), lambda d: d.by_name, width=12),
    ),
    filters=(date_filter("since", _("从"), "at"), date_filter("until", _("到"), "at", until=True)),
    empty=_("还没有销毁过任何信息。"),
)
