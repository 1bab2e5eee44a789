"""Pasting a block copied from a chat group: split, looked at, filed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem
from echowall.kernel.middleware import actor_of
from echowall.understanding.redaction import mask

from .. import operations, queries
from ..channels.pasted import LAYOUTS, PastedResult
from ..models import Message, Source
from ..models.sources import Channel
from ..operations.pasting import Pasted, split_paste

REASONS = {
    "system": gettext_lazy("系统提示"),
    "recalled": gettext_lazy("撤回的消息"),
    "separator": gettext_lazy("日期分隔线"),
    "time": gettext_lazy("时间行"),
    "unclear": gettext_lazy("没有认出"),
}
LAYOUT_NAMES = {
    "name_time": gettext_lazy("名字 时间，下一行文字（微信、企业微信、钉钉）"),
    "time_name": gettext_lazy("时间 名字，下一行文字（QQ）"),
    "name_over_time": gettext_lazy("名字一行、时间一行，下面文字"),
    "time_line": gettext_lazy("时间 名字：文字，在一行"),
    "tabbed": gettext_lazy("时间、名字、文字用制表符分开"),
    "name_block": gettext_lazy("名字加冒号，下一行文字"),
    "one_line": gettext_lazy("名字：文字"),
    "screen": gettext_lazy("时间、名字、文字各一行（截图识别）"),
    "whole": gettext_lazy("整段作为一条留言"),
}
_SHOWN = 300


def paste(request: HttpRequest) -> HttpResponse:
    """Show the form; split what was pasted; file it when asked to."""
    actor = actor_of(request)
    actor.require("voices.hear")
    groups = queries.sources_for(actor, Channel.PASTED, "voices.hear")
    context: dict[str, Any] = {
        "groups": groups,
        "layouts": [(name, LAYOUT_NAMES.get(name, LAYOUTS[name])) for name in LAYOUTS],
        "chosen": request.POST.get("source") or request.GET.get("source") or request.session.get("voices_group", ""),
        "reference": _local(clock.now()),
        "text": request.POST.get("text", ""),
        "layout": request.POST.get("layout", ""),
        "record_only": bool(request.POST.get("record_only")),
    }
    if request.method != "POST":
        return render(request, "voices/paste.html", context)
    try:
        source = _source(groups, request.POST.get("source", ""))
        pasted = _pasted(request)
        context["reference"] = request.POST.get("reference") or context["reference"]
        request.session["voices_group"] = str(source.id)
        # Ctrl+Enter presses no button: it files. Only htmx and the button named so ask for a look.
        if request.POST.get("do") != "preview" and not request.headers.get("HX-Request"):
            return _file(request, source, pasted)
        context |= {"preview": _preview(source, split_paste(source, pasted))}
    except InvalidInput as refusal:
        context["problems"] = refusal.problems
    is_fragment = bool(request.headers.get("HX-Request"))
    template = "voices/paste_preview.html" if is_fragment else "voices/paste.html"
    return render(request, template, context, status=422 if context.get("problems") else 200)


def _local(at: datetime) -> str:
    return clock.local(at).strftime("%Y-%m-%dT%H:%M")


def _source(groups: list[Source], chosen: str) -> Source:
    for source in groups:
        if str(source.id) == chosen:
            return source
    raise InvalidInput(Problem("source_missing", _("请选择是哪个群"), place=_("来源"), value=chosen))


def _instant(written: str) -> datetime:
    at = datetime.fromisoformat(written).replace(tzinfo=clock.SHANGHAI)
    clock.day_of(at.date().isoformat())
    return at


def _pasted(request: HttpRequest) -> Pasted:
    written = request.POST.get("reference", "")
    try:
        reference = _instant(written) if written else clock.now()
    except ValueError:
        raise InvalidInput(
            Problem(
                "reference_invalid", _("看不懂复制时间"), place=_("复制时间"), value=written, fix="2022-05-03T21:10"
            )
        ) from None
    return Pasted(request.POST.get("text", ""), reference, request.POST.get("layout") or None)


def _preview(source: Source, split: PastedResult) -> dict[str, Any]:
    keys = [one.message.key for one in split.messages]
    known = set(Message.objects.filter(source=source, key__in=keys).values_list("key", flat=True))
    rows = [
        {
            "line": one.first_line,
            "at": one.message.said_at,
            "sender": one.message.sender,
            "text": mask(one.message.text),
            "attachments": [a.kind for a in one.message.attachments],
            "is_known": one.message.key in known,
        }
        for one in split.messages[:_SHOWN]
    ]
    left = [(line.number, line.text, REASONS.get(line.reason, line.reason)) for line in split.skipped]
    return {
        "rows": rows,
        "count": len(keys),
        "new_count": sum(key not in known for key in keys),
        "more_count": max(len(keys) - _SHOWN, 0),
        "skipped": left[:_SHOWN],
        "skipped_count": len(left),
        "unclear": [(line.number, mask(line.text)) for line in split.unclear],
        "layout": split.layout,
        "layout_name": LAYOUT_NAMES.get(split.layout, LAYOUTS.get(split.layout, split.layout)),
    }


def _file(request: HttpRequest, source: Source, pasted: Pasted) -> HttpResponse:
    filed = operations.file_pasted(
        source=source,
        pasted=pasted,
        record_only=bool(request.POST.get("record_only")),
        actor=actor_of(request),
        at=clock.now(),
    )
    new, known = filed.loaded.new_count, filed.loaded.known_count
    if new:
        told = ngettext("已归档 %(new)d 条新留言", "已归档 %(new)d 条新留言", new) % {"new": new}
        notes.success(request, told + (_("，另有 %(known)d 条此前已有，没有重复") % {"known": known} if known else ""))
    else:
        notes.info(request, _("这 %(known)d 条此前都已归档，没有新增") % {"known": known})
    return redirect("voices:paste")


def import_source(source_id: UUID) -> Source:
    """Return a source within what may be seen.

    Raises:
        NotFound: there is none.
    """
    source = Source.objects.filter(id=source_id).first()
    if source is None:
        raise NotFound(Problem("source_unknown", _("没有这个来源，或不在您的职责范围内"), value=str(source_id)))
    return source
