"""The second opinion against a real HTTP server on the loopback: right answers, nonsense, slowness, silence."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from echowall.understanding.pipeline import understand
from echowall.understanding.second_opinion import Endpoint, configured, with_second_opinion
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


@contextmanager
def served(answer: str, status: int = 200, wait: float = 0.0) -> Iterator[tuple[Endpoint, list[Any]]]:
    seen: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, self.headers.get("Authorization"), json.loads(body)))
            time.sleep(wait)
            payload = json.dumps({"choices": [{"message": {"content": answer}}]}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Endpoint(f"http://127.0.0.1:{server.server_port}/v1", "qwen", "secret", 0.5), seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def opinion(intent: str, urgency: str) -> str:
    return json.dumps({"intent": intent, "urgency": urgency, "reason": "…"})


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


class TestConfigured:
    def test_nothing_set_is_off(self) -> None:
        assert configured({}) is None

    def test_reads_settings(self) -> None:
        found = configured({"ECHOWALL_OPINION_URL": "http://10.0.0.1:8000/v1/", "ECHOWALL_OPINION_MODEL": "qwen"})
        assert found == Endpoint("http://10.0.0.1:8000/v1", "qwen")

    def test_names_all_faults_at_once(self) -> None:
        with pytest.raises(ValueError, match=r"URL.*MODEL.*SECONDS"):
            configured({"ECHOWALL_OPINION_URL": "ftp://x", "ECHOWALL_OPINION_SECONDS": "soon"})
