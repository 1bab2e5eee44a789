"""One e-mail as one message: decoded whatever its charset, without the history it quotes, with its attachments."""

from __future__ import annotations

import email
import email.errors
import email.message
import email.policy
import email.utils
from datetime import UTC, datetime, tzinfo
from email.header import decode_header

from echowall.voices.channels.mail.bodies import cut_history, html_text
from echowall.voices.channels.types import (
    SHANGHAI,
    AttachmentRef,
    HeardMessage,
    Problem,
    RefusedInputError,
    content_key,
)

CHANNEL = "mail"
MAX_MAIL_BYTES = 30_000_000
MAX_HISTORY = 20_000
_CHINESE = {"gb2312", "gbk", "gb_2312-80", "cp936", "x-gbk", "hz-gb-2312", "gb18030"}
_AUTOMATIC_SUBJECTS = ("自动回复", "自动答复", "automatic reply", "auto reply", "autoreply", "out of office", "auto:")
_BOUNCE_SUBJECTS = (
    "退信",
    "系统退信",
    "undeliver",
    "delivery status",
    "mail delivery failed",
    "returned mail",
    "failure notice",
)
_BOUNCE_SENDERS = ("mailer-daemon", "postmaster", "mail-daemon")


def read_mail(raw: bytes, *, zone: tzinfo = SHANGHAI) -> HeardMessage:
    """Turn the bytes of one e-mail into a message.

    The key is the Message-ID (made of date, sender, subject and text when there is none), `reply_to` the key of the
    message answered. `text` is what was newly written; the history that it quoted stands in `extra["history"]`.
    `extra["automatic"]` is reply, bounce or bulk for what no person wrote just now. Attachments carry their bytes.
    Raises `RefusedInputError` beyond `MAX_MAIL_BYTES` and for bytes that are no e-mail.
    """
    if len(raw) > MAX_MAIL_BYTES:
        raise RefusedInputError(_too_large(len(raw)))
    parsed = email.message_from_bytes(raw, policy=email.policy.compat32)
    if not parsed.keys():
        raise RefusedInputError(_no_mail(raw))
    sender, address = _address(parsed)
    subject = " ".join(header_text(parsed, "Subject").split())
    plain, html, attachments = _parts(parsed)
    written = plain.strip() or html_text(html).strip()
    text, history = cut_history(written)
    said_at = _date(parsed, zone)
    extra = {"address": address, "message_id": _ident(header_text(parsed, "Message-ID"))}
    extra["automatic"] = _automatic(parsed, subject, address)
    extra["history"] = history[:MAX_HISTORY]
    extra["to"] = header_text(parsed, "To")[:500]
    # Who answers on top of everything and writes nothing new still said something by subject or attachment.
    text = text or subject or "".join(f"[{a.name or a.kind}]" for a in attachments) or "[空白邮件]"
    ident = extra["message_id"]
    key = content_key(address, subject, written, header_text(parsed, "Date"))
    return HeardMessage(
        channel=CHANNEL,
        key=f"mid:{ident}" if ident else f"mail:{key}",
        text=text,
        said_at=said_at,
        sender=sender or address,
        attachments=tuple(attachments),
        conversation=_thread(parsed) or ident,
        reply_to=_answered(parsed),
        extra={name: value for name, value in extra.items() if value},
        title=subject,
    )


def header_text(message: email.message.Message, name: str) -> str:
    """A header decoded: encoded words of any charset, raw UTF-8 or GB18030 bytes, folded lines."""
    written = _as_sent(message, name)
    if not written.isascii():  # bytes above 127 that no encoded word announced
        written = decoded(written.encode("utf-8", "surrogateescape"), None)
    try:
        parts = decode_header(written)
    except (ValueError, email.errors.HeaderParseError):
        return written
    text = "".join(p if isinstance(p, str) else decoded(p, charset) for p, charset in parts)
    return text.replace("\r", "").replace("\n", "").strip()


