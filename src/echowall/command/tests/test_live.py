"""The event stream: what a desk is told, how many streams there may be, and that nobody hears of another street."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client
from tests.cast import Cast, Street

from echowall.command import keeping, live
from echowall.command.live import Broadcaster, stream
from echowall.kernel import clock
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.scope import as_system
from echowall.matters import operations as act
from echowall.matters.models import Matter
from echowall.matters.operations.opening import NewMatter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_kept_board() -> Iterator[None]:
    keeping.forget()
    yield
    keeping.forget()


def _critical(street: Street, title: str) -> Matter:
    with as_system():
        return act.open_matter(
            new=NewMatter(
                place=street.building,
                title=title,
                summary="x",
                channel="web",
                intent="help",
                topic="emergency",
                urgency="critical",
                opened_at=clock.now(),
            ),
            actor=SYSTEM_ACTOR,
            at=clock.now(),
        )


def _events(chunks: Iterator[bytes], until: str, most: int = 40) -> list[tuple[str, dict[str, object]]]:
    """Return the events up to and with the first of the kind ``until``."""
    found = []
    for _ in range(most):
        lines = next(chunks).decode().split("\n")
        if not lines[0].startswith("event: "):
            continue
        found.append((lines[0][7:], json.loads(lines[1][6:])))
        if found[-1][0] == until:
            return found
    raise AssertionError(f"no {until} in {found}")


class TestStream:
    def test_tells_what_waits_then_what_happens(self, cast: Cast) -> None:
        first = _critical(cast.fuhua, "一号楼有人胸痛")
        _critical(cast.songshan, "邻街的事")
        source = Broadcaster(round_seconds=0.2)
        chunks = stream(cast.fuhua.actor("duty"), "zh-hans", of=source)
        said = _events(chunks, "ping")
        assert [e[1]["title"] for e in said if e[0] == "critical"] == [first.title]
        assert any(e[0] == "tile" and "危急待受理" in str(e[1]["html"]) for e in said)
        second = _critical(cast.fuhua, "二号楼煤气泄漏")
        for _ in range(20):
            told = _events(chunks, "changed")
            names = told[-1][1]["names"]
            assert isinstance(names, list)
            if f"matter.{second.id}" in names:
                break
        assert "matters.counts" in names
        while not any(e[0] == "critical" and e[1]["title"] == second.title for e in told):
            told = _events(chunks, "critical")
        chunks.close()  # type: ignore[attr-defined]
        assert source.listening == 0

    def test_full_process_gives_short_streams(self, cast: Cast) -> None:
        source = Broadcaster(most=1, round_seconds=0.2)
        actor = cast.fuhua.actor("duty")
        held = stream(actor, "zh-hans", of=source)
        next(held)
        whole = b"".join(stream(actor, "zh-hans", of=source)).decode()
        assert whole.startswith("retry:")
        assert "event: later" in whole
        held.close()  # type: ignore[attr-defined]
        assert "event: ping" in "".join(c.decode() for c in stream(actor, "zh-hans", of=source, seconds=0.3))

    def test_page_answers_as_event_stream(self, cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(live, "broadcaster", Broadcaster(most=1, round_seconds=0.2))
        client.force_login(cast.fuhua.duty)
        answer = client.get("/desk/live/")
        assert answer["Content-Type"] == "text/event-stream"
        assert next(iter(answer.streaming_content)).startswith(b"retry:")  # type: ignore[attr-defined]
        answer.close()
        client.force_login(cast.fuhua.administrator)
        assert client.get("/desk/live/").status_code == 403
