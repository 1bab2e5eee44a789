"""The register of papers."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from echowall.kernel.register import Column, Register, choice_filter, date_filter

from .models import Document
from .rules import KINDS

DOCUMENTS = Register(
    name="documents",
    title=_("文书"),
    permission="matters.see",
    base=lambda _actor: Document.objects.defer("text"),
    order="-drafted_at",
    link=lambda d: reverse("documents:detail", args=[d.id]),
    columns=(
        Column("number", _("文号"), lambda d: d.number, width=24),
        Column("kind", _("种类"), lambda d: KINDS[d.kind].name, width=12),
        Column("title", _("标题"), lambda d: d.title, width=40),
        Column("state", _("状态"), lambda d: d.get_state_display(), width=10),
        Column("drafted_at", _("拟稿时间"), lambda d: d.drafted_at, "instant", sort="drafted_at", width=17),
        Column("issued_at", _("签发时间"), lambda d: d.issued_at, "instant", sort="issued_at", width=17),
        Column("issued_by", _("签发人"), lambda d: d.issued_by_name, width=12),
    ),
    filters=(
        choice_filter("kind", _("种类"), "kind", [(k, kind.name) for k, kind in KINDS.items()]),
        choice_filter("state", _("状态"), "state", Document.State.choices),
        date_filter("since", _("从"), "drafted_at"),
        date_filter("until", _("到"), "drafted_at", until=True),
    ),
)
