"""The pages of matters, signed in."""

import re

import pytest
from django.test import Client
from tests import story
from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.kernel.models import AuditEntry
from echowall.matters import operations
from echowall.matters.models import Evidence, Matter
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import hear_messages
from echowall.voices.sweeping import sweep_pending

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001000500"
    "0d0a2db40000000049454e44ae426082"
)


class TestMatterList:
    def test_lists_and_searches_own_street_only(self, cast: Cast, client: Client) -> None:
        street = cast.fuhua
        message = HeardMessage(channel="web", key="1", text="三号楼停水两天了,家里有婴儿", said_at=EVENING)
        (heard,) = hear_messages(messages=[message], source=street.web, actor=street.actor("duty"), at=EVENING)
        with scope.as_system():
            assert sweep_pending(at=EVENING) == 1
            operations.open_from_message(message_id=heard.id, actor=street.actor("duty"), at=EVENING)
        client.force_login(street.duty)
        page = client.get("/desk/matters/?q=停水")
        assert page.status_code == 200
        assert "停水两天" in page.content.decode()
        client.force_login(cast.songshan.duty)
        assert "停水两天" not in client.get("/desk/matters/").content.decode()
        assert client.get("/desk/matters/?urgency=nonsense").status_code == 422

    def test_quick_tabs_count_what_they_open(self, cast: Cast, client: Client) -> None:
        story.opened(cast.fuhua)
        story.opened(cast.fuhua, urgency="critical")
        story.dispatched(cast.fuhua)
        story.opened(cast.songshan)
        client.force_login(cast.fuhua.duty)
        text = client.get("/desk/matters/").content.decode()
        assert re.search(r'href="\?state=opened">待派遣 <span class="ew-tab-count">2<', text)
        assert re.search(r'urgency=critical&amp;standing=open">危急 <span class="ew-tab-count">1<', text)

    def test_merges_what_was_ticked_into_the_oldest(self, cast: Cast, client: Client) -> None:
        first, second = story.opened(cast.fuhua), story.opened(cast.fuhua)
        client.force_login(cast.fuhua.duty)
        answer = client.post("/desk/matters/merge/", {"chosen": [second.id, first.id]})
        assert answer.url == f"/desk/matters/{first.id}/"
        assert story.fresh(second).merged_into_id == first.id


