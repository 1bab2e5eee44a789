"""Fetching: a real IMAP server, and the recorded archive of WeCom."""

from __future__ import annotations

import imaplib
import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.cast import EVENING, Cast

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import InvalidInput
from echowall.kernel.scope import as_system
from echowall.voices import fetching
from echowall.voices.models import Attachment, Message, Source
from echowall.voices.operations import add_source, set_secrets
from echowall.voices.queries import answer_address
from echowall.voices.sweeping import sweep_pending


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "files")


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a mail server of our own, with one user."""
    if find_spec("pymap") is None:
        pytest.skip("pymap is not installed: no IMAP server to talk to")
    number = random.randint(20_000, 60_000)
    command = [sys.executable, "-c", "from pymap.main import main; raise SystemExit(main())"]
    command += ["--no-service", "managesieve", "--no-service", "admin", "--host", "127.0.0.1", "--port", str(number)]
    command += ["--no-tls", "dict", "--demo-user", "street", "--demo-password", "s3cret"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", number), 0.2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield number
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def mailbox(cast: Cast, port: int) -> Source:
    """福华街's mailbox on that server."""
    held = {"host": "127.0.0.1", "port": str(port), "user": "street", "password": "s3cret", "security": "none"}
    with as_system():
        source = add_source(channel="mail", name="街道邮箱", place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=EVENING)
        return set_secrets(source=source, secrets=held, actor=SYSTEM_ACTOR, at=EVENING)


def deliver(port: int, *bodies: str, **headers: str) -> None:
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login("street", "s3cret")
        for number, body in enumerate(bodies):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "王姐 <wang@example.com>", "s@example.gov.cn", "求助"
            mail["Message-ID"] = f"<{headers.get('tag', 'a')}{number}@example.com>"
            mail.set_content(body)
            mail.add_attachment(b"photo", maintype="image", subtype="jpeg", filename="a.jpg")
            assert client.append("INBOX", None, None, mail.as_bytes())[0] == "OK"


