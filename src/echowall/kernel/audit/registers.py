"""The register of the audit record."""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _

from ..models import AuditEntry
from ..register import Column, Filter, Register, date_filter

AUDIT = Register(
    name="audit",
    title=_("审计"),
    permission="audit.see",
    base=lambda _actor: AuditEntry.objects.all(),
    order="-at",
    columns=(
        Column("at", _("时间"), lambda e: e.at, "instant", sort="at", width=17),
        Column("actor", _("谁"), lambda e: e.actor_name, width=14),
        Column("action", _("做了什么"), lambda e: e.action, width=30),
        Column("subject", _("对象"), lambda e: f"{e.subject_kind} {e.subject_id[:18]}", width=30),
        Column("reason", _("理由"), lambda e: e.reason, width=30),
        Column("detail", _("详情"), lambda e: json.dumps(e.detail, ensure_ascii=False)[:200], "long", width=50),
        Column("ip", "IP", lambda e: e.ip, width=16, in_list=False),
    ),
    filters=(
        Filter("action", _("动作"), lambda rows, text: rows.filter(action__startswith=text), "text"),
        Filter("subject", _("对象编号"), lambda rows, text: rows.filter(subject_id=text), "text"),
        Filter("who", _("谁"), lambda rows, text: rows.filter(actor_name=text), "text"),
        date_filter("since", _("从"), "at"),
        date_filter("until", _("到"), "at", until=True),
    ),
)
