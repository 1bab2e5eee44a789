"""WeChat's callback with really encrypted traffic in both directions."""

from datetime import datetime, timezone
from hashlib import sha1

import pytest
import xmltodict
from wechatpy.crypto import WeChatCrypto

from echowall.voices.channels.types import SHANGHAI, HeardEvent
from echowall.voices.channels.wechat import WeChatConfig, WeChatRefusedError, echo, hear, passive_reply

CONFIG = WeChatConfig("tok3n", "wx0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
PLAIN = WeChatConfig("tok3n", "wx0123456789abcdef")
AT = datetime(2022, 5, 3, 21, 10, tzinfo=SHANGHAI)
SECONDS = int(AT.timestamp())


def xml(kind, body, msg_id="23456"):
    ident = f"<MsgId>{msg_id}</MsgId>" if msg_id else ""
    return (
        "<xml><ToUserName><![CDATA[gh_street]]></ToUserName><FromUserName><![CDATA[oFollower]]></FromUserName>"
        f"<CreateTime>{SECONDS}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{body}{ident}</xml>"
    )


def signed(config, **more):
    parts = sorted([config.token, "1651583400", "nonce"])
    return {
        "timestamp": "1651583400",
        "nonce": "nonce",
        "signature": sha1("".join(parts).encode(), usedforsecurity=False).hexdigest(),
        **more,
    }


def encrypted(plain, config=CONFIG):
    """Exactly what the platform posts: made by its own side of the protocol, not by the code under test."""
    sealed = WeChatCrypto(config.token, config.encoding_aes_key, config.app_id).encrypt_message(
        plain, "nonce", "1651583400"
    )
    parts = xmltodict.parse(sealed)["xml"]
    body = f"<xml><ToUserName>gh_street</ToUserName><Encrypt><![CDATA[{parts['Encrypt']}]]></Encrypt></xml>".encode()
    return signed(config, msg_signature=parts["MsgSignature"], encrypt_type="aes"), body


def heard(kind, body, **options):
    return hear(*encrypted(xml(kind, body, **options)), CONFIG)


class TestEcho:
    def test_gives_the_string_back(self):
        assert echo(signed(CONFIG, echostr="8888"), CONFIG) == "8888"

    def test_refuses_wrong_signature(self):
        with pytest.raises(WeChatRefusedError, match="signature_wrong"):
            echo({**signed(CONFIG, echostr="1"), "nonce": "other"}, CONFIG)


class TestHear:
    def test_text(self):
        message = heard("text", "<Content><![CDATA[家里没有胰岛素了 <急>]]></Content>").item
        assert (message.text, message.sender, message.said_at) == ("家里没有胰岛素了 <急>", "oFollower", AT)
        assert (message.key, message.conversation) == ("msg:23456", "gh_street")

    def test_three_tries_have_one_key(self):
        first, second, third = (heard("text", "<Content>没菜</Content>").item for _ in range(3))
        assert first.key == second.key == third.key
        assert first.content_hash() == third.content_hash()

    def test_plain_mode(self):
        item = hear(signed(PLAIN), xml("text", "<Content>没菜</Content>").encode(), PLAIN).item
        assert item.text == "没菜"

    def test_location(self):
        body = "<Location_X>34.7466</Location_X><Location_Y>113.6253</Location_Y><Label>二七区某小区</Label>"
        message = heard("location", body).item
        assert (message.latitude, message.longitude, message.place_text) == (34.7466, 113.6253, "二七区某小区")
        assert message.extra["datum"] == "GCJ-02"

    def test_image(self):
        message = heard("image", "<PicUrl>http://mmbiz.qpic.cn/a</PicUrl><MediaId>media1</MediaId>").item
        assert [(a.kind, a.reference) for a in message.attachments] == [("image", "media1")]
        assert message.text == "[图片]"

    def test_voice_with_recognition(self):
        message = heard("voice", "<MediaId>m</MediaId><Format>amr</Format><Recognition>我要去医院</Recognition>").item
        assert (message.text, message.attachments[0].media_type) == ("我要去医院", "amr")

    def test_kind_that_nobody_knows_yet_is_kept(self):
        message = heard("hologram", "<Content>没菜</Content><Depth>3</Depth>").item
        assert (message.text, message.extra["Depth"]) == ("没菜", "3")

    def test_subscribe(self):
        event = heard("event", "<Event>subscribe</Event><EventKey></EventKey>", msg_id="").item
        assert isinstance(event, HeardEvent)
        assert (event.kind, event.sender) == ("subscribed", "oFollower")
        again = heard("event", "<Event>subscribe</Event><EventKey></EventKey>", msg_id="").item
        assert again.key == event.key

    def test_subscribe_by_scanning_a_place_code(self):
        event = heard("event", "<Event>subscribe</Event><EventKey>qrscene_C0371</EventKey>", msg_id="").item
        assert (event.kind, event.extra["EventKey"]) == ("subscribed", "C0371")


class TestRefusals:
    @pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
    def test_changed_parameter(self, name):
        params, body = encrypted(xml("text", "<Content>没菜</Content>"))
        with pytest.raises(WeChatRefusedError, match="signature_wrong"):
            hear({**params, name: "x"}, body, CONFIG)

    def test_changed_body(self):
        params, body = encrypted(xml("text", "<Content>没菜</Content>"))
        with pytest.raises(WeChatRefusedError, match="signature_wrong"):
            hear(params, body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A"), CONFIG)

    def test_another_account(self):
        other = WeChatConfig(CONFIG.token, "wxother", CONFIG.encoding_aes_key)
        with pytest.raises(WeChatRefusedError, match="app_id_wrong"):
            hear(*encrypted(xml("text", "<Content>没菜</Content>"), other), CONFIG)

    def test_another_key(self):
        other = WeChatConfig(CONFIG.token, CONFIG.app_id, "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba")
        with pytest.raises(WeChatRefusedError, match=r"encryption_unreadable|app_id_wrong"):
            hear(*encrypted(xml("text", "<Content>没菜</Content>"), other), CONFIG)

    def test_plain_message_to_an_encrypted_account(self):
        with pytest.raises(WeChatRefusedError, match="encryption_required"):
            hear(signed(CONFIG), xml("text", "<Content>没菜</Content>").encode(), CONFIG)

    @pytest.mark.parametrize(
        "attack",
        [
            '<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>',
            '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>',
            '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml></xml>',
        ],
    )
    def test_entities_outside_and_inside_the_envelope(self, attack):
        with pytest.raises(WeChatRefusedError, match="xml_refused"):
            hear(signed(PLAIN), attack.encode(), PLAIN)
        with pytest.raises(WeChatRefusedError, match="xml_refused"):
            hear(*encrypted(attack), CONFIG)

    @pytest.mark.parametrize("body", [b"", b"{}", b"<html></html>", b"<xml>", b"\xff\xfe", b"<xml><A/></xml>"])
    def test_no_message_at_all(self, body):
        with pytest.raises(WeChatRefusedError, match="xml_unreadable"):
            hear(signed(PLAIN), body, PLAIN)

    def test_too_large(self):
        with pytest.raises(WeChatRefusedError, match="body_too_large"):
            hear(signed(PLAIN), b"<xml>" + b"a" * 300_000, PLAIN)


class TestPassiveReply:
    def test_encrypted_reply_is_what_the_platform_can_read(self):
        sealed = passive_reply(
            heard("text", "<Content>没菜</Content>"), "已收到，编号 E1]]>", CONFIG, at=AT, nonce="n1"
        )
        parts = xmltodict.parse(sealed)["xml"]
        crypto = WeChatCrypto(CONFIG.token, CONFIG.encoding_aes_key, CONFIG.app_id)
        plain = crypto.decrypt_message(sealed, parts["MsgSignature"], parts["TimeStamp"], parts["Nonce"])
        reply = xmltodict.parse(plain)["xml"]
        assert (reply["ToUserName"], reply["FromUserName"], reply["MsgType"]) == ("oFollower", "gh_street", "text")
        assert (reply["Content"], reply["CreateTime"]) == ("已收到，编号 E1]]>", str(SECONDS))

    def test_plain_reply_to_a_plain_message(self):
        item = hear(signed(PLAIN), xml("text", "<Content>没菜</Content>").encode(), PLAIN)
        assert xmltodict.parse(passive_reply(item, "收到", PLAIN, at=AT, nonce="n"))["xml"]["Content"] == "收到"

    def test_long_reply_is_cut_to_what_is_shown(self):
        item = hear(signed(PLAIN), xml("text", "<Content>没菜</Content>").encode(), PLAIN)
        content = xmltodict.parse(passive_reply(item, "好" * 2000, PLAIN, at=AT, nonce="n"))["xml"]["Content"]
        assert len(content.encode()) <= 2048
        assert content.endswith("好…")

    def test_nothing_to_say_is_success(self):
        assert passive_reply(heard("text", "<Content>没菜</Content>"), "", CONFIG, at=AT, nonce="n") == "success"

    def test_time_does_not_depend_on_the_zone(self):
        item = heard("text", "<Content>没菜</Content>")
        assert item.item.said_at == AT.astimezone(timezone.utc)  # noqa: UP017
