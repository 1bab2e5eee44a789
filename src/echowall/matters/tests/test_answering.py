"""Writing an answer, sending it to whom it concerns, and asking them afterwards."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
import xlsxwriter
from django.test import Client
from tests.cast import EVENING, Cast

from echowall.kernel import clock, scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.audit.operations import AuditEntry
from echowall.kernel.clock import SHANGHAI
from echowall.kernel.errors import InvalidInput, NotPermitted, Refusal
from echowall.matters import operations, queries
from echowall.matters.models import Answer, Callback, Matter, PolicyText
from echowall.matters.operations import Wording
from echowall.matters.policy_files import PolicyRow, read_file
from echowall.matters.reply_texts import fill_in
from echowall.notices.models import Notice
from echowall.voices.channels.types import HeardMessage
from echowall.voices.models import Message
from echowall.voices.operations import hear_messages

GOOD = "您好,经核实,供水公司已于5月3日22时修复三号楼水管,现已恢复供水。"
POOR = "您好,您反映的问题已转相关部门。"
LATER = EVENING + timedelta(minutes=30)


def heard_matter(cast: Cast, *, state: str = "checked", phones: tuple[str, ...] = ("13800001234",)) -> Matter:
    street = cast.fuhua
    duty, handler = street.actor("duty"), street.actor("handler")
    said = [
        HeardMessage(
            channel="web", key=f"k{n}", text="三号楼停水两天了,请处理", sender="王先生", phone=phone, said_at=EVENING
        )
        for n, phone in enumerate(phones)
    ]
    messages = hear_messages(messages=said, source=street.web, actor=duty, at=EVENING)
    with scope.as_system():
        matter = operations.open_from_message(message_id=messages[0].id, actor=duty, at=EVENING)
        operations.dispatch_matter(matter_id=matter.id, team_id=street.medical.id, actor=duty, at=EVENING)
        operations.accept_matter(matter_id=matter.id, actor=handler, at=EVENING)
        for other in messages[1:]:
            operations.join_report(matter_id=matter.id, message_id=other.id, why={}, actor=duty, at=EVENING)
        if state != "handling":
            operations.report_back(matter_id=matter.id, note="供水公司已修复水管,恢复供水", actor=handler, at=EVENING)
            operations.check_matter(matter_id=matter.id, passed=True, note="", actor=duty, at=EVENING)
        matter.refresh_from_db()
    return matter


def answer(cast: Cast, matter: Matter, at: datetime = EVENING, **more: object) -> None:
    duty = cast.fuhua.actor("duty")
    with scope.active(duty.scope):
        operations.answer_reporters(matter_id=matter.id, text=GOOD, actor=duty, at=at, **more)


def call_back(cast: Cast, matter: Matter, outcome: str, at: datetime = LATER, who: str = "duty") -> None:
    actor = cast.fuhua.actor(who)
    with scope.active(actor.scope):
        report = matter.reports.get()
        operations.record_callback(matter_id=matter.id, report_id=report.id, outcome=outcome, actor=actor, at=at)


class TestAnswerReporters:
    def test_poor_text_needs_a_reason_and_keeps_it(self, cast: Cast) -> None:
        matter, duty = heard_matter(cast), cast.fuhua.actor("duty")
        with scope.active(duty.scope):
            send = {"matter_id": matter.id, "text": POOR, "actor": duty, "at": EVENING}
            with pytest.raises(InvalidInput) as refused:
                operations.answer_reporters(**send)
            assert refused.value.codes == {"reply_incomplete"}
            with pytest.raises(InvalidInput) as refused:
                operations.answer_reporters(**send, despite_findings=True)
            assert refused.value.codes == {"field_missing"}
            event = operations.answer_reporters(
                **send, despite_findings=True, despite_reason="已电话详细说明13800001234"
            )
            assert event.body["despite"].startswith("已电话详细说明")
            assert "13800001234" not in event.body["despite"]
            assert "empty_reply" in event.body["findings"]

    def test_open_place_of_a_template_is_never_sent(self, cast: Cast) -> None:
        matter, duty = heard_matter(cast), cast.fuhua.actor("duty")
        with scope.active(duty.scope), pytest.raises(InvalidInput) as refused:
            operations.answer_reporters(
                matter_id=matter.id,
                text=GOOD + "联系【专班电话】",
                actor=duty,
                at=EVENING,
                despite_findings=True,
                despite_reason="试",
            )
        assert "place_open" in refused.value.codes

    def test_chosen_reporters_first_then_the_rest(self, cast: Cast) -> None:
        matter, duty = heard_matter(cast, phones=("13800001234", "")), cast.fuhua.actor("duty")
        with scope.active(duty.scope):
            first = queries.reporters_of(matter)[0].report
            answer(cast, matter, report_ids=[first.id])
            assert [r.answered_at is None for r in queries.reporters_of(matter)] == [False, True]
            answer(cast, matter)
            assert Answer.objects.filter(report=first).count() == 1
            assert sorted(Notice.objects.values_list("transport", "state")) == [("page", "shown"), ("sms", "waiting")]

    def test_handler_sends_word_on_how_it_goes(self, cast: Cast) -> None:
        matter, handler = heard_matter(cast, state="handling"), cast.fuhua.actor("handler")
        with scope.active(handler.scope):
            send = {
                "matter_id": matter.id,
                "text": "正在抢修,今晚恢复",
                "actor": handler,
                "at": EVENING,
                "request_key": "r",
            }
            assert operations.inform_reporters(**send) == operations.inform_reporters(**send)
        with scope.as_system():
            assert Notice.objects.count() == 1


class TestAnsweringPage:
    def test_helps_checks_and_sends(self, cast: Cast, client: Client) -> None:
        answer(cast, heard_matter(cast))
        with scope.as_system():
            Matter.objects.update(topic="utilities.water")
            old = Matter.objects.get()
            duty, office = cast.fuhua.actor("duty"), cast.fuhua.office
            operations.save_reply_template(
                office=office,
                actor=duty,
                at=EVENING,
                wording=Wording(
                    "停水", "{{地点}}的停水({{编号}})已处理:{{处置情况}} 电话{{专班电话}}", "utilities.water"
                ),
            )
            operations.load_policy_texts(rows=POLICY_ROWS, place=None, actor=SYSTEM_ACTOR, at=EVENING)
        other = second_matter(cast)
        client.force_login(cast.fuhua.duty)
        page = client.get(f"/desk/matters/{other.id}/answering/").content.decode()
        assert f"停水({other.number})已处理:供水公司已换管" in page
        assert "【专班电话】" in page
        assert GOOD in page
        assert old.number in page
        assert "停水抢修时限" in page
        assert "旧规定" not in page
        found = client.get(f"/desk/matters/{other.id}/answering/policies/?q=居家").content.decode()
        assert "居家观察" in found
        poor = client.post(f"/desk/matters/{other.id}/answering/check/", {"text": POOR}).content.decode()
        assert 'data-code="empty_reply"' in poor
        with scope.as_system():
            report = other.reports.get()
        send = {"kind": "answered", "text": POOR, "reports": [str(report.id)], "request_key": "one"}
        refused = client.post(f"/desk/matters/{other.id}/answering/send/", send)
        assert refused.status_code == 422
        assert POOR in refused.content.decode()
        assert client.post(f"/desk/matters/{other.id}/answering/send/", {**send, "text": GOOD}).status_code == 302
        assert client.post(f"/desk/matters/{other.id}/answering/send/", {**send, "text": GOOD}).status_code == 302
        with scope.as_system():
            assert Answer.objects.filter(report=report).count() == 1
        letter = client.post(f"/desk/matters/{other.id}/answering/letter/", {"text": GOOD}).content.decode()
        assert "答 复 函" in letter
        client.force_login(cast.songshan.duty)
        assert client.get(f"/desk/matters/{other.id}/answering/").status_code == 404

    def test_counts_the_template_once_and_offers_the_most_used_first(self, cast: Cast, client: Client) -> None:
        matter = heard_matter(cast)
        with scope.as_system():
            duty, office = cast.fuhua.actor("duty"), cast.fuhua.office
            save = {"office": office, "actor": duty, "at": EVENING}
            first = operations.save_reply_template(wording=Wording("甲", GOOD), **save)
            second = operations.save_reply_template(wording=Wording("乙", GOOD), **save)
            assert queries.templates_for(matter) == [second, first]  # by name while nobody used any
            report = matter.reports.get()
        client.force_login(cast.fuhua.duty)
        send = {"kind": "answered", "text": GOOD, "reports": [str(report.id)], "request_key": "one"}
        sent_from = {**send, "template_id": str(first.id)}
        assert client.post(f"/desk/matters/{matter.id}/answering/send/", sent_from).status_code == 302
        with clock.fixed(LATER):
            assert client.post(f"/desk/matters/{matter.id}/answering/send/", sent_from).status_code == 302
        with scope.as_system():
            offered = queries.templates_for(matter)
            assert [(t.name, t.used_count) for t in offered] == [("甲", 1), ("乙", 0)]

    def test_stands_on_the_matters_page_when_it_is_the_next_step(self, cast: Cast, client: Client) -> None:
        matter = heard_matter(cast)
        client.force_login(cast.fuhua.duty)
        address = f"/desk/matters/{matter.id}/answering/"
        page = client.get(f"/desk/matters/{matter.id}/").content.decode()
        assert f'hx-get="{address}"' in page
        assert '"#reply-text"' in page
        panel = client.get(address, headers={"hx-request": "true"}).content.decode()
        assert 'id="reply-text"' in panel
        assert "<html" not in panel
        answer(cast, matter)
        assert f'hx-get="{address}"' not in client.get(f"/desk/matters/{matter.id}/").content.decode()


def second_matter(cast: Cast) -> Matter:
    street = cast.fuhua
    duty, handler = street.actor("duty"), street.actor("handler")
    said = HeardMessage(channel="web", key="second", text="三号楼又停水了", phone="13800009999", said_at=LATER)
    (heard,) = hear_messages(messages=[said], source=street.web, actor=duty, at=LATER)
    with scope.as_system():
        matter = operations.open_from_message(message_id=heard.id, actor=duty, at=LATER)
        Matter.objects.filter(id=matter.id).update(topic="utilities.water")
        operations.dispatch_matter(matter_id=matter.id, team_id=street.medical.id, actor=duty, at=LATER)
        operations.accept_matter(matter_id=matter.id, actor=handler, at=LATER)
        operations.report_back(matter_id=matter.id, note="供水公司已换管,水压正常", actor=handler, at=LATER)
        matter.refresh_from_db()
    return matter


class TestRecordCallback:
    def test_not_solved_reopens_and_everything_starts_again(self, cast: Cast) -> None:
        matter = heard_matter(cast)
        answer(cast, matter)
        call_back(cast, matter, "not_solved")
        duty, handler = cast.fuhua.actor("duty"), cast.fuhua.actor("handler")
        with scope.as_system():
            matter.refresh_from_db()
            assert (matter.state, matter.rework_count) == ("handling", 1)
            operations.report_back(matter_id=matter.id, note="供水公司重新更换了整段水管", actor=handler, at=LATER)
            operations.check_matter(matter_id=matter.id, passed=True, note="", actor=duty, at=LATER)
            (reporter,) = queries.reporters_of(matter)
            assert (reporter.answered_at, reporter.callbacks) == (None, ())
            with pytest.raises(InvalidInput) as refused:
                operations.close_matter(matter_id=matter.id, actor=duty, at=LATER)
            assert refused.value.codes == {"reporter_not_answered", "callback_missing"}
        answer(cast, matter, LATER)
        call_back(cast, matter, "solved", LATER + timedelta(hours=1))
        with scope.active(duty.scope):
            operations.close_matter(matter_id=matter.id, actor=duty, at=LATER + timedelta(hours=2))
            matter.refresh_from_db()
        assert (matter.state, matter.is_solved, matter.rework_count) == ("closed", True, 1)

    def test_community_caller_reopens_through_the_rule(self, cast: Cast) -> None:
        matter = heard_matter(cast)
        with scope.as_system():
            Matter.objects.update(place=cast.fuhua.building, place_path=cast.fuhua.building.path)
            Message.objects.update(place=cast.fuhua.building, place_path=cast.fuhua.building.path)
        answer(cast, matter)
        call_back(cast, matter, "not_solved", who="community")
        with scope.as_system():
            matter.refresh_from_db()
        assert matter.rework_count == 1

    def test_attempts_of_the_playbook_are_enough(self, cast: Cast) -> None:
        matter, duty = heard_matter(cast), cast.fuhua.actor("duty")
        answer(cast, matter)
        for n in range(3):
            with scope.active(duty.scope):
                assert not queries.reporters_of(matter)[0].is_called_back
            call_back(cast, matter, "unreached", LATER + timedelta(hours=4 * n))
        with scope.active(duty.scope):
            assert queries.reporters_of(matter)[0].is_called_back
            assert queries.callbacks_due(LATER + timedelta(days=2)) == []
            operations.close_matter(matter_id=matter.id, actor=duty, at=LATER + timedelta(days=1))


class TestCallbackList:
    def test_number_only_for_a_recorded_reason(self, cast: Cast, client: Client) -> None:
        matter = heard_matter(cast)
        client.force_login(cast.fuhua.duty)
        assert "停水" not in client.get("/desk/matters/callbacks/").content.decode()
        answer(cast, matter)
        page = client.get("/desk/matters/callbacks/").content.decode()
        assert "138****1234" in page
        assert "13800001234" not in page
        with scope.as_system():
            report = matter.reports.get()
        shown = client.post(f"/desk/matters/callbacks/{report.id}/number/")
        assert "13800001234" in shown.content.decode()
        assert shown["Cache-Control"] == "no-store"
        with scope.as_system():
            assert AuditEntry.objects.filter(action="matters.reporter.unmasked", reason__contains="回访").exists()
        client.force_login(cast.songshan.duty)
        assert client.post(f"/desk/matters/callbacks/{report.id}/number/").status_code == 404
        client.force_login(cast.fuhua.handler)
        assert client.get("/desk/matters/callbacks/").status_code == 403

    def test_unreached_comes_back_later_and_a_double_click_counts_once(self, cast: Cast, client: Client) -> None:
        matter = heard_matter(cast)
        answer(cast, matter, EVENING - timedelta(hours=6))
        with scope.as_system():
            report = matter.reports.get()
        client.force_login(cast.fuhua.duty)
        noon = datetime(2022, 5, 4, 12, 0, tzinfo=SHANGHAI)
        with clock.fixed(noon):
            for _ in range(2):
                client.post(f"/desk/matters/callbacks/{report.id}/", {"outcome": "unreached", "request_key": "k"})
        with scope.as_system():
            assert Callback.objects.count() == 1
            (one,) = queries.callbacks_due(noon)
            assert (one.is_due(noon), one.is_due(noon + timedelta(hours=3))) == (False, True)
        bad = client.post(f"/desk/matters/callbacks/{report.id}/", {"outcome": "perhaps", "note": "说了很多"})
        assert bad.status_code == 422
        assert "说了很多" in bad.content.decode()

    @pytest.mark.parametrize(("hour", "then"), [(10, (4, 13)), (17, (4, 20)), (19, (5, 9)), (23, (5, 9)), (3, (4, 9))])
    def test_nobody_is_called_at_night(self, hour: int, then: tuple[int, int]) -> None:
        at = clock.local(queries.next_try_at(datetime(2022, 5, 4, hour, 0, tzinfo=SHANGHAI)))
        assert (at.day, at.hour) == then


POLICY_ROWS = [
    PolicyRow(
        "停水抢修时限", "供水管道漏水,一般24小时内修复。", "城市供水条例", date(2020, 1, 1), topic="utilities.water"
    ),
    PolicyRow(
        "停水抢修时限(旧规定)",
        "48小时内修复。",
        "城市供水条例",
        date(2010, 1, 1),
        date(2020, 1, 1),
        topic="utilities.water",
    ),
    PolicyRow("居家观察天数", "密接居家观察7天。", "某方案", date(2022, 1, 1), topic="isolation.home"),
]


class TestPolicyTexts:
    def test_excel_and_json_load_twice_without_doubling(self, cast: Cast, client: Client) -> None:
        content = BytesIO()
        book = xlsxwriter.Workbook(content)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["标题", "内容", "依据", "生效日期", "失效日期", "类别"])
        sheet.write_row(1, 0, ["补贴", "按月发放", "某文件", "2022-01-01", "", "policy.subsidy"])
        book.close()
        client.force_login(cast.fuhua.duty)
        for _ in range(2):
            content.seek(0)
            content.name = "政策.xlsx"
            assert client.post("/desk/matters/policies/load/", {"file": content}).status_code == 302
        text = PolicyText.objects.get()
        assert (text.title, text.valid_from, text.place_id) == ("补贴", date(2022, 1, 1), cast.fuhua.office.id)
        assert "补贴" in client.get("/desk/matters/policies/?q=发放&standing=now").content.decode()
        client.force_login(cast.songshan.duty)
        assert "补贴" not in client.get("/desk/matters/policies/").content.decode()

    def test_all_mistakes_at_once(self) -> None:
        rows = [
            {"title": "", "text": "内", "source": "据", "valid_from": "昨天"},
            {
                "title": "题",
                "text": "内",
                "source": "据",
                "valid_from": "2022-05-02",
                "valid_until": "2022-05-01",
                "topic": "no",
            },
        ]
        with pytest.raises(InvalidInput) as refused:
            read_file("x.json", json.dumps(rows).encode())
        assert refused.value.codes == {"field_missing", "date_invalid", "ends_before_it_begins", "topic_unknown"}
        with pytest.raises(InvalidInput):
            read_file("x.xlsx", b"nothing")

    def test_title_in_other_punctuation_is_the_same_text(self, cast: Cast) -> None:
        held = [PolicyRow("密接隔离:14天集中+7天居家", "旧写法", "第八版", date(2021, 5, 11))]
        now = [PolicyRow("密接隔离：14天集中 + 7天居家", "新写法", "第八版", date(2021, 5, 11))]
        with scope.as_system():
            assert operations.load_policy_texts(rows=held, place=None, actor=SYSTEM_ACTOR, at=EVENING) == (1, 0)
            assert operations.load_policy_texts(rows=now, place=None, actor=SYSTEM_ACTOR, at=EVENING) == (0, 1)
            assert operations.load_policy_texts(rows=now, place=None, actor=SYSTEM_ACTOR, at=EVENING) == (0, 0)
            assert PolicyText.objects.filter(title__startswith="密接隔离").get().title == now[0].title

    def test_handlers_do_not_write_policy(self, cast: Cast) -> None:
        handler = cast.fuhua.actor("handler")
        with scope.active(handler.scope), pytest.raises(NotPermitted):
            operations.save_policy_text(row=POLICY_ROWS[0], place=cast.fuhua.office, actor=handler, at=EVENING)
        duty = cast.fuhua.actor("duty")
        with scope.active(duty.scope):
            operations.save_policy_text(row=POLICY_ROWS[0], place=cast.fuhua.office, actor=duty, at=EVENING)
            with pytest.raises(Refusal, match="已经有了"):
                operations.save_policy_text(row=POLICY_ROWS[0], place=cast.fuhua.office, actor=duty, at=EVENING)


class TestReplyTemplates:
    def test_fills_in_and_leaves_open_what_is_unknown(self) -> None:
        filled = fill_in("{{编号}} {{ 专班 }}", {"编号": "M1"})
        assert (filled.text, filled.open_places) == ("M1 【专班】", ("专班",))

    def test_unknown_place_is_refused_on_the_page(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.duty)
        new = {"name": "答", "text": "{{姓名}}您好", "topic": "", "is_active": "on"}
        page = client.post("/desk/matters/templates/new/", new)
        assert page.status_code == 422
        assert "没有这个可填的项" in page.content.decode()
        assert client.post("/desk/matters/templates/new/", {**new, "text": "{{编号}}您好"}).status_code == 302
        assert "您好" in client.get("/desk/matters/templates/").content.decode()