@pytest.mark.usefixtures("cast")
class TestMatterPage:
    def test_offers_exactly_what_state_and_rights_allow(self, cast: Cast, client: Client) -> None:
        matter = story.dispatched(cast.fuhua)
        expected = {
            "duty": {"dispatch", "inform", "joint", "merge", "split", "offer", "reclassify", "note", "evidence"},
            "handler": {"accept", "return", "inform", "note", "evidence"},
            "inspector": {"supervise"},
        }
        for who, moves in expected.items():
            client.force_login(getattr(cast.fuhua, who))
            text = client.get(f"/desk/matters/{matter.id}/").content.decode()
            offered = set(re.findall(r'id="move-(\w+)"', text))
            if f"/desk/matters/{matter.id}/answering/?kind=informed" in text:
                offered.add("inform")
            assert offered == moves, who

    def test_says_why_this_deadline_and_why_here(self, cast: Cast, client: Client) -> None:
        matter = story.opened(cast.fuhua)
        with scope.as_system():
            operations.dispatch_by_route(matter_id=matter.id, actor=cast.fuhua.actor("duty"), at=EVENING)
        client.force_login(cast.fuhua.duty)
        text = client.get(f"/desk/matters/{matter.id}/").content.decode()
        assert "依据工作法 13710" in text
        assert "职责：用药，范围 福华街街道" in text

    def test_neighbour_gets_not_found(self, cast: Cast, client: Client) -> None:
        matter = story.opened(cast.fuhua)
        client.force_login(cast.songshan.duty)
        assert client.get(f"/desk/matters/{matter.id}/").status_code == 404
        assert client.post(f"/desk/matters/{matter.id}/do/note/", {"note": "x", "request_key": "1"}).status_code == 404

    def test_refused_form_keeps_what_was_typed(self, cast: Cast, client: Client) -> None:
        matter = story.handling(cast.fuhua)
        client.force_login(cast.fuhua.handler)
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.post(
                f"/desk/matters/{matter.id}/do/report_back/", {"note": "修好了", "request_key": "k"}, headers=headers
            )
            assert answer.status_code == 422
            text = answer.content.decode()
            assert "还没有处置凭证" in text
            assert ">\n修好了</textarea>" in text
        assert story.fresh(matter).state == "handling"

    def test_handler_reports_back_with_photo_by_htmx(self, cast: Cast, client: Client) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile

        matter = story.handling(cast.fuhua)
        client.force_login(cast.fuhua.handler)
        photo = SimpleUploadedFile("a.png", PNG, content_type="image/png")
        answer = client.post(
            f"/desk/matters/{matter.id}/do/report_back/",
            {"note": "修好了", "request_key": "k", "photos": [photo]},
            headers={"HX-Request": "true"},
        )
        assert answer.status_code == 200
        assert "反馈办结：已办好" in answer.content.decode()
        assert story.fresh(matter).state == "reported"
        with scope.as_system():
            evidence = Evidence.objects.get()
        shown = client.get(f"/desk/matters/evidence/{evidence.id}/")
        assert shown.content == PNG
        assert "sandbox" in shown["Content-Security-Policy"]
        client.force_login(cast.songshan.duty)
        assert client.get(f"/desk/matters/evidence/{evidence.id}/").status_code == 404

    def test_team_that_gave_it_back_is_led_to_its_own_list(self, cast: Cast, client: Client) -> None:
        matter = story.dispatched(cast.fuhua)
        client.force_login(cast.fuhua.handler)
        answer = client.post(f"/desk/matters/{matter.id}/do/return/", {"reason": "不属于医疗", "request_key": "k"})
        assert answer.url == "/desk/matters/mine/"
        assert story.fresh(matter).state == "opened"
        assert client.get(f"/desk/matters/{matter.id}/").status_code == 404

    def test_unmasks_with_a_reason_only_and_records_it(self, cast: Cast, client: Client) -> None:
        matter = story.opened(cast.fuhua)
        with scope.as_system():
            report = matter.reports.get()
        client.force_login(cast.fuhua.duty)
        assert "13800001234" not in client.get(f"/desk/matters/{matter.id}/").content.decode()
        refused = client.post(f"/desk/matters/reports/{report.id}/unmask/", {"reason": ""})
        assert refused.status_code == 422
        assert "13800001234" not in refused.content.decode()
        shown = client.post(f"/desk/matters/reports/{report.id}/unmask/", {"reason": "约定上门时间"})
        assert "13800001234" in shown.content.decode()
        assert shown["Cache-Control"] == "no-store"
        with scope.as_system():
            entry = AuditEntry.objects.get(action="matters.reporter.unmasked")
        assert (entry.reason, entry.actor_name) == ("约定上门时间", "值班员王芳")
        client.force_login(cast.songshan.duty)
        assert client.post(f"/desk/matters/reports/{report.id}/unmask/", {"reason": "约定上门时间"}).status_code == 404


class TestMine:
    def test_each_role_sees_what_waits_for_it(self, cast: Cast, client: Client) -> None:
        story.opened(cast.fuhua, title="等派遣的事")
        story.dispatched(cast.fuhua, title="等受理的事")
        story.reported(cast.fuhua, title="等核查的事")
        for who, seen, unseen in (
            ("duty", ("等派遣的事", "等核查的事"), ("等受理的事",)),
            ("handler", ("等受理的事",), ("等派遣的事", "等核查的事")),
        ):
            client.force_login(getattr(cast.fuhua, who))
            text = client.get("/desk/matters/mine/").content.decode()
            assert [t for t in seen if t not in text] == []
            assert [t for t in unseen if t in text] == []


class TestAlerts:
    def test_shows_critical_until_taken(self, cast: Cast, client: Client) -> None:
        matter = story.dispatched(cast.fuhua, urgency="critical")
        client.force_login(cast.fuhua.duty)
        assert matter.title in client.get("/desk/matters/alerts/").content.decode()
        handler = cast.fuhua.actor("handler")
        with story.as_actor(handler):
            operations.accept_matter(matter_id=matter.id, actor=handler, at=EVENING)
        assert matter.title not in client.get("/desk/matters/alerts/").content.decode()
        client.force_login(cast.songshan.duty)
        assert client.get("/desk/matters/alerts/").content.decode().strip() == ""


class TestNew:
    def test_opens_and_sends_it_on_its_way_once(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        given = {
            "title": "独居老人断药",
            "place_text": "铁路小区",
            "topic": "medicine.chronic",
            "intent": "help",
            "urgency": "urgent",
            "summary": "电话 13812345678",
            "request_key": "once",
        }
        first, again = client.post("/desk/matters/new/", given), client.post("/desk/matters/new/", given)
        assert first.url == again.url
        with scope.as_system():
            matter = Matter.objects.get()
        assert (matter.state, matter.lead_team_id) == ("dispatched", cast.fuhua.medical.id)
        assert "13812345678" not in matter.summary

    def test_keeps_all_that_was_typed(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        answer = client.post("/desk/matters/new/", {"title": "", "place_text": "没有的小区", "summary": "很长的情况"})
        assert answer.status_code == 422
        assert "很长的情况" in answer.content.decode()
