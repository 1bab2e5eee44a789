"""What hostile and clumsy people send to pages: addresses by hand, old forms sent anew, other streets' ids."""

from __future__ import annotations

import struct
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from time import perf_counter
from uuid import uuid4
from zlib import crc32

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.cast import EVENING, Cast
from tests.story import REPLY, as_actor, checked, closed, fresh, handling, opened

from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import Refusal
from echowall.kernel.ids import new_id
from echowall.kernel.models import AuditEntry
from echowall.kernel.register import operations as register_operations
from echowall.kernel.scope import as_system
from echowall.matters import operations
from echowall.matters.models import Answer, ReplyTemplate
from echowall.matters.registers import MATTERS
from echowall.people.operations import appoint
from echowall.understanding.doors import doors
from echowall.voices.channels.pasted.split import read_pasted
from echowall.voices.models import Message
from echowall.voices.photos import PhotoRefusedError, clean_photo
from echowall.wall.queries import own_posts


class TestAddressesByHand:
    """A parameter nobody offers is refused or ignored, never a server error."""

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("/desk/matters/", {"page": "²"}),
            ("/desk/matters/", {"page": "9" * 5000}),
            ("/desk/matters/", {"place": "a b.c!"}),
            ("/desk/matters/", {"since": "0001-01-01"}),
            ("/desk/matters/", {"until": "9999-12-31"}),
            ("/desk/messages/", {"q": "x" * 3000}),
            ("/desk/messages/", {"tail": "12\x0034"}),
            ("/desk/search/", {"q": "9" * 5000}),
            ("/desk/search/", {"q": "医\x00药"}),
            ("/desk/rankings/", {"until": "0001-01-01"}),
            ("/desk/bulletins/new/daily/", {"until": "0001-01-01"}),
            ("/desk/bulletins/new/daily/", {"community": "a b.c!"}),
            ("/desk/bulletins/new/daily/", {"source": "x"}),
            ("/wall/", {"page": "²"}),
            ("/wall/", {"q": "\x00"}),
            ("/o/-/places/", {"q": "\x00"}),
            ("/open311/v2/requests.json", {"end_date": "0001-01-01T00:00:00Z"}),
            ("/open311/v2/requests.xml", {"start_date": "9999-12-31T00:00:00Z"}),
            ("/desk/search/", {"q": "3'号楼2\\单元'; --"}),
            ("/desk/search/", {"q": "😀𝟛号楼Ⅲ#٣-1203 <-> !(%_"}),
        ],
    )
    def test_never_a_server_error(self, cast: Cast, client: Client, path: str, query: dict[str, str]) -> None:
        client.force_login(cast.fuhua.duty)
        assert client.get(path, query).status_code < 500

    def test_nul_in_the_path_is_nowhere(self, cast: Cast, client: Client) -> None:
        assert client.get("/o/%00/").status_code == 404


