"""Bulletins, rankings and the definitions of the figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from echowall.documents.printing import pdf_from
from echowall.kernel import clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem
from echowall.kernel.middleware import actor_of
from echowall.kernel.register import listing_for
from echowall.places.choices import communities
from echowall.places.models import Place
from echowall.voices.models import Source

from .. import operations
from ..bulletins import definition, definitions
from ..figures import FIGURES
from ..models import Bulletin
from ..queries.composing import Subject, compose
from ..queries.counting import Period
from ..queries.ranking import RATES, ranking
from ..registers import BULLETINS
from ..settings import value_in_force


def _language() -> str:
    return "en" if get_language() == "en" else "zh"


def _day(asked: Mapping[str, str], name: str, otherwise: date) -> date:
    text = asked.get(name, "").strip()
    try:
        return clock.day_of(text) if text else otherwise
    except ValueError:
        raise InvalidInput(Problem("date_invalid", _("日期请写成 2022-05-03"), place=name, value=text)) from None


def _usual(span: str) -> Period:
    """Return the days that a bulletin of this span is usually about: yesterday, or the seven days up to yesterday."""
    yesterday = clock.today() - timedelta(days=1)
    return Period(yesterday - timedelta(days=0 if span == "day" else 6), yesterday)


def _office(actor: Actor) -> Place:
    """Return the office for which the actor works: the first one of their appointments."""
    for grant in actor.grants:
        place = Place.objects.select_related("office").filter(path=grant.path).first()
        office = place.office if place is not None else None
        if office is not None:
            return office
    raise NotFound(Problem("office_unknown", _("您的任职不属于任何街道")))


def _subject(asked: Mapping[str, str], span: str, actor: Actor) -> Subject:
    usual = _usual(span)
    assert usual.since is not None and usual.until is not None  # noqa: S101, PT018 - made so above; for the type checker
    until = _day(asked, "until", usual.until)
    since = (
        until if span == "day" else until - timedelta(days=6) if span == "week" else _day(asked, "since", usual.since)
    )
    community = _community(asked["community"], actor) if asked.get("community") else None
    office = _office(actor)
    source = _source(asked["source"], office) if asked.get("source") else None
    return Subject(office, Period(since, until), community, source)


def _community(path: str, actor: Actor) -> Place:
    if path not in dict(communities(actor)):
        raise NotFound(Problem("community_unknown", _("没有这个社区，或不在您的职责范围内"), value=path[:80]))
    return Place.objects.get(path=path)


def _source(text: str, office: Place) -> Source:
    try:
        found = Source.objects.filter(id=UUID(text), office=office).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(Problem("source_unknown", _("本街道没有这个来源"), value=text[:80]))
    return found


@require_GET
def bulletins(request: HttpRequest) -> HttpResponse:
    """Show the kinds of bulletins and those that were issued."""
    actor = actor_of(request)
    listing = listing_for(BULLETINS, actor, request.GET.dict())
    kinds = [{"id": one.id, "name": one.name(_language()), "span": one.span} for one in definitions().values()]
    return render(request, "command/bulletins.html", {"kinds": kinds, "listing": listing, "register": BULLETINS})


@require_GET
def draft(request: HttpRequest, kind: str) -> HttpResponse:
    """Show a bulletin as it stands now, with every figure leading to its rows."""
    actor = actor_of(request)
    actor.require("matters.see")
    chosen = definition(kind)
    asked = request.GET.dict()
    subject = _subject(asked, chosen.span, actor)
    sources = list(Source.objects.filter(office=subject.office).order_by("name"))
    if chosen.needs_source and subject.source is None and sources:
        subject = Subject(subject.office, subject.period, subject.community, sources[0])
    content = compose(chosen, subject, actor, clock.now())
    context = {
        "kind": kind,
        "definition": chosen,
        "document": content[_language()],
        "subject": subject,
        "sources": sources,
        "communities": communities(actor),
        "may_issue": actor.may("bulletins.issue", subject.office.path),
    }
    return render(request, "command/bulletin_draft.html", context)


@require_POST
def issue(request: HttpRequest, kind: str) -> HttpResponse:
    """Issue a bulletin."""
    actor = actor_of(request)
    subject = _subject(request.POST.dict(), definition(kind).span, actor)
    issued = operations.issue_bulletin(kind=kind, subject=subject, actor=actor, at=clock.now())
    return redirect("command:bulletin", issued.id)


def _issued(request: HttpRequest, bulletin_id: UUID) -> Bulletin:
    actor_of(request).require("matters.see")
    found = Bulletin.objects.filter(id=bulletin_id).first()
    if found is None:
        raise NotFound(Problem("bulletin_unknown", _("没有这期简报，或不在您的职责范围内"), value=str(bulletin_id)))
    return found


@require_GET
def bulletin(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Show an issued bulletin as it was."""
    found = _issued(request, bulletin_id)
    return render(request, "command/bulletin.html", {"bulletin": found, "document": found.content[_language()]})


@require_GET
def bulletin_pdf(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Give an issued bulletin on paper."""
    found = _issued(request, bulletin_id)
    document = found.content[_language()]
    number = f"〔{found.year}〕第{found.number}期"
    made = pdf_from(
        title=f"{found.title} {number}", head=document["title"], lines=_lines(document, number), foot=document["office"]
    )
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="bulletin-{found.year}-{found.number}.pdf"'
    return response


def _lines(document: dict[str, Any], number: str) -> list[str]:
    lines = [f"{number}  {document['period']}", ""]
    for section in document["sections"]:
        lines += [section["heading"]] if section["heading"] else []
        lines.append("".join(part["text"] + part.get("note", "") for part in section["segments"]))
        if section["table"]:
            unit = section["table"]["unit"]
            lines.append(
                "；".join(f"{line['name']} {line['count']}{unit}" for line in section["table"]["lines"]) + "。"
            )
        lines.append("")
    lines += [_("口径：")] + [f"{d['title']}（n={d['n']}）：{d['definition']}" for d in document["definitions"]]
    return [*lines, "", _("截至 %s") % document["as_of"][:16].replace("T", " ")]


@require_GET
def rankings(request: HttpRequest) -> HttpResponse:
    """Show teams or communities in order of their rates."""
    actor = actor_of(request)
    asked = request.GET.dict()
    until = _day(asked, "until", clock.today())
    since = _day(asked, "since", until - timedelta(days=6))
    by = asked.get("by", "team")
    lines = ranking(actor, by, Period(since, until), language=_language())
    weights = [(FIGURES[c].title, float(value_in_force(f"weight_{c.removesuffix('_rate')}", until))) for c in RATES]
    context = {
        "lines": lines,
        "by": by,
        "since": since,
        "until": until,
        "figures": [FIGURES[c] for c in RATES],
        "weights": weights,
        "at_least": value_in_force("ranking_at_least", until),
        "as_of": clock.now(),
    }
    return render(request, "command/rankings.html", context)


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Show what every figure counts."""
    actor_of(request).require("matters.see")
    return render(request, "command/figures.html", {"figures": FIGURES.values()})
