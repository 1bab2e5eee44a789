"""Every route x every role x two streets: nobody is shown a row or a word of another street, and nothing breaks.

The list of routes is taken from the router itself, so a new page is walked without anybody remembering to; a route with
a parameter that this test cannot fill fails until ``Street ids`` below knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.cast import EVENING, Cast, Street

from echowall.kernel import clock, scope
from echowall.kernel.ids import new_id
from echowall.kernel.models import Progress, SavedView
from echowall.matters import operations as matters
from echowall.people.models import Worker
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import hear_messages
from echowall.voices.sweeping import sweep_pending

ROLES = ("duty", "dispatcher", "handler", "community", "leader", "inspector", "administrator")
# Frames and libraries of others, whose pages show nothing of ours; and what signs in or out.
# The live stream gives back its database connection, which is this test's own: command/tests/test_live.py walks it.
SKIPPED = ("account/", "i18n/", "styleguide/", "static/", "desk/live/")


def _routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for item in patterns:
        route = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from _routes(item.url_patterns, route)
        elif isinstance(item, URLPattern):
            yield route, dict(item.pattern.converters)


def walkable() -> list[tuple[str, dict[str, Any]]]:
    """Return every route of the program with its converters."""
    return [(r, c) for r, c in _routes(get_resolver().url_patterns) if not r.lstrip("^").startswith(SKIPPED)]


class Told:
    """One street with something of everything in it, all marked by a word that nobody else may read."""

    def __init__(self, street: Street, word: str) -> None:
        self.street, self.word = street, word
        duty = street.actor("duty")
        said = HeardMessage(channel="hotline", key=f"k-{word}", text=f"{word}家里断药了,降压药没有了", phone="13800001234",
                            sender=f"王{word}", place_text=street.building.address, said_at=EVENING)  # fmt: skip
        (heard,) = hear_messages(messages=[said], source=street.hotline, actor=duty, at=EVENING)
        with scope.as_system():
            while sweep_pending(at=EVENING):
                pass
            matter = matters.open_from_message(message_id=heard.id, actor=duty, at=EVENING, title=f"{word}断药")
            if matter.state == "opened":
                matters.dispatch_matter(matter_id=matter.id, team_id=street.medical.id, actor=duty, at=EVENING)
            work = Progress.objects.create(
                id=new_id(), kind="export", title=word, owner_id=street.duty.id, started_at=EVENING
            )
            view = SavedView.objects.create(id=new_id(), register="matters", name=word, owner_id=street.duty.id,
                                            office_id=street.office.id, created_at=EVENING)  # fmt: skip
        self.ids: dict[str, Any] = {
            "matter_id": matter.id, "message_id": heard.id, "worker_id": street.duty.id, "team_id": street.medical.id,
            "place_id": street.building.id, "source_id": street.hotline.id, "progress_id": work.id, "work_id": work.id,
            "view_id": view.id, "name": "matters", "register": "matters", "ticket": heard.ticket, "code": street.office.code,
            "office_code": street.office.code,
        }  # fmt: skip

    def address(self, route: str, converters: dict[str, Any]) -> str:
        """Return the route with this street's own ids."""
        address = route
        for name, converter in converters.items():
            value = self.ids.get(name, uuid4() if "UUID" in type(converter).__name__ else "x1")
            kind = type(converter).__name__.replace("Converter", "").lower().replace("string", "str")
            address = address.replace(f"<{kind}:{name}>", str(value)).replace(f"<{name}>", str(value))
        return "/" + address.lstrip("^").rstrip("$")


@pytest.fixture
def told(cast: Cast) -> tuple[Told, Told]:
    return Told(cast.fuhua, "甲街暗号"), Told(cast.songshan, "乙街暗号")


def _content(response: Any) -> str:
    if getattr(response, "streaming", False):
        response.close()
        return ""
    return response.content.decode(errors="replace")


class TestRouteWalk:
    @pytest.mark.parametrize("role", ROLES)
    def test_shows_nothing_of_the_other_street(self, told: tuple[Told, Told], role: str) -> None:
        routes = walkable()
        assert len(routes) > 25
        for own, other in (told, told[::-1]):
            client = Client(raise_request_exception=False)
            worker: Worker = getattr(own.street, role)
            client.force_login(worker)
            faults = []
            with clock.fixed(EVENING):
                for route, converters in routes:
                    for side in (own, other):
                        address = side.address(route, converters)
                        for method in ("get", "post"):
                            response = getattr(client, method)(address)
                            text = _content(response)
                            if response.status_code >= 500:
                                faults.append(f"{method} {address}: {response.status_code}")
                            if other.word in text:
                                faults.append(f"{method} {address}: shows {other.word}")
            assert not faults, f"{role}:\n" + "\n".join(faults)

    def test_visitor_is_sent_to_sign_in_or_sees_public_pages_only(self, told: tuple[Told, Told]) -> None:
        client = Client(raise_request_exception=False)
        faults = []
        with clock.fixed(EVENING):
            for route, converters in walkable():
                for side in told:
                    address = side.address(route, converters)
                    response = client.get(address)
                    if response.status_code >= 500:
                        faults.append(f"{address}: {response.status_code}")
                    if "暗号" in _content(response):
                        faults.append(f"{address}: shows a street's word to a visitor")
                    if address.startswith("/desk/") and response.status_code == 200:
                        faults.append(f"{address}: open to visitors")
        assert not faults, "\n".join(faults)
