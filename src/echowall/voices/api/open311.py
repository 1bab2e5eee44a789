"""Open311 GeoReport v2: what is open to the public, and only that. Formats: ``channels.open311``."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from echowall.kernel import clock
from echowall.kernel.client_address import client_address
from echowall.kernel.ids import normalise_ticket
from echowall.kernel.personal import unseal
from echowall.kernel.scope import as_system
from echowall.matters import queries as matters_queries
from echowall.matters.queries import PublicProgress
from echowall.places.models import Place
from echowall.understanding.redaction import redact
from echowall.understanding.topics import default_topics, topic_name

from .. import limits, operations, queries
from ..channels import open311
from ..channels.open311 import Open311Error, Open311RefusedError, Service, ServiceRequest
from ..channels.open311.answers import Format
from ..models import Message, Source
from ..models.messages import State
from ..models.sources import Channel
from .clients import client_actor

_CHUNK = 500
_FORMATS: tuple[Format, ...] = ("json", "xml")
_PLACES_SHOWN = (Place.Kind.COMMUNITY, Place.Kind.GRID, Place.Kind.COMPOUND)
_DEGREES = 3  # decimals: about 100 m, a compound and not a door


@lru_cache(maxsize=1)
def offered() -> dict[str, Service]:
    """Return the services: the leaves of the topic tree, by code."""
    topics = default_topics()
    parents = {topic.parent for topic in topics.values() if topic.parent}
    return {
        code: Service(code, topic.zh, topic_name(code), group=topic_name(topic.parent) if topic.parent else topic.zh)
        for code, topic in topics.items() if code not in parents
    }  # fmt: skip


def services(request: HttpRequest, form: str) -> HttpResponse:
    """GET services."""
    if fault := _fault_of_get(request, form):
        return fault
    return _answer(open311.services(offered().values(), _form(form)), form)


def service(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """GET services/[service_code]."""
    if fault := _fault_of_get(request, form):
        return fault
    found = offered().get(code)
    if found is None:
        return _errors([Open311Error(404, f"service_code {code!r} was not found", "service_code")], form)
    return _answer(open311.service_definition(found, _form(form)), form)


@csrf_exempt
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """GET and POST requests."""
    if form not in _FORMATS:
        return _unknown_format(form)
    try:
        if request.method == "POST":
            return _post(request, form)
        if request.method not in {"GET", "HEAD"}:
            return _errors([Open311Error(405, "only GET and POST are known here")], form, status=405)
        query = open311.read_query(_fields(request.GET), at=clock.now())
        with as_system():
            rows = _filtered(_visible(request), query)
            found = _described(_page(rows, query))
        return _answer(open311.requests(found, _form(form)), form)
    except Open311RefusedError as refused:
        return _errors(refused.errors, form)


def single(request: HttpRequest, request_id: str, form: str) -> HttpResponse:
    """GET requests/[service_request_id]."""
    if fault := _fault_of_get(request, form):
        return fault
    try:
        with as_system():
            found = _described(list(_visible(request).filter(ticket=normalise_ticket(request_id) or "-")))
    except Open311RefusedError as refused:
        return _errors(refused.errors, form)
    if not found:
        return _errors([Open311Error(404, f"service_request_id {request_id!r} was not found")], form)
    return _answer(open311.requests(found, _form(form)), form)


def token(request: HttpRequest, value: str, form: str) -> HttpResponse:
    """GET tokens/[token]: a post is answered with its id at once, so the id is its own token."""
    if fault := _fault_of_get(request, form):
        return fault
    try:
        with as_system():
            known = _visible(request).filter(ticket=normalise_ticket(value) or "-").values_list("ticket", flat=True)
            ticket = known.first()
    except Open311RefusedError as refused:
        return _errors(refused.errors, form)
    if ticket is None:
        return _errors([Open311Error(404, f"token {value!r} was not found")], form)
    return _answer(open311.token(ticket, value, _form(form)), form)


def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """The service discovery file."""
    if fault := _fault_of_get(request, form):
        return fault
    about = open311.Discovery(
        url=request.build_absolute_uri("/open311/v2"), changeset=clock.midnight(clock.today()),
        contact=request.build_absolute_uri("/"), key_service=request.build_absolute_uri("/"),
    )  # fmt: skip
    return _answer(open311.discovery(about, _form(form)), form)


def _post(request: HttpRequest, form: str) -> HttpResponse:
    fields, at = _fields(request.POST), clock.now()
    api_key = (request.POST.get("api_key") or request.GET.get("api_key") or "").strip()
    source = queries.source_by_token(api_key) if api_key else None
    if source is None:
        description = "api_key is not valid" if api_key else "api_key was not provided"
        raise Open311RefusedError((Open311Error(403, description, "api_key"),))
    _check_jurisdiction(request, source)
    wait = limits.wait_for("open311", f"{source.id}/{client_address(request)}", burst=600, per_second=20)
    if wait:
        response = _errors([Open311Error(429, "too many requests at once; try again later")], form, status=429)
        response.headers["Retry-After"] = str(int(wait) + 1)
        return response
    message = open311.read_post(fields, offered(), at=at, api_key=api_key)
    (heard,) = operations.hear_messages(messages=[message], source=source, actor=client_actor(request, source), at=at)
    posted = open311.Posted(service_request_id=heard.ticket)
    return _answer(open311.posted(posted, _form(form)), form, status=201 if heard.is_new else 200)


def _visible(request: HttpRequest) -> QuerySet[Message, Message]:
    """Return the requests this caller may read: its own source's with a key, else those of open Open311 sources."""
    api_key = request.GET.get("api_key", "").strip()
    rows = Message.objects.select_related("place__parent", "source__office")
    if api_key:
        source = queries.source_by_token(api_key)
        if source is None:
            raise Open311RefusedError((Open311Error(403, "api_key is not valid", "api_key"),))
        _check_jurisdiction(request, source)
        return rows.filter(source_id=source.id)
    jurisdiction = request.GET.get("jurisdiction_id", "").strip()
    open_sources = queries.public_sources(Channel.OPEN311)
    chosen = [s.id for s in open_sources if not jurisdiction or s.office.code == jurisdiction]
    if jurisdiction and not chosen:
        raise Open311RefusedError((_no_jurisdiction(jurisdiction),))
    return rows.filter(source_id__in=chosen)


