"""Places: names, aliases, sounds, missing levels, doors; and the doors by themselves."""

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echowall.understanding.doors import building_number, doors
from echowall.understanding.normalise import plain_form
from echowall.understanding.places import Gazetteer
from echowall.understanding.types import GazetteerEntry as Entry

ENTRIES = [
    Entry("d", None, "district", "二七区"),
    Entry("s", "d", "street_office", "福华街街道", ("福华街",)),
    Entry("c", "s", "community", "福华社区"),
    Entry("c2", "s", "community", "铁路社区"),
    Entry("p1", "c", "compound", "金水花园", ("金水苑",)),
    Entry("b3", "p1", "building", "3号楼"),
    Entry("u2", "b3", "unit", "2单元"),
    Entry("h", "u2", "household", "1203"),
    Entry("b12", "p1", "building", "十二号楼"),
    Entry("bj", "p1", "building", "甲3号楼"),
    Entry("p2", "c2", "compound", "铁路家属院东院", ("铁路东院",)),
    Entry("p3", "c2", "compound", "铁路家属院西院", ("铁路西院",)),
    Entry("p4", "c", "compound", "幸福小区"),
    Entry("p5", "c2", "compound", "幸福小区"),
    Entry("p6", "c2", "compound", "橄榄城三期"),
]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(ENTRIES)


class TestGazetteer:
    @pytest.mark.parametrize(
        ("text", "context", "place"),
        [
            ("金水花园三号楼二单元1203室没水", None, "h"),
            ("金水花园3号楼2单元1203", None, "h"),
            ("金水花园3#2-1203", None, "h"),
            ("金水花园3-2-1203", None, "h"),
            ("金水花园３号楼２单元", None, "u2"),
            ("金水花園3號樓", None, "b3"),
            ("金水苑3栋", None, "b3"),
            ("金水花苑三栋", None, "b3"),
            ("今水花园三栋", None, "b3"),
            ("福华街今水花园三栋", None, "b3"),
            ("福华街道办的人没来", None, "s"),
            ("铁路社去家属院", None, "c2"),
            ("3-2-1203 求助", "p1", "h"),
            ("12号楼停电", "p1", "b12"),
            ("12栋停电了", "b3", "b12"),
            ("甲3号楼有人摔倒", "p1", "bj"),
            ("福华街福华社区金水花园3号楼", None, "b3"),
            ("铁路家属院东院", None, "p2"),
            ("铁路西院没水", None, "p3"),
            ("铁路社区幸福小区", None, "p5"),
            ("福华社区幸福小区", None, "p4"),
            ("幸福小区停电", "p5", "p5"),
            ("橄榄城三期的大门", None, "p6"),
            ("99号楼", "p1", "p1"),
        ],
    )
    def test_finds(self, gazetteer: Gazetteer, text: str, context: str | None, place: str) -> None:
        assert gazetteer.find(text, context)[0].place_id == place

    def test_the_office_itself_is_found_by_its_short_name(self) -> None:
        mention = Gazetteer([Entry("o", None, "office", "嵩山路街道")]).find("嵩山路那边没人管")[0]
        assert (mention.place_id, mention.kind) == ("o", "office")

    def test_a_name_that_sounds_alike_beats_a_shorter_one_as_written(self) -> None:
        tree = [Entry("c", None, "community", "理想社区"), Entry("p", "c", "compound", "理想家园")]
        assert Gazetteer(tree).find("理想加园3号楼")[0].place_id == "p"
        assert Gazetteer(tree).find("理想社区的家园群")[0].place_id == "c"

    def test_ambiguous_names_give_candidates_and_less_confidence(self, gazetteer: Gazetteer) -> None:
        mention = gazetteer.find("幸福小区3号楼")[0]
        assert {place for place, _ in mention.candidates} == {"p4", "p5"}
        assert mention.confidence < 0.6
        assert mention.building == "3"

    def test_a_door_that_the_tree_lacks_is_still_read(self, gazetteer: Gazetteer) -> None:
        mention = gazetteer.find("金水花园9号楼4单元502")[0]
        assert (mention.place_id, mention.compound) == ("p1", "金水花园")
        assert (mention.building, mention.unit, mention.room) == ("9", "4", "502")

    def test_a_door_without_any_place_is_read_with_little_confidence(self, gazetteer: Gazetteer) -> None:
        mention = gazetteer.find("3号楼2单元502着急")[0]
        assert mention.place_id is None
        assert mention.confidence < 0.5

    def test_each_name_gets_its_own_door(self, gazetteer: Gazetteer) -> None:
        found = {m.compound: m.building for m in gazetteer.find("金水花园3号楼和铁路家属院东院5号楼都停电")}
        assert found == {"金水花园": "3", "铁路家属院东院": "5"}

    def test_sounding_alike_is_less_sure_than_written(self, gazetteer: Gazetteer) -> None:
        assert gazetteer.find("金水花苑")[0].confidence < gazetteer.find("金水花园")[0].confidence

    @pytest.mark.parametrize("text", ["", "家里没有菜了", "请问什么时候解封", "花园里有狗", "小区大门"])
    def test_names_nothing(self, gazetteer: Gazetteer, text: str) -> None:
        assert gazetteer.find(text) == ()

    def test_evidence_quotes_the_message(self, gazetteer: Gazetteer) -> None:
        text = "我住金水花園３號樓２單元"
        for one in gazetteer.find(text)[0].evidence:
            assert text[one.start : one.end] == one.words

    def test_an_unknown_context_is_no_context(self, gazetteer: Gazetteer) -> None:
        assert gazetteer.find("3号楼", "None")[0].place_id is None

    def test_refuses_missing_parents_and_double_ids_at_once(self) -> None:
        with pytest.raises(ValueError, match=r"'a' stands twice.*'b': no parent 'x'"):
            Gazetteer(
                [
                    Entry("a", None, "compound", "甲苑"),
                    Entry("a", None, "compound", "乙苑"),
                    Entry("b", "x", "compound", "丙苑"),
                ]
            )

    def test_an_empty_tree_finds_nothing(self) -> None:
        assert Gazetteer([]).find("金水花园") == ()

    @given(st.text(alphabet="金水花园福华街三号楼二单元室1203-#甲东院，。", max_size=30))
    def test_never_fails_and_scores_stay_in_bounds(self, text: str) -> None:
        for mention in Gazetteer(ENTRIES[:10]).find(text, "p1"):
            assert 0 <= mention.confidence <= 1


