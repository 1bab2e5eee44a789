"""Downloading what followers of an official account sent: the callback names it only by an id, kept for three days.

Interface of WeChat: ``GET /cgi-bin/media/get`` answers with the content, or with JSON: ``errcode`` when there is none
(40007: unknown or expired), ``video_url`` for videos.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

import httpx

from echowall.kernel import audit, files
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.scope import as_system
from echowall.notices.rules import SEND_SECONDS
from echowall.notices.transports.base import NotDelivered
from echowall.notices.transports.wechat import WechatTransport

from .models import Attachment, Source
from .photos import PhotoRefusedError, clean_photo
from .queries import secrets_of

MAX_BYTES = 10_000_000
KEPT = timedelta(days=3)
_GONE = frozenset({40007, 40004})
_TOKEN_GONE = frozenset({40001, 40014, 42001})


class MediaNotFetchedError(Exception):
    """It may come at another try; ``why`` names neither the person nor the id."""


class _NeverComesError(Exception):
    """It will not come; the argument is the code to keep."""


def missing(*, at: datetime) -> list[UUID]:
    """Return what was heard within the days that the platform keeps it and is neither here nor given up."""
    with as_system():
        rows = Attachment.objects.filter(sha256="", problem="", message__heard_at__gt=at - KEPT).exclude(reference="")
        return list(rows.filter(message__channel="wechat").values_list("id", flat=True))


def fetch(*, attachment_id: UUID, at: datetime) -> bool:
    """Download one attachment and keep it sealed; tells whether it is here. Harmless to repeat.

    Without the account's secret it waits: the hourly job comes back when the office has given it.

    Raises:
        MediaNotFetchedError: the platform did not answer as it should; the job tries again.
    """
    with as_system():
        row = Attachment.objects.select_related("message__source").filter(id=attachment_id).first()
        if row is None or row.sha256 or row.problem or not row.reference:
            return bool(row and row.sha256)
        source = row.message.source
        held = secrets_of(source)
    if not held.get("app_secret"):
        return False
    content, media_type, problem = b"", "", ""
    try:
        content, media_type = _download(_account(source, held), row.reference)
        if row.kind in {"image", "photo"}:
            photo = clean_photo(content)
            content, media_type = photo.content, photo.media_type
    except _NeverComesError as never:
        problem = str(never)
    except PhotoRefusedError as refused:
        problem = refused.code
    with as_system():
        digest = "" if problem else files.keep(content)
        Attachment.objects.filter(id=attachment_id, sha256="").update(
            sha256=digest, byte_count=len(content) if digest else 0, content_type=media_type[:80] or row.content_type,
            problem=problem, reference="" if digest else row.reference,
        )  # fmt: skip
        audit.record(
            actor=SYSTEM_ACTOR, at=at, action="voices.attachment.fetched" if digest else "voices.attachment.given_up",
            subject=("message", row.message_id), detail={"bytes": len(content), "problem": problem},
            where=(row.message.office_id, row.message.place_path),
        )  # fmt: skip
    return bool(digest)


def _account(source: Source, held: dict[str, str]) -> WechatTransport:
    base = str(source.settings.get("base_url", ""))
    return WechatTransport({"app_id": held["app_id"], "app_secret": held["app_secret"], "base_url": base})


def _download(account: WechatTransport, reference: str) -> tuple[bytes, str]:
    for attempt in range(2):
        try:
            token = account.token(renew=attempt > 0)
        except NotDelivered as error:
            raise MediaNotFetchedError(error.why) from error
        content, media_type, code = _get(
            f"{account.base}/cgi-bin/media/get", {"access_token": token, "media_id": reference}
        )
        if code in _GONE:
            raise _NeverComesError("media_expired")
        if not code:
            return content, media_type
        if code not in _TOKEN_GONE:
            break
    raise MediaNotFetchedError(f"errcode {code}")


def _get(url: str, params: dict[str, str] | None) -> tuple[bytes, str, int]:
    """Return content, media type and the platform's error code (0: none); a video is one address further."""
    try:
        with httpx.stream("GET", url, params=params, timeout=httpx.Timeout(SEND_SECONDS)) as answer:
            if answer.status_code >= 400:
                raise MediaNotFetchedError(f"HTTP {answer.status_code}")
            media_type = answer.headers.get("content-type", "").split(";")[0].strip()
            content = b""
            for part in answer.iter_bytes():
                content += part
                if len(content) > MAX_BYTES:
                    raise _NeverComesError("media_too_large")
    except httpx.HTTPError as error:
        raise MediaNotFetchedError(type(error).__name__) from error
    if media_type not in {"application/json", "text/plain"}:
        return content, media_type, 0
    try:
        said = json.loads(content) if content.lstrip()[:1] == b"{" else {}
        code = int(said.get("errcode", 0) or -1)
    except (ValueError, TypeError, RecursionError) as error:  # no JSON, or no code: as if nothing had been said
        raise MediaNotFetchedError("malformed") from error
    address = str(said.get("video_url", ""))
    if address.startswith("http") and params is not None:
        return _get(address, None)
    return b"", "", code
