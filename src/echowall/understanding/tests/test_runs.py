"""Runs of characters as numbers: the same answers as by strings, and what cannot be a number is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echowall.understanding import segmentation
from echowall.understanding.runs import RunTable, key, keys
from echowall.understanding.segmentation import Reading
from echowall.understanding.vectors import learn_vocabulary

TEXTS = ["家里停水两天了", "胰岛素只剩一针 求助", "3号楼停电,电梯困人", "^$^$ 家里", "急急急急急"]


class TestKeys:
    @given(st.text(st.characters(max_codepoint=0xFFFF, exclude_characters="\0", exclude_categories=["Cs"]), min_size=4))
    def test_are_those_of_the_names_in_the_same_order(self, text):
        found = keys(text)
        assert found is not None
        assert found.tolist() == [key(name) for name in segmentation._char_names(text)]

    @pytest.mark.parametrize("text", ["", "水", "停电了", "停电了😭啊", "停\0电了"])
    def test_are_none_where_a_text_cannot_be_read_so(self, text):
        assert keys(text) is None

    @pytest.mark.parametrize("run", ["", "五个字太长", "😭", "a\0"])
    def test_no_run_of_these(self, run):
        assert key(run) is None


class TestRunTable:
    def test_finds_places_and_says_what_is_not_known(self):
        table = RunTable(["停水", "水", "求助了吗", "😭"], first=10)
        wanted = [key(run) for run in ("水", "电", "停水", "求助了吗", "\uffff\uffff\uffff\uffff")]
        assert table.find(np.array(wanted, np.uint64)).tolist() == [11, -1, 10, 12, -1]


class TestVector:
    @pytest.mark.parametrize("reading", [Reading(), Reading(lead=True), Reading(title=True)])
    @pytest.mark.parametrize("text", [*TEXTS, "没有的字眼龘", "水", "停水了 \n\n 三号楼没水"])
    def test_is_the_same_by_numbers_and_by_strings(self, text, reading, monkeypatch):
        vocabulary, _ = learn_vocabulary([*TEXTS, *TEXTS], reading)
        quick = vocabulary.vector(text)
        monkeypatch.setattr(segmentation, "keys", lambda _: None)
        plain = vocabulary.vector(text)
        assert quick.ids.tolist() == plain.ids.tolist()
        assert quick.values.tolist() == plain.values.tolist()
        assert quick.known.tolist() == plain.known.tolist()