class TestDoors:
    @pytest.mark.parametrize(
        ("text", "building", "unit", "room"),
        [
            ("三号楼二单元1203", "3", "2", "1203"),
            ("3号楼2单元12楼1203室", "3", "2", "1203"),
            ("3#2-1203", "3", "2", "1203"),
            ("3#楼2单元1203", "3", "2", "1203"),
            ("3-2-1203", "3", "2", "1203"),
            ("3-2-12-03", "3", "2", "1203"),
            ("3—2—1203", "3", "2", "1203"),
            ("12栋", "12", "", ""),
            ("十二幢", "12", "", ""),
            ("5座一单元", "5", "1", ""),
            ("甲3号楼", "甲3", "", ""),
            ("东5号楼", "东5", "", ""),
            ("A座1203", "a", "", "1203"),
            ("B6栋", "b6", "", ""),
            ("7号楼东单元502", "7", "东", "502"),
            ("7号楼3门502", "7", "3", "502"),
            ("16号楼一二零三", "16", "", "1203"),
            ("3号楼3楼东户", "3", "", "3东户"),
            ("2单元501", "", "2", "501"),
            ("1203室", "", "", "1203"),
            ("5号2单元302", "5", "2", "302"),
        ],
    )
    def test_reads(self, text: str, building: str, unit: str, room: str) -> None:
        door = doors(plain_form(text))[0]
        assert (door.building, door.unit, door.room) == (building, unit, room)

    @pytest.mark.parametrize(
        "text",
        [
            "2022-05-03",
            "0371-68881234",
            "138-1234-5678",
            "建设路12号",
            "5月4号",
            "10086",
            "3000元",
            "2-3天",
            "8-10点",
            "第三栋别墅",
            "共12栋",
            "10-20-30",
            "",
        ],
    )
    def test_leaves_what_is_no_door(self, text: str) -> None:
        assert [d for d in doors(plain_form(text)) if d.building or d.room] == []

    @pytest.mark.parametrize(
        ("name", "short"),
        [
            ("3号楼", "3"),
            ("三栋", "3"),
            ("3#", "3"),
            ("甲3号楼", "甲3"),
            ("2单元", "2"),
            ("1203", "1203"),
            ("东单元", "东"),
            ("A座", "a"),
        ],
    )
    def test_names_of_buildings_become_one(self, name: str, short: str) -> None:
        assert building_number(plain_form(name)) == short


@pytest.mark.skipif(
    not os.environ.get("ECHOWALL_DATA_DIR"), reason="ECHOWALL_DATA_DIR is not set: public address set absent"
)
def test_doors_of_real_addresses() -> None:
    path = Path(os.environ["ECHOWALL_DATA_DIR"]) / "address_parsing_zh" / "addresses_large.jsonl.gz"
    right = total = 0
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            named = "".join(t for t, g in zip(row["tokens"], row["tags"], strict=True) if g.endswith("-houseno"))
            if not named.endswith(("号楼", "栋", "幢")) or "#" in named:
                continue
            found = doors(plain_form("".join(row["tokens"])))
            total += 1
            right += bool(found) and found[0].building == building_number(plain_form(named))
            if total == 3000:
                break
    assert right / total >= 0.95
