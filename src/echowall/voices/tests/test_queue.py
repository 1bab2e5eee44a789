"""The queues that are worked off: the critical first, then what waits the longest."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.voices import queries
from echowall.voices.channels.types import HeardMessage
from echowall.voices.models import Message
from echowall.voices.operations import hear_messages
from echowall.voices.sweeping import sweep_pending

# name -> urgency, said so many minutes before EVENING, due so many hours after it
WAITING = {
    "new normal": ("normal", 1, None),
    "old normal": ("normal", 90, None),
    "urgent, due tomorrow": ("urgent", 80, 12),
    "urgent, old": ("urgent", 70, None),
    "new critical": ("critical", 2, None),
}
IN_ORDER = ["new critical", "urgent, old", "urgent, due tomorrow", "old normal", "new normal"]


@pytest.fixture
def waiting(cast: Cast) -> dict[str, Message]:
    """Messages that wait to be looked at, by name."""
    street = cast.fuhua
    said = [
        HeardMessage(channel="web", key=name, text=f"请问{name}", said_at=EVENING - timedelta(minutes=ago))
        for name, (_urgency, ago, _due) in WAITING.items()
    ]
    hear_messages(messages=said, source=street.web, actor=street.actor("duty"), at=EVENING)
    sweep_pending(at=EVENING)
    with scope.as_system():
        for name, (urgency, _ago, due) in WAITING.items():
            until = EVENING + timedelta(hours=due) if due else None
            Message.objects.filter(key=name).update(
                urgency=urgency, needed_by_at=until, band="must_look", state="heard"
            )
        return {row.key: row for row in Message.objects.filter(key__in=WAITING)}


class TestWorkedOffQueue:
    def test_list_shows_the_critical_first_then_the_longest_waiting(
        self, cast: Cast, client: Client, waiting: dict[str, Message]
    ) -> None:
        client.force_login(cast.fuhua.duty)
        page = client.get(reverse("voices:inbox") + "?tab=must_look").content.decode()
        assert sorted(IN_ORDER, key=lambda name: page.index(waiting[name].ticket)) == IN_ORDER
        assert "危急的在前" in page
        assert "危急的在前" not in client.get(reverse("voices:inbox")).content.decode()

    def test_what_is_closed_need_not_be_looked_at(self, cast: Cast, waiting: dict[str, Message]) -> None:
        with scope.as_system():
            before = {queue.name: queue.count for queue in queries.queues()}
            Message.objects.filter(id=waiting["old normal"].id).update(state="handled")
            Message.objects.filter(id=waiting["new normal"].id).update(state="handled", band="look")
            after = {queue.name: queue.count for queue in queries.queues()}
        assert (before["must_look"] - after["must_look"], before["look"], after["look"]) == (2, 0, 0)

    def test_an_order_that_is_asked_for_stands(self, cast: Cast, client: Client, waiting: dict[str, Message]) -> None:
        client.force_login(cast.fuhua.duty)
        page = client.get(reverse("voices:inbox") + "?tab=must_look&order=-said_at").content.decode()
        assert page.index(waiting["new normal"].ticket) < page.index(waiting["new critical"].ticket)

    def test_next_and_previous_walk_in_the_order_of_the_list(self, cast: Cast, waiting: dict[str, Message]) -> None:
        with scope.active(cast.fuhua.actor("duty").scope):
            for before, after in itertools.pairwise(IN_ORDER):
                assert queries.next_in_queue(waiting[before], "must_look") == waiting[after]
                assert queries.previous_in_queue(waiting[after], "must_look") == waiting[before]
            assert queries.next_in_queue(waiting[IN_ORDER[-1]], "must_look") == waiting[IN_ORDER[0]]
            assert queries.previous_in_queue(waiting[IN_ORDER[0]], "must_look") is None

    def test_all_messages_walk_from_the_newest_to_the_oldest(self, cast: Cast, waiting: dict[str, Message]) -> None:
        with scope.active(cast.fuhua.actor("duty").scope):
            assert queries.next_in_queue(waiting["new normal"], "") == waiting["new critical"]
            assert queries.previous_in_queue(waiting["new critical"], "") == waiting["new normal"]
