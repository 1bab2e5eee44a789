"""A name, one space and a bare time of day: a conversation where several stand together, a sentence where one does."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echowall.voices.channels.pasted import read_pasted
from echowall.voices.channels.pasted.clock_heads import minute_of
from echowall.voices.channels.types import SHANGHAI

COPIED = datetime(2022, 5, 4, 8, 0, tzinfo=SHANGHAI)
NAMES = ("王阿姨", "李叔", "小陈", "3楼老张", "Lily", "楼长赵姐", "周工")
TEXTS = ("没有菜了", "谢谢楼长", "孩子发烧38度怎么办", "[图片]", "明天 19:02 去做核酸", "我家在3号楼\n2单元501", "收到")


def texts(block: str) -> list[str]:
    return [heard.message.text for heard in read_pasted(block, reference=COPIED, conversation="3号楼").messages]


@st.composite
def conversations(draw: st.DrawFn) -> list[tuple[str, int, str]]:
    minutes = draw(st.lists(st.integers(0, 300), min_size=2, max_size=8).map(sorted))
    start = draw(st.integers(0, 24 * 60 - 1))
    return [(draw(st.sampled_from(NAMES)), (start + m) % 1440, draw(st.sampled_from(TEXTS))) for m in minutes]


@given(conversations())
def test_conversation_is_cut_at_each_head_also_over_midnight(said: list[tuple[str, int, str]]) -> None:
    block = "\n".join(f"{name} {at // 60:02d}:{at % 60:02d}\n{text}" for name, at, text in said)
    assert texts(block) == [text for _name, _at, text in said]


def test_two_neighbours_copied_from_a_group() -> None:
    heard = read_pasted(
        "王阿姨 19:02\n没有菜了\n李叔 19:05\n我家也没有", reference=COPIED, conversation="3号楼"
    ).messages
    assert [(one.message.sender, one.message.text) for one in heard] == [("王阿姨", "没有菜了"), ("李叔", "我家也没有")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3-2-501 张三", "4-1-202 李四"),
        ("3号楼501张三", "5-2-301 王"),
        ("张三3-2-501", "7#李"),
        ("张三", "12-1-1203王"),
    ],
)
def test_neighbours_whose_names_carry_their_door(one: str, other: str) -> None:
    heard = read_pasted(f"{one} 19:02\n停水了\n{other} 19:05\n我家也停\n还没来水", reference=COPIED).messages
    assert [(each.message.sender, each.message.text) for each in heard] == [
        (one, "停水了"),
        (other, "我家也停\n还没来水"),
    ]


@pytest.mark.parametrize(
    "block",
    [
        "通知如下\n明天 19:02\n去做核酸\n后天 19:30\n再做一次",
        "请大家注意\n集合 19:02\n东门\n出发 19:30\n西门",
        "核酸安排\n1号楼 19:00\n下楼\n2号楼 19:30\n下楼",
        "我妈的药快没了\n最后一次吃药 19:02\n明天 19:02 去\n麻烦了",
    ],
)
def test_timetable_inside_a_message_is_not_cut(block: str) -> None:
    assert len(texts(block)) <= 1


def test_timetable_does_not_break_the_conversation_around_it() -> None:
    block = "王阿姨 19:02\n明天的安排\n集合 20:30\n东门\n李叔 19:05\n收到"
    assert texts(block) == ["明天的安排\n集合 20:30\n东门", "收到"]


@given(st.text(alphabet="王李 :：0123456789下午去\n", max_size=60))
def test_every_line_is_kept_whatever_is_pasted(block: str) -> None:
    result = read_pasted(block, reference=COPIED, conversation="3号楼") if block.strip() else None
    filled = sum(bool(line.strip()) for line in block.split("\n"))
    if result is not None:
        placed = [n for heard in result.messages for n in heard.lines]
        assert len(placed) + len(result.skipped) + len(result.unclear) == filled


def test_minute_of_a_written_time() -> None:
    assert [minute_of(when) for when in ("7:02", "下午7:02", "7:02 PM", "23:59:10", "25:00", "七点")] == [
        422, 1142, 1142, 1439, None, None,
    ]  # fmt: skip
