"""WeCom archive records in the documented shapes; the random key is opened with a real RSA key."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from echowall.voices.channels.types import HeardEvent, HeardMessage
from echowall.voices.channels.wecom import RsaKeys, hear, open_records


def record(kind, **body):
    return {
        "msgid": "CAQQ_1", "action": "send", "from": "wmResident", "tolist": ["WangFang", "LiLei"], "roomid": "wrRoom",
        "msgtime": 1651583400123, "msgtype": kind, **body,
    }  # fmt: skip


class TestHear:
    def test_text(self):
        message = hear(record("text", text={"content": "3号楼停水了"}))
        assert (message.key, message.text, message.sender, message.conversation) == (
            "msg:CAQQ_1", "3号楼停水了", "wmResident", "wrRoom",
        )  # fmt: skip
        assert message.said_at.isoformat() == "2022-05-03T21:10:00.123000+08:00"

    @pytest.mark.parametrize(
        ("kind", "body", "text", "attached"),
        [
            (
                "image",
                {"image": {"md5sum": "50de", "filesize": 70961, "sdkfileid": "f1"}},
                "[图片]",
                ("image", "f1", 70961, None),
            ),
            (
                "voice",
                {"voice": {"md5sum": "9db0", "voice_size": 6810, "play_length": 10, "sdkfileid": "f2"}},
                "[语音]",
                ("voice", "f2", 6810, 10),
            ),
            (
                "video",
                {"video": {"filesize": 23, "play_length": 3, "sdkfileid": "f3"}},
                "[视频]",
                ("video", "f3", 23, 3),
            ),
            (
                "emotion",
                {"emotion": {"type": 1, "imagesize": 9, "sdkfileid": "f4"}},
                "[表情]",
                ("sticker", "f4", 9, None),
            ),
            (
                "file",
                {"file": {"filename": "名单.xlsx", "fileext": "xlsx", "filesize": 5, "sdkfileid": "f5"}},
                "[文件] 名单.xlsx",
                ("file", "f5", 5, None),
            ),
            (
                "meeting_voice_call",
                {"voiceid": "v", "meeting_voice_call": {"endtime": 1, "sdkfileid": "f6"}},
                "[语音通话]",
                ("voice", "f6", None, None),
            ),
            (
                "voip_doc_share",
                {"voip_doc_share": {"filename": "a.pdf", "filesize": 7, "sdkfileid": "f7"}},
                "[共享文档] a.pdf",
                ("file", "f7", 7, None),
            ),
        ],
    )
    def test_media(self, kind, body, text, attached):
        message = hear(record(kind, **body))
        found = message.attachments[0]
        assert (message.text, (found.kind, found.reference, found.size, found.seconds)) == (text, attached)

    def test_location(self):
        place = {"longitude": 113.6253, "latitude": 34.7466, "address": "郑州市二七区", "title": "某小区", "zoom": 15}
        message = hear(record("location", location=place))
        assert (message.latitude, message.longitude, message.place_text) == (34.7466, 113.6253, "郑州市二七区 某小区")

    def test_mixed(self):
        items = [
            {"type": "text", "content": '{"content":"楼道灯坏了"}'},
            {"type": "image", "content": '{"sdkfileid":"f1","filesize":3}'},
        ]
        message = hear(record("mixed", mixed={"item": items}))
        assert message.text == "楼道灯坏了\n[图片]"
        assert [a.reference for a in message.attachments] == ["f1"]

    def test_forwarded_records(self):
        items = [
            {
                "type": "ChatRecordText",
                "msgtime": 1603875610,
                "content": '{"content":"没有米了"}',
                "from_chatroom": False,
            },
            {"type": "ChatRecordImage", "msgtime": 1603875615, "content": '{"sdkfileid":"f9"}', "from_chatroom": False},
        ]
        message = hear(record("chatrecord", chatrecord={"title": "群聊", "item": items}))
        assert (message.title, message.text) == ("群聊", "没有米了\n[图片]")

    @pytest.mark.parametrize(
        ("kind", "body", "text"),
        [
            ("link", {"link": {"title": "通知", "description": "核酸", "link_url": "https://e.cn"}}, "[链接] 通知\n核酸\nhttps://e.cn"),
            ("markdown", {"info": {"content": "# 停水"}}, "# 停水"),
            ("todo", {"todo": {"title": "来自群聊", "content": "送药"}}, "[待办] 来自群聊\n送药"),
            ("vote", {"votetitle": "几点做核酸", "voteitem": ["8点", "9点"], "votetype": 101}, "[投票] 几点做核酸"),
            ("card", {"card": {"corpname": "微信联系人", "userid": "wm1"}}, "[名片] 微信联系人\nwm1"),
            ("redpacket", {"redpacket": {"type": 1, "wish": "恭喜", "totalcnt": 1, "totalamount": 100}}, "[红包] 恭喜"),
            ("news", {"info": {"item": [{"title": "封控通告", "url": "https://e.cn"}]}}, "封控通告"),
        ],
    )  # fmt: skip
    def test_everything_else_that_has_words(self, kind, body, text):
        assert hear(record(kind, **body)).text == text

    def test_unknown_type_keeps_the_record(self):
        message = hear(record("hologram", hologram={"depth": 3}))
        assert json.loads(message.extra["record"])["hologram"] == {"depth": 3}

    def test_revoke_names_the_message(self):
        event = hear({**record("revoke", revoke={"pre_msgid": "CAQQ_0"}), "action": "recall"})
        assert isinstance(event, HeardEvent)
        assert (event.kind, event.subject) == ("recalled", "msg:CAQQ_0")

    @pytest.mark.parametrize(("kind", "expected"), [("agree", "archive_agreed"), ("disagree", "archive_refused")])
    def test_consent(self, kind, expected):
        event = hear(record(kind, **{kind: {"userid": "wmOther", "agree_time": 1651583400123}}))
        assert (event.kind, event.sender) == (expected, "wmOther")

    def test_switched_company(self):
        event = hear({"msgid": "1", "action": "switch", "time": 1651583400123, "user": "WangFang"})
        assert (event.kind, event.sender) == ("switched", "WangFang")

    def test_talk_of_two_is_one_conversation_whoever_speaks(self):
        there = hear({**record("text", text={"content": "a"}), "roomid": "", "from": "a", "tolist": ["b"]})
        back = hear({**record("text", text={"content": "b"}), "roomid": "", "from": "b", "tolist": ["a"]})
        assert there.conversation == back.conversation != ""

    def test_refuses_record_without_id(self):
        with pytest.raises(ValueError, match="msgid"):
            hear({"msgtype": "text"})


class ReversedBodies:
    """Stands in for WeCom's native library, which is outside the project: here a body is its text backwards."""

    def decrypt(self, random_key, body):
        if random_key != "k3y":
            raise ValueError("wrong key")
        return body[::-1]


class TestOpenRecords:
    def test_opens_keys_with_rsa_and_names_what_stays_shut(self):
        private = rsa.generate_private_key(65537, 2048)
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        sealed_key = base64.b64encode(private.public_key().encrypt(b"k3y", padding.PKCS1v15())).decode()
        body = json.dumps(record("text", text={"content": "停水"}))[::-1]
        chatdata = [
            {"seq": 1, "msgid": "a", "publickey_ver": 3, "encrypt_random_key": sealed_key, "encrypt_chat_msg": body},
            {"seq": 2, "msgid": "b", "publickey_ver": 4, "encrypt_random_key": sealed_key, "encrypt_chat_msg": body},
            {"seq": 3, "msgid": "c", "publickey_ver": 3, "encrypt_random_key": "AAAA", "encrypt_chat_msg": body},
        ]
        opened = list(open_records(chatdata, RsaKeys({3: pem}), ReversedBodies()))
        message = hear(opened[0].record)
        assert isinstance(message, HeardMessage)
        assert message.text == "停水"
        assert [(o.seq, o.problem.code if o.problem else None) for o in opened] == [
            (1, None), (2, "record_sealed"), (3, "record_sealed"),
        ]  # fmt: skip
