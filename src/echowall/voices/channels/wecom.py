"""WeCom message archive (会话内容存档): decrypted records in, messages and events out.

The platform hands out records whose key is encrypted with the office's RSA key and whose body only WeCom's native
library can decrypt. Both steps stand behind interfaces: `RandomKeys` (ours, `RsaKeys`) and `BodyDecryptor` (a thin
wrapper of the native library that the office installs). Source of the formats: WeCom developer centre, document 91774.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from echowall.voices.channels.dates import epoch_instant
from echowall.voices.channels.types import SHANGHAI, AttachmentRef, HeardEvent, HeardMessage, Problem, content_key

CHANNEL = "wecom"

# Record type -> (our kind of attachment, what stands in the text when nothing was written).
_MEDIA = {
    "image": ("image", "[图片]"),
    "voice": ("voice", "[语音]"),
    "video": ("video", "[视频]"),
    "emotion": ("sticker", "[表情]"),
    "file": ("file", "[文件]"),
    "meeting_voice_call": ("voice", "[语音通话]"),
    "voip_doc_share": ("file", "[共享文档]"),
}
# Where the words of the other types stand: (place of the object in the record, its fields in the order they are said).
_WORDS = {
    "text": ("text", ("content",)),
    "markdown": ("info", ("content",)),
    "link": ("link", ("title", "description", "link_url")),
    "weapp": ("weapp", ("title", "description", "displayname")),
    "card": ("card", ("corpname", "userid")),
    "todo": ("todo", ("title", "content")),
    "vote": ("vote", ("votetitle",)),
    "redpacket": ("redpacket", ("wish",)),
    "external_redpacket": ("redpacket", ("wish",)),
    "meeting": ("meeting", ("topic", "address", "remarks")),
    "docmsg": ("doc", ("title", "link_url")),
    "calendar": ("calendar", ("title", "place", "remarks")),
    "sphfeed": ("sphfeed", ("sph_name", "feed_desc")),
    "collect": ("collect", ("room_name", "creator")),
}
_NAMES = {
    "card": "名片",
    "redpacket": "红包",
    "external_redpacket": "红包",
    "vote": "投票",
    "meeting": "会议",
    "calendar": "日程",
    "weapp": "小程序",
    "docmsg": "文档",
    "collect": "填表",
    "todo": "待办",
    "link": "链接",
    "news": "图文",
    "sphfeed": "视频号",
}
_ATTACHED = {"link": "link", "weapp": "link", "docmsg": "link", "card": "card", "redpacket": "red_packet"}
_EVENTS = {"revoke": "recalled", "agree": "archive_agreed", "disagree": "archive_refused"}


class RandomKeys(Protocol):
    """Opens the random key of a record."""

    def open(self, encrypted: str, version: int) -> str:
        """The key in plain text. Raises ValueError when it cannot be opened with the key of this version."""


class BodyDecryptor(Protocol):
    """Decrypts the body of a record with its random key (the native library's DecryptData)."""

    def decrypt(self, random_key: str, body: str) -> str:
        """The record as JSON text. Raises ValueError when key and body do not belong together."""


class RsaKeys:
    """The office's RSA private keys by version, as registered with WeCom (2048 bits, PKCS #1)."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        """Load PEM private keys. Raises ValueError or TypeError for a PEM that is no unprotected RSA key."""
        self._keys: dict[int, rsa.RSAPrivateKey] = {}
        for version, pem in keys.items():
            key = load_pem_private_key(pem, password=None)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError(f"key version {version} is not an RSA key")
            self._keys[version] = key

    def open(self, encrypted: str, version: int) -> str:
        """Open a random key (base64, RSA with PKCS #1 v1.5 padding, as the platform prescribes)."""
        if version not in self._keys:
            raise ValueError(f"no private key of version {version}")
        try:
            return self._keys[version].decrypt(base64.b64decode(encrypted), padding.PKCS1v15()).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError("the random key cannot be opened") from error


@dataclass(frozen=True, slots=True)
class Opened:
    """One archived record decrypted, or the problem that kept it shut; `seq` is where to go on fetching."""

    seq: int
    record: Mapping[str, Any] | None
    problem: Problem | None = None


def open_records(chatdata: Iterable[Mapping[str, Any]], keys: RandomKeys, bodies: BodyDecryptor) -> Iterator[Opened]:
    """Decrypt the `chatdata` of one fetch; a record that cannot be opened becomes a named problem, not a stop."""
    for sealed in chatdata:
        seq = int(sealed.get("seq", 0))
        try:
            key = keys.open(str(sealed["encrypt_random_key"]), int(sealed.get("publickey_ver", 0)))
            record = json.loads(bodies.decrypt(key, str(sealed["encrypt_chat_msg"])))
        except (KeyError, ValueError) as error:
            yield Opened(seq, None, _sealed(seq, str(sealed.get("msgid", "")), str(error)))
        else:
            yield Opened(seq, record)


def hear(record: Mapping[str, Any], *, zone: tzinfo = SHANGHAI) -> HeardMessage | HeardEvent:
    """Turn one decrypted record into a message, or into an event (recalled, agreed, refused, switched).

    The key is the record's msgid, which the platform promises to be unique. A type that is not known yet becomes a
    message that keeps the record, so that nothing is lost. Raises ValueError for a record without msgid.
    """
    key = str(record.get("msgid") or "")
    if not key:
        raise ValueError("an archive record without msgid")
    kind = str(record.get("msgtype", ""))
    millis = int(record.get("msgtime") or record.get("time") or 0)
    at = epoch_instant(millis / 1000, zone) if millis else None
    sender = str(record.get("from") or record.get("user") or "")
    room = str(record.get("roomid") or "") or _pair(sender, record.get("tolist") or [])
    if record.get("action") == "switch":
        return HeardEvent(CHANNEL, key, "switched", at, sender, room)
    if kind in _EVENTS:
        return _event(record, kind, HeardEvent(CHANNEL, key, _EVENTS[kind], at, sender, room))
    body = _body(kind, record)
    extra = {"kind": kind, **body.pop("extra", {})}
    if record.get("action") == "recall":
        extra["recalled"] = "1"
    return HeardMessage(
        channel=CHANNEL, key=f"msg:{key}", said_at=at, sender=sender, conversation=room, extra=extra, **body
    )


def _pair(sender: str, receivers: Iterable[str]) -> str:
    """One name for the talk of the same people, whoever speaks."""
    return content_key(*sorted({sender, *map(str, receivers)}))


def _event(record: Mapping[str, Any], kind: str, event: HeardEvent) -> HeardEvent:
    about = record.get(kind) or {}
    subject = f"msg:{about['pre_msgid']}" if about.get("pre_msgid") else ""
    who = str(about.get("userid") or event.sender)
    return HeardEvent(event.channel, event.key, event.kind, event.at, who, event.conversation, subject)


def _body(kind: str, record: Mapping[str, Any]) -> dict[str, Any]:
    if kind in _MEDIA:
        return _media(kind, record.get(kind) or {})
    if kind == "location":
        return _location(record.get("location") or {})
    if kind == "mixed":
        return _mixed(record.get("mixed") or {})
    if kind == "chatrecord":
        return _forwarded(record.get("chatrecord") or {})
    if kind == "news":
        items = (record.get("info") or {}).get("item") or []
        return {"text": "\n".join(str(item.get("title", "")) for item in items) or "[图文]"}
    if kind in _WORDS:
        return _words(kind, record)
    return {"text": f"[{kind or '未知'}]", "extra": {"record": json.dumps(dict(record), ensure_ascii=False)}}


def _words(kind: str, record: Mapping[str, Any]) -> dict[str, Any]:
    place, names = _WORDS[kind]
    holder = record.get(place)
    held: Mapping[str, Any] = holder if isinstance(holder, Mapping) else record  # votes stand in the record itself
    said = [str(held[name]) for name in names if held.get(name)]
    text = "\n".join(said)
    if kind in _NAMES:
        text = f"[{_NAMES[kind]}] {text}".strip()
    body: dict[str, Any] = {"text": text}
    if kind in _ATTACHED:
        reference = str(held.get("link_url") or held.get("userid") or "")
        body["attachments"] = (AttachmentRef(_ATTACHED[kind], name=said[0] if said else "", reference=reference),)
    if kind == "vote":
        body["extra"] = {"options": json.dumps(held.get("voteitem") or [], ensure_ascii=False)}
    if kind == "collect":
        body["extra"] = {"form": json.dumps(held.get("details") or [], ensure_ascii=False)}
    return body


def _media(kind: str, held: Mapping[str, Any]) -> dict[str, Any]:
    name, text = _MEDIA[kind]
    size = held.get("filesize") or held.get("voice_size") or held.get("imagesize")
    attached = AttachmentRef(
        name,
        name=str(held.get("filename", "")),
        media_type=str(held.get("fileext", "")),
        reference=str(held.get("sdkfileid", "")),
        size=int(size) if size else None,
        seconds=int(held["play_length"]) if held.get("play_length") else None,
    )
    extra = {"md5": str(held["md5sum"])} if held.get("md5sum") else {}
    return {"text": f"{text} {attached.name}".strip(), "attachments": (attached,), "extra": extra}


def _location(held: Mapping[str, Any]) -> dict[str, Any]:
    title, address = str(held.get("title", "")), str(held.get("address", ""))
    where = " ".join(part for part in (address, title) if part)
    body: dict[str, Any] = {"text": where or "[位置]", "place_text": where, "extra": {"datum": "GCJ-02"}}
    try:
        body |= {"latitude": float(held["latitude"]), "longitude": float(held["longitude"])}
    except (KeyError, TypeError, ValueError):
        return body
    return body


def _mixed(held: Mapping[str, Any]) -> dict[str, Any]:
    parts = [_part(str(item.get("type", "")), item.get("content")) for item in held.get("item") or []]
    attached = tuple(a for part in parts for a in part.get("attachments", ()))
    return {"text": "\n".join(part["text"] for part in parts if part["text"]), "attachments": attached}


def _forwarded(held: Mapping[str, Any]) -> dict[str, Any]:
    """Somebody else's messages, forwarded: their words in order, each with its time, under the title."""
    lines, attached = [], []
    for item in held.get("item") or []:
        part = _part(str(item.get("type", "")).removeprefix("ChatRecord").lower(), item.get("content"))
        lines.append(part["text"])
        attached += part.get("attachments", ())
    times = [item.get("msgtime") for item in held.get("item") or []]
    title = str(held.get("title", ""))
    extra = {"forwarded_times": json.dumps(times)}
    return {"text": "\n".join(lines) or "[聊天记录]", "title": title, "attachments": tuple(attached), "extra": extra}


def _part(kind: str, content: object) -> dict[str, Any]:
    """One item of a mixed or forwarded record; its content is the JSON text of the object of that type."""
    try:
        held = json.loads(content) if isinstance(content, str) else content
    except ValueError:
        held = {"content": content}
    if not isinstance(held, dict):
        held = {"content": str(held or "")}
    place = _WORDS.get(kind, (kind, ()))[0]
    return _body(kind, {"msgtype": kind, place: held})


def _sealed(seq: int, msgid: str, value: str) -> Problem:
    return Problem(
        place=f"存档记录 seq {seq} {msgid}".strip(),
        value=value,
        code="record_sealed",
        message_zh="这条存档记录解不开",
        message_en="this archive record cannot be decrypted",
        fix_zh="检查企业微信后台登记的公钥版本与本机私钥是否一致，然后从这个 seq 重新拉取",
        fix_en="compare the key version in WeCom's console with the keys here, then fetch again from this seq",
    )
