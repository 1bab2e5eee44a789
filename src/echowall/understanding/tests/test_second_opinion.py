"""The second opinion against a real HTTP server on the loopback: right answers, nonsense, slowness, silence."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from tests.opinion_server import opinion, served

from echowall.understanding.pipeline import understand
from echowall.understanding.second_opinion import Endpoint, opinion_in, with_second_opinion
from echowall.understanding.types import Band, Guess, Understanding

EVENING = datetime(2022, 5, 3, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
TEXT = "我叫王小明，电话13812345678，楼下太吵"


class Sure:
    version = "sure"

    def classify(self, text: str) -> dict[str, Guess]:
        return {
            "intent": Guess("complaint", 0.99, Band.SURE),
            "topic": Guess("property.noise", 0.99, Band.SURE),
            "urgency": Guess("urgent", 0.99, Band.SURE),
        }


def first() -> Understanding:
    return understand(TEXT, sent_at=EVENING, classifier=Sure())


class TestWithSecondOpinion:
    def test_is_off_unless_configured(self) -> None:
        assert with_second_opinion(first(), TEXT, None) == first()

    def test_raises_the_urgency(self) -> None:
        with served(opinion("complaint", "critical")) as (endpoint, _):
            found = with_second_opinion(first(), TEXT, endpoint)
        assert (found.urgency.value, found.band) == ("critical", Band.MUST_LOOK)

    def test_never_lowers_it(self) -> None:
        with served(opinion("complaint", "normal")) as (endpoint, _):
            found = with_second_opinion(first(), TEXT, endpoint)
        assert found.urgency == first().urgency
        assert found.band == first().band

    def test_another_intent_asks_for_a_look(self) -> None:
        with served(opinion("help", "normal")) as (endpoint, _):
            found = with_second_opinion(first(), TEXT, endpoint)
        assert found.intent.value == "complaint"
        assert found.band == Band.LOOK

    def test_sends_no_personal_data_and_the_key(self) -> None:
        with served(opinion("complaint", "normal")) as (endpoint, seen):
            with_second_opinion(first(), TEXT, endpoint)
        path, authorization, body = seen[0]
        assert path == "/v1/chat/completions"
        assert authorization == "Bearer secret"
        assert "王小明" not in str(body)
        assert "13812345678" not in str(body)
        assert body["response_format"]["type"] == "json_schema"

    @pytest.mark.parametrize("answer", ["", "当然可以", '{"intent":"help"}', '{"intent":"x","urgency":"normal"}', "[]"])
    def test_nonsense_changes_nothing_but_leaves_a_note(self, answer: str) -> None:
        with served(answer) as (endpoint, _):
            found = with_second_opinion(first(), TEXT, endpoint)
        assert (found.intent, found.urgency, found.band) == (first().intent, first().urgency, first().band)
        assert found.notes[-1].startswith("second_opinion_failed")

    def test_a_slow_or_broken_endpoint_changes_nothing(self) -> None:
        with served(opinion("help", "critical"), wait=1.0) as (endpoint, _):
            slow = with_second_opinion(first(), TEXT, endpoint)
        with served(opinion("help", "critical"), status=500) as (endpoint, _):
            broken = with_second_opinion(first(), TEXT, endpoint)
        silent = with_second_opinion(first(), TEXT, Endpoint("http://127.0.0.1:9/v1", "qwen", timeout_seconds=0.5))
        for found in (slow, broken, silent):
            assert found.urgency == first().urgency
            assert found.notes[-1].startswith("second_opinion_failed")


class TestOpinionIn:
    @pytest.mark.parametrize(
        ("notes", "found"),
        [
            ((), None),
            (("households:2",), None),
            (("households:2", "second_opinion:qwen2.5:7b:help:urgent"), ("qwen2.5:7b", "help", "urgent")),
            (("second_opinion_failed:ReadTimeout",), ("", "ReadTimeout", "")),
        ],
    )
    def test_reads_the_note(self, notes: tuple[str, ...], found: object) -> None:
        assert opinion_in(notes) == found
