"""From a closed matter to the wall and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.kernel.errors import NotFound, NotPermitted, Refusal
from echowall.matters import operations as matters_operations
from echowall.matters.models import Matter
from echowall.retention.operations import destroy_due
from echowall.teams.operations import set_phone
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import hear_messages
from echowall.wall import operations, queries, reactions
from echowall.wall.models import WallPost, WallStep

SAID = "我是王建国,住铁路小区3号楼2单元501,电话13800001234,楼下垃圾三天没人收了,请处理"
ANSWER = "您好,经核实,垃圾清运车因故障停运,已于5月3日晚全部清运完毕,今后每天早晚各清运一次。"


def closed_matter(
    cast: Cast, text: str = SAID, answer: str = ANSWER, topic: str = "property.waste", **extra: str
) -> Matter:
    street = cast.fuhua
    message = HeardMessage(
        channel="web", key=text, text=text, sender="王建国", phone="13800001234", said_at=EVENING, extra=extra
    )
    (heard,) = hear_messages(messages=[message], source=street.web, actor=street.actor("duty"), at=EVENING)
    duty, lead, at = street.actor("duty"), street.actor("leader"), EVENING + timedelta(minutes=5)
    with scope.as_system():
        matter = matters_operations.open_from_message(message_id=heard.id, actor=duty, at=EVENING)
        Matter.objects.filter(id=matter.id).update(
            topic=topic, urgency="normal", place=street.building, place_path=street.building.path
        )
        system = {"actor": street.actor("handler"), "at": at, "matter_id": matter.id}
        matters_operations.dispatch_matter(matter_id=matter.id, team_id=street.medical.id, actor=duty, at=at)
        matters_operations.accept_matter(**system)
        matters_operations.report_back(note="已联系环卫公司,全部清运完毕", **system)
        matters_operations.check_matter(matter_id=matter.id, passed=True, note="", actor=duty, at=at)
        matters_operations.answer_reporters(matter_id=matter.id, text=answer, actor=duty, at=at)
        report = matter.reports.get()
        matters_operations.record_callback(
            matter_id=matter.id, report_id=report.id, outcome="solved", actor=lead, at=at
        )
        matters_operations.close_matter(matter_id=matter.id, actor=duty, at=at)
        matter.refresh_from_db()
        reactions.propose_closed(matter_id=str(matter.id), event_id="")
    return matter


def post_of(matter: Matter) -> WallPost:
    with scope.as_system():
        return WallPost.objects.get(matter_id=matter.id)


class TestProposePost:
    def test_publishes_by_itself_without_anything_personal(self, cast: Cast, client: Client) -> None:
        post = post_of(closed_matter(cast))
        assert (post.state, post.flags) == ("published", [])
        page = client.get("/wall/").content.decode() + client.get(f"/wall/{post.slug}/").content.decode()
        for secret in ("王建国", "13800001234", "501", "1234", "2单元"):
            assert secret not in page
        assert "垃圾三天没人收" in page
        assert "七一三社区" in page
        assert client.get("/wall/?q=清运车").content.decode().count('<li class="card">') == 1
        assert client.get("/wall/?q=没有这样的词").content.decode().count('<li class="card">') == 0
        assert post.title in client.get("/wall/feed.atom").content.decode()
        assert client.get("/wall/?topic=nonsense").status_code == 404

    def test_a_number_that_the_office_made_known_stays(self, cast: Cast, client: Client) -> None:
        street = cast.fuhua
        call = {"answer": ANSWER + "有问题请拨打0371-60000001，或找13912345678。"}
        with scope.as_system():
            set_phone(
                team=street.medical,
                phone="0371-60000001",
                is_public=False,
                actor=street.actor("administrator"),
                at=EVENING,
            )
        assert "60000001" not in post_of(closed_matter(cast, **call)).answer
        client.force_login(street.administrator)
        page = reverse("teams:team", args=[street.medical.id])
        client.post(page, {"act": "set_phone", "phone": "0371-60000001", "is_phone_public": "on"})
        answer = post_of(closed_matter(cast, text="铁路小区4号楼楼下垃圾也没人收,请处理", **call)).answer
        assert "0371-60000001" in answer
        assert "13912345678" not in answer

    @pytest.mark.parametrize(
        ("change", "flag"),
        [
            ({"topic": "medical_care.dialysis"}, "topic_sensitive"),
            ({"answer": ANSWER + "孕妇已先行安排。"}, "health_detail"),
            ({"may_publish": "0"}, "not_agreed"),
        ],
    )
    def test_waits_where_somebody_has_to_look(
        self, cast: Cast, client: Client, change: dict[str, str], flag: str
    ) -> None:
        post = post_of(closed_matter(cast, **change))
        assert post.state == "proposed"
        assert flag in post.flags
        assert client.get(f"/wall/{post.slug}/").status_code == 404

    def test_harmless_to_repeat(self, cast: Cast) -> None:
        matter = closed_matter(cast)
        with scope.as_system():
            before = WallStep.objects.count(), queries.edition()
            reactions.propose_answered(matter_id=str(matter.id), event_id="")
            reactions.propose_closed(matter_id=str(matter.id), event_id="")
            assert (WallStep.objects.count(), queries.edition()) == before

    def test_outlives_the_words_of_its_message_as_it_was_redacted(self, cast: Cast) -> None:
        post = post_of(closed_matter(cast))
        records = destroy_due(at=EVENING + timedelta(days=400))
        assert {"words", "contact", "handling"} <= {record.kind for record in records}
        with scope.as_system():
            left = WallPost.objects.get(id=post.id)
        assert (left.question, left.answer, left.state) == (post.question, post.answer, "published")
        assert "垃圾三天没人收" in left.question
        assert "王建国" not in left.question

    def test_reopened_matter_leaves_the_wall(self, cast: Cast, client: Client) -> None:
        matter = closed_matter(cast)
        with scope.as_system():
            reactions.withdraw_reopened(matter_id=str(matter.id), event_id="")
        post = post_of(matter)
        assert (post.state, post.flags) == ("proposed", ["reopened"])
        assert client.get(f"/wall/{post.slug}/").status_code == 404


class TestModeration:
    def test_every_step_can_be_undone(self, cast: Cast, client: Client) -> None:
        post = post_of(closed_matter(cast))
        client.force_login(cast.fuhua.duty)
        decide = f"/desk/wall/{post.id}/decide/"
        words = {"title": post.title, "question": post.question, "answer": post.answer}
        assert client.post(decide, {"do": "save", **words, "answer": "已清运。"}).status_code == 302
        before = queries.edition()
        assert client.post(decide, {"do": "hide", "reason": "再核实"}).status_code == 302
        after = queries.edition()
        assert after[1] == after[0] > before[0]
        client.logout()
        assert client.get(f"/wall/{post.slug}/").status_code == 404
        client.force_login(cast.fuhua.duty)
        client.post(decide, {"do": "undo"})
        assert post_of_state(post) == ("published", "已清运。")
        client.post(decide, {"do": "undo"})
        assert post_of_state(post) == ("published", ANSWER)
        client.post(decide, {"do": "undo"})
        assert post_of_state(post) == ("proposed", ANSWER)
        assert client.post(decide, {"do": "undo"}).status_code == 409

    def test_empty_words_are_refused_and_kept_on_the_page(self, cast: Cast, client: Client) -> None:
        post = post_of(closed_matter(cast))
        client.force_login(cast.fuhua.duty)
        page = client.post(
            f"/desk/wall/{post.id}/decide/", {"do": "publish", "title": "", "question": "问", "answer": ""}
        )
        assert page.status_code == 422
        assert ">问</textarea>" in page.content.decode()

    def test_page_shows_what_was_taken_out(self, cast: Cast, client: Client) -> None:
        post = post_of(closed_matter(cast))
        client.force_login(cast.fuhua.duty)
        page = client.get(f"/desk/wall/{post.id}/").content.decode()
        assert "<del>王建国</del>" in page

    def test_neighbour_and_handler_may_not(self, cast: Cast, client: Client) -> None:
        post = post_of(closed_matter(cast))
        neighbour, handler = cast.songshan.actor("duty"), cast.fuhua.actor("handler")
        with scope.active(neighbour.scope), pytest.raises(NotFound):
            operations.hide_post(post_id=post.id, reason="", actor=neighbour, at=EVENING)
        with scope.active(handler.scope), pytest.raises((NotPermitted, NotFound)):
            operations.hide_post(post_id=post.id, reason="", actor=handler, at=EVENING)
        client.force_login(cast.songshan.duty)
        page = client.get("/desk/wall/?state=published").content.decode()
        assert post.title not in page

    def test_without_agreement_nobody_publishes(self, cast: Cast) -> None:
        post = post_of(closed_matter(cast, may_publish="no"))
        duty = cast.fuhua.actor("duty")
        with scope.active(duty.scope), pytest.raises(Refusal, match="不同意"):
            operations.publish_post(post_id=post.id, actor=duty, at=EVENING)


def post_of_state(post: WallPost) -> tuple[str, str]:
    with scope.as_system():
        post.refresh_from_db()
    return post.state, post.answer
