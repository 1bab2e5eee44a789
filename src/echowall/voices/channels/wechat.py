"""WeChat official account: the callback's signature and encryption, what a follower sends, and the passive reply.

Encryption and reply are wechatpy's (https://github.com/wechatpy/wechatpy); XML is read by defusedxml, so that
entities and external documents are refused. Source of the message formats: WeChat official-account
platform, "接收普通消息", "接收事件推送", "被动回复用户消息", "消息加解密说明".
"""

from __future__ import annotations

import binascii
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from hashlib import sha1
from typing import Any

from defusedxml import DefusedXmlException, ElementTree
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import TextReply

from echowall.voices.channels.dates import epoch_instant
from echowall.voices.channels.types import SHANGHAI, AttachmentRef, HeardEvent, HeardMessage

CHANNEL = "wechat"
MAX_BODY = 256 * 1024
MAX_REPLY_BYTES = 2048  # the platform shows nothing of a longer passive reply
SUCCESS = "success"  # the answer that says "heard, no reply", without which the platform tries twice more

_SECONDS = re.compile("[0-9]{1,10}")
EVENTS = {
    "subscribe": "subscribed", "unsubscribe": "unsubscribed", "scan": "scanned", "location": "located",
    "click": "clicked", "view": "viewed", "templatesendjobfinish": "delivered",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WeChatConfig:
    """One official account; an empty AES key means plain mode, and with one nothing unencrypted is accepted."""

    token: str = field(repr=False)
    app_id: str
    encoding_aes_key: str = field(default="", repr=False)


class WeChatRefusedError(ValueError):
    """A callback that is not WeChat's or cannot be read; `code` says why.

    signature_wrong, encryption_required, encryption_unreadable, app_id_wrong, body_too_large, xml_refused,
    xml_unreadable.
    """

    def __init__(self, code: str) -> None:
        """Hold the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Heard:
    """What came in, and who must be named in the passive reply."""

    item: HeardMessage | HeardEvent
    follower: str
    account: str
    is_encrypted: bool


def echo(params: Mapping[str, str], config: WeChatConfig) -> str:
    """The answer to the platform's GET that verifies the address. Raises `WeChatRefusedError("signature_wrong")`."""
    _check_signature(params, config)
    return params.get("echostr", "")


def hear(params: Mapping[str, str], body: bytes, config: WeChatConfig, *, zone: tzinfo = SHANGHAI) -> Heard:
    """Check, decrypt and read one POST of the platform.

    `params` are those of the address. The same message tried again (the platform does so twice when it hears nothing
    within five seconds) has the same key. Raises `WeChatRefusedError`.
    """
    if len(body) > MAX_BODY:
        raise WeChatRefusedError("body_too_large")
    outer = _parsed(body)
    is_encrypted = "Encrypt" in outer
    if is_encrypted:
        plain = _decrypted(outer, params, config)
    elif config.encoding_aes_key:
        raise WeChatRefusedError("encryption_required")
    else:
        _check_signature(params, config)
        plain = body
    data = _parsed(plain)
    if not data.get("MsgType") or not data.get("FromUserName") or not _SECONDS.fullmatch(data.get("CreateTime", "")):
        raise WeChatRefusedError("xml_unreadable")
    is_event = data.get("MsgType", "").lower() == "event"
    item = _event(data, zone) if is_event else _message(data, zone)
    return Heard(item, data["FromUserName"], data.get("ToUserName", ""), is_encrypted)


def passive_reply(heard: Heard, text: str, config: WeChatConfig, *, at: datetime, nonce: str) -> str:
    """The XML that answers a follower at once, encrypted when what came in was; "success" for an empty text.

    Text beyond 2,048 bytes is cut with an ellipsis. `nonce` is a fresh random string.
    """
    if not text:
        return SUCCESS
    seconds = int(at.timestamp())
    # wechatpy writes the text into a CDATA section as it is.
    content = _fitting(text).replace("]]>", "]]]]><![CDATA[>")
    reply = TextReply(source=heard.account, target=heard.follower, time=seconds, content=content)
    if not heard.is_encrypted:
        return str(reply.render())
    return str(_crypto(config).encrypt_message(reply.render(), nonce, str(seconds)))


def _crypto(config: WeChatConfig) -> WeChatCrypto:
    return WeChatCrypto(config.token, config.encoding_aes_key, config.app_id)


def _check_signature(params: Mapping[str, str], config: WeChatConfig) -> None:
    parts = sorted([config.token, params.get("timestamp", ""), params.get("nonce", "")])
    expected = sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()  # the platform's choice of hash
    if not hmac.compare_digest(expected.encode(), params.get("signature", "").encode()):
        raise WeChatRefusedError("signature_wrong")


def _decrypted(outer: Mapping[str, str], params: Mapping[str, str], config: WeChatConfig) -> bytes:
    if not config.encoding_aes_key:
        raise WeChatRefusedError("encryption_unreadable")
    given = [params.get(name, "") for name in ("msg_signature", "timestamp", "nonce")]
    try:
        plain = _crypto(config).decrypt_message({"Encrypt": outer["Encrypt"]}, *given)
    except InvalidSignatureException as error:
        raise WeChatRefusedError("signature_wrong") from error
    except InvalidAppIdException as error:
        raise WeChatRefusedError("app_id_wrong") from error
    except (ValueError, IndexError, AssertionError, binascii.Error, struct.error) as error:
        raise WeChatRefusedError("encryption_unreadable") from error
    return str(plain).encode()


def _parsed(body: bytes) -> dict[str, str]:
    """The children of the root as text, after refusing document types, entities and external references."""
    try:
        root = ElementTree.fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise WeChatRefusedError("xml_refused") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise WeChatRefusedError("xml_unreadable") from error
    if root.tag != "xml":
        raise WeChatRefusedError("xml_unreadable")
    return {child.tag: child.text or "" for child in root}


def _message(data: Mapping[str, str], zone: tzinfo) -> HeardMessage:
    sender, created = data["FromUserName"], data["CreateTime"]
    kind = data.get("MsgType", "").lower()
    readers: dict[str, Any] = {"location": _location, "link": _link, "voice": _voice}
    fields = readers[kind](data) if kind in readers else _other(kind, data)
    extra = {"kind": kind, **fields.pop("extra", {})}
    return HeardMessage(
        channel=CHANNEL,
        key=f"msg:{data['MsgId']}" if data.get("MsgId") else f"msg:{sender}:{created}",
        said_at=epoch_instant(int(created), zone),
        sender=sender,
        conversation=data.get("ToUserName", ""),
        extra=extra,
        **fields,
    )


def _location(data: Mapping[str, str]) -> dict[str, Any]:
    label = data.get("Label", "").strip()
    fields: dict[str, Any] = {"text": label, "place_text": label, "extra": {"datum": "GCJ-02"}}
    try:
        latitude, longitude = float(data["Location_X"]), float(data["Location_Y"])
    except (KeyError, ValueError):
        return fields
    if -90 <= latitude <= 90 and -180 <= longitude <= 180:
        fields |= {"latitude": latitude, "longitude": longitude}
    fields["text"] = label or "[位置]"
    return fields


def _link(data: Mapping[str, str]) -> dict[str, Any]:
    attached = AttachmentRef("link", name=data.get("Title", ""), reference=data.get("Url", ""))
    text = data.get("Description") or data.get("Title") or "[链接]"
    return {"text": text, "title": data.get("Title", ""), "attachments": (attached,)}


def _voice(data: Mapping[str, str]) -> dict[str, Any]:
    said = data.get("Recognition", "").strip()
    attached = AttachmentRef("voice", media_type=data.get("Format", ""), reference=data.get("MediaId", ""))
    extra = {"recognised": "1"} if said else {}
    return {"text": said or "[语音]", "attachments": (attached,), "extra": extra}


def _other(kind: str, data: Mapping[str, str]) -> dict[str, Any]:
    if kind == "text":
        return {"text": data.get("Content", "")}
    known = {"image": ("image", "[图片]"), "video": ("video", "[视频]"), "shortvideo": ("video", "[视频]")}
    if kind in known:
        name, text = known[kind]
        extra = {"picture_url": data["PicUrl"]} if data.get("PicUrl") else {}
        attached = AttachmentRef(name, reference=data.get("MediaId", ""))
        return {"text": text, "attachments": (attached,), "extra": extra}
    # A kind that the platform adds later is stored as it came rather than lost.
    return {"text": data.get("Content") or data.get("Title") or f"[{kind or '未知'}]", "extra": dict(data)}


def _event(data: Mapping[str, str], zone: tzinfo) -> HeardEvent:
    name = data.get("Event", "").lower()
    kind = EVENTS.get(name, name or "unknown")
    sender, created = data["FromUserName"], data["CreateTime"]
    scene = data.get("EventKey", "").removeprefix("qrscene_")
    known = ("FromUserName", "ToUserName", "CreateTime", "MsgType")
    return HeardEvent(
        channel=CHANNEL,
        key=f"event:{sender}:{created}:{name}:{data.get('EventKey', '')}",
        kind=kind,
        at=epoch_instant(int(created), zone),
        sender=sender,
        conversation=data.get("ToUserName", ""),
        extra={key: value for key, value in {**data, "EventKey": scene}.items() if key not in known and value},
    )


def _fitting(text: str) -> str:
    encoded = text.encode()
    if len(encoded) <= MAX_REPLY_BYTES:
        return text
    return encoded[: MAX_REPLY_BYTES - 3].decode(errors="ignore") + "…"
