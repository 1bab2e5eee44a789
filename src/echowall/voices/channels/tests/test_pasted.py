"""Pasted chat text: real layouts, and the promise that every line is accounted for exactly once."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from echowall.voices.channels.pasted import LAYOUTS, MAX_LINES, read_pasted
from echowall.voices.channels.pasted.lines import cut_lines
from echowall.voices.channels.types import SHANGHAI, RefusedInputError

COPIED = datetime(2022, 5, 4, 8, 0, tzinfo=SHANGHAI)
BLOCKS = yaml.safe_load((Path(__file__).parent / "data" / "pasted_blocks.yaml").read_text("utf-8"))


def read(text, **options):
    return read_pasted(text, reference=COPIED, conversation="3号楼", **options)


def instant(written):
    if written is None:
        return None
    written = written if written[:2] == "20" else f"2022-{written}"
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


def keys(text, **options):
    return [heard.message.key for heard in read(text, **options).messages]


def assert_all_accounted(text, result):
    filled = [line.number for line in cut_lines(text) if line.text.strip()]
    placed = [n for heard in result.messages for n in heard.lines]
    placed += [line.number for line in (*result.skipped, *result.unclear)]
    assert sorted(placed) == filled


class TestReadPasted:
    @pytest.mark.parametrize("block", BLOCKS, ids=[block["name"] for block in BLOCKS])
    def test_real_layout(self, block):
        result = read(block["text"])
        heard = [entry.message for entry in result.messages]
        assert [(m.sender, m.said_at, m.text) for m in heard] == [
            (sender, instant(when), text) for sender, when, text in block["messages"]
        ]
        assert result.layout == block["layout"]
        assert [line.reason for line in result.skipped] == block.get("skipped", [])
        assert [line.number for line in result.unclear] == block.get("unclear", [])
        assert_all_accounted(block["text"], result)
        if "attachments" in block:
            assert [[a.kind for a in m.attachments] for m in heard] == block["attachments"]
        if "places" in block:
            assert [m.place_text for m in heard] == block["places"]
        if "quotes" in block:
            quotes = [(m.extra.get("quoted_sender"), m.extra.get("quoted_text")) for m in heard]
            assert quotes == [tuple(q) if q else (None, None) for q in block["quotes"]]
        if "replies" in block:
            assert [m.reply_to for m in heard] == ["" if i is None else heard[i].key for i in block["replies"]]
        if "chains" in block:
            assert [[[e.number, e.text] for e in entry.chain] for entry in result.messages] == block["chains"]
        assert len({m.key for m in heard}) == len(heard)

    def test_has_at_least_thirty_blocks(self):
        assert len(BLOCKS) >= 30

    def test_same_paste_gives_same_keys_whenever_it_is_read(self):
        text = "张三  5月3日 下午9:10\n没菜\n李四 2022/5/3 21:11\n没药"
        later = read_pasted(text, reference=COPIED + timedelta(days=9), conversation="3号楼")
        assert keys(text) == [heard.message.key for heard in later.messages]

    def test_overlapping_pastes_share_keys(self):
        lines = [f"张三 2022/5/3 21:{i:02d}\n第{i}条" for i in range(9)]
        first, second = keys("\n".join(lines[:6])), keys("\n".join(lines[3:]))
        assert first[3:] == second[:3]
        assert len({*first, *second}) == 9

    def test_seconds_and_relative_days_do_not_change_the_key(self):
        assert keys("张三 2022/5/3 21:10:33\n没菜") == keys("张三  昨天 21:10\n没菜")

    def test_another_group_gives_other_keys(self):
        text = "张三 2022/5/3 21:10\n没菜"
        other = read_pasted(text, reference=COPIED, conversation="5号楼")
        assert keys(text)[0] != other.messages[0].message.key

    def test_timeless_words_on_another_day_are_another_message(self):
        tomorrow = read_pasted("张三：没药了", reference=COPIED + timedelta(days=1), conversation="3号楼")
        assert keys("张三：没药了")[0] != tomorrow.messages[0].message.key

    def test_insisting_on_whole_keeps_everything_in_one(self):
        result = read("我家没菜\n\n张三 2022/5/3 21:10\n也是", layout="whole")
        assert [heard.message.text for heard in result.messages] == ["我家没菜\n\n张三 2022/5/3 21:10\n也是"]

    def test_impossible_time_is_kept_as_written(self):
        message = read("张三 2022/5/3 25:10\n没菜").messages[0].message
        assert message.said_at is None
        assert message.extra["said_at_as_written"] == "2022/5/3 25:10"

    def test_refuses_unknown_layout(self):
        with pytest.raises(ValueError, match="unknown layout"):
            read("张三：好", layout="telegram")

    def test_refuses_reference_without_zone(self):
        with pytest.raises(ValueError, match="aware"):
            read_pasted("张三：好", reference=datetime(2022, 5, 4))  # noqa: DTZ001

    def test_refuses_too_many_lines(self):
        with pytest.raises(RefusedInputError) as refused:
            read("好\n" * (MAX_LINES + 1))
        assert refused.value.problems[0].code == "paste_too_long"


PIECES = st.sampled_from(
    [
        "张三 2022/5/3 21:10", "李四  21:10", "王五：", "王五:好", "2022-05-03 21:10:33 昵称(12345)", "21:10",
        "昨天 21:10", "————— 2022-05-03 —————", "2022-05-03", '"李四"撤回了一条消息',
        "「张三：好」", "- - - - - -", "#接龙", "1. 张三",
        "[图片]", "没菜了", "", "  ", "\u200b", "「", "”", "引用 张三：好", "21:10\t张三\t好", "[21:10] 张三：好",
        '"张三"邀请"李四"加入了群聊',
        "2022/13/45 99:99", "张三 2月30日 10:00", "Dear:",
    ]
)  # fmt: skip


class TestNothingIsLost:
    @settings(max_examples=300, deadline=None)
    @given(st.lists(PIECES, max_size=25), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([None, *LAYOUTS]))
    def test_every_filled_line_is_placed_once(self, pieces, line_end, layout):
        text = line_end.join(pieces)
        result = read(text, layout=layout)
        assert_all_accounted(text, result)
        heard = [entry.message.key for entry in result.messages]
        assert len(heard) == len(set(heard))
        assert keys(text, layout=layout) == heard

    @settings(max_examples=200, deadline=None)
    @given(st.text(max_size=200), st.sampled_from([None, *LAYOUTS]))
    def test_any_text_is_placed(self, text, layout):
        assert_all_accounted(text, read(text, layout=layout))
