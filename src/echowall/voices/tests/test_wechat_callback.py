"""WeChat's callback over HTTP, encrypted by the platform's own side of the protocol."""

from __future__ import annotations

from hashlib import sha1

import pytest
import xmltodict
from django.test import Client
from tests.cast import EVENING, Cast
from wechatpy.crypto import WeChatCrypto

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import InvalidInput, NotPermitted
from echowall.kernel.scope import as_system
from echowall.voices import queries
from echowall.voices.models import Attachment, Message, Source
from echowall.voices.operations import add_source, set_secrets

SECRETS = {
    "token": "tok3n", "app_id": "wx0123456789abcdef", "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}  # fmt: skip
STAMP = str(int(EVENING.timestamp()))
CRYPTO = WeChatCrypto(SECRETS["token"], SECRETS["aes_key"], SECRETS["app_id"])


@pytest.fixture
def account(cast: Cast) -> Source:
    """The official account of 福华街."""
    with as_system():
        source = add_source(
            channel="wechat", name="福华街公众号", place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=EVENING
        )
        return set_secrets(source=source, secrets=SECRETS, actor=SYSTEM_ACTOR, at=EVENING)


def signed(**more: str) -> dict[str, str]:
    parts = sorted([SECRETS["token"], STAMP, "nonce"])
    digest = sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
    return {"timestamp": STAMP, "nonce": "nonce", "signature": digest, **more}


def send(client: Client, source: Source, kind: str, body: str, *, message_id: str = "1"):
    ident = f"<MsgId>{message_id}</MsgId>" if kind != "event" else ""
    plain = (
        "<xml><ToUserName><![CDATA[gh_street]]></ToUserName><FromUserName><![CDATA[oFollower]]></FromUserName>"
        f"<CreateTime>{STAMP}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{body}{ident}</xml>"
    )
    parts = xmltodict.parse(CRYPTO.encrypt_message(plain, "nonce", STAMP))["xml"]
    sealed = f"<xml><ToUserName>gh_street</ToUserName><Encrypt><![CDATA[{parts['Encrypt']}]]></Encrypt></xml>"
    query = signed(msg_signature=parts["MsgSignature"], encrypt_type="aes")
    return client.post(f"/wechat/{source.id}/", sealed.encode(), content_type="text/xml", query_params=query)


def opened(answer) -> dict[str, str]:
    outer = xmltodict.parse(answer.content)["xml"]
    plain = CRYPTO.decrypt_message(
        {"Encrypt": outer["Encrypt"]}, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
    )
    return xmltodict.parse(plain)["xml"]


class TestCallback:
    def test_proves_the_address(self, account: Source, client: Client) -> None:
        path = f"/wechat/{account.id}/"
        assert client.get(path, signed(echostr="8888")).content == b"8888"
        assert client.get(path, {**signed(echostr="8888"), "nonce": "x"}).status_code == 403

    def test_text_is_heard_and_answered_encrypted(self, account: Source, client: Client) -> None:
        answer = send(client, account, "text", "<Content><![CDATA[家里没有菜了]]></Content>")
        with as_system():
            message = Message.objects.get()
        assert (message.body, message.conversation, message.channel) == ("家里没有菜了", "oFollower", "wechat")
        reply = opened(answer)
        assert reply["ToUserName"] == "oFollower"
        assert message.ticket in reply["Content"]
        assert queries.follow_up_code(message.ticket) in reply["Content"]

    def test_danger_is_answered_with_the_numbers_first(self, account: Source, client: Client) -> None:
        reply = opened(send(client, account, "text", "<Content><![CDATA[我爸胸口疼得厉害，喘不上气]]></Content>"))
        assert reply["Content"].splitlines()[0].startswith("如有生命危险")

    def test_three_tries_are_one_message_and_one_ticket(self, account: Source, client: Client) -> None:
        replies = {opened(send(client, account, "text", "<Content>停水</Content>"))["Content"] for _ in range(3)}
        assert len(replies) == 1
        with as_system():
            assert Message.objects.count() == 1

    def test_image_location_and_voice(self, account: Source, client: Client) -> None:
        picture = "<PicUrl><![CDATA[http://mmbiz.example/1]]></PicUrl><MediaId>media-1</MediaId>"
        where = "<Location_X>34.73</Location_X><Location_Y>113.65</Location_Y><Label>铁路小区</Label>"
        voice = "<MediaId>media-2</MediaId><Format>amr</Format><Recognition>门口有积水</Recognition>"
        send(client, account, "image", picture, message_id="1")
        send(client, account, "location", where, message_id="2")
        send(client, account, "voice", voice, message_id="3")
        with as_system():
            by_key = {m.key: m for m in Message.objects.all()}
            assert Attachment.objects.count() == 2
        assert by_key["msg:1"].extra["picture_url"] == "http://mmbiz.example/1"
        assert (by_key["msg:2"].latitude, by_key["msg:2"].place_text) == (34.73, "铁路小区")
        assert by_key["msg:3"].body == "门口有积水"

    def test_events_are_no_messages(self, account: Source, client: Client) -> None:
        welcome = opened(send(client, account, "event", "<Event>subscribe</Event><EventKey></EventKey>"))
        assert "福华街公众号" in welcome["Content"]
        assert send(client, account, "event", "<Event>VIEW</Event><EventKey>x</EventKey>").content == b"success"
        with as_system():
            assert not Message.objects.exists()

    def test_refuses_what_is_not_the_platforms(self, account: Source, client: Client) -> None:
        path = f"/wechat/{account.id}/"
        for body in (
            b"",
            b"<xml/>",
            b"<!DOCTYPE x [<!ENTITY a 'b'>]><xml>&a;</xml>",
            b"<xml><Encrypt>AAAA</Encrypt></xml>",
        ):
            assert client.post(path, body, content_type="text/xml", query_params=signed()).status_code == 403
        unknown = "/wechat/01890000-0000-7000-8000-000000000000/"
        assert client.post(unknown, b"<xml/>", content_type="text/xml").status_code == 404


class TestSetSecrets:
    def test_seals_them(self, account: Source) -> None:
        with as_system():
            account.refresh_from_db()
            assert SECRETS["aes_key"].encode() not in bytes(account.secrets_sealed or b"")
            assert queries.secrets_of(account) == SECRETS

    def test_names_everything_that_is_wrong(self, account: Source) -> None:
        with as_system(), pytest.raises(InvalidInput) as refused:
            set_secrets(source=account, secrets={"aes_key": "short", "colour": "x"}, actor=SYSTEM_ACTOR, at=EVENING)
        assert refused.value.codes == {"aes_key_invalid", "secret_unknown", "secret_missing"}

    def test_is_for_administrators(self, account: Source, cast: Cast) -> None:
        with as_system(), pytest.raises(NotPermitted):
            set_secrets(source=account, secrets=SECRETS, actor=cast.fuhua.actor("duty"), at=EVENING)
