"""A mailbox over IMAP: everything newer than the last UID, without marking anything as read."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from echowall.voices.channels.mail.read import MAX_MAIL_BYTES
from echowall.voices.channels.types import Problem


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where and as whom to fetch; `security` none is for a server on the same machine only."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 993
    folder: str = "INBOX"
    security: Literal["tls", "starttls", "none"] = "tls"
    timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as bytes, or the problem that kept it back. (uid_validity, uid) is where to go on next time."""

    uid: int
    uid_validity: int
    raw: bytes | None
    problem: Problem | None = None


class MailboxUnreachableError(OSError):
    """The server did not answer, refused the sign-in or broke off; what was yielded before is good."""


def fetch(mailbox: Mailbox, since_uid: int, *, uid_validity: int = 0, limit: int = 200) -> Iterator[Fetched]:
    """Yield up to `limit` mails with a UID above `since_uid`, oldest first.

    When the server's UIDVALIDITY is not `uid_validity` its UIDs have been given anew and fetching starts at the
    beginning; the keys of the mails keep that from doubling anything. Raises `MailboxUnreachableError`.
    """
    try:
        with _session(mailbox) as server:
            typ, data = server.select(_quoted(mailbox.folder), readonly=True)
            if typ != "OK":
                raise MailboxUnreachableError(f"folder {mailbox.folder}: {data!r}")
            validity = _number(server.response("UIDVALIDITY")[1])
            start = since_uid if validity == uid_validity else 0
            for uid in _newer(server, start)[:limit]:
                yield _fetched(server, uid, validity)
    except (imaplib.IMAP4.error, OSError) as error:
        if isinstance(error, MailboxUnreachableError):
            raise
        raise MailboxUnreachableError(f"{mailbox.host}:{mailbox.port}: {error}") from error


@contextmanager
def _session(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    where = (mailbox.host, mailbox.port)
    server: imaplib.IMAP4
    if mailbox.security == "tls":
        server = imaplib.IMAP4_SSL(*where, ssl_context=ssl.create_default_context(), timeout=mailbox.timeout_seconds)
    else:
        server = imaplib.IMAP4(*where, timeout=mailbox.timeout_seconds)
    try:
        if mailbox.security == "starttls":
            server.starttls(ssl.create_default_context())
        server.login(mailbox.user, mailbox.password)
        yield server
    finally:
        try:
            server.logout()
        except (imaplib.IMAP4.error, OSError):
            server.shutdown()


def _newer(server: imaplib.IMAP4, start: int) -> list[int]:
    typ, data = server.uid("SEARCH", "UID", f"{start + 1}:*")
    if typ != "OK":
        raise MailboxUnreachableError(f"search: {data!r}")
    found = {int(uid) for uid in (data[0] or b"").split()}
    return sorted(uid for uid in found if uid > start)  # n:* names the last mail even when its UID is below n


def _fetched(server: imaplib.IMAP4, uid: int, validity: int) -> Fetched:
    _, sizes = server.uid("FETCH", str(uid), "(RFC822.SIZE)")
    found = re.search(rb"RFC822\.SIZE (\d+)", _joined(sizes))
    size = int(found.group(1)) if found else 0
    if size > MAX_MAIL_BYTES:
        return Fetched(uid, validity, None, _problem(uid, f"{size} B", "mail_too_large"))
    _, parts = server.uid("FETCH", str(uid), "(BODY.PEEK[])")
    raw = next((part[1] for part in parts or [] if isinstance(part, tuple)), None)
    if not isinstance(raw, bytes):
        return Fetched(uid, validity, None, _problem(uid, "", "mail_vanished"))
    return Fetched(uid, validity, raw)


def _joined(parts: object) -> bytes:
    flat: list[bytes] = []
    for part in parts if isinstance(parts, list) else []:
        flat += [piece for piece in (part if isinstance(part, tuple) else (part,)) if isinstance(piece, bytes)]
    return b" ".join(flat)


def _number(values: object) -> int:
    found = re.search(rb"\d+", _joined(values))
    return int(found.group()) if found else 0


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_PROBLEMS = {
    "mail_too_large": (
        "邮件太大，没有取", "the mail is too large and was not fetched",
        "请到邮箱里查看这一封，把大附件另存", "look at it in the mailbox and save its attachments there",
    ),
    "mail_vanished": (
        "取信时这一封已经被删除或移走", "the mail was deleted or moved while fetching",
        "到邮箱的已删除或其他文件夹里找", "look for it in the trash or another folder",
    ),
}  # fmt: skip


def _problem(uid: int, value: str, code: str) -> Problem:
    return Problem(f"邮件 UID {uid}", value, code, *_PROBLEMS[code])
