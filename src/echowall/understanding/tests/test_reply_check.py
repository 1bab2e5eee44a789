"""What a reply leaves open, and how far the check agrees with people who labelled real replies."""

import csv
import gzip
import os
from pathlib import Path

import pytest

from echowall.understanding.reply_check import answered_share, check_reply, is_substantive

GOOD = (
    "您好，经核实，金水花园3号楼因水泵故障停水，抢修人员已于5月3日20时到场，"
    "预计今晚23时恢复供水。如有问题请拨打0371-68881234。"
)


def codes(question: str, reply: str) -> set[str]:
    return {finding.code for finding in check_reply(question=question, reply=reply)}


class TestCheckReply:
    def test_a_good_reply_passes(self) -> None:
        assert codes("金水花园3号楼停水，什么时候来水？", GOOD) == set()

    @pytest.mark.parametrize(
        "reply",
        [
            "您好！您的留言已收悉。",
            "网友：您好！您反映的问题已转交相关部门处理。2019年5月7日",
            "您的诉求我们高度重视，正在研究处理中，感谢您的理解与支持！",
            "留言已收悉，已转市城管局调查处理。",
            "感谢您的来信！",
        ],
    )
    def test_politeness_and_forwarding_are_no_answer(self, reply: str) -> None:
        assert codes("路灯坏了什么时候修？", reply) == {"empty_reply"}

    def test_an_empty_reply(self) -> None:
        assert codes("路灯坏了", "  ") == {"reply_missing"}

    @pytest.mark.parametrize(
        ("question", "reply", "code"),
        [
            ("什么时候解封？", "经研究，根据规定您所在的小区属于管控区，可以足不出户等候通知。", "unanswered_when"),
            ("补贴多少钱？", "根据规定，符合条件的家庭可以向社区提出补贴申请。", "unanswered_how_much"),
            ("为什么不让出门？", "您好，目前小区不能出门，请您留在家中，物资会送到门口。", "unanswered_why"),
            ("路灯坏了", "路灯的事情大家都看到了，晚上走路确实不方便，大家小心一点走路。", "no_result"),
            ("路灯坏了", "目前路灯可以报修，物业会去现场看看路灯的情况。", "no_basis"),
        ],
    )
    def test_names_what_is_missing(self, question: str, reply: str, code: str) -> None:
        assert code in codes(question, reply)

    def test_each_numbered_part_is_looked_for(self) -> None:
        question = "您好，有三个问题：1、核酸点几点开门？2、垃圾什么时候清运？3、停车费多少？"
        findings = check_reply(question=question, reply="经核实，核酸点8点开门，垃圾已于5月3日清运，根据规定执行。")
        missed = [f for f in findings if f.code == "part_unanswered"]
        assert len(missed) == 1
        assert "停车费" in missed[0].text
        assert answered_share(question, "核酸点8点开门") == pytest.approx(1 / 3)

    def test_personal_data_must_not_go_out(self) -> None:
        assert "personal_data" in codes("红码怎么转？", "经核实，您的身份证号110101199003074514已于5月3日转为绿码。")

    def test_every_finding_says_what_to_do(self) -> None:
        for finding in check_reply(
            question="什么时候解封？补贴多少？", reply="大家辛苦了，我们都在努力，情况会越来越好的，请大家相信。"
        ):
            assert finding.text
            assert finding.fix


@pytest.mark.skipif(
    not os.environ.get("ECHOWALL_DATA_DIR"), reason="ECHOWALL_DATA_DIR is not set: labelled replies absent"
)
def test_agrees_with_people() -> None:
    path = Path(os.environ["ECHOWALL_DATA_DIR"]) / "tipdm_gov_messages" / "messages_with_replies.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    agreed = sum((row["human_explainable_syu"] == "1") == is_substantive(row["reply"]) for row in rows)
    assert agreed / len(rows) >= 0.93