def _check_jurisdiction(request: HttpRequest, source: Source) -> None:
    given = (request.POST.get("jurisdiction_id") or request.GET.get("jurisdiction_id") or "").strip()
    if given and given != source.office.code:
        raise Open311RefusedError((_no_jurisdiction(given),))


def _no_jurisdiction(given: str) -> Open311Error:
    return Open311Error(404, f"jurisdiction_id {given!r} was not found", "jurisdiction_id")


def _filtered(rows: QuerySet[Message, Message], query: open311.RequestQuery) -> QuerySet[Message, Message]:
    rows = rows.order_by("-said_at", "-id")
    if query.service_request_ids:
        return rows.filter(ticket__in=[normalise_ticket(one) for one in query.service_request_ids])
    rows = rows.filter(said_at__gte=query.start_at, said_at__lte=query.end_at)
    return rows.filter(extra__service_code__in=query.service_codes) if query.service_codes else rows


def _page(rows: QuerySet[Message, Message], query: open311.RequestQuery) -> list[Message]:
    """Return the messages of the page asked for; a status is asked of each before the pages are counted."""
    start = (query.page - 1) * query.page_size
    end = start + query.page_size
    if not query.statuses:
        return list(rows[start:end])
    ids: list[UUID] = []
    states = rows.values_list("id", "state")
    for at in itertools.count(0, _CHUNK):
        part = list(states[at : at + _CHUNK])
        progress = matters_queries.progress_of([one for one, _state in part], with_steps=False)
        ids += [one for one, state in part if _status(state, progress.get(one)) in query.statuses]
        if len(ids) >= end or len(part) < _CHUNK:
            break
    wanted = ids[start:end]
    found = rows.in_bulk(wanted)
    return [found[one] for one in wanted]


