"""The inbox and the page of one message: looked at, put right, handed on, by keyboard alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem, Refusal
from echowall.kernel.middleware import actor_of
from echowall.kernel.register import listing_for
from echowall.kernel.register.operations import filters_shown
from echowall.kernel.register.views import saved_views
from echowall.kernel.signs import INTENT, URGENCY
from echowall.kernel.topic_words import topic_choices, topic_label
from echowall.places import queries as places_queries
from echowall.understanding.topics import default_topics

from .. import operations, queries
from ..models import Message
from ..queries.matter_desk import MatterDesk, matter_desk
from ..registers import MESSAGES
from .reading import shown_reading

_QUEUE = "voices_queue"  # in the session: which queue the duty officer is clearing


def inbox(request: HttpRequest) -> HttpResponse:
    """Show the messages, with the queues as tabs."""
    actor = actor_of(request)
    listing = listing_for(MESSAGES, actor, request.GET.dict())
    if request.session.get(_QUEUE, "") != listing.given.get("tab", ""):
        request.session[_QUEUE] = listing.given.get("tab", "")
    context: dict[str, Any] = {"listing": listing, "register": MESSAGES, "views": saved_views(MESSAGES, actor)}
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return render(request, "kernel/register/fragment.html", context)
    context |= {
        "filters": filters_shown(MESSAGES, actor, listing),
        "queues": queries.queues(),
        "tab": listing.given.get("tab", ""),
    }
    return render(request, "voices/inbox.html", context)


def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show one message with everything needed to decide on it."""
    actor_of(request).require("voices.see")
    return render(request, "voices/message.html", _context(request, _found(message_id)))


def _found(message_id: UUID) -> Message:
    row = Message.objects.select_related("place__parent", "source", "loaded").filter(id=message_id).first()
    if row is None:
        raise NotFound(Problem("message_unknown", _("没有这条留言，或不在您的职责范围内"), value=str(message_id)))
    return row


def _queue(request: HttpRequest) -> str:
    asked = request.GET.get("tab") or request.POST.get("tab")
    return str(asked if asked is not None else request.session.get(_QUEUE, ""))


def _context(request: HttpRequest, row: Message) -> dict[str, Any]:
    actor, queue = actor_of(request), _queue(request)
    desk = matter_desk()
    matter = desk.of_message(row.id) if desk else None
    may_correct = actor.may("voices.correct", row.place_path)
    following = queries.next_in_queue(row, queue)
    return {
        "message": row,
        "reading": shown_reading(row),
        "queue": queue,
        "queue_title": queries.QUEUES[queue][0] if queue in queries.QUEUES else _("全部"),
        "next_url": _address(following.id, queue) if following else "",
        "previous_url": _address(before.id, queue) if (before := queries.previous_in_queue(row, queue)) else "",
        "intents": [(str(n), code, sign) for n, (code, sign) in enumerate(INTENT.items(), 1)],
        "urgencies": _urgencies(row.urgency),
        "topics": topic_choices(),
        "topic_name": topic_label(row.topic) if row.topic else "",
        "matter": matter,
        "alike": desk.alike(row.id) if desk and matter is None else [],
        "copies": queries.copies_of(row),
        "earlier": queries.of_phone(row.phone_index, but=row),
        "attachments": list(row.attachments.all()),
        "parked": _parked(row),
        "may_correct": may_correct,
        "may_open": actor.may("matters.open", row.place_path) and matter is None,
        "may_unmask": actor.may("personal.unmask", row.place_path),
    }


def _urgencies(now: str) -> list[dict[str, Any]]:
    """The three urgencies; the one after the present one is what the key changes to."""
    names = list(URGENCY)
    following = names[(names.index(now) + 1) % len(names)] if now in names else "urgent"
    return [{"code": n, "sign": URGENCY[n], "is_now": n == now, "is_next": n == following} for n in names]


def _parked(row: Message) -> Any:
    from ..models import Pending

    return Pending.objects.filter(message=row).exclude(error="").first()