def decoded(data: bytes, charset: str | None) -> str:
    """Bytes as text in the charset they claim; GB2312 and GBK are read as GB18030, which contains both.

    Where the claim is missing or wrong: UTF-8, then GB18030, and what even that cannot read is replaced.
    """
    claimed = (charset or "").lower().strip()
    if claimed in _CHINESE and claimed != "hz-gb-2312":
        claimed = "gb18030"
    for candidate in dict.fromkeys([claimed, "utf-8", "gb18030"]):
        try:
            return data.decode(candidate) if candidate and candidate != "unknown-8bit" else data.decode("utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("gb18030", "replace")


def _as_sent(message: email.message.Message, name: str) -> str:
    """The first header of that name as it came, bytes above 127 as surrogates (`get` would replace them)."""
    wanted = name.lower()
    return next((str(value) for key, value in message.raw_items() if key.lower() == wanted), "")


def _address(message: email.message.Message) -> tuple[str, str]:
    # Cut the address out before decoding: a decoded name may hold commas and quotes of its own.
    name, address = email.utils.parseaddr(_as_sent(message, "From") or _as_sent(message, "Sender"))
    if not address:
        name, address = email.utils.parseaddr(header_text(message, "From"))
    return _decoded_words(name).strip("\"' "), address.lower()


def _decoded_words(words: str) -> str:
    holder = email.message.Message()
    holder["Words"] = words
    return header_text(holder, "Words")


def _parts(message: email.message.Message) -> tuple[str, str, list[AttachmentRef]]:
    plain: list[str] = []
    html: list[str] = []
    attached: list[AttachmentRef] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        content = data if isinstance(data, bytes) else b""
        kind, name = part.get_content_type(), _filename(part)
        is_file = part.get_content_disposition() == "attachment" or bool(name)
        if not is_file and kind in ("text/plain", "text/html"):
            (plain if kind == "text/plain" else html).append(decoded(content, part.get_content_charset()))
        elif content:
            attached.append(AttachmentRef(_kind(kind), name=name, media_type=kind, size=len(content), content=content))
    return "\n".join(plain), "\n".join(html), attached


def _filename(part: email.message.Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError):
        return "attachment"
    plain = _decoded_words(name) or name
    return plain.replace("\\", "/").rsplit("/", 1)[-1][:255]


def _kind(media_type: str) -> str:
    family = media_type.split("/", 1)[0]
    return {"image": "image", "audio": "voice", "video": "video"}.get(family, "file")


def _date(message: email.message.Message, zone: tzinfo) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(header_text(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(zone)


def _ident(text: str) -> str:
    return text.strip().strip("<>").strip()


def _answered(message: email.message.Message) -> str:
    first = header_text(message, "In-Reply-To").split(">")[0]
    return f"mid:{_ident(first)}" if _ident(first) else ""


def _thread(message: email.message.Message) -> str:
    references = header_text(message, "References") or header_text(message, "In-Reply-To")
    return _ident(references.split(">")[0])


def _automatic(message: email.message.Message, subject: str, address: str) -> str:
    lower = subject.lower()
    is_report = message.get_content_type() == "multipart/report"
    if is_report or address.split("@")[0] in _BOUNCE_SENDERS or lower.startswith(_BOUNCE_SUBJECTS):
        return "bounce"
    submitted = header_text(message, "Auto-Submitted").lower()
    precedence = header_text(message, "Precedence").lower()
    if (
        (submitted and submitted != "no")
        or message.get("X-Autoreply")
        or message.get("X-Autorespond")
        or precedence == "auto_reply"
    ):
        return "reply"
    if lower.startswith(_AUTOMATIC_SUBJECTS):
        return "reply"
    return "bulk" if precedence in ("bulk", "list", "junk") or message.get("List-Unsubscribe") else ""


def _too_large(size: int) -> Problem:
    limit = MAX_MAIL_BYTES // 1_000_000
    return Problem(
        "邮件", f"{size} B", "mail_too_large", f"邮件超过 {limit} MB", f"the mail is larger than {limit} MB",
        "请对方把大附件分几封发", "ask for the attachments in several mails",
    )  # fmt: skip


def _no_mail(raw: bytes) -> Problem:
    return Problem(
        "邮件", raw[:60].decode("latin-1"), "mail_unreadable", "这不是一封邮件", "this is no e-mail",
        "检查取信的邮箱和协议", "check the mailbox and protocol it came from",
    )  # fmt: skip
