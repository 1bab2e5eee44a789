"""Copies, people who are not copies of each other, and tellings of one incident."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from echowall.understanding.duplicates import DuplicateIndex, clusters, fingerprint, similarity
from echowall.understanding.incidents import IncidentIndex, same_incident, tell

LONG = "金水花园小区从昨天晚上开始停水，到现在已经二十多个小时了，物业电话打不通，家里有老人和孩子，请尽快派人来抢修"
AT = datetime(2022, 5, 3, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


class TestDuplicateIndex:
    @pytest.mark.parametrize(
        "text",
        [
            LONG,
            "帮转：" + LONG,
            "#停水# " + LONG + " 求扩散！！！",
            LONG.replace("，", " "),
            LONG[:-6],
            LONG.replace("老人", "老 人") + "谢谢🙏",
            LONG.replace("二十多", "20多"),
            "金水花園小區從昨天晚上開始停水，"
            "到現在已經二十多個小時了，物業電話打不通，"
            "家裏有老人和孩子，"
            "請儘快派人來搶修",
        ],
    )
    def test_finds_copies_and_forwards(self, text: str) -> None:
        index: DuplicateIndex[int] = DuplicateIndex()
        index.add(1, LONG)
        index.add(2, "垃圾三天没人收了，夏天味道很大，希望物业每天清运，谢谢")
        assert [match.key for match in index.query(text)] == [1]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("联系人王伟 13812345678", "联系人李强 13987654321"),
            ("3号楼2单元1203", "3号楼2单元1204"),
            ("【年龄】57", "【年龄】62"),
            ("我叫王小明", "我叫李小红"),
        ],
    )
    def test_different_people_with_the_same_words_are_no_copies(self, one: str, other: str) -> None:
        index: DuplicateIndex[int] = DuplicateIndex()
        index.add(1, f"{LONG}，{one}")
        assert index.query(f"{LONG}，{other}") == []
        assert [match.kind for match in index.query(f"{LONG}，{one}")] == ["exact"]

    def test_a_short_cry_is_a_copy_only_with_the_same_phone(self) -> None:
        index: DuplicateIndex[int] = DuplicateIndex()
        index.add(1, "救命")
        index.add(2, "救命 13812345678")
        assert index.query("救命") == []
        assert [match.key for match in index.query("救命 13812345678")] == [2]

    def test_add_and_query_sees_only_earlier_ones(self) -> None:
        index: DuplicateIndex[int] = DuplicateIndex()
        assert index.add_and_query(1, LONG) == []
        assert [match.key for match in index.add_and_query(2, LONG)] == [1]
        assert len(index) == 2

    def test_similarity_is_symmetric(self) -> None:
        one, other = fingerprint(LONG), fingerprint("求助！" + LONG[:-8])
        assert similarity(one, other) == pytest.approx(similarity(other, one))

    def test_an_empty_text_matches_nothing(self) -> None:
        index: DuplicateIndex[int] = DuplicateIndex()
        index.add(1, "")
        assert index.query("") == []


class TestClusters:
    def test_joins_pairs(self) -> None:
        assert clusters([(1, 2), (3, 4), (2, 5)]) == [{1, 2, 5}, {3, 4}]


class TestIncidents:
    def test_same_place_and_thing_in_other_words(self) -> None:
        one = tell("丽发新城小区旁边的搅拌站噪音太大，粉尘严重，晚上睡不着", AT)
        other = tell("投诉丽发新城附近搅拌站，噪音扰民，粉尘污染", AT + timedelta(days=1))
        assert same_incident(one, other)

    def test_another_thing_at_the_same_place_is_another_incident(self) -> None:
        one = tell("丽发新城小区旁边的搅拌站噪音太大，粉尘严重", AT)
        assert not same_incident(one, tell("丽发新城小区电梯困人，物业不接电话", AT))

    def test_the_same_thing_elsewhere_is_another_incident(self) -> None:
        one = tell("金水花园停水两天了，老人没水喝", AT)
        assert not same_incident(one, tell("幸福小区停水两天了，老人没水喝", AT))

    def test_a_new_occurrence_is_not_swallowed(self) -> None:
        text = "金水花园又停水两天了，老人没水喝"
        index: IncidentIndex[str] = IncidentIndex(timedelta(days=7))
        index.add("old", tell(text, AT))
        assert index.query(tell(text, AT + timedelta(days=8))) == []
        assert [key for key, _ in index.query(tell(text, AT + timedelta(days=2)))] == ["old"]

    def test_gazetteer_ids_rule_over_names(self) -> None:
        one = tell("幸福小区停水两天", AT, place_ids=["p4"])
        assert not same_incident(one, tell("幸福小区停水两天", AT, place_ids=["p5"]))
