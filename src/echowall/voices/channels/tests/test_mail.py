"""E-mail in the charsets and shapes that arrive, and a mailbox on a real IMAP server."""

import imaplib
import random
import socket
import subprocess
import sys
import time
from datetime import datetime
from email.message import EmailMessage
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echowall.voices.channels.mail import Mailbox, MailboxUnreachableError, fetch, read, read_mail
from echowall.voices.channels.mail.bodies import cut_history, html_text
from echowall.voices.channels.types import SHANGHAI, RefusedInputError


def mail(body="三天没有菜了", *, charset="utf-8", subject="求助", sender="王姐 <wang@example.com>", **headers):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "street@example.gov.cn", subject
    made["Date"] = "Tue, 03 May 2022 21:10:33 +0800"
    made["Message-ID"] = "<one@example.com>"
    for name, value in headers.items():
        del made[name.replace("_", "-")]
        made[name.replace("_", "-")] = value
    made.set_content(body, charset=charset)
    return made


class TestReadMail:
    def test_reads_the_fields(self):
        heard = read_mail(mail(In_Reply_To="<zero@example.com>").as_bytes())
        assert (heard.key, heard.reply_to, heard.title) == ("mid:one@example.com", "mid:zero@example.com", "求助")
        assert (heard.sender, heard.extra["address"]) == ("王姐", "wang@example.com")
        assert heard.said_at == datetime(2022, 5, 3, 21, 10, 33, tzinfo=SHANGHAI)
        assert (heard.text, heard.conversation) == ("三天没有菜了", "zero@example.com")

    @pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk", "gb18030", "big5", "utf-16"])
    def test_charsets(self, charset):
        body = "小區門口積水" if charset == "big5" else "小区门口积水"
        raw = (
            b"From: =?gb2312?B?zfW94w==?= <wang@example.com>\r\nSubject: =?gbk?B?x/PW+g==?=\r\n"
            b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        )
        if charset == "utf-16":
            raw = raw.replace(b"8bit", b"base64")
            import base64

            raw += base64.b64encode(body.encode(charset))
        else:
            raw += body.encode(charset)
        heard = read_mail(raw)
        assert (heard.text, heard.sender, heard.title) == (body, "王姐", "求助")

    def test_wrong_charset_claim(self):
        raw = b"From: a@b.cn\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n" + "没菜".encode("gb18030")
        assert read_mail(raw).text == "没菜"

    def test_raw_bytes_in_headers(self):
        raw = (
            b"From: "
            + "王姐 <wang@example.com>".encode("gb18030")
            + b"\r\nSubject: "
            + "求助".encode()
            + b"\r\n\r\n"
            + b"x"
        )
        heard = read_mail(raw)
        assert (heard.sender, heard.title) == ("王姐", "求助")

    def test_html_only(self):
        made = EmailMessage()
        made["From"] = "a@b.cn"
        made.set_content(
            "<style>p{}</style><p>没有&nbsp;菜了</p><div>3号楼<br>601</div><script>x()</script>", subtype="html"
        )
        assert read_mail(made.as_bytes()).text == "没有 菜了\n3号楼\n601"

    def test_attachments_carry_name_kind_and_bytes(self):
        made = mail()
        made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="楼道积水.png")
        made.add_attachment(b"PK", maintype="application", subtype="zip", filename="../../etc/x.zip")
        found = read_mail(made.as_bytes()).attachments
        assert [(a.kind, a.name, a.size, a.content) for a in found] == [
            ("image", "楼道积水.png", 4, b"\x89PNG"),
            ("file", "x.zip", 2, b"PK"),
        ]

    def test_plain_is_preferred_to_html(self):
        made = mail()
        made.add_alternative("<b>另一种</b>", subtype="html")
        assert read_mail(made.as_bytes()).text == "三天没有菜了"

    def test_key_without_message_id_is_stable(self):
        raw = b"From: a@b.cn\r\nSubject: s\r\n\r\nbody"
        assert read_mail(raw).key == read_mail(raw).key != read_mail(raw + b"2").key

    @pytest.mark.parametrize(
        ("made", "automatic"),
        [
            (mail(), None),
            (mail(Auto_Submitted="auto-replied"), "reply"),
            (mail(subject="自动回复：求助"), "reply"),
            (mail(sender="MAILER-DAEMON@example.com"), "bounce"),
            (mail(subject="Undelivered Mail Returned to Sender"), "bounce"),
            (mail(Precedence="bulk"), "bulk"),
        ],
    )
    def test_what_no_person_wrote_is_flagged(self, made, automatic):
        assert read_mail(made.as_bytes()).extra.get("automatic") == automatic

    def test_delivery_report(self):
        raw = b"From: x@y.cn\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nfailed\r\n--b--\r\n"
        assert read_mail(raw).extra["automatic"] == "bounce"

    def test_empty_body_says_its_subject(self):
        assert read_mail(mail("").as_bytes()).text == "求助"

    def test_impossible_date_is_no_date(self):
        assert read_mail(mail(Date="yesterday evening").as_bytes()).said_at is None

    def test_refuses_too_large(self, monkeypatch):
        monkeypatch.setattr(read, "MAX_MAIL_BYTES", 10)
        with pytest.raises(RefusedInputError) as refused:
            read_mail(mail().as_bytes())
        assert refused.value.problems[0].code == "mail_too_large"

    def test_refuses_what_is_no_mail(self):
        with pytest.raises(RefusedInputError):
            read_mail(b"")

    @settings(max_examples=150, deadline=None)
    @given(st.binary(max_size=300))
    def test_any_bytes_are_a_mail_or_refused(self, tail):
        heard = read_mail(b"From: a@b.cn\r\n" + tail)
        assert heard.key
        assert heard.text