class TestFormsByHand:
    """What a page's forms never send."""

    def test_merging_nothing_known(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        for chosen in (["x"], ["x", "y"], [str(uuid4()), str(uuid4())]):
            answer = client.post("/desk/matters/merge/", {"chosen": chosen, "back": "https://elsewhere.example/"})
            assert answer.status_code == 302
            assert answer["Location"] == "/desk/matters/"

    def test_no_view_is_deleted_and_no_export_begun_by_a_link(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        assert client.get(f"/desk/registers/views/{new_id()}/delete/").status_code == 405
        assert client.get("/desk/registers/matters/export/").status_code == 405

    def test_returns_only_to_pages_of_ours(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        answer = client.post(
            "/desk/registers/matters/views/", {"view_name": "急"}, HTTP_REFERER="https://elsewhere.example/"
        )
        assert answer["Location"] == "/desk/"

    @pytest.mark.parametrize("when", ["0001-01-01T00:00", "9999-12-31T23:59"])
    def test_a_slip_in_the_year_is_named(self, cast: Cast, client: Client, when: str) -> None:
        client.force_login(cast.fuhua.duty)
        form = {"title": "停水", "place_text": "x", "place": str(cast.fuhua.compound.id), "summary": "停水",
                "topic": "medicine.special", "intent": "help", "urgency": "normal", "request_key": uuid4().hex}  # fmt: skip
        page = client.post("/desk/matters/new/", form | {"needed_by_at": when})
        assert page.status_code == 422
        assert "年份" in page.content.decode()
        assert client.post("/desk/paste/", {"source": str(cast.fuhua.group.id), "text": "王 10:00\n水", "reference": when,
                                            "do": "preview"}).status_code < 500  # fmt: skip

    def test_a_title_keeps_no_number_in_clear(self, cast: Cast) -> None:
        assert "13800001234" not in opened(cast.fuhua, title="请联系王先生13800001234").title

    def test_the_interface_gives_every_reason(self, cast: Cast, client: Client) -> None:
        matter = opened(cast.fuhua)
        client.force_login(cast.fuhua.duty)
        address = f"/api/v1/matters/{matter.id}/moves"
        body = {"request_key": uuid4().hex, "fields": {"reason": ""}}
        refused = client.post(f"{address}/cancel", body, content_type="application/json")
        assert refused.status_code == 422
        assert [p["place"] for p in refused.json()["problems"]] == ["reason"]
        sent = '{"request_key": "abcdefgh12", "fields": {"reason": "误报\\u0000\\ud800"}}'
        assert client.post(f"{address}/cancel", sent, content_type="application/json").status_code == 200


class TestResidentGoesBack:
    """The browser's back button brings the old form with its old key."""

    def test_other_words_are_another_message(self, cast: Cast, client: Client) -> None:
        form = {"client_key": str(uuid4()), "text": "3号楼停水了"}
        first = client.post("/", form)
        again = client.post("/", form)
        other = client.post("/", form | {"text": "3号楼停水了，还有一位老人晕倒"})
        assert first["Location"] == again["Location"] != other["Location"]
        with as_system():
            assert Message.objects.count() == 2

    def test_too_long_is_said_in_words_and_kept(self, cast: Cast, client: Client) -> None:
        page = client.post("/", {"client_key": str(uuid4()), "text": "我" * 6000})
        assert page.status_code == 422
        assert "最多 5000 字，您写了 6000 字" in page.content.decode()
        assert "我" * 6000 in page.content.decode()

    def test_damaged_camera_words_are_no_server_error(self) -> None:
        whole = BytesIO()
        Image.new("RGB", (40, 40)).save(
            whole, "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff\x01\x12\x00\x05"
        )
        for cut in range(20, len(whole.getvalue()), 37):
            with suppress(PhotoRefusedError):
                clean_photo(whole.getvalue()[:cut] + b"\xff" * 40)

    def test_a_picture_bomb_is_too_large(self) -> None:
        header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
        chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", crc32(b"IHDR" + header))
        with pytest.raises(PhotoRefusedError) as refused:
            clean_photo(b"\x89PNG\r\n\x1a\n" + chunk + b"\x00\x00\x00\x00IDAT" + struct.pack(">I", crc32(b"IDAT")))
        assert refused.value.code == "photo_too_large"


class TestLongRuns:
    """What somebody pastes by leaning on a key: it must neither stop the hearing nor a worker's page."""

    @pytest.mark.parametrize("said", ["一" * 4990 + "号楼", "一" + "万" * 4900 + "号楼", "3号楼" * 1600, "3-" * 2400])
    def test_is_heard_like_anything_else(self, cast: Cast, client: Client, said: str) -> None:
        assert client.post("/", {"client_key": str(uuid4()), "text": said}).status_code == 302
        with as_system():
            assert Message.objects.count() == 1

    @pytest.mark.parametrize("line", [" " * 60_000 + "10:00", "王" + " " * 60_000 + "10:00x", "10:00" + ":" * 60_000])
    def test_a_pasted_line_takes_no_square_of_its_length(self, line: str) -> None:
        begun = perf_counter()
        read_pasted(line, reference=EVENING)
        assert perf_counter() - begun < 2

    def test_doors_by_the_thousand(self) -> None:
        begun = perf_counter()
        assert len(doors("3号楼" * 20_000)) == 20_000
        assert perf_counter() - begun < 2


class TestTwoRoles:
    """Who answers requests in one street and administers another sees no request of the other."""

    def test_sees_nothing_of_the_administered_street(self, cast: Cast, client: Client) -> None:
        theirs = opened(cast.songshan, title="嵩山秘密停水")
        with as_system():
            ticket = Message.objects.get(id=theirs.reports.get().message_id).ticket
        appoint(
            worker=cast.fuhua.duty, role="administrator", place=cast.songshan.office, actor=SYSTEM_ACTOR, at=EVENING
        )
        client.force_login(cast.fuhua.duty)
        for address in ("/desk/", "/desk/matters/", "/desk/messages/", "/desk/wall/", "/desk/board/lists/",
                        "/desk/search/?q=秘密", "/desk/search/?q=13800001234", "/api/v1/matters"):  # fmt: skip
            page = client.get(address)
            assert page.status_code == 200
            assert not {w for w in ("嵩山秘密", theirs.number, ticket) if w in page.content.decode()}, address
        assert client.get(f"/desk/matters/{theirs.id}/").status_code == 404
        assert client.get(f"/api/v1/matters/{theirs.id}").status_code == 404

    def test_does_not_moderate_its_wall(self, cast: Cast) -> None:
        appoint(
            worker=cast.fuhua.duty, role="administrator", place=cast.songshan.office, actor=SYSTEM_ACTOR, at=EVENING
        )
        actor = cast.fuhua.actor("duty")
        asked = str(own_posts(actor).query)
        assert cast.fuhua.office.id.hex in asked.replace("-", "")
        assert cast.songshan.office.id.hex not in asked.replace("-", "")


class TestEvidence:
    """What a team uploads to show that it was done."""

    def test_a_page_called_a_photo_is_refused_and_the_note_with_it(self, cast: Cast, client: Client) -> None:
        matter = handling(cast.fuhua)
        client.force_login(cast.fuhua.handler)
        fake = SimpleUploadedFile("done.jpg", b"<html><script>1</script>", content_type="image/jpeg")
        real = BytesIO()
        Image.new("RGB", (4, 4)).save(real, "PNG")
        good = SimpleUploadedFile("done.png", real.getvalue(), content_type="image/png")
        form = {"note": "已上门", "request_key": uuid4().hex, "photos": [good, fake]}
        page = client.post(f"/desk/matters/{matter.id}/do/progress/", form)
        assert page.status_code == 422
        with as_system():
            assert not matter.evidence.exists()
            assert not matter.history.filter(kind="progress").exists()

    def test_closing_again_after_reopening_needs_a_new_answer(self, cast: Cast) -> None:
        matter, duty, handler = closed(cast.fuhua), cast.fuhua.actor("duty"), cast.fuhua.actor("handler")
        later = EVENING + timedelta(hours=1)
        with as_actor(duty):
            operations.reopen_matter(matter_id=matter.id, cause="又停了", actor=duty, at=later)
        with as_actor(handler):
            operations.report_back(
                matter_id=matter.id,
                note="再次上门，水已恢复，住户在场确认",
                actor=handler,
                at=later + timedelta(hours=1),
            )
        with as_actor(duty):
            operations.check_matter(
                matter_id=matter.id, passed=True, note="", actor=duty, at=later + timedelta(hours=2)
            )
            with pytest.raises(Refusal) as refused:
                operations.close_matter(matter_id=matter.id, actor=duty, at=later + timedelta(hours=3))
        assert refused.value.codes >= {"reporter_not_answered", "callback_missing"}


class TestAnswerSentAnew:
    """An answer form sent a second time from an old page."""

    def test_another_text_is_never_called_sent(self, cast: Cast) -> None:
        matter, duty = checked(cast.fuhua), cast.fuhua.actor("duty")
        with as_actor(duty):
            operations.inform_reporters(
                matter_id=matter.id, text="正在联系社区医生", actor=duty, at=EVENING, request_key="one"
            )
            with pytest.raises(Refusal) as refused:
                operations.answer_reporters(matter_id=matter.id, text=REPLY, actor=duty, at=EVENING, request_key="one")
            assert refused.value.codes == {"request_key_used"}
            operations.answer_reporters(matter_id=matter.id, text=REPLY, actor=duty, at=EVENING, request_key="two")
            operations.answer_reporters(matter_id=matter.id, text=REPLY, actor=duty, at=EVENING, request_key="two")
            with pytest.raises(Refusal):
                operations.answer_reporters(
                    matter_id=matter.id, text=REPLY + "请放心。", actor=duty, at=EVENING, request_key="two"
                )
        with as_system():
            assert Answer.objects.filter(matter=fresh(matter), is_final=True).count() == 1


class TestOtherStreet:
    """What belongs to one street is not for another."""

    def test_post_of_another_street_is_unknown_however_it_is_filled_in(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        answer = client.post(f"/desk/wall/{uuid4()}/decide/", {"do": "publish", "title": ""})
        assert answer.status_code == 404

    def test_template_of_another_street_is_unknown(self, cast: Cast, client: Client) -> None:
        theirs = ReplyTemplate.objects.create(id=new_id(), office=cast.songshan.office, name="内部", text="内部口径")
        client.force_login(cast.fuhua.duty)
        assert client.get(f"/desk/matters/templates/{theirs.id}/").status_code == 404


class TestWordsSearchedFor:
    """Words searched for may be a name or a number."""

    def test_are_not_in_the_record_of_an_export(self, cast: Cast) -> None:
        opened(cast.fuhua)
        leader = cast.fuhua.actor("leader")
        with as_actor(leader):
            register_operations.start_export(register=MATTERS, asked={"q": "王建国"}, actor=leader, at=EVENING)
        with as_system():
            entry = AuditEntry.objects.get(action="kernel.register.exported")
        assert "王建国" not in str(entry.detail)


class TestExport:
    """An export is written by the worker, not by the page."""

    def test_the_worker_knows_the_job(self) -> None:
        assert "echowall.kernel.register.jobs" in settings.PROCRASTINATE_IMPORT_PATHS
