"""The pages of retention and of the keys."""

from __future__ import annotations

from django.test import Client
from tests import story
from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.people.operations import appoint
from echowall.retention.models import Destruction, Hold
from echowall.retention.operations import destroy_kind_keys
from echowall.retention.sealed_values import sealed_columns, values_of


class TestOverview:
    def test_shows_each_kind_with_its_days_and_reason(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.leader)
        page = client.get("/desk/retention/").content.decode()
        for word in ("福华街街道", "联系方式", "结案后 90 天", "留言原文", "结案后 180 天", "个人信息保护法"):
            assert word in page
        assert "嵩山路街道" not in page
        client.force_login(cast.fuhua.duty)
        assert client.get("/desk/retention/").status_code == 403

    def test_holds_and_releases_by_number(self, cast: Cast, client: Client) -> None:
        matter = story.opened(cast.fuhua)
        client.force_login(cast.fuhua.leader)
        assert client.post("/desk/retention/hold/", {"number": "没有", "reason": "信访复查"}).status_code == 422
        client.post("/desk/retention/hold/", {"number": matter.number.lower(), "reason": "信访复查"})
        with scope.as_system():
            hold = Hold.objects.get()
        page = client.get("/desk/retention/").content.decode()
        assert matter.number in page
        assert "信访复查" in page
        assert "书记钱伟" in page
        client.post(f"/desk/retention/holds/{hold.id}/release/", {"reason": "复查已结束"})
        with scope.as_system():
            assert Hold.objects.get().released_at is not None

    def test_neighbour_cannot_hold_it(self, cast: Cast, client: Client) -> None:
        matter = story.opened(cast.fuhua)
        client.force_login(cast.songshan.leader)
        assert client.post("/desk/retention/hold/", {"number": matter.number, "reason": "信访复查"}).status_code == 422
        with scope.as_system():
            assert not Hold.objects.exists()


class TestKeys:
    def test_counts_every_sealed_column(self, cast: Cast) -> None:
        story.heard(cast.fuhua)
        assert ("voices_message", "body_sealed") in sealed_columns()
        with scope.as_system():
            assert {p.where: p.count for p in values_of("phone")}["voices_message.phone_sealed"] == 1

    def test_destroys_in_two_steps_with_a_record(self, cast: Cast, client: Client) -> None:
        story.heard(cast.fuhua)
        boss = cast.fuhua.administrator
        with scope.as_system():
            appoint(worker=boss, role="administrator", place=cast.city, actor=SYSTEM_ACTOR, at=EVENING)
        client.force_login(boss)
        assert "phone" in client.get("/desk/retention/keys/").content.decode()
        page = client.get("/desk/retention/keys/phone/destroy/").content.decode()
        assert "voices_message.phone_sealed" in page
        assert "1 项内容将永远不能再读" in page
        refused = client.post("/desk/retention/keys/phone/destroy/", {"confirmed": "name", "reason": ""})
        assert refused.status_code == 422
        assert "请写明理由" in refused.content.decode()
        client.post("/desk/retention/keys/phone/destroy/", {"confirmed": "phone", "reason": "疫情结束,按方案销毁"})
        with scope.as_system():
            record = Destruction.objects.get()
            assert (record.kind, record.count, record.by_name) == ("keys:phone", 1, boss.name)
            assert not values_of("phone")
        assert "疫情结束" in client.get("/desk/retention/records/").content.decode()

    def test_refuses_whoever_has_only_one_of_the_streets(self, cast: Cast, client: Client) -> None:
        story.heard(cast.fuhua)
        client.force_login(cast.fuhua.administrator)
        answer = client.post("/desk/retention/keys/phone/destroy/", {"confirmed": "phone", "reason": "疫情结束"})
        assert answer.status_code == 422
        with scope.as_system():
            assert values_of("phone")
        client.force_login(cast.fuhua.leader)
        assert client.get("/desk/retention/keys/").status_code == 403

    def test_command_destroys_as_the_system(self, cast: Cast) -> None:
        story.heard(cast.fuhua)
        record = destroy_kind_keys(
            kind="phone", confirmed="phone", count=1, reason="应急结束", actor=SYSTEM_ACTOR, at=EVENING
        )
        assert record.by_name == SYSTEM_ACTOR.name