class TestCutHistory:
    @pytest.mark.parametrize(
        "separator",
        [
            "------------------ 原始邮件 ------------------",
            "-----Original Message-----",
            "在 2022年5月3日，21:10，街道办 <a@b.cn> 写道：",
            "街道办 <a@b.cn> 于2022年5月3日周二 21:10写道：",
            "On Tue, May 3, 2022 at 9:10 PM Street <a@b.cn> wrote:",
            "On Tue, May 3, 2022 at 9:10 PM Street Office of the District\n<a@b.cn> wrote:",
            'At 2022-05-03 21:10:33, "街道办" <a@b.cn> wrote:',
            "发件人: 街道办\n发送时间: 2022年5月3日\n收件人: 王姐",
            "________________________________\nFrom: a@b.cn",
            "---- 回复的邮件 ----",
        ],
    )
    def test_known_separators(self, separator):
        text, history = cut_history(f"还是没有水\n\n{separator}\n我们已处理\n> 没有水")
        assert text == "还是没有水"
        assert "我们已处理" in history

    def test_quoted_lines_and_signature(self):
        assert cut_history("没水\n发自我的iPhone\n\n> 您好\n> 已处理")[0] == "没水"

    def test_answer_below_the_quotation_is_kept(self):
        text, _ = cut_history("> 您好\n> 水来了吗\n还没有来")
        assert text == "> 您好\n> 水来了吗\n还没有来"

    def test_a_person_may_name_a_sender(self):
        assert cut_history("发件人：张三\n请转物业")[0] == "发件人：张三\n请转物业"

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.sampled_from(["<![foo", "<!--", "<![if x]>", "<p>", "</p", "&#x;", "词", "<style>", "<", "]]>"]),
            max_size=12,
        )
    )
    def test_any_html_gives_text(self, pieces):
        assert isinstance(html_text("".join(pieces)), str)

    def test_blockquote_is_history(self):
        assert cut_history(html_text("<div>没水</div><blockquote>您好<br>已处理</blockquote>"))[0] == "没水"


@pytest.fixture(scope="module")
def server():
    if find_spec("pymap") is None:
        pytest.skip("pymap is not installed: no IMAP server to talk to")
    port = random.randint(20_000, 60_000)
    command = [
        sys.executable,
        "-c",
        "from pymap.main import main; raise SystemExit(main())",
        "--no-service",
        "managesieve",
    ]
    command += ["--no-service", "admin", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-tls", "dict", "--demo-user", "street", "--demo-password", "s3cret"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Mailbox("127.0.0.1", "street", "s3cret", port=port, security="none")
    finally:
        process.terminate()
        process.wait(10)


def deliver(mailbox, *raws):
    with imaplib.IMAP4(mailbox.host, mailbox.port) as client:
        client.login(mailbox.user, mailbox.password)
        for raw in raws:
            assert client.append("INBOX", None, None, raw)[0] == "OK"


class TestFetch:
    def test_fetches_only_what_is_new_and_leaves_it_unread(self, server):
        deliver(server, mail("第一封").as_bytes(), mail("第二封", Message_ID="<two@example.com>").as_bytes())
        first = list(fetch(server, 0))
        assert [read_mail(item.raw).text for item in first] == ["第一封", "第二封"]
        last = first[-1]
        assert list(fetch(server, last.uid, uid_validity=last.uid_validity)) == []
        deliver(server, mail("第三封", Message_ID="<three@example.com>").as_bytes())
        newer = list(fetch(server, last.uid, uid_validity=last.uid_validity))
        assert [read_mail(item.raw).text for item in newer] == ["第三封"]
        with imaplib.IMAP4(server.host, server.port) as client:
            client.login(server.user, server.password)
            client.select("INBOX", readonly=True)
            assert len(client.search(None, "UNSEEN")[1][0].split()) == 3

    def test_starts_anew_when_uids_were_given_anew(self, server):
        assert list(fetch(server, 10_000, uid_validity=1, limit=1))

    def test_wrong_password(self, server):
        wrong = Mailbox(server.host, server.user, "no", port=server.port, security="none")
        with pytest.raises(MailboxUnreachableError):
            list(fetch(wrong, 0))

    def test_no_server(self):
        with pytest.raises(MailboxUnreachableError):
            list(fetch(Mailbox("127.0.0.1", "a", "b", port=1, security="none"), 0))