def _address(message_id: UUID, queue: str) -> str:
    return reverse("voices:message", args=[message_id]) + (f"?{urlencode({'tab': queue})}" if queue else "")


def _onward(request: HttpRequest, row: Message) -> HttpResponse:
    """Go to the next message of the queue, or back to the inbox when it is empty."""
    queue = _queue(request)
    following = queries.next_in_queue(row, queue)
    if following is not None:
        return redirect(_address(following.id, queue))
    notes.success(request, _("这一队列已经清空"))
    return redirect(reverse("voices:inbox") + (f"?{urlencode({'tab': queue})}" if queue else ""))


def correct(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Put right intent, topic, urgency or place; with ``confirm`` alone: it is right as it stands, on to the next."""
    row = _found(message_id)
    changes = {name: request.POST[name] for name in ("intent", "urgency") if request.POST.get(name)}
    if request.POST.get("topic"):
        changes["topic"] = _topic_code(request.POST["topic"])
    place = None
    if request.POST.get("place"):
        place = places_queries.place_in_office(_uuid(request.POST["place"]), row.office_id)
        if place is None:
            raise NotFound(
                Problem("place_unknown", _("本街道没有这个地点"), place=_("地点"), value=request.POST["place"])
            )
    operations.correct_message(message=row, changes=changes, place=place, actor=actor_of(request), at=clock.now())
    if "confirm" in request.POST:
        return _onward(request, row)
    address = _address(row.id, _queue(request))
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _topic_code(said: str) -> str:
    said = said.strip()
    by_name = {name: code for code, name in topic_choices()}
    if said in by_name or said in by_name.values():
        return by_name.get(said, said)
    last = [code for code, topic in default_topics().items() if said in (topic.zh, topic.en)]
    if len(last) == 1:
        return last[0]
    raise InvalidInput(
        Problem("topic_unknown", _("没有这个类别"), place=_("类别"), value=said, fix=_("从列表里选一个"))
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput(Problem("id_invalid", _("编号不对"), value=text)) from None


def note(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Keep the message on record without a matter, on to the next."""
    row = _found(message_id)
    operations.note_message(message=row, actor=actor_of(request), at=clock.now())
    notes.success(request, _("%(ticket)s 已记录，不立事项") % {"ticket": row.ticket})
    return _onward(request, row)


def try_again(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Have a parked message understood anew."""
    row = _found(message_id)
    operations.try_again(message=row, actor=actor_of(request), at=clock.now())
    notes.info(request, _("已重新排队，稍后自动理解"))
    return redirect(_address(row.id, _queue(request)))


def _desk() -> MatterDesk:
    desk = matter_desk()
    if desk is None:
        raise Refusal(Problem("matters_missing", _("本系统没有启用事项办理")))
    return desk


def open_matter(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Open a matter from the message, on to the next."""
    row = _found(message_id)
    card = _desk().open_from_message(message_id=row.id, actor=actor_of(request), at=clock.now())
    notes.success(request, _("%(ticket)s 已立事项 %(number)s") % {"ticket": row.ticket, "number": card.number})
    return _onward(request, row)


def join_matter(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Hang the message on an open matter, on to the next."""
    row = _found(message_id)
    matter_id = _uuid(request.POST.get("matter", ""))
    card = _desk().join(message_id=row.id, matter_id=matter_id, actor=actor_of(request), at=clock.now())
    notes.success(request, _("%(ticket)s 已并入事项 %(number)s") % {"ticket": row.ticket, "number": card.number})
    return _onward(request, row)


def unmask(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show phone, name or words in clear, for this one answer; never cached."""
    row = _found(message_id)
    values = operations.unmask_message(
        message_id=row.id,
        fields=set(request.POST.getlist("fields")),
        reason=request.POST.get("reason", ""),
        actor=actor_of(request),
        at=clock.now(),
    )
    context = {"unmasked": values, "message": row, "may_unmask": True}
    if request.headers.get("HX-Request"):
        answer = render(request, "voices/message_unmask.html", context)
    else:
        answer = render(request, "voices/message.html", _context(request, row) | context)
    answer["Cache-Control"] = "no-store"
    return answer
