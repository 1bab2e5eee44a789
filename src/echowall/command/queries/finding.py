"""Finding anything: a number, a ticket, a phone or its last four digits, a place, or words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from echowall.kernel.actors import Actor
from echowall.kernel.ids import normalise_ticket
from echowall.kernel.personal import blind_index
from echowall.kernel.search import matching
from echowall.matters.models import Matter
from echowall.places.models import Place, PlaceAlias
from echowall.voices.channels.phones import phone_of
from echowall.voices.models import Message

from .counting import rows_address

SHOWN = 12
_NUMBER = re.compile(r"^\d{3,6}-\d{6}-\d{1,6}$")


@dataclass(slots=True)
class Found:
    """What was found. ``exact`` is the address of the one thing that the words name without doubt, or ""."""

    matters: list[Matter]
    messages: list[Message]
    places: list[Place]
    exact: str = ""
    matters_url: str = ""
    messages_url: str = ""


def find_anything(actor: Actor, text: str) -> Found:
    """Return what ``text`` finds within the scope, the newest first. A whole phone number is looked up by its blind index."""
    words = text.strip()
    if len(words) < 2:
        return Found([], [], [])
    if _NUMBER.match(words):
        matter = Matter.objects.filter(number=words).first()
        if matter:
            return Found([matter], [], [], exact=reverse("matters:detail", args=[matter.id]))
    ticket = normalise_ticket(words)
    if ticket:
        return _of_messages(actor, Q(ticket=ticket), {"q": ticket})
    digits = re.sub(r"[\s\-+]", "", words)
    if digits.isdigit() and len(digits) >= 7:
        index = blind_index("phone", phone_of(digits)[0] or digits)
        found = _of_messages(actor, Q(phone_index=index), {"phone": index.hex()})
        return found if found.messages else _by_words(actor, words)
    if digits.isdigit() and len(digits) == 4:
        found = _of_messages(actor, Q(phone_tail=digits), {"tail": digits})
        by_words = _by_words(actor, words)
        return Found(
            _merged(found.matters, by_words.matters),
            found.messages,
            by_words.places,
            matters_url=by_words.matters_url,
            messages_url=found.messages_url,
        )
    return _by_words(actor, words)


def _merged(first: list[Matter], second: list[Matter]) -> list[Matter]:
    return list({m.id: m for m in (*first, *second)}.values())[:SHOWN]


def _messages(actor: Actor) -> bool:
    return actor.may("voices.see")


def _of_messages(actor: Actor, condition: Q, query: dict[str, str]) -> Found:
    rows = Message.objects.filter(condition).select_related("place").order_by("-said_at")
    messages = list(rows[:SHOWN])
    matters = Matter.objects.filter(reports__message_id__in=[m.id for m in messages]).select_related(
        "place", "lead_team"
    )
    shown = messages if _messages(actor) else []
    return Found(
        list(matters.order_by("-opened_at")[:SHOWN]),
        shown,
        [],
        messages_url=rows_address("messages", query) if shown else "",
    )


def _by_words(actor: Actor, words: str) -> Found:
    matters = matching(Matter.objects.select_related("place", "lead_team"), words).order_by("-opened_at")[:SHOWN]
    messages = (
        matching(Message.objects.select_related("place"), words).order_by("-said_at")[:SHOWN]
        if _messages(actor)
        else []
    )
    query = urlencode({"q": words})
    return Found(
        list(matters),
        list(messages),
        _places(actor, words),
        matters_url=f"{reverse('matters:list')}?{query}",
        messages_url=f"{reverse('command:messages')}?{query}" if _messages(actor) else "",
    )


def _places(actor: Actor, words: str) -> list[Place]:
    within = Q(pk__in=[])
    for grant in actor.grants:
        within |= Q(path__under=grant.path)
    named = (
        Q(name__icontains=words)
        | Q(address__icontains=words)
        | Q(id__in=PlaceAlias.objects.filter(name__icontains=words).values("place_id"))
    )
    kinds = ("community", "grid", "compound", "building", "facility")
    return list(Place.objects.filter(within, named, kind__in=kinds, is_active=True).order_by("path")[:SHOWN])
