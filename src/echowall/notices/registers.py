"""The register of the outbox."""

from __future__ import annotations

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from echowall.kernel.register import Column, Filter, Register, choice_filter, date_filter
from echowall.kernel.register.definition import Rows

from .models import Notice, TransportKind

_FORMER = ("waiting", "sending")


def _transport(notice: Notice) -> str:
    known = dict(TransportKind.choices)
    said = str(known.get(notice.transport, notice.transport))
    return f"{said} · {_now('未接通道，只记日志')}" if notice.carried_by == "console" != notice.transport else said


def _result(notice: Notice) -> str:
    receipt = "" if notice.carried_by == "console" else notice.receipt  # the log's line number tells nobody anything
    parts = [notice.error or receipt]
    if notice.doubtful_count:
        parts.append(_now("可能重复 %d 次") % notice.doubtful_count)
    return " · ".join(p for p in parts if p)


def _by_result(rows: Rows, text: str) -> Rows:
    if text == "pending":
        return rows.filter(state__in=_FORMER)
    return rows.filter(doubtful_count__gt=0) if text == "doubtful" else rows.filter(carried_by="console")


NOTICES = Register(
    name="notices",
    title=_("发件箱"),
    permission="matters.see",
    base=lambda _actor: Notice.objects.all(),
    order="-queued_at",
    tone=lambda n: "tone-critical" if n.state == Notice.State.FAILED else "",
    empty=_("答复和进展告知会出现在这里。"),
    columns=(
        Column("queued_at", _("时间"), lambda n: n.queued_at, "instant", sort="queued_at", width=17),
        Column("state", _("状态"), lambda n: n.get_state_display(), width=12),
        Column("transport", _("通道"), _transport, width=16),
        Column("address", _("收件"), lambda n: n.address_masked, width=10),
        Column("text", _("内容"), lambda n: n.text[:60], width=60),
        Column("attempts", _("次数"), lambda n: n.attempts, "number", width=8),
        Column("next_at", _("下次"), lambda n: n.next_at, "instant", width=17),
        Column("result", _("结果"), _result, width=40),
        Column("sent_at", _("送出"), lambda n: n.sent_at, "instant", width=17, in_list=False),
    ),
    filters=(
        choice_filter("state", _("状态"), "state", Notice.State.choices),
        choice_filter("transport", _("通道"), "transport", TransportKind.choices),
        Filter(
            "result",
            _("结果"),
            _by_result,
            "choice",
            lambda _actor: [("pending", _("未送出")), ("doubtful", _("可能重复")), ("console", _("只记日志"))],
        ),
        date_filter("since", _("从"), "queued_at"),
        date_filter("until", _("到"), "queued_at", until=True),
    ),
)
