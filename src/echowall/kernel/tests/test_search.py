"""What is stored of a text for searching, and what is asked of it."""

from __future__ import annotations

import pytest

from ..search import query, terms


class TestTerms:
    def test_pairs_of_letters_and_whole_numbers(self) -> None:
        assert terms("健康码 12").split() == ["健康", "康码", "12"]

    def test_a_single_letter_is_a_term(self) -> None:
        assert terms("水").split() == ["水"]

    @pytest.mark.parametrize("said", ["3号楼2单元1203室", "三号楼二单元1203", "3#2-1203", "3栋2单元1203", "3-2-1203"])
    def test_a_door_is_found_by_each_of_its_parts_however_it_is_written(self, said: str) -> None:
        assert {"3楼", "3楼2单元", "3楼2单元1203", "3楼1203"} <= set(terms(f"家住{said}").split())

    def test_a_building_with_a_side_is_found_with_and_without_it(self) -> None:
        assert {"甲3楼", "3楼"} <= set(terms("甲3号楼").split())


class TestQuery:
    def test_words_must_all_occur(self) -> None:
        assert query("健康码 核酸") == "('健康' <-> '康码') & ('核酸')"

    @pytest.mark.parametrize("asked", ["3号楼2单元", "三号楼二单元", "3栋2单元", "３号楼２单元", "③号楼②单元"])
    def test_a_door_is_one_term(self, asked: str) -> None:
        assert query(asked) == "'3楼2单元'"

    def test_another_order_of_the_same_numbers_is_another_door(self) -> None:
        assert query("2号楼3单元") != query("3号楼2单元")

    def test_what_stands_beside_a_door_must_occur_too(self) -> None:
        assert query("3号楼 漏水") == "'3楼' & ('漏水')"

    def test_every_term_asked_for_is_a_term_stored(self) -> None:
        for text in ("甲3号楼1203", "13号楼东单元", "A座1201", "10栋2单元", "文化路3号院5号楼2单元901"):
            stored = set(terms(f"住在{text},请回复").split())
            assert query(text).split(" & ")[0].strip("'") in stored

    def test_what_may_be_a_number_is_asked_as_numbers(self) -> None:
        assert query("3-1203") == "'3' & '1203':*"

    def test_a_text_without_words_asks_for_nothing(self) -> None:
        assert query("、。!") == ""
