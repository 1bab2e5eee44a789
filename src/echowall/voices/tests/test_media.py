"""Photos of an official account are downloaded by their id; the platform is a local HTTP server here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlparse
from uuid import UUID

import pytest
from django.conf import settings
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.cast import EVENING, Cast

from echowall.kernel import files
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.scope import as_system
from echowall.notices.transports import wechat as transport
from echowall.voices import media
from echowall.voices.channels.types import AttachmentRef, HeardMessage
from echowall.voices.models import Attachment, Source
from echowall.voices.operations import add_source, hear_messages, set_secrets


class Platform(BaseHTTPRequestHandler):
    """The two calls of the interface, as the platform answers them."""

    faults: ClassVar[list[dict[str, object]]] = []
    photo = b""
    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self._answer(json.dumps({"access_token": "T1", "expires_in": 7200}).encode(), "application/json")

    def do_GET(self) -> None:
        query = parse_qs(urlparse(self.path).query)
        type(self).asked.append(query["media_id"][0])
        if self.faults:
            self._answer(json.dumps(self.faults.pop(0)).encode(), "text/plain")
        else:
            self._answer(self.photo, "image/jpeg")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def platform() -> Iterator[str]:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    Platform.photo, Platform.faults, Platform.asked = picture.getvalue(), [], []
    transport._tokens.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def account(cast: Cast, platform: str) -> Source:
    secrets = {"token": "t", "app_id": "wx0123456789abcdef", "app_secret": "s"}
    with as_system():
        source = add_source(channel="wechat", name="公众号", place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=EVENING)
        Source.objects.filter(id=source.id).update(settings={"base_url": platform})
        source.refresh_from_db()
        return set_secrets(source=source, secrets=secrets, actor=SYSTEM_ACTOR, at=EVENING)


def sent(source: Source) -> UUID:
    photo = AttachmentRef("image", reference="MEDIA-1")
    said = HeardMessage(channel="wechat", key="1", text="[图片]", attachments=(photo,), said_at=EVENING)
    hear_messages(messages=[said], source=source, actor=SYSTEM_ACTOR, at=EVENING)
    with as_system():
        return Attachment.objects.get().id


class TestFetchMedia:
    def test_keeps_the_photo_sealed_and_only_once(self, account: Source) -> None:
        one = sent(account)
        assert ProcrastinateJob.objects.get(task_name__endswith="fetch_media").args == {"attachment_id": str(one)}
        assert media.fetch(attachment_id=one, at=EVENING)
        assert media.fetch(attachment_id=one, at=EVENING)
        with as_system():
            row = Attachment.objects.get()
            assert Image.open(BytesIO(files.read(row.sha256))).size == (40, 30)
        assert (row.content_type, row.reference, Platform.asked) == ("image/jpeg", "", ["MEDIA-1"])
        kept = Path(settings.MEDIA_ROOT) / row.sha256[:2] / row.sha256
        assert b"JFIF" not in kept.read_bytes()

    def test_a_dead_token_is_renewed_once(self, account: Source) -> None:
        Platform.faults = [{"errcode": 42001, "errmsg": "expired"}]
        assert media.fetch(attachment_id=sent(account), at=EVENING)

    def test_a_busy_platform_is_asked_again_later(self, account: Source) -> None:
        one = sent(account)
        Platform.faults = [{"errcode": -1, "errmsg": "system busy"}]
        with pytest.raises(media.MediaNotFetchedError):
            media.fetch(attachment_id=one, at=EVENING)
        assert media.missing(at=EVENING) == [one]
        assert media.fetch(attachment_id=one, at=EVENING)
        assert media.missing(at=EVENING) == []

    @pytest.mark.parametrize(("fault", "problem"), [({"errcode": 40007}, "media_expired"), (None, "media_too_large")])
    def test_what_never_comes_is_given_up_with_its_reason(
        self, account: Source, monkeypatch: pytest.MonkeyPatch, fault: dict[str, object] | None, problem: str
    ) -> None:
        Platform.faults = [fault] if fault else []
        monkeypatch.setattr(media, "MAX_BYTES", 100)
        one = sent(account)
        assert not media.fetch(attachment_id=one, at=EVENING)
        with as_system():
            assert Attachment.objects.get().problem == problem
        assert media.missing(at=EVENING) == []

    def test_waits_for_the_secret(self, account: Source) -> None:
        with as_system():
            set_secrets(source=account, secrets={"token": "t", "app_id": "wx0123456789abcdef"}, actor=SYSTEM_ACTOR,
                        at=EVENING)  # fmt: skip
        one = sent(account)
        assert not media.fetch(attachment_id=one, at=EVENING)
        assert media.missing(at=EVENING) == [one]