def _status(state: str, progress: PublicProgress | None) -> Literal["open", "closed"]:
    is_closed = progress.is_ended if progress else state == State.NOTED
    return "closed" if is_closed else "open"


def _described(messages: Sequence[Message]) -> list[ServiceRequest]:
    found = matters_queries.progress_of([m.id for m in messages], with_steps=False)
    return [_request(message, found.get(message.id)) for message in messages]


def _request(message: Message, progress: PublicProgress | None) -> ServiceRequest:
    code = str(message.extra.get("service_code") or message.topic or "other")
    public = redact(_without_reporter(message))
    return ServiceRequest(
        service_request_id=message.ticket, status=_status(message.state, progress),
        status_notes=progress.title if progress else "", service_code=code, service_name=topic_name(code),
        # What may still point at somebody is left out until a person has looked.
        description="" if public.flags else public.text, requested_datetime=message.said_at,
        updated_datetime=progress.updated_at if progress else message.heard_at,
        expected_datetime=progress.due_at if progress else None,
        agency_responsible=message.source.office.name, address=_area(message.place),
        lat=None if message.latitude is None else round(message.latitude, _DEGREES),
        long=None if message.longitude is None else round(message.longitude, _DEGREES),
    )  # fmt: skip


def _without_reporter(message: Message) -> str:
    """Return the words as said, without the name and number the reporter gave.

    The masked text would not do: it ends in the four digits that open the progress page.
    """
    if message.words_destroyed_at is not None:
        return message.body
    text = unseal("message", message.body_sealed)
    for kind, sealed in (("name", message.sender_sealed), ("phone", message.phone_sealed)):
        known = unseal(kind, sealed) if sealed is not None else ""
        if len(known) > 1:
            text = text.replace(known, _("某居民") if kind == "name" else _("[电话]"))
    return text


def _area(place: Place) -> str:
    """Return the place down to the compound; a door or building is nobody's business."""
    at: Place | None = place
    while at is not None and at.kind not in _PLACES_SHOWN and at.kind != Place.Kind.OFFICE:
        at = at.parent
    return at.name if at is not None else ""


def _fields(given: object) -> dict[str, list[str]]:
    return dict(cast("Iterable[tuple[str, list[str]]]", given.lists()))  # type: ignore[attr-defined]


def _form(form: str) -> Format:
    return "xml" if form == "xml" else "json"


def _fault_of_get(request: HttpRequest, form: str) -> HttpResponse | None:
    if form not in _FORMATS:
        return _unknown_format(form)
    if request.method not in {"GET", "HEAD"}:
        return _errors([Open311Error(405, "only GET is known here")], form, status=405)
    return None


def _unknown_format(form: str) -> HttpResponse:
    return _errors([Open311Error(404, f"format {form!r} is not one of: json, xml")], "json", status=404)


def _answer(body: bytes, form: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=open311.CONTENT_TYPES[_form(form)])


def _errors(found: Sequence[Open311Error], form: str, *, status: int = 0) -> HttpResponse:
    return _answer(open311.errors(found, _form(form)), form, status=status or open311.status_of(found))


urlpatterns = [
    path("open311/v2/services.<str:form>", services),
    path("open311/v2/services/<path:code>.<str:form>", service),
    path("open311/v2/requests.<str:form>", requests),
    path("open311/v2/requests/<str:request_id>.<str:form>", single),
    path("open311/v2/tokens/<str:value>.<str:form>", token),
    path("open311/v2/discovery.<str:form>", discovery),
    path("open311/discovery.<str:form>", discovery),
]
