"""The second opinion in the running system, against a real HTTP server on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import EVENING, Cast
from tests.opinion_server import opinion, served

from echowall.kernel import scope
from echowall.kernel.models import AuditEntry
from echowall.matters import operations as matters_operations
from echowall.matters import queries as matters_queries
from echowall.matters.models import Report
from echowall.matters.reactions import take_message
from echowall.understanding import pipeline
from echowall.understanding.types import Band, Guess
from echowall.voices.asking import ask_next
from echowall.voices.channels.types import HeardMessage
from echowall.voices.models import Message, PendingOpinion, Reading
from echowall.voices.operations import correct_message, hear_messages, mark_filed, mark_handled
from echowall.voices.sweeping import sweep_pending

TEXT = "我是张大勇，电话13812345678，三号楼楼下的音箱太吵，请来看看"
LATER = EVENING + timedelta(minutes=5)


class Doubting:
    """A model that answers the same for every message."""

    version = "doubting"

    def __init__(self, intent: str, band: Band) -> None:
        self.intent, self.band = intent, band

    def classify(self, text: str) -> dict[str, Guess]:
        return {
            "intent": Guess(self.intent, 0.7, self.band),
            "topic": Guess("property.noise", 0.99, Band.SURE),
            "urgency": Guess("normal", 0.99, Band.SURE),
        }


@pytest.fixture
def understood_as(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let every message be understood as this intent, with this band."""

    def take(intent: str, band: Band = Band.LOOK) -> None:
        monkeypatch.setattr(pipeline, "default_classifier", lambda: Doubting(intent, band))

    take("complaint")
    return take


@contextmanager
def answering(settings: Any, answer: str, status: int = 200) -> Iterator[list[Any]]:
    """Configure the endpoint for a server that answers so; gives what it was asked."""
    with served(answer, status) as (endpoint, seen):
        settings.ECHOWALL_OPINION_URL, settings.ECHOWALL_OPINION_MODEL = endpoint.base_url, endpoint.model
        settings.ECHOWALL_OPINION_KEY, settings.ECHOWALL_OPINION_SECONDS = endpoint.key, 2.0
        yield seen


def heard(cast: Cast, text: str = TEXT, name: str = "") -> Message:
    """Say, understand and file one message."""
    said = HeardMessage(channel="web", key="one", text=text, said_at=EVENING, sender=name)
    street = cast.fuhua
    hear_messages(messages=[said], source=street.web, actor=street.actor("duty"), at=EVENING)
    sweep_pending(at=EVENING)
    return fresh()


def fresh() -> Message:
    with scope.as_system():
        return Message.objects.get(key="one")


def readings() -> int:
    with scope.as_system():
        return Reading.objects.filter(message__key="one").count()


def waiting() -> int:
    with scope.as_system():
        return PendingOpinion.objects.count()


def recorded(action: str) -> list[dict[str, Any]]:
    with scope.as_system():
        return list(AuditEntry.objects.filter(action=action).values_list("detail", flat=True))


