"""What every channel hands over: messages as they were said, and problems with a place, a value and a fix."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING: Mapping[str, str] = MappingProxyType({})


def _nothing() -> Mapping[str, str]:
    return NOTHING


def is_storable(text: str) -> bool:
    """Whether a database can hold the text: no NUL and no half of a surrogate pair."""
    if "\0" in text:
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def storable(text: str) -> str:
    """The text as a database can hold it: NUL and halves of surrogate pairs become U+FFFD, all else stays."""
    if is_storable(text):
        return text
    return "".join("\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """Something that came with a message: known by reference (`reference`) or carried in it (`content`).

    `kind` is image, voice, video, file, sticker, link, card, red_packet, location or record; `seconds` is the length
    of a recording, `size` the length in bytes, each None when the source does not say.
    """

    kind: str
    name: str = ""
    media_type: str = ""
    reference: str = ""
    size: int | None = None
    seconds: int | None = None
    content: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Make the words storable."""
        for name in ("name", "media_type", "reference"):
            object.__setattr__(self, name, storable(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class HeardMessage:
    """One message as one person said it on one channel.

    `key` is unique within the source and the same whenever the same message is read again, so that storing by
    (source, key) is idempotent. `said_at` is aware, or None when the source does not say. `latitude` and `longitude`
    are degrees in the datum that `extra["datum"]` names (WGS84 when absent). `reply_to` is the key of the message
    that this one answers. `extra` keeps what the source said and no field holds.
    """

    channel: str
    key: str
    text: str
    said_at: datetime | None = None
    sender: str = ""
    phone: str = ""
    place_text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    attachments: tuple[AttachmentRef, ...] = ()
    conversation: str = ""
    reply_to: str = ""
    extra: Mapping[str, str] = field(default_factory=_nothing)
    title: str = ""

    def __post_init__(self) -> None:
        """Refuse no key and an instant without a zone; make the words storable."""
        if not self.key:
            raise ValueError("a heard message needs a key")
        if self.said_at is not None and self.said_at.tzinfo is None:
            raise ValueError(f"said_at of message {self.key} has no time zone: {self.said_at!r}")
        words = [getattr(self, name) for name in _WORDS]
        if not is_storable("\n".join([*words, *self.extra, *self.extra.values()])):
            for name, text in zip(_WORDS, words, strict=True):
                object.__setattr__(self, name, storable(text))
            mended = {storable(name): storable(value) for name, value in self.extra.items()}
            object.__setattr__(self, "extra", mended)

    def content_hash(self) -> str:
        """SHA-256 (hex) over everything that was said, in one canonical form.

        Two readings of the same message give the same hash whatever the zone in which the instant is written; any
        change of a letter gives another. The bytes of attachments count by their own SHA-256.
        """
        said_at = self.said_at.astimezone(UTC).isoformat() if self.said_at else None
        attachments = [
            [a.kind, a.name, a.media_type, a.reference, a.size, a.seconds, _digest(a.content)] for a in self.attachments
        ]
        canonical = [
            self.channel, self.key, self.text, said_at, self.sender, self.phone, self.place_text, self.latitude,
            self.longitude, attachments, self.conversation, self.reply_to, sorted(self.extra.items()), self.title,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(canonical, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class HeardEvent:
    """Something that happened on a channel and is no message: subscribed, left, recalled, agreed, bounced.

    `kind` is a past-tense word; `subject` is the key of the message it is about, where there is one.
    """

    channel: str
    key: str
    kind: str
    at: datetime | None = None
    sender: str = ""
    conversation: str = ""
    subject: str = ""
    extra: Mapping[str, str] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the input: where, what stands there, what is wrong and how to put it right.

    `place` is written for the reader (`第12行“时间”列`), `row` (from 1) and `column` are the same for a program; a
    warning did not stop the message from being taken.
    """

    place: str
    value: str
    code: str
    message_zh: str
    message_en: str
    fix_zh: str
    fix_en: str
    is_warning: bool = False
    row: int | None = None
    column: str = ""


class RefusedInputError(ValueError):
    """The whole input cannot be read; `problems` says everything that is wrong with it, at least one item."""

    def __init__(self, *problems: Problem) -> None:
        """Hold the problems; the text of the exception is their English."""
        super().__init__("; ".join(f"{p.place}: {p.message_en} ({p.value!r}); {p.fix_en}" for p in problems))
        self.problems = problems


_WORDS = ("key", "text", "sender", "phone", "place_text", "conversation", "reply_to", "title")


def content_key(*parts: str) -> str:
    """A key of 32 hexadecimal digits from stable content, for sources that give a message no id of its own."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
