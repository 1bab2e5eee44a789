"""Going and getting: mailboxes over IMAP, and the files into which an office's WeCom archive is fetched."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import structlog
from django.utils.translation import gettext as _

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import InvalidInput, Problem
from echowall.kernel.scope import as_system

from . import operations, queries
from .channels import wecom
from .channels.mail import Fetched, Mailbox, MailboxUnreachableError, fetch, read_mail
from .channels.types import HeardEvent, HeardMessage, RefusedInputError
from .models import Source
from .models.sources import Channel

log = structlog.get_logger(__name__)
_AT_ONCE = 50
_MAX_ERROR = 300


@dataclass(frozen=True, slots=True)
class Fetch:
    """What one round brought: new messages, known ones, and what was wrong."""

    new_count: int
    known_count: int
    error: str = ""


def fetch_all_mail(*, at: datetime) -> list[Fetch]:
    """Fetch every active mailbox; one that does not answer does not hold up the others."""
    with as_system():
        sources = list(Source.objects.filter(channel=Channel.MAIL, is_active=True, secrets_sealed__isnull=False))
    return [fetch_mail(source=source, at=at) for source in sources]


def fetch_mail(*, source: Source, at: datetime) -> Fetch:
    """Fetch what is new in a source's mailbox, in portions that are each stored before the place is remembered.

    A crash between the two fetches a portion twice; the mails' own keys keep that from doubling anything. A mail that
    cannot be read becomes a message that says so, for a person to look at: it is never passed over in silence.
    """
    with as_system():
        mailbox = _mailbox(queries.secrets_of(source))
    position = source.settings.get("position", {})
    new = known = 0
    portion: list[Fetched] = []
    try:
        for item in fetch(mailbox, position.get("uid", 0), uid_validity=position.get("validity", 0)):
            portion.append(item)
            if len(portion) == _AT_ONCE:
                new, known = _add((new, known), _hear_mails(source, portion, at))
                portion = []
    except MailboxUnreachableError as error:
        log.warning("mailbox_unreachable", source=str(source.id), error=str(error))
        new, known = _add((new, known), _hear_mails(source, portion, at))
        _remember(source, {"fetch_error": str(error)[:_MAX_ERROR], "fetched_at": at.isoformat()})
        return Fetch(new, known, str(error))
    new, known = _add((new, known), _hear_mails(source, portion, at))
    _remember(source, {"fetch_error": "", "fetched_at": at.isoformat()})
    return Fetch(new, known)


def _add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _mailbox(held: Mapping[str, str]) -> Mailbox:
    return Mailbox(
        held["host"], held["user"], held["password"], port=int(held.get("port", "993")),
        folder=held.get("folder", "INBOX"), security=cast(Any, held.get("security", "tls")),
    )  # fmt: skip


def _hear_mails(source: Source, portion: list[Fetched], at: datetime) -> tuple[int, int]:
    if not portion:
        return 0, 0
    counts = _hear(source, [_mail(item) for item in portion], at)
    last = portion[-1]
    _remember(source, {"position": {"uid": last.uid, "validity": last.uid_validity}})
    return counts


def _mail(item: Fetched) -> HeardMessage:
    problem = item.problem
    if item.raw is not None:
        try:
            message = read_mail(item.raw)
        except RefusedInputError as refused:
            problem = refused.problems[0]
        else:
            # The address to answer to stands where an account's open id stands on other channels.
            return dataclasses.replace(message, conversation=message.extra.get("address", ""))
    words = f"{problem.message_zh}：{problem.fix_zh}" if problem else _("邮件无法读取")
    return HeardMessage(
        channel=Channel.MAIL, key=f"uid:{item.uid_validity}:{item.uid}", text=f"[{words}]（UID {item.uid}）",
        extra={"problem": problem.code if problem else "mail_unreadable"},
    )  # fmt: skip


def read_archive(lines: Iterable[str]) -> Iterator[HeardMessage | HeardEvent]:
    """Yield what decrypted WeCom archive records (one JSON object a line) say.

    Raises:
        InvalidInput: ``record_unreadable`` with the number of every line that is none; then nothing was yielded.
    """
    items: list[HeardMessage | HeardEvent] = []
    problems = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            items.append(wecom.hear(json.loads(line)))
        except (ValueError, AttributeError, TypeError) as error:
            problems.append(
                Problem("record_unreadable", _("这一行不是会话存档记录"), f"第{number}行", line.strip()[:60],
                        _("每行应是一条解密后的 JSON 记录") + f"（{error}）")
            )  # fmt: skip
    if problems:
        raise InvalidInput(problems)
    yield from items


def hear_archive(*, source: Source, content: str, at: datetime) -> Fetch:
    """Hear the records of one archive file; events (recalled, agreed …) are no messages and are passed over.

    Raises:
        InvalidInput: as ``read_archive``.
    """
    messages = [item for item in read_archive(content.splitlines()) if isinstance(item, HeardMessage)]
    new = known = 0
    for start in range(0, len(messages), 500):
        new, known = _add((new, known), _hear(source, messages[start : start + 500], at))
    return Fetch(new, known)


def hear_new_archives(*, at: datetime) -> list[Fetch]:
    """Hear every new ``*.jsonl`` file in the folders of the active WeCom sources (settings: ``folder``).

    WeCom's native library, which the office runs, writes the decrypted records there. A file is known by name and
    size; one that cannot be read is named in the source's settings and tried again when it changes.
    """
    with as_system():
        sources = list(Source.objects.filter(channel=Channel.WECOM, is_active=True, settings__has_key="folder"))
    return [done for source in sources for done in _hear_folder(source, at)]


def _hear_folder(source: Source, at: datetime) -> Iterator[Fetch]:
    seen: dict[str, int] = dict(source.settings.get("files", {}))
    for path in sorted(Path(source.settings["folder"]).glob("*.jsonl")):
        size = path.stat().st_size
        if seen.get(path.name) == size:
            continue
        try:
            done = hear_archive(source=source, content=path.read_text(encoding="utf-8"), at=at)
        except (InvalidInput, OSError, UnicodeDecodeError) as error:
            done = Fetch(0, 0, f"{path.name}: {error}")
        seen[path.name] = size
        _remember(source, {"files": seen, "fetch_error": done.error[:_MAX_ERROR], "fetched_at": at.isoformat()})
        yield done


def _hear(source: Source, messages: list[HeardMessage], at: datetime) -> tuple[int, int]:
    heard = operations.hear_messages(messages=messages, source=source, actor=SYSTEM_ACTOR, at=at)
    new = sum(one.is_new for one in heard)
    return new, len(heard) - new


def _remember(source: Source, changes: dict[str, Any]) -> None:
    """Note how far fetching got; what else stands in the settings is left as it is now."""
    with as_system():
        held = Source.objects.select_for_update().get(id=source.id)
        held.settings |= changes
        held.save(update_fields=["settings"])
    source.settings |= changes