@pytest.mark.usefixtures("understood_as")
class TestAskNext:
    def test_is_off_by_default(self, cast: Cast) -> None:
        heard(cast)
        assert (waiting(), ask_next(at=LATER), readings()) == (0, 0, 1)

    def test_raises_the_urgency_and_says_so(self, cast: Cast, settings: Any, client: Client) -> None:
        with answering(settings, opinion("complaint", "urgent")) as seen:
            before = heard(cast)
            assert (before.urgency, before.band, len(seen)) == ("normal", "look", 0)  # filed first, nobody asked yet
            assert ask_next(at=LATER) == 1
        after = fresh()
        assert (after.urgency, after.band, after.intent, after.state) == ("urgent", "must_look", "complaint", "heard")
        (detail,) = recorded("voices.message.opinion_taken")
        assert detail["urgency"] == ["normal", "urgent"]
        client.force_login(cast.fuhua.duty)
        page = client.get(reverse("voices:message", args=[after.id])).content.decode()
        assert "第二意见（qwen）：投诉，紧急" in page
        assert "两次看法不一" not in page

    def test_repeating_changes_nothing(self, cast: Cast, settings: Any) -> None:
        with answering(settings, opinion("complaint", "urgent")) as seen:
            message = heard(cast)
            ask_next(at=LATER)
            with scope.as_system():
                PendingOpinion.objects.create(message=message, next_at=EVENING)  # as if the answer had been lost
            ask_next(at=LATER)
        assert (len(seen), readings(), waiting()) == (1, 2, 0)
        assert len(recorded("voices.message.opinion_taken")) == 1

    def test_never_lowers(self, cast: Cast, settings: Any) -> None:
        with answering(settings, opinion("complaint", "normal")):
            before = heard(cast, "家里老人胸口疼喘不上气，快来人")
            ask_next(at=LATER)
        assert (before.urgency, before.band) == ("critical", "must_look")
        assert (fresh().urgency, fresh().band, readings()) == ("critical", "must_look", 2)

    def test_another_view_must_be_looked_at(self, cast: Cast, settings: Any, client: Client) -> None:
        with answering(settings, opinion("help", "normal")):
            heard(cast)
            ask_next(at=LATER)
        after = fresh()
        assert (after.intent, after.urgency, after.band) == ("complaint", "normal", "must_look")
        client.force_login(cast.fuhua.duty)
        assert "两次看法不一，请人工看" in client.get(reverse("voices:message", args=[after.id])).content.decode()

    def test_what_was_set_aside_becomes_a_matter(self, cast: Cast, settings: Any, understood_as: Any) -> None:
        understood_as("vent")
        with answering(settings, opinion("help", "urgent")):
            before = heard(cast)
            assert (before.state, before.band) == ("noted", "look")
            ask_next(at=LATER)
        after = fresh()
        assert (after.state, after.urgency, after.band) == ("heard", "urgent", "must_look")
        with scope.as_system():
            take_message(message_id=str(after.id))
            assert Report.objects.get(message_id=after.id).matter.urgency == "urgent"

    def test_failure_is_tried_twice_more_and_noted(self, cast: Cast, settings: Any, client: Client) -> None:
        at, calls = LATER, []
        with answering(settings, opinion("help", "critical"), status=500) as seen:
            before = heard(cast)
            for _try in range(6):
                calls.append((ask_next(at=at), ask_next(at=at)))  # not again before its time has come
                at += timedelta(minutes=10)
        assert calls == [(1, 0)] * 3 + [(0, 0)] * 3
        assert (len(seen), waiting(), readings()) == (3, 0, 2)
        after = fresh()
        assert (after.urgency, after.band, after.state) == (before.urgency, before.band, before.state)
        assert len(recorded("voices.message.opinion_missed")) == 1
        client.force_login(cast.fuhua.duty)
        assert "没有取得第二意见" in client.get(reverse("voices:message", args=[after.id])).content.decode()

    def test_answers_after_a_failure(self, cast: Cast, settings: Any) -> None:
        with answering(settings, "当然可以"):
            heard(cast)
            ask_next(at=LATER)
        with answering(settings, opinion("complaint", "critical")):
            ask_next(at=LATER + timedelta(minutes=10))
        assert (fresh().urgency, waiting()) == ("critical", 0)

    def test_sends_nothing_that_identifies(self, cast: Cast, settings: Any) -> None:
        with answering(settings, opinion("complaint", "normal")) as seen:
            heard(cast, TEXT + "。3号楼2单元501，身份证410103195001011234。欧阳建国在等", name="欧阳建国")
            ask_next(at=LATER)
        sent = str(seen[0][2])
        assert "太吵" in sent
        for private in ("张大勇", "13812345678", "410103195001011234", "501", "欧阳建国"):
            assert private not in sent

    def test_asks_only_about_what_a_person_looks_at(self, cast: Cast, settings: Any, understood_as: Any) -> None:
        understood_as("complaint", Band.SURE)
        with answering(settings, opinion("help", "critical")) as seen:
            assert heard(cast).band == "sure"
            assert ask_next(at=LATER) == 0
        assert (waiting(), seen) == (0, [])

    def test_a_person_who_looked_first_is_not_overruled(self, cast: Cast, settings: Any) -> None:
        with answering(settings, opinion("help", "critical")) as seen:
            message, duty = heard(cast), cast.fuhua.actor("duty")
            with scope.active(duty.scope):
                correct_message(message=message, changes={"intent": "consult"}, actor=duty, at=EVENING)
            ask_next(at=LATER)
        assert (fresh().urgency, fresh().band, seen, waiting()) == ("normal", "sure", [], 0)

    def test_a_closed_message_is_left_alone(self, cast: Cast, settings: Any) -> None:
        with answering(settings, opinion("help", "critical")) as seen:
            message = heard(cast)
            with scope.as_system():
                mark_filed(message_ids=[message.id], team_ids=[])
                mark_handled(message_ids=[message.id], is_handled=True)
            ask_next(at=LATER)
        assert (fresh().urgency, fresh().state, seen, waiting()) == ("normal", "handled", [], 0)


@pytest.mark.usefixtures("understood_as")
class TestMatterOfRaisedMessage:
    def test_proposes_the_urgency_and_one_key_takes_it_over(self, cast: Cast, settings: Any, client: Client) -> None:
        with answering(settings, opinion("complaint", "urgent")):
            message = heard(cast)
            with scope.as_system():
                take_message(message_id=str(message.id))
                matter = Report.objects.get(message_id=message.id).matter
                assert matters_queries.corrected_by_message(matter) is None
            ask_next(at=LATER)
        client.force_login(cast.fuhua.duty)
        address = f"/desk/matters/{matter.id}/"
        assert "第二意见（qwen）认为更紧急，请核实" in client.get(address).content.decode()
        client.post(f"{address}follow-correction/")
        with scope.as_system():
            matter.refresh_from_db()
        assert matter.urgency == "urgent"
        assert "认为更紧急" not in client.get(address).content.decode()

    def test_what_a_person_decided_since_stands(self, cast: Cast, settings: Any) -> None:
        with answering(settings, opinion("complaint", "urgent")):
            message = heard(cast)
            with scope.as_system():
                take_message(message_id=str(message.id))
                matter = Report.objects.get(message_id=message.id).matter
            ask_next(at=LATER)
        duty = cast.fuhua.actor("duty")
        with scope.active(duty.scope):
            matters_operations.reclassify_matter(
                matter_id=matter.id, topic="property", reason="核实后", actor=duty, at=LATER + timedelta(hours=1)
            )
            matter.refresh_from_db()
            assert matters_queries.corrected_by_message(matter) is None
