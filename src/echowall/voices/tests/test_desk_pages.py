"""The desk's pages of hearing over HTTP: for those who may, refused to others, and nothing of another street."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.kernel.models import AuditEntry
from echowall.matters.models import Matter, Report
from echowall.voices.channels.types import AttachmentRef, HeardMessage
from echowall.voices.models import Correction, Message, Pending
from echowall.voices.operations import hear_messages
from echowall.voices.operations.filing import park_message
from echowall.voices.sweeping import sweep_pending

RABIES = "我是铁路小区3号楼的王强,电话13800001234,需要在4日去打狂犬疫苗第三针,请帮帮我"


def _heard(cast: Cast, text: str = RABIES, key: str = "1", **more: object) -> Message:
    street = cast.fuhua
    said = HeardMessage(channel="web", key=key, text=text, said_at=EVENING, **more)  # type: ignore[arg-type]
    (heard,) = hear_messages(messages=[said], source=street.web, actor=street.actor("duty"), at=EVENING)
    assert sweep_pending(at=EVENING) >= 1
    with scope.as_system():
        return Message.objects.get(id=heard.id)


def _again(message: Message) -> Message:
    with scope.as_system():
        return Message.objects.get(id=message.id)


PAGES = {
    "voices:inbox": {"duty", "dispatcher", "community", "leader", "inspector"},
    "voices:paste": {"duty", "dispatcher", "community", "leader"},
    "voices:hotline": {"duty", "dispatcher", "community", "leader"},
    "voices:imports": {"dispatcher", "community"},
    "voices:sources": {"administrator"},
}


class TestWhoMay:
    @pytest.mark.parametrize("route", PAGES)
    def test_opens_for_allowed_roles_and_refuses_others(self, cast: Cast, client: Client, route: str) -> None:
        for role in ("duty", "dispatcher", "handler", "community", "leader", "inspector", "administrator"):
            client.force_login(getattr(cast.fuhua, role))
            answer = client.get(reverse(route))
            assert answer.status_code == (200 if role in PAGES[route] else 403), (route, role)

    def test_other_street_sees_and_does_nothing(self, cast: Cast, client: Client) -> None:
        message = _heard(cast)
        client.force_login(cast.songshan.duty)
        assert "狂犬" not in client.get(reverse("voices:inbox")).content.decode()
        for name in ("message",):
            assert client.get(reverse(f"voices:{name}", args=[message.id])).status_code == 404
        for name in ("correct", "note", "retry", "open_matter", "join_matter", "unmask"):
            answer = client.post(reverse(f"voices:{name}", args=[message.id]), {"intent": "help", "reason": "好奇看看"})
            assert answer.status_code in (404, 422), name
        assert _again(message).intent == message.intent


class TestMessagePage:
    def test_shows_deciding_words_and_no_phone(self, cast: Cast, client: Client) -> None:
        message = _heard(cast)
        client.force_login(cast.fuhua.duty)
        page = client.get(reverse("voices:message", args=[message.id])).content.decode()
        assert "13800001234" not in page
        assert "138****1234" in page
        marks = re.findall(r'<mark class="ew-deciding ew-deciding-(\w+)" title="[^"]+">([^<]+)', page)
        assert "狂犬疫苗" in "".join(words for part, words in marks if part == "danger")
        assert any(part == "place" for part, _words in marks)

    def test_corrects_by_field_and_keeps_it_as_training_data(self, cast: Cast, client: Client) -> None:
        message = _heard(cast)
        client.force_login(cast.fuhua.duty)
        address = reverse("voices:correct", args=[message.id])
        assert client.post(address, {"intent": "consult"}).status_code == 302
        assert client.post(address, {"topic": "用药 · 特殊药品疫苗"}).status_code == 302
        assert client.post(address, {"urgency": "normal"}).status_code == 302
        assert client.post(address, {"place": str(cast.fuhua.compound.id)}).status_code == 302
        now = _again(message)
        assert (now.intent, now.topic, now.urgency, now.band) == ("consult", "medicine.special", "normal", "sure")
        assert now.place_id == cast.fuhua.compound.id
        with scope.as_system():
            assert set(Correction.objects.values_list("field", flat=True)) >= {"intent", "urgency", "place"}
        assert client.post(address, {"topic": "没有的类别"}).status_code == 422
        assert client.post(address, {"intent": "nonsense"}).status_code == 409
        assert client.post(address, {"place": str(cast.songshan.compound.id)}).status_code == 404

    def test_queue_is_cleared_by_going_on_to_the_next(self, cast: Cast, client: Client) -> None:
        first = _heard(cast, key="1")
        second = _heard(cast, "我爸胸口疼喘不上气,铁路小区3号楼", key="2")
        client.force_login(cast.fuhua.duty)
        assert "必看" in client.get(reverse("voices:inbox") + "?tab=must_look").content.decode()
        seen = set()
        for message in (first, second):
            answer = client.post(reverse("voices:correct", args=[message.id]), {"confirm": "1", "tab": "must_look"})
            seen.add(answer["Location"])
        assert reverse("voices:inbox") + "?tab=must_look" in seen

    def test_opens_and_joins_a_matter(self, cast: Cast, client: Client) -> None:
        first, second = _heard(cast, key="1"), _heard(cast, RABIES + "谢谢", key="2")
        client.force_login(cast.fuhua.duty)
        assert client.post(reverse("voices:open_matter", args=[first.id])).status_code == 302
        with scope.as_system():
            matter = Matter.objects.get()
        page = client.get(reverse("voices:message", args=[second.id])).content.decode()
        assert matter.number in page
        client.post(reverse("voices:join_matter", args=[second.id]), {"matter": str(matter.id)})
        with scope.as_system():
            assert Report.objects.filter(matter=matter).count() == 2
        assert _again(second).state == "filed"
        assert client.post(reverse("voices:note", args=[second.id])).status_code == 409

    def test_parked_message_shows_its_error_and_is_tried_again(self, cast: Cast, client: Client) -> None:
        street = cast.fuhua
        said = HeardMessage(channel="web", key="9", text=RABIES, said_at=EVENING)
        (heard,) = hear_messages(messages=[said], source=street.web, actor=street.actor("duty"), at=EVENING)
        with scope.as_system():
            park_message(pending=Pending.objects.get(message_id=heard.id), error="ValueError: 库坏了", at=EVENING)
        client.force_login(street.duty)
        assert "库坏了" in client.get(reverse("voices:message", args=[heard.id])).content.decode()
        assert "待人工" in client.get(reverse("voices:inbox") + "?tab=parked").content.decode()
        assert client.post(reverse("voices:retry", args=[heard.id])).status_code == 302
        assert sweep_pending(at=EVENING) == 1
        with scope.as_system():
            assert Message.objects.get(id=heard.id).state == "heard"


class TestUnmask:
    def test_needs_a_reason_and_is_recorded(self, cast: Cast, client: Client) -> None:
        message = _heard(cast, phone="13800001234", sender="王强")
        client.force_login(cast.fuhua.duty)
        address = reverse("voices:unmask", args=[message.id])
        assert client.post(address, {"fields": ["phone"], "reason": " "}).status_code == 422
        assert client.post(address, {"fields": ["secrets"], "reason": "电话核实"}).status_code == 422
        answer = client.post(address, {"fields": ["phone", "sender"], "reason": "电话联系核实"})
        assert "13800001234" in answer.content.decode()
        assert "王强" in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
        with scope.as_system():
            entry = AuditEntry.objects.get(action="voices.message.unmasked")
        assert (entry.reason, entry.detail) == ("电话联系核实", {"fields": ["phone", "sender"]})
        client.force_login(cast.fuhua.inspector)
        assert client.post(address, {"fields": ["phone"], "reason": "看一看吧"}).status_code == 403


class TestAttachment:
    def test_photo_is_shown_to_own_street_only(self, cast: Cast, client: Client) -> None:
        photo = AttachmentRef("image", "a.jpg", "image/jpeg", content=b"\xff\xd8\xff not really a photo")
        message = _heard(cast, attachments=(photo,))
        with scope.as_system():
            address = reverse("voices:attachment", args=[message.attachments.get().id])
        client.force_login(cast.fuhua.duty)
        answer = client.get(address)
        assert answer.content == photo.content
        assert answer["Content-Type"] == "image/jpeg"
        client.force_login(cast.songshan.duty)
        assert client.get(address).status_code == 404


class TestHotline:
    def _call(self, client: Client, **more: str):
        given = {"phone": "138 0000 1234", "text": "我爸胰岛素用完了,今晚就断药", "client_key": "k1", **more}
        return client.post(reverse("voices:hotline"), given, headers={"Accept": "application/json"})

    def test_call_becomes_a_matter_at_once_and_only_once(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        place = {"place": str(cast.fuhua.building.id), "place_text": "铁路小区3号楼"}
        answer = self._call(client, urgency="critical", **place)
        assert answer.status_code == 200
        assert self._call(client, urgency="critical", **place).json() == answer.json()
        with scope.as_system():
            message, matter = Message.objects.get(channel="hotline"), Matter.objects.get()
        assert (matter.urgency, matter.place_id) == ("critical", cast.fuhua.building.id)
        assert message.state == "filed"
        page = client.get(answer.json()["redirect"]).content.decode()
        assert message.ticket in page
        assert matter.number in page

    def test_shows_open_matters_of_phone_and_place_while_typing(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        self._call(client, place=str(cast.fuhua.building.id))
        with scope.as_system():
            number = Matter.objects.get().number
        for typed in ({"phone": "13800001234"}, {"place": str(cast.fuhua.compound.id)}):
            assert number in client.post(reverse("voices:hotline_caller"), typed).content.decode()
        assert number not in client.post(reverse("voices:hotline_caller"), {"phone": "13900000000"}).content.decode()
        client.force_login(cast.songshan.duty)
        assert number not in client.post(reverse("voices:hotline_caller"), {"phone": "13800001234"}).content.decode()

    def test_reads_danger_while_typing_and_stores_nothing(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        page = client.post(reverse("voices:hotline_reading"), {"text": "老人突然胸口剧痛喘不上气"}).content.decode()
        assert "危险信号" in page
        with scope.as_system():
            assert not Message.objects.exists()

    def test_says_everything_that_is_wrong_at_once(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        answer = self._call(client, phone="12", text="", urgency="nonsense")
        assert answer.status_code == 422
        assert set(answer.json()["errors"]) == {"phone", "text", "urgency"}


class TestPlaces:
    @pytest.mark.parametrize("typed", ["铁路", "tlxq", "铁路小区3", "tlxq3"])
    def test_finds_by_name_and_initials_in_own_office_only(self, cast: Cast, client: Client, typed: str) -> None:
        client.force_login(cast.fuhua.duty)
        names = [one["name"] for one in client.get(reverse("voices:places"), {"q": typed}).json()["results"]]
        assert any("铁路小区" in name for name in names)
        client.force_login(cast.songshan.duty)
        assert client.get(reverse("voices:places"), {"q": typed}).json()["results"] == []

    def test_worker_of_a_community_finds_only_there(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.community)
        assert client.get(reverse("voices:places"), {"q": "福华街社区"}).json()["results"] == []


class TestSources:
    def test_adds_switches_and_shows_a_token_once(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.administrator)
        page = reverse("voices:sources")
        given = {"channel": "api", "name": "区级平台", "place": str(cast.fuhua.office.id)}
        assert client.post(page, given).status_code == 302
        assert client.post(page, given).status_code == 409
        assert client.post(page, {"channel": "api", "name": "", "place": ""}).status_code == 422
        with scope.as_system():
            source = cast.fuhua.web.__class__.objects.get(name="区级平台")
        shown = client.post(reverse("voices:source_token", args=[source.id])).content.decode()
        token = re.search(r"ew_[\w-]{40,}", shown)
        assert token
        assert token[0] not in client.get(page).content.decode()
        client.post(reverse("voices:source_state", args=[source.id]), {})
        with scope.as_system():
            source.refresh_from_db()
        assert not source.is_active
        client.force_login(cast.songshan.administrator)
        assert client.post(reverse("voices:source_token", args=[source.id])).status_code == 404
