"""The register of the audit record."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..models import AuditEntry
from ..register import Column, Filter, Register, date_filter
from ..register.definition import Rows
from .wording import SUBJECTS, VERBS, action_words, detail_words, value_words


def _by_action(rows: Rows, text: str) -> Rows:
    """Entries of an action: the beginning of its code, or a word that its words hold (派遣)."""
    if text.isascii():
        return rows.filter(action__startswith=text)
    subjects = [f".{code}." for code, word in SUBJECTS.items() if text in str(word)]
    verbs = [f".{code}" for code, word in VERBS.items() if text in str(word)]
    asked = Q(pk__in=())
    for part in subjects:
        asked |= Q(action__contains=part)
    for part in verbs:
        asked |= Q(action__endswith=part)
    return rows.filter(asked)


AUDIT = Register(
    name="audit",
    title=_("审计"),
    permission="audit.see",
    base=lambda _actor: AuditEntry.objects.all(),
    order="-at",
    columns=(
        Column("at", _("时间"), lambda e: e.at, "instant", sort="at", width=17),
        Column("actor", _("谁"), lambda e: e.actor_name, width=14),
        Column("action", _("做了什么"), lambda e: action_words(e.action), width=30),
        Column("code", _("动作代码"), lambda e: e.action, width=30, in_list=False),
        Column(
            "subject",
            _("对象"),
            lambda e: f"{SUBJECTS.get(e.subject_kind, e.subject_kind)} {e.subject_id[:18]}",
            width=30,
        ),
        Column("reason", _("理由"), lambda e: value_words(e.reason), width=30),
        Column("detail", _("详情"), lambda e: detail_words(e.detail)[:200], "long", width=50),
        Column("ip", "IP", lambda e: e.ip, width=16, in_list=False),
    ),
    filters=(
        Filter("action", _("动作"), _by_action, "text"),
        Filter("subject", _("对象编号"), lambda rows, text: rows.filter(subject_id=text), "text"),
        Filter("who", _("谁"), lambda rows, text: rows.filter(actor_name=text), "text"),
        date_filter("since", _("从"), "at"),
        date_filter("until", _("到"), "at", until=True),
    ),
)