class TestFetchMail:
    def test_fetches_once_and_goes_on_from_there(self, mailbox: Source, port: int) -> None:
        deliver(port, "三天没有菜了", "还是没有菜")
        (first,) = fetching.fetch_all_mail(at=EVENING)
        (second,) = fetching.fetch_all_mail(at=EVENING)
        deliver(port, "谢谢，菜到了", tag="b")
        (third,) = fetching.fetch_all_mail(at=EVENING)
        assert [(f.new_count, f.known_count, f.error) for f in (first, second, third)] == [
            (2, 0, ""),
            (0, 0, ""),
            (1, 0, ""),
        ]
        with as_system():
            messages = list(Message.objects.order_by("id"))
            assert Attachment.objects.count() == 3
        assert [m.body for m in messages] == ["三天没有菜了", "还是没有菜", "谢谢，菜到了"]
        assert {m.channel for m in messages} == {"mail"}
        # One thread, and the address in clear nowhere.
        assert len({m.conversation for m in messages}) == 1
        assert not any("@" in f"{m.conversation}{m.extra}{m.sender_masked}" for m in messages)

    def test_what_a_machine_sent_is_kept_and_never_a_matter(self, mailbox: Source, port: int) -> None:
        with imaplib.IMAP4("127.0.0.1", port) as client:
            client.login("street", "s3cret")
            for number, (name, value) in enumerate(
                (
                    ("Auto-Submitted", "auto-replied"),
                    ("Precedence", "bulk"),
                    ("X-Autoreply", "yes"),
                    ("Subject", "自动回复:求助"),
                )
            ):
                mail = EmailMessage()
                mail["From"], mail["To"], mail["Message-ID"] = "w@example.com", "s@example.gov.cn", f"<m{number}@x>"
                mail[name] = value
                mail.set_content("我正在休假,家里断菜了的邮件我回来后处理")
                assert client.append("INBOX", None, None, mail.as_bytes())[0] == "OK"
        fetching.fetch_all_mail(at=EVENING)
        with as_system():
            while sweep_pending(at=EVENING):
                pass
            messages = list(Message.objects.all())
            assert [(m.state, m.intent, m.band) for m in messages] == [("noted", "other", "sure")] * 4
            assert {m.extra["automatic"] for m in messages} == {"reply", "bulk"}

    def test_answer_goes_to_the_sealed_address(self, mailbox: Source, port: int) -> None:
        deliver(port, "三天没有菜了")
        fetching.fetch_all_mail(at=EVENING)
        with as_system():
            to = answer_address(Message.objects.get().id)
        assert (to.transport, to.address) == ("mail", "wang@example.com")

    def test_forgotten_place_doubles_nothing(self, mailbox: Source, port: int) -> None:
        deliver(port, "三天没有菜了")
        fetching.fetch_mail(source=mailbox, at=EVENING)
        mailbox.settings.pop("position")
        assert fetching.fetch_mail(source=mailbox, at=EVENING).known_count == 1

    def test_unreadable_mail_waits_for_a_person(
        self, mailbox: Source, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reader = sys.modules["echowall.voices.channels.mail.fetch"]
        deliver(port, "很大的邮件")
        monkeypatch.setattr(reader, "MAX_MAIL_BYTES", 10)
        fetching.fetch_mail(source=mailbox, at=EVENING)
        with as_system():
            assert "邮件太大" in Message.objects.get().body

    def test_a_silent_server_is_named_and_nothing_lost(self, mailbox: Source, port: int) -> None:
        held = {"host": "127.0.0.1", "port": "1", "user": "a", "password": "b", "security": "none"}
        with as_system():
            set_secrets(source=mailbox, secrets=held, actor=SYSTEM_ACTOR, at=EVENING)
        (done,) = fetching.fetch_all_mail(at=EVENING)
        assert "127.0.0.1:1" in done.error
        with as_system():
            assert Source.objects.get(id=mailbox.id).settings["fetch_error"]


def record(number: int, sender: str, kind: str, **body: object) -> dict[str, object]:
    """A decrypted record as the platform's archive gives it."""
    told = {"action": "send", "tolist": ["desk"], "roomid": "wr1", "msgtime": 1651583400000 + number * 1000}
    return {"msgid": f"{number}_external", "from": sender, "msgtype": kind, kind: body, **told}


RECORDS = [
    record(1, "wm_wang", "text", content="三号楼还没有送菜"),
    record(2, "wm_li", "image", md5sum="x", filesize=10, sdkfileid="f"),
    record(3, "wm_li", "revoke", pre_msgid="2_external"),
]


@pytest.fixture
def archive(cast: Cast, tmp_path: Path) -> Source:
    """福华街's WeCom archive with a folder of its own."""
    folder = tmp_path / "archive"
    folder.mkdir()
    with as_system():
        return add_source(
            channel="wecom", name="企业微信", place=cast.fuhua.office, actor=SYSTEM_ACTOR, at=EVENING,
            settings={"folder": str(folder)},
        )  # fmt: skip


class TestWecomArchive:
    def test_new_files_of_the_folder_are_heard_once(self, archive: Source) -> None:
        file = Path(archive.settings["folder"]) / "1.jsonl"
        file.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in RECORDS))
        (first,) = fetching.hear_new_archives(at=EVENING)
        assert (first.new_count, first.known_count) == (2, 0)
        assert fetching.hear_new_archives(at=EVENING) == []
        file.write_text(file.read_text() + "\n" + json.dumps({**RECORDS[0], "msgid": "4_external"}))
        (again,) = fetching.hear_new_archives(at=EVENING)
        assert (again.new_count, again.known_count) == (1, 2)

    def test_names_every_line_that_is_no_record(self, archive: Source) -> None:
        with pytest.raises(InvalidInput) as refused:
            fetching.hear_archive(source=archive, content='{"msgid": "1"}\nnothing\n[]\n{}', at=EVENING)
        assert [p.place for p in refused.value.problems] == ["第2行", "第3行", "第4行"]
        with as_system():
            assert not Message.objects.exists()
