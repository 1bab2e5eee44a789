"""Signs of danger: the bars on the own set, and what a rule may and may not fire on."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from echowall.understanding.danger import DangerRules, danger_signs, default_rules
from echowall.understanding.normalise import plain_form
from echowall.understanding.types import Urgency

SET = Path(__file__).parents[4] / "tests" / "data" / "understanding" / "danger.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in SET.read_text(encoding="utf-8").splitlines()]


def part(half: str, **wanted: str) -> list[str]:
    return [r["text"] for r in ROWS if r["half"] == half and all(r[k] == v for k, v in wanted.items())]


class TestOwnSet:
    def test_is_large_enough_and_has_no_text_twice(self) -> None:
        texts = [r["text"] for r in ROWS]
        assert len(set(texts)) == len(texts)
        assert sum(r["label"] == "danger" for r in ROWS) >= 450
        assert sum(r["label"] == "safe" for r in ROWS) >= 450

    @pytest.mark.parametrize("half", ["dev", "kept"])
    def test_recall_of_critical(self, half: str) -> None:
        found = [danger_signs(text) for text in part(half, urgency="critical")]
        named = sum(any(sign.urgency == Urgency.CRITICAL for sign in signs) for signs in found)
        assert named / len(found) >= 0.98

    @pytest.mark.parametrize("half", ["dev", "kept"])
    def test_every_urgent_one_has_a_sign(self, half: str) -> None:
        found = [danger_signs(text) for text in part(half, urgency="urgent")]
        assert sum(map(bool, found)) / len(found) >= 0.97

    @pytest.mark.parametrize("half", ["dev", "kept"])
    def test_false_alarms_on_look_alikes_stay_few(self, half: str) -> None:
        found = [danger_signs(text) for text in part(half, label="safe")]
        assert sum(map(bool, found)) / len(found) <= 0.05


class TestDangerSigns:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("胸口疼得厉害", "chest_pain"),
            ("老公突發胸悶", "chest_pain"),
            ("胰島素沒有了", "insulin_out"),
            ("明天要透析，出不去", "dialysis"),
            ("我需要在4日去打狂犬疫苗第三针，请帮帮我", "rabies_dose_due"),
            ("水已经到脖子了", "trapped_water"),
            ("电梯关人", "trapped_lift"),
            ("羊水破了", "labour"),
            ("不想活了", "suicide"),
            ("家里一股煤气味", "gas_leak"),
            ("孩子一个人在家", "child_alone"),
            ("我爸心脏骤停，邻居在按", "cardiac_arrest"),
            ("重症肌无力断药了 现在吞咽困难", "weakness"),
            ("My husband is NOT breathing, building 7", "foreign_language"),
            ("仓库电石遇水冒泡了", "chemical"),
            ("商场扶梯夹手了 拽不出来", "fall_or_crush"),
            ("明天不用叫我起床了 保重", "farewell"),
            ("我们爬到车顶了 水还在涨", "swept_away"),
            ("断粮三天了", "no_food"),
        ],
    )
    def test_names_the_rule(self, text: str, code: str) -> None:
        assert code in {sign.code for sign in danger_signs(text)}

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "累死了",
            "消防演习，勿惊慌",
            "没有胸痛，没有呼吸困难",
            "无发热、咳嗽、呼吸困难，申请解除",
            "谢谢救命之恩",
            "请问透析医保怎么报销",
            "四川省对中风险地区提出了哪些要求",
            "昨天已经透析完了",
            "跳楼价甩卖",
            "给狗打狂犬疫苗去哪里",
        ],
    )
    def test_leaves_look_alikes(self, text: str) -> None:
        assert danger_signs(text) == ()

    def test_a_denial_of_one_thing_does_not_hide_another(self) -> None:
        assert [s.code for s in danger_signs("没有发烧，但是胸口疼得厉害")] == ["chest_pain"]

    def test_thanks_in_another_sentence_do_not_hide_a_need(self) -> None:
        assert danger_signs("谢谢社区送的菜。我妈胰岛素明早就断了")

    def test_evidence_quotes_the_message_as_said(self) -> None:
        text = "老師，我爸胸悶１個小時"
        for sign in danger_signs(text):
            for one in sign.evidence:
                assert text[one.start : one.end] == one.words

    def test_worst_comes_first(self) -> None:
        signs = danger_signs("断粮三天，老人昏迷了")
        assert [s.urgency.rank for s in signs] == sorted(s.urgency.rank for s in signs)
        assert signs[0].urgency == Urgency.CRITICAL


class TestDangerRules:
    def test_refuses_unknown_guards_and_bad_patterns_all_at_once(self) -> None:
        source = {
            "guards": {},
            "pressing": "急",
            "soon": "明",
            "idioms": "累死",
            "rules": [
                {
                    "code": "a",
                    "zh": "甲",
                    "urgency": "critical",
                    "keys": ["火"],
                    "signs": ["(火"],
                    "guards": ["nobody"],
                },
                {"code": "b", "zh": "乙", "urgency": "urgent", "keys": [], "signs": [], "guards": []},
            ],
        }
        with pytest.raises(ValueError, match=r"a: unknown guard nobody.*a: .*b: needs keys") as caught:
            DangerRules(source)
        assert "danger.yaml" in str(caught.value)

    def test_every_sign_of_the_own_set_has_a_key(self) -> None:
        """A key that is missing would switch a rule off: the signs must be found with and without the keys."""
        rules = default_rules()
        missing = 0
        for row in ROWS:
            if row["label"] == "danger":
                plain = plain_form(row["text"])
                keyed = {sign.code for sign in rules.find(plain)}
                blanked = rules.idioms.sub(lambda m: "□" * len(m[0]), plain)
                missing += not keyed and any(rules._try(rule, blanked, plain) for rule in rules.rules)
        assert missing == 0

    def test_an_office_can_read_the_rules(self) -> None:
        source = yaml.safe_load((Path(__file__).parents[1] / "data" / "danger.yaml").read_text(encoding="utf-8"))
        codes = [rule["code"] for rule in source["rules"]]
        assert len(codes) == len(set(codes)) >= 35
        assert all(any("\u4e00" <= c <= "\u9fff" for c in rule["zh"]) for rule in source["rules"])
