"""The outbox against real servers on loopback."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from tests.cast import EVENING, Cast

from echowall.kernel import clock, scope
from echowall.kernel.errors import InvalidInput, NotPermitted
from echowall.kernel.ids import new_id
from echowall.notices import operations, rules
from echowall.notices.delivering import deliver_due
from echowall.notices.models import Notice
from echowall.notices.tests.providers import http_provider, smtp_provider

PHONE = "13800001234"


def _queue(cast: Cast, transport: str = "sms", address: str = PHONE) -> Notice:
    office = cast.fuhua.office
    return operations.queue_notice(
        transport=transport,
        address=address,
        text="您好,菜已送到。",
        subject=("answer", new_id()),
        at=EVENING,
        where=(office.id, office.path),
    )


def _set(cast: Cast, transport: str = "sms", **settings: str) -> None:
    office, actor = cast.fuhua.office, cast.fuhua.actor("administrator")
    with scope.active(actor.scope):
        operations.set_transport(
            office_id=office.id, place_path=office.path, transport=transport, settings=settings, actor=actor, at=EVENING
        )


def _now(notice_id: UUID) -> Notice:
    with scope.as_system():
        return Notice.objects.get(id=notice_id)


class TestDeliverDue:
    def test_without_a_channel_the_console_takes_it_and_says_so(self, cast: Cast) -> None:
        notice = _queue(cast)
        assert deliver_due() == 1
        done = _now(notice.id)
        assert (done.state, done.carried_by, done.sent_at) == ("sent", "console", EVENING)
        assert deliver_due() == 0

    def test_text_message_carries_key_and_comes_with_receipt(self, cast: Cast) -> None:
        with http_provider() as provider:
            _set(cast, url=provider.address, token="t0ken", body='{"to": ["{{phone}}"], "msg": "[街道]{{text}}"}')
            notice = _queue(cast)
            deliver_due()
        ((_path, headers, body),) = provider.requests
        assert body == {"to": [PHONE], "msg": "[街道]您好,菜已送到。"}
        assert headers["Idempotency-Key"] == notice.id.hex
        assert headers["Authorization"] == "Bearer t0ken"
        done = _now(notice.id)
        assert (done.state, done.carried_by, done.receipt) == ("sent", "sms", "r1")

    def test_waits_longer_each_time_and_then_succeeds_once(self, cast: Cast) -> None:
        with http_provider() as provider:
            _set(cast, url=provider.address)
            provider.script = [(503, {}), (429, {})]
            notice = _queue(cast)
            deliver_due()
            waiting = _now(notice.id)
            assert (waiting.state, waiting.next_at) == ("waiting", EVENING + timedelta(seconds=15))
            assert deliver_due() == 0
            with clock.fixed(EVENING + timedelta(seconds=15)):
                deliver_due()
            with clock.fixed(EVENING + timedelta(seconds=60)):
                deliver_due()
                assert deliver_due() == 0
        done = _now(notice.id)
        assert (done.state, done.attempts, len(provider.requests)) == ("sent", 3, 3)
        assert len({headers["Idempotency-Key"] for _p, headers, _b in provider.requests}) == 1

    def test_gives_up_shows_it_and_tries_again_when_told(self, cast: Cast, client: Client) -> None:
        with http_provider() as provider:
            _set(cast, url=provider.address)
            provider.script = [(400, {})]
            notice = _queue(cast)
            deliver_due()
            assert _now(notice.id).state == "failed"
            client.force_login(cast.fuhua.duty)
            page = client.get("/desk/notices/").content.decode()
            assert "再发一次" in page
            assert PHONE not in page
            client.force_login(cast.songshan.duty)
            assert client.post(f"/desk/notices/{notice.id}/again/").status_code == 404
            client.force_login(cast.fuhua.duty)
            assert client.post(f"/desk/notices/{notice.id}/again/").status_code == 302
            deliver_due()
        assert _now(notice.id).state == "sent"

    def test_tries_are_used_up(self, cast: Cast) -> None:
        _set(cast, url="http://127.0.0.1:9")
        notice = _queue(cast)
        at = EVENING
        for _ in range(rules.MAX_ATTEMPTS):
            with clock.fixed(at):
                assert deliver_due() == 1
            at += timedelta(hours=1)
        assert (_now(notice.id).state, _now(notice.id).doubtful_count) == ("failed", 0)

    def test_killed_between_sending_and_marking_sends_again_with_the_same_key(self, cast: Cast) -> None:
        with http_provider() as provider:
            _set(cast, url=provider.address)
            notice = _queue(cast)
            (claimed,) = operations.claim_notices(at=EVENING)  # and the process dies here
            assert claimed.state == "sending"
            assert deliver_due() == 0
            with clock.fixed(EVENING + rules.LEASE):
                assert deliver_due() == 1
        done = _now(notice.id)
        assert (done.state, done.doubtful_count, done.attempts) == ("sent", 1, 2)

    def test_silence_of_the_provider_is_doubtful(self, cast: Cast) -> None:
        with http_provider() as provider:
            _set(cast, url=provider.address)
            provider.script = [(0, None)]
            notice = _queue(cast)
            deliver_due()
        assert (_now(notice.id).state, _now(notice.id).doubtful_count) == ("waiting", 1)

    def test_official_account_renews_a_dead_token_once(self, cast: Cast) -> None:
        with http_provider() as provider:
            _set(cast, "wechat", app_id="wx1", app_secret="s", base_url=provider.address)
            provider.script = [
                (200, {"access_token": "old", "expires_in": 7200}),
                (200, {"errcode": 42001, "errmsg": "expired"}),
                (200, {"access_token": "new", "expires_in": 7200}),
                (200, {"errcode": 0}),
                (200, {"errcode": 45015}),
            ]
            first, second = _queue(cast, "wechat", "open-1"), _queue(cast, "wechat", "open-2")
            deliver_due()
        assert [path for path, _h, _b in provider.requests] == [
            "/cgi-bin/stable_token",
            "/cgi-bin/message/custom/send?access_token=old",
            "/cgi-bin/stable_token",
            "/cgi-bin/message/custom/send?access_token=new",
            "/cgi-bin/message/custom/send?access_token=new",
        ]
        assert {_now(first.id).state, _now(second.id).state} == {"sent", "failed"}  # 48 hours are over for one

    def test_group_robot(self, cast: Cast) -> None:
        with http_provider() as provider:
            _set(cast, "wecom", url=f"{provider.address}/cgi-bin/webhook/send?key=k")
            provider.script = [(200, {"errcode": 0})]
            notice = _queue(cast, "wecom", "room")
            deliver_due()
        assert provider.requests[0][2] == {"msgtype": "text", "text": {"content": "您好,菜已送到。"}}
        assert _now(notice.id).state == "sent"

    def test_mail(self, cast: Cast) -> None:
        with smtp_provider() as provider:
            _set(cast, "mail", host="127.0.0.1", port=provider.address, sender="desk@street.example", security="none")
            notice = _queue(cast, "mail", "wang@example.com")
            deliver_due()
            provider.script = [(550, None)]
            refused = _queue(cast, "mail", "nobody@example.com")
            deliver_due()
        assert f"Message-ID: <{notice.id.hex}@street.example>" in provider.requests[0][2]
        assert (_now(notice.id).state, _now(refused.id).state) == ("sent", "failed")


class TestSetTransport:
    def test_names_everything_wrong_and_keeps_secrets_sealed(self, cast: Cast, client: Client) -> None:
        with pytest.raises(InvalidInput) as refused:
            _set(cast, "mail", host="h", port="99999", security="perhaps")
        assert refused.value.codes == {"field_missing", "port_invalid", "security_unknown"}
        _set(cast, url="https://sms.example/send", token="very-secret")
        _set(cast, url="https://sms.example/send2")
        client.force_login(cast.fuhua.administrator)
        page = client.get("/desk/notices/transports/").content.decode()
        assert "send2" in page
        assert "very-secret" not in page
        with http_provider() as provider:
            _set(cast, url=provider.address)
            _queue(cast)
            deliver_due()
            assert provider.requests[0][1]["Authorization"] == "Bearer very-secret"

    def test_only_administrators(self, cast: Cast) -> None:
        office, duty = cast.fuhua.office, cast.fuhua.actor("duty")
        with scope.active(duty.scope), pytest.raises(NotPermitted):
            operations.set_transport(
                office_id=office.id, place_path=office.path, transport="sms", settings={}, actor=duty, at=EVENING
            )
