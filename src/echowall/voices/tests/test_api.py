"""The machine interfaces: JSON intake, status, problems."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from tests.cast import EVENING, Cast

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.scope import as_system
from echowall.matters.reactions import take_message
from echowall.voices import operations, queries
from echowall.voices.models import Message, Pending, Source
from echowall.voices.sweeping import sweep_pending


@pytest.fixture(autouse=True)
def _fresh_tokens() -> None:
    queries.forget_tokens()


def open_source(
    cast: Cast, channel: str = "api", *, is_public: bool = False, street: str = "fuhua"
) -> tuple[Source, str]:
    office = getattr(cast, street).office
    with as_system():
        source = operations.add_source(
            channel=channel, name=f"{channel} {street}", place=office, actor=SYSTEM_ACTOR, at=EVENING,
            is_public=is_public,
        )  # fmt: skip
        return source, operations.issue_token(source=source, actor=SYSTEM_ACTOR, at=EVENING)


def post(client: Client, token: str, body: object, path: str = "/api/v1/messages", **headers: str):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        path, content, content_type="application/json", headers={"Authorization": f"Bearer {token}", **headers}
    )


class TestIntake:
    def test_takes_one_and_knows_it_again(self, cast: Cast, client: Client) -> None:
        source, token = open_source(cast)
        said = {"text": "家里没有胰岛素了", "key": "app-17", "phone": "13800000001"}
        first, second = post(client, token, said), post(client, token, said)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["ticket"] == second.json()["ticket"]
        assert (first.json()["is_new"], second.json()["is_new"]) == (True, False)
        with as_system():
            message = Message.objects.get()
            assert (message.source_id, message.phone_masked) == (source.id, "138****0001")
            assert Pending.objects.filter(message=message).count() == 1

    def test_header_stands_in_for_the_key(self, cast: Cast, client: Client) -> None:
        _source, token = open_source(cast)
        tickets = {post(client, token, {"text": "停水"}, **{"Idempotency-Key": "k"}).json()["ticket"] for _ in "12"}
        assert len(tickets) == 1

    def test_takes_a_batch_whole(self, cast: Cast, client: Client) -> None:
        _source, token = open_source(cast)
        batch = {"messages": [{"text": f"第{n}条", "key": str(n)} for n in range(300)]}
        first = post(client, token, batch, "/api/v1/messages/batch")
        batch["messages"].append({"text": "新的", "key": "new"})
        again = post(client, token, batch, "/api/v1/messages/batch").json()
        assert (first.status_code, first.json()["new_count"]) == (201, 300)
        assert (again["new_count"], again["known_count"]) == (1, 300)
        assert [m["key"] for m in again["messages"]][-1] == "new"
        with as_system():
            assert Message.objects.count() == Pending.objects.count() == 301

    def test_wrong_batch_stores_nothing_and_names_all(self, cast: Cast, client: Client) -> None:
        _source, token = open_source(cast)
        batch = {"messages": [{"text": "对", "key": "1"}, {"text": " ", "key": "2"}, {"txt": "x", "key": "3"}]}
        answer = post(client, token, batch, "/api/v1/messages/batch")
        assert answer.status_code == 422
        assert answer["Content-Type"] == "application/problem+json"
        assert {e["place"].split(".")[0] for e in answer.json()["errors"]} >= {"messages[2]"}
        with as_system():
            assert not Message.objects.exists()

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"text": "\xff"}', b"null", b'{"text": 5}', b"[" * 100_000])
    def test_broken_bodies_are_problems(self, cast: Cast, client: Client, body: bytes) -> None:
        _source, token = open_source(cast)
        answer = post(client, token, body)
        assert answer.status_code == 422
        assert answer.json()["errors"]

    def test_refuses_without_a_known_token(self, cast: Cast, client: Client) -> None:
        source, token = open_source(cast)
        assert post(client, "ew_wrong", {"text": "x", "key": "1"}).status_code == 401
        assert client.post("/api/v1/messages", b"{}", content_type="application/json").status_code == 401
        with as_system():
            operations.set_active(source=source, is_active=False, actor=SYSTEM_ACTOR, at=EVENING)
        assert post(client, token, {"text": "x", "key": "1"}).status_code == 401

    def test_a_taken_ticket_is_drawn_again(self, cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        from echowall.voices.operations import hearing

        draws = iter(["0503-AAAAAA-1", "0503-AAAAAA-1", "0503-BBBBBB-2"])
        monkeypatch.setattr(hearing, "new_ticket", lambda _on: next(draws))
        _source, token = open_source(cast)
        tickets = [post(client, token, {"text": "x", "key": k}).json()["ticket"] for k in "12"]
        assert tickets == ["0503-AAAAAA-1", "0503-BBBBBB-2"]


class TestStatus:
    def test_tells_its_own_source_how_far_it_got(self, cast: Cast, client: Client) -> None:
        _source, token = open_source(cast)
        ticket = post(client, token, {"text": "三号楼停水两天了，家里有婴儿", "key": "1"}).json()["ticket"]
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get(f"/api/v1/messages/{ticket}", headers=headers).json()["state"] == "已收到"
        with as_system():
            sweep_pending(at=EVENING)
            take_message(message_id=str(Message.objects.get().id))
        told = client.get(f"/api/v1/messages/{ticket}", headers=headers).json()
        assert told["state"] in {"已登记，正在安排", "已交给负责的专班"}
        assert told["due_at"]

    def test_hides_what_others_sent(self, cast: Cast, client: Client) -> None:
        _source, token = open_source(cast)
        _other, other_token = open_source(cast, street="songshan")
        ticket = post(client, token, {"text": "停水", "key": "1"}).json()["ticket"]
        answer = client.get(f"/api/v1/messages/{ticket}", headers={"Authorization": f"Bearer {other_token}"})
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


class TestProblems:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("get", "/api/v1/messages", 405),
            ("get", "/api/v1/nothing", 404),
            ("get", "/api/v9/x", 404),
            ("delete", "/api/v1/messages/0503-AAAAAA-1", 405),
            ("get", "/api/v1/messages/0503-AAAAAA-1", 401),
        ],
    )
    def test_every_error_is_a_problem(self, db: None, client: Client, method: str, path: str, status: int) -> None:
        answer = getattr(client, method)(path)
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status

    def test_description_is_served_and_holds_the_intake(self, db: None, client: Client) -> None:
        described = client.get("/api/v1/openapi.json").json()
        assert "post" in described["paths"]["/api/v1/messages"]
        assert "post" in described["paths"]["/api/v1/messages/batch"]
        assert "get" in described["paths"]["/api/v1/messages/{ticket}"]
