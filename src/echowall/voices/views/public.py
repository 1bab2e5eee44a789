"""The residents' form: say what happened, get a ticket."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.client_address import client_address
from echowall.kernel.scope import as_system
from echowall.matters import queries as matters_queries
from echowall.places import queries as places_queries
from echowall.places.maps import map_of_office
from echowall.places.typeahead import PUBLIC_KINDS, find_places
from echowall.understanding.danger import default_rules
from echowall.understanding.normalise import plain_form

from .. import operations, queries
from ..channels.types import AttachmentRef, HeardMessage
from ..danger_words import PATTERN
from ..forms import SayForm
from ..models import Source
from .visits import busy_words, come_again, form_errors, grant_ticket, holds_ticket, slowed, wants_json

_MAP_SECONDS = 600
_LONGEST = 40  # letters of a place that are looked for
_DEFAULT = "-"  # in an address: the first office


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def say(request: HttpRequest, office_code: str = "") -> HttpResponse:
    """Show the form, or take what was said; a repeated try of the same phone gets the first one's ticket."""
    source = _source(office_code)
    if request.method != "POST":
        return _page(request, source, SayForm(initial={"client_key": str(uuid4())}))
    form = SayForm(request.POST, request.FILES)
    if not form.is_valid():
        return form_errors(form) if wants_json(request) else _page(request, source, form, status=422)
    key = form.key()
    ticket = queries.ticket_of_key(source.id, key)
    if not ticket:
        wait = slowed(request, is_danger=has_danger(form.cleaned_data["text"]))
        if wait:
            return _come_again(request, source, form, wait)
        ticket = _hear(request, source, form, key)
    grant_ticket(request, ticket)
    address = reverse("voices:said", args=[ticket])
    return JsonResponse({"redirect": address}, status=201) if wants_json(request) else HttpResponseRedirect(address)


@never_cache
@require_GET
def said(request: HttpRequest, ticket: str) -> HttpResponse:
    """Show the ticket large, how to follow it and what happens next, to whoever just got it."""
    message = queries.own_message(ticket)
    if message is None or not holds_ticket(request, message.ticket):
        return redirect(f"{reverse('voices:progress')}?ticket={ticket}")
    with as_system():
        source = Source.objects.select_related("office", "place").get(id=message.source_id)
        urgency = "critical" if has_danger(message.body) else "normal"
        promises = matters_queries.promises_at(str(source.place_path), message.heard_at, urgency=urgency)
    context = {
        "message": message, "code": "" if message.has_phone else queries.follow_up_code(message.ticket),
        "promises": {promise.clock: promise.last_minute for promise in promises}, "source": source,
        "has_danger": has_danger(message.body), "office_name": source.office.name,
    }  # fmt: skip
    return render(request, "voices/said.html", context)


@require_GET
def places(request: HttpRequest, office_code: str = "") -> JsonResponse:
    """Answer the place picker: ``{"results": [{"id", "name", "path", "lng", "lat"}]}``."""
    source = _source(office_code)
    found = find_places([source.office_id], request.GET.get("q", "")[:_LONGEST], kinds=PUBLIC_KINDS)
    response = JsonResponse({"results": [one.as_json() for one in found]})
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@require_GET
def places_map(request: HttpRequest, office_code: str = "") -> JsonResponse:
    """Answer the place picker's map: the office's compounds as GeoJSON."""
    source = _source(office_code)
    drawn = cache.get_or_set(f"voices.map.{source.office_id}", lambda: map_of_office(source.office_id), _MAP_SECONDS)
    response = JsonResponse(drawn)
    response.headers["Cache-Control"] = f"public, max-age={_MAP_SECONDS}"
    return response


def has_danger(text: str) -> bool:
    """Tell whether the text holds a sign of danger to life."""
    return any(sign.urgency == "critical" for sign in default_rules().find(plain_form(text), text))


def _source(office_code: str) -> Source:
    source = queries.public_source("" if office_code == _DEFAULT else office_code)
    if source is None:
        raise Http404
    return source


def _page(request: HttpRequest, source: Source, form: SayForm, *, status: int = 200, busy: str = "") -> HttpResponse:
    others = [s for s in queries.public_sources() if s.office_id != source.office_id]
    context: dict[str, Any] = {
        "form": form, "source": source, "office_name": source.office.name, "others": others, "busy": busy,
        "danger_pattern": PATTERN, "code": source.office.code or _DEFAULT,
        "center": f"{source.office.longitude},{source.office.latitude}" if source.office.longitude else "",
    }  # fmt: skip
    return render(request, "voices/say.html", context, status=status)


def _come_again(request: HttpRequest, source: Source, form: SayForm, wait: float) -> HttpResponse:
    if wants_json(request):
        return come_again(JsonResponse({"errors": {"__all__": [busy_words(wait)]}}), wait)
    return come_again(_page(request, source, form, busy=busy_words(wait)), wait)


def _hear(request: HttpRequest, source: Source, form: SayForm, key: str) -> str:
    data, at = form.cleaned_data, clock.now()
    position = form.position()
    extra = {"place_id": data["place"]} if _lies_in(source, data["place"]) else {}
    message = HeardMessage(
        channel=source.channel, key=key, text=data["text"], said_at=at, sender=data["name"].strip(),
        phone=data["phone"], place_text=form.whole_place(), attachments=attached(data["photos"]), extra=extra,
        latitude=position[0] if position else None, longitude=position[1] if position else None,
    )  # fmt: skip
    actor = Actor(kind="resident", name="居民", ip=client_address(request))
    (heard,) = operations.hear_messages(messages=[message], source=source, actor=actor, at=at)
    return heard.ticket


def attached(photos: list[Any]) -> tuple[AttachmentRef, ...]:
    """Return clean photos as attachments of a message, numbered in order."""
    return tuple(
        AttachmentRef("image", f"{number}.jpg", photo.media_type, size=len(photo.content), content=photo.content)
        for number, photo in enumerate(photos, 1)
    )


def _lies_in(source: Source, place_id: str) -> bool:
    return bool(place_id) and places_queries.place_in_office(UUID(place_id), source.office_id) is not None
