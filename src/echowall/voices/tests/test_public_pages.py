"""The residents' form and the progress page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.cast import EVENING, Cast

from echowall.kernel import clock, files
from echowall.kernel.scope import as_system
from echowall.matters import operations as matters_operations
from echowall.matters.models import Matter
from echowall.matters.reactions import take_message
from echowall.voices import queries
from echowall.voices.models import Attachment, Message
from echowall.voices.sweeping import sweep_pending

WORDS = "我妈妈的胰岛素明天就用完了，小区封着出不去"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def photo(kind: str = "JPEG", *, with_place: bool = True) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    if with_place:
        exif.get_ifd(0x8825)[1] = "N"
        exif[0x010F] = "SecretCameraMaker"
    Image.new("RGB", (640, 480), "red").save(out, kind, exif=exif)
    return out.getvalue()


def send(client: Client, path: str = "/", **fields: object):
    data = {"text": WORDS, "client_key": str(uuid4()), **fields}
    return client.post(path, data, headers={"Accept": "application/json"})


def ticket_of(response) -> str:
    return response.json()["redirect"].strip("/").split("/")[-1]


class TestSay:
    def test_shows_the_form(self, cast: Cast, client: Client) -> None:
        page = client.get("/")
        text = page.content.decode()
        assert page.status_code == 200
        assert "福华街街道" in text
        assert 'href="tel:120"' in text
        assert "no-store" in page["Cache-Control"]
        assert "script-src 'self'" in page["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*src=)(?![^>]*application/json)", text)

    def test_takes_words_alone(self, cast: Cast, client: Client) -> None:
        answer = send(client)
        assert answer.status_code == 201
        page = client.get(answer.json()["redirect"]).content.decode()
        ticket = ticket_of(answer)
        assert ticket in page
        assert queries.follow_up_code(ticket) in page
        with as_system():
            message = Message.objects.get(ticket=ticket)
        assert (message.body, message.channel, message.said_at) == (WORDS, "web", EVENING)

    def test_says_when_by_the_clocks(self, cast: Cast, client: Client) -> None:
        page = client.get(send(client).json()["redirect"]).content.decode()
        assert "5月6日" in page  # three days: word
        assert "5月10日" in page  # seven days: solved

    def test_takes_place_person_and_photos(self, cast: Cast, client: Client) -> None:
        answer = send(
            client, place_text="铁路小区", place=str(cast.fuhua.compound.id), building="3", unit="2", room="501",
            lng="113.65", lat="34.73", name="王小明", phone="138 0000 1234",
            photos=[SimpleUploadedFile("a.jpg", photo()), SimpleUploadedFile("b.png", photo("PNG"))],
        )  # fmt: skip
        assert answer.status_code == 201
        with as_system():
            message = Message.objects.get(ticket=ticket_of(answer))
            kept = list(Attachment.objects.filter(message=message).order_by("name"))
        assert message.place_text == "铁路小区3号楼2单元501室"
        assert (message.phone_masked, message.sender_masked) == ("138****1234", "王**")
        assert (message.latitude, message.extra["place_id"]) == (34.73, str(cast.fuhua.compound.id))
        assert [a.content_type for a in kept] == ["image/jpeg", "image/jpeg"]
        content = files.read(kept[0].sha256)
        assert b"SecretCameraMaker" not in content
        assert not Image.open(io.BytesIO(content)).getexif()

    def test_picked_place_is_where_it_is_filed(self, cast: Cast, client: Client) -> None:
        answer = send(client, text="没有菜了，已经两天", place=str(cast.fuhua.compound.id), place_text="我们院")
        with as_system():
            sweep_pending(at=EVENING)
            assert Message.objects.get(ticket=ticket_of(answer)).place_id == cast.fuhua.compound.id

    def test_place_of_another_street_is_no_place(self, cast: Cast, client: Client) -> None:
        answer = send(client, place=str(cast.songshan.compound.id))
        with as_system():
            assert "place_id" not in Message.objects.get(ticket=ticket_of(answer)).extra

    def test_same_phone_trying_again_gets_the_same_ticket(self, cast: Cast, client: Client) -> None:
        key = str(uuid4())
        first, second = send(client, client_key=key), send(Client(), client_key=key)
        assert first.json() == second.json()
        with as_system():
            assert Message.objects.count() == 1

    def test_all_errors_at_once(self, cast: Cast, client: Client) -> None:
        fakes = [SimpleUploadedFile("x.jpg", b"MZ not a photo"), SimpleUploadedFile("y.jpg", b"<svg/>")]
        answer = send(client, text="  ", phone="123x", photos=fakes)
        assert answer.status_code == 422
        errors = answer.json()["errors"]
        assert set(errors) == {"text", "phone", "photos"}
        assert len(errors["photos"]) == 2

    def test_ten_photos_are_one_too_many(self, cast: Cast, client: Client) -> None:
        many = [SimpleUploadedFile(f"{n}.png", photo("PNG")) for n in range(10)]
        assert send(client, photos=many).status_code == 422

    def test_without_script_keeps_what_was_typed(self, cast: Cast, client: Client) -> None:
        page = client.post("/", {"text": "停水了", "phone": "12"})
        assert page.status_code == 422
        assert "停水了" in page.content.decode()

    def test_other_street_has_its_own_address(self, cast: Cast, client: Client) -> None:
        answer = send(client, "/o/410103011/")
        with as_system():
            assert Message.objects.get(ticket=ticket_of(answer)).office_id == cast.songshan.office.id
        assert client.get("/o/000/").status_code == 404

    def test_needs_the_form_of_this_site(self, cast: Cast) -> None:
        assert Client(enforce_csrf_checks=True).post("/", {"text": WORDS}).status_code == 403

    def test_flood_is_slowed_and_danger_still_gets_through(self, cast: Cast, client: Client) -> None:
        answers = [send(client, text="停水了") for _ in range(61)]
        assert {a.status_code for a in answers[:60]} == {201}
        assert answers[60].status_code == 429
        assert int(answers[60]["Retry-After"]) >= 1
        assert send(client, text="我爸胸口疼，喘不上气").status_code == 201
        with clock.fixed(EVENING + timedelta(seconds=1)):
            assert send(client, text="停水了").status_code == 201

    def test_result_is_shown_to_its_sender_only(self, cast: Cast, client: Client) -> None:
        address = send(client).json()["redirect"]
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/progress/")


class TestPlaces:
    def test_suggests_by_name_within_the_office(self, cast: Cast, client: Client) -> None:
        (first, *_) = client.get("/o/410103009/places/", {"q": "铁路"}).json()["results"]
        assert first["name"] == "铁路小区"
        assert first["path"] == "七一三社区"
        assert client.get("/o/410103009/places/", {"q": "嵩山雅苑"}).json() == {"results": []}
        assert client.get("/o/410103009/places/", {"q": ""}).json() == {"results": []}

    def test_finds_by_initials_of_the_pinyin(self, cast: Cast, client: Client) -> None:
        assert client.get("/o/-/places/", {"q": "tlxq"}).json()["results"][0]["name"] == "铁路小区"

    def test_finds_a_building_by_its_address(self, cast: Cast, client: Client) -> None:
        found = client.get("/o/-/places/", {"q": "铁路小区3号"}).json()["results"]
        assert [r["name"] for r in found] == ["铁路小区3号楼"]

    def test_map_is_geojson(self, cast: Cast, client: Client) -> None:
        assert client.get("/o/-/map/").json()["type"] == "FeatureCollection"


def proof(client: Client, ticket: str, digits: str):
    return client.post("/progress/", {"ticket": ticket, "digits": digits})


class TestProgress:
    def test_opens_with_the_last_four_digits_of_the_phone(self, cast: Cast, client: Client) -> None:
        ticket = ticket_of(send(client, phone="13800001234"))
        other = Client()
        assert proof(other, ticket.lower(), "1234")["Location"] == f"/progress/{ticket}/"
        assert WORDS in other.get(f"/progress/{ticket}/").content.decode()

    def test_opens_with_the_code_when_no_phone_was_given(self, cast: Cast, client: Client) -> None:
        ticket = ticket_of(send(client))
        assert proof(Client(), ticket, queries.follow_up_code(ticket)).status_code == 302

    def test_unknown_ticket_and_wrong_digits_look_alike(self, cast: Cast, client: Client) -> None:
        ticket = ticket_of(send(client, phone="13800001234"))
        unknown = "0503-000000-0"
        wrong = [proof(Client(), t, "9999").content.decode() for t in (ticket, unknown, "nonsense")]
        plain = [
            re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|ew-now" content="[^"]+"', "", page) for page in wrong
        ]
        assert plain[0].replace(ticket, "T") == plain[1].replace(unknown, "T") == plain[2].replace("nonsense", "T")

    def test_guessing_is_slowed(self, cast: Cast, client: Client) -> None:
        ticket = ticket_of(send(client, phone="13800001234"))
        codes = [proof(Client(), ticket, f"{n:04d}").status_code for n in range(7)]
        assert codes == [422] * 6 + [429]
        assert proof(Client(), ticket, "1234").status_code == 429

    def test_shows_nothing_without_proof(self, cast: Cast, client: Client) -> None:
        ticket = ticket_of(send(client, phone="13800001234"))
        for path in ("", "outcome/", "more/"):
            stranger = Client()
            answer = stranger.get(f"/progress/{ticket}/") if not path else stranger.post(f"/progress/{ticket}/{path}")
            assert answer.status_code == 302
            assert answer["Location"].startswith("/progress/?")

    def test_leaving_closes_it_on_this_phone(self, cast: Cast, client: Client) -> None:
        ticket = ticket_of(send(client))
        client.post(f"/progress/{ticket}/leave/")
        assert client.get(f"/progress/{ticket}/").status_code == 302


@pytest.fixture
def answered(cast: Cast, client: Client) -> Iterator[tuple[str, Matter]]:
    """A matter that went all the way to its answer."""
    street = cast.fuhua
    ticket = ticket_of(send(client, phone="13800001234"))
    with as_system():
        sweep_pending(at=EVENING)
        message = Message.objects.get(ticket=ticket)
        take_message(message_id=str(message.id))
        matter = Matter.objects.get(reports__message=message)
        if matter.state == "opened":
            matters_operations.dispatch_matter(
                matter_id=matter.id, team_id=street.medical.id, actor=street.actor("duty"), at=EVENING
            )
        handler, duty = street.actor("handler"), street.actor("duty")
        at = EVENING + timedelta(minutes=20)
        matters_operations.accept_matter(matter_id=matter.id, actor=handler, at=at)
        matters_operations.note_progress(matter_id=matter.id, note="内部：药店甲没货", actor=handler, at=at)
        matters_operations.report_back(
            matter_id=matter.id, note="社区医生已把胰岛素送到家里并教会使用", actor=handler, at=at
        )
        matters_operations.check_matter(matter_id=matter.id, passed=True, note="", actor=duty, at=at)
        matters_operations.answer_reporters(
            matter_id=matter.id,
            text="胰岛素已由社区医生今晚送到您家。",
            actor=duty,
            at=at,
            despite_findings=True,
            despite_reason="已电话说明",
        )
        matter.refresh_from_db()
    with clock.fixed(EVENING + timedelta(hours=1)):
        yield ticket, matter


class TestTicketPage:
    def test_tells_the_story_without_what_is_internal(self, answered: tuple[str, Matter], client: Client) -> None:
        page = client.get(f"/progress/{answered[0]}/").content.decode()
        for words in ("已收到", "已交给医疗保障专班", "开始办理", "胰岛素已由社区医生今晚送到您家。", "问题解决了吗"):
            assert words in page
        for words in ("药店甲", "承办人张敏", "值班员王芳", "13800001234"):
            assert words not in page

    def test_solved_is_written_down_once(self, answered: tuple[str, Matter], client: Client) -> None:
        ticket, matter = answered
        for _ in range(2):
            answer = client.post(f"/progress/{ticket}/outcome/", {"outcome": "solved", "satisfaction": "5"})
            assert answer.status_code == 302
        with as_system():
            matter.refresh_from_db()
            assert (matter.is_solved, matter.satisfaction, matter.callbacks.count()) == (True, 5, 1)
        assert "您说：解决了" in client.get(f"/progress/{ticket}/").content.decode()

    def test_not_solved_reopens(self, answered: tuple[str, Matter], client: Client) -> None:
        ticket, matter = answered
        client.post(f"/progress/{ticket}/outcome/", {"outcome": "not_solved", "satisfaction": "1", "note": "没送到"})
        with as_system():
            matter.refresh_from_db()
            assert (matter.state, matter.rework_count) == ("handling", 1)
        assert "重新办理" in client.get(f"/progress/{ticket}/").content.decode()

    def test_outcome_needs_a_choice(self, answered: tuple[str, Matter], client: Client) -> None:
        assert client.post(f"/progress/{answered[0]}/outcome/", {}).status_code == 422

    def test_additions_join_the_same_matter(self, answered: tuple[str, Matter], client: Client) -> None:
        ticket, matter = answered
        answer = send(
            client, f"/progress/{ticket}/more/", text="还缺针头", photos=[SimpleUploadedFile("a.jpg", photo())]
        )
        assert answer.status_code == 201
        with as_system():
            sweep_pending(at=clock.now())
            added = Message.objects.get(body="还缺针头")
            take_message(message_id=str(added.id))
            assert matter.reports.filter(message=added).exists()
            assert Matter.objects.count() == 1
        assert "还缺针头" in client.get(f"/progress/{ticket}/").content.decode()
