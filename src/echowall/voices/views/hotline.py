"""Taking a call: what is known of the caller and the place stands there while the worker still types."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem, Refusal
from echowall.kernel.middleware import actor_of
from echowall.kernel.personal import blind_index
from echowall.kernel.signs import URGENCY
from echowall.kernel.topic_words import topic_label
from echowall.places import queries as places_queries
from echowall.places.models import Place
from echowall.understanding.danger import default_rules
from echowall.understanding.pipeline import understand

from .. import queries
from ..calls import Call, take_call
from ..channels.phones import phone_of
from ..models import Message, Source
from ..models.sources import Channel
from ..queries.matter_desk import matter_desk
from ..understanding import gazetteer_of

_LONGEST = 5_000


def hotline(request: HttpRequest) -> HttpResponse:
    """Show the form; take the call."""
    actor = actor_of(request)
    actor.require("voices.hear")
    lines = queries.sources_for(actor, Channel.HOTLINE, "voices.hear")
    context: dict[str, Any] = {"lines": lines, "urgencies": URGENCY.items(), "given": request.POST}
    if request.method != "POST":
        return render(request, "voices/hotline.html", context)
    try:
        call = _call(request, lines)
    except Refusal as refusal:
        if _wants_json(request):
            return JsonResponse({"errors": {p.place or "__all__": [p.message] for p in refusal.problems}}, status=422)
        return render(request, "voices/hotline.html", context | {"problems": refusal.problems}, status=422)
    taken_message = take_call(call=call, actor=actor, at=clock.now())
    address = reverse("voices:hotline_taken", args=[taken_message.id])
    return JsonResponse({"redirect": address}) if _wants_json(request) else redirect(address)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _call(request: HttpRequest, lines: list[Source]) -> Call:
    """Read the form; every problem at once."""
    problems = []
    line = next((one for one in lines if str(one.id) == request.POST.get("line")), lines[0] if lines else None)
    if line is None:
        problems.append(Problem("line_missing", _("还没有热线来源，请管理员添加"), place="line"))
    text = request.POST.get("text", "").strip()
    if not text:
        problems.append(Problem("text_missing", _("请记下来电内容"), place="text"))
    elif len(text) > _LONGEST:
        problems.append(Problem("text_too_long", _("内容超过 5000 字"), place="text", value=str(len(text))))
    written = request.POST.get("phone", "").strip()
    phone, fault = phone_of(written) if written else ("", "")
    if fault:
        problems.append(
            Problem(
                "phone_unreadable",
                _("电话不像一个号码"),
                place="phone",
                value=written,
                fix=_("写 11 位手机号或带区号的座机，没有就留空"),
            )
        )
    urgency = request.POST.get("urgency", "")
    if urgency and urgency not in URGENCY:
        problems.append(Problem("value_unknown", _("没有这个取值"), place="urgency", value=urgency))
    if problems or line is None:
        raise InvalidInput(problems)
    return Call(
        line=line, key=request.POST.get("client_key", "").strip()[:100], phone=phone, text=text, urgency=urgency,
        sender=request.POST.get("sender", "").strip()[:40], place=_place(request, line),
        place_text=request.POST.get("place_text", "").strip()[:200],
    )  # fmt: skip


def _place(request: HttpRequest, line: Source | None) -> Place | None:
    try:
        place_id = UUID(request.POST.get("place", ""))
    except ValueError:
        return None
    return places_queries.place_in_office(place_id, line.office_id) if line is not None else None


def caller(request: HttpRequest) -> HttpResponse:
    """Show, while typing, open matters of this phone and this place and earlier calls; the number is in no address."""
    actor = actor_of(request)
    actor.require("voices.hear")
    lines = queries.sources_for(actor, Channel.HOTLINE, "voices.hear")
    written = request.POST.get("phone", "").strip()
    phone, fault = phone_of(written) if written else ("", "")
    index = blind_index("phone", phone) if phone and not fault else None
    place = _place(request, lines[0] if lines else None)
    desk = matter_desk()
    is_known = index is not None or place is not None
    context = {
        "matters": desk.open_here(phone_index=index, place_path=place.path if place else "")
        if desk and is_known
        else [],
        "earlier": queries.of_phone(index),
        "is_known": is_known,
        "place": place,
    }
    return render(request, "voices/hotline_caller.html", context)


def reading(request: HttpRequest) -> HttpResponse:
    """Show, while typing, what the words are understood to say; nothing is stored."""
    actor = actor_of(request)
    actor.require("voices.hear")
    text = "\n".join(
        p for p in (request.POST.get("text", "")[:_LONGEST], request.POST.get("place_text", "")[:200]) if p
    )
    lines = queries.sources_for(actor, Channel.HOTLINE, "voices.hear")
    if not text.strip() or not lines:
        return render(request, "voices/hotline_reading.html", {})
    said = understand(
        text,
        sent_at=clock.local(clock.now()),
        gazetteer=gazetteer_of(lines[0].office_id),
        context_place_id=str(lines[0].place_id),
    )
    names = {rule.code: rule.zh for rule in default_rules().rules}
    context = {
        "said": said,
        "topic": topic_label(said.topic.value),
        "dangers": [(names.get(d.code, d.code), "、".join(e.words for e in d.evidence)) for d in said.danger],
    }
    return render(request, "voices/hotline_reading.html", context)


def taken(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show the ticket to be read back to the caller."""
    actor_of(request).require("voices.hear")
    row = Message.objects.select_related("place").filter(id=message_id, channel=Channel.HOTLINE).first()
    if row is None:
        raise NotFound(Problem("message_unknown", _("没有这条留言，或不在您的职责范围内"), value=str(message_id)))
    desk = matter_desk()
    context = {
        "message": row,
        "matter": desk.of_message(row.id) if desk else None,
        "topic": topic_label(row.topic) if row.topic else "",
    }
    return render(request, "voices/hotline_taken.html", context)
