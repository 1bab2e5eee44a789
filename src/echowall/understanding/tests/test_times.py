"""Deadlines from Chinese time words: a table of own cases, and properties over all instants."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echowall.understanding.numerals import number
from echowall.understanding.times import all_deadlines, needed_by

ZONE = ZoneInfo("Asia/Shanghai")
SENT = "2022-05-03 21:10"  # a Tuesday evening

# text, sent at, end of the need (None: no deadline). A day without an hour ends at 23:59.
CASES: list[tuple[str, str, str | None]] = [
    ("我需要在4日去打狂犬疫苗第三针，请帮帮我", SENT, "05-04 23:59"),
    ("4号要透析", SENT, "05-04 23:59"),
    ("再过三天就没药了", SENT, "05-06 21:10"),
    ("三天后奶粉就断了", SENT, "05-06 21:10"),
    ("过一周米就见底", SENT, "05-10 21:10"),
    ("我三天都没吃饭了", SENT, None),
    ("停水三天都没人管", SENT, None),
    ("过两天就解封了", SENT, None),
    ("五号去医院化疗", SENT, "05-05 23:59"),
    ("５号去医院化疗", SENT, "05-05 23:59"),
    ("5月4号去打针", SENT, "05-04 23:59"),
    ("5月4日之前要送到", SENT, "05-04 23:59"),
    ("五月六日产检", SENT, "05-06 23:59"),
    ("2022年5月8日手术", SENT, "05-08 23:59"),
    ("2022-05-08要手术", SENT, "05-08 23:59"),
    ("5.4号要打针", SENT, "05-04 23:59"),
    ("5.6去复查", SENT, "05-06 23:59"),
    ("明早八点前送到", SENT, "05-04 08:00"),
    ("明天早上8:30要出发", SENT, "05-04 08:30"),
    ("明天上午要做透析", SENT, "05-04 12:00"),
    ("明天中午之前要用", SENT, "05-04 13:00"),
    ("明天下午三点要透析", SENT, "05-04 15:00"),
    ("明天下午2点到4点要用车", SENT, "05-04 16:00"),
    ("明晚要走", SENT, "05-04 23:59"),
    ("明晚八点的火车要赶", SENT, "05-04 20:00"),
    ("明天必须去", SENT, "05-04 23:59"),
    ("明日须复查", SENT, "05-04 23:59"),
    ("明儿个得去医院", SENT, "05-04 23:59"),
    ("后天下午三点要透析", SENT, "05-05 15:00"),
    ("后天化疗", SENT, "05-05 23:59"),
    ("大后天要化疗", SENT, "05-06 23:59"),
    ("今晚就用完了", SENT, "05-03 23:59"),
    ("今天必须透析", SENT, "05-03 23:59"),
    ("今天最后一支胰岛素", SENT, "05-03 23:59"),
    ("今天晚上十一点要送到", SENT, "05-03 23:00"),
    ("今晚十点半要出发", SENT, "05-03 22:30"),
    ("晚上十一点半要走", SENT, "05-03 23:30"),
    ("凌晨两点的飞机要去机场", SENT, "05-04 02:00"),
    ("今晚12点前要到医院", SENT, "05-04 00:00"),
    ("本周五之前", SENT, "05-06 23:59"),
    ("这周六要去医院", SENT, "05-07 23:59"),
    ("周日要复查", SENT, "05-08 23:59"),
    ("星期四必须化疗", SENT, "05-05 23:59"),
    ("礼拜三要透析", SENT, "05-04 23:59"),
    ("周一要手术", SENT, "05-09 23:59"),
    ("下周一手术", SENT, "05-09 23:59"),
    ("下个星期三产检", SENT, "05-11 23:59"),
    ("周末前要送到", SENT, "05-08 23:59"),
    ("本周内要做完", SENT, "05-08 23:59"),
    ("月底前要办好", SENT, "05-31 23:59"),
    ("本月底到期", SENT, "05-31 23:59"),
    ("下个月3号手术", SENT, "06-03 23:59"),
    ("6月初要生", SENT, "06-05 23:59"),
    ("半小时内必须送医", SENT, "05-03 21:40"),
    ("一小时之内要送到", SENT, "05-03 22:10"),
    ("20分钟内要到", SENT, "05-03 21:30"),
    ("24小时内要打", SENT, "05-04 21:10"),
    ("两天内必须用药", SENT, "05-05 21:10"),
    ("三天内要解决", SENT, "05-06 21:10"),
    ("一周内需要送到", SENT, "05-10 21:10"),
    ("两个小时后就断了", SENT, "05-03 23:10"),
    ("还剩两天的药", SENT, "05-05 21:10"),
    ("药只够吃三天", SENT, "05-06 21:10"),
    ("胰岛素只剩一天的量", SENT, "05-04 21:10"),
    ("药还剩两三天", SENT, "05-05 21:10"),
    ("奶粉还够5天", SENT, "05-08 21:10"),
    ("氧气只够撑两个小时", SENT, "05-03 23:10"),
    ("电池最多撑半小时", SENT, "05-03 21:40"),
    ("药只剩一周的量", SENT, "05-10 21:10"),
    ("他克莫司就剩3粒了", SENT, "05-04 21:10"),
    ("药还剩半天的量", SENT, "05-04 09:10"),
    ("马上来人帮我", SENT, "05-03 23:10"),
    ("请立即派人来", SENT, "05-03 23:10"),
    ("需要立刻送医", SENT, "05-03 23:10"),
    ("20:30前送", "2022-05-03 09:00", "05-03 20:30"),
    ("8点前送来", SENT, "05-04 08:00"),
    ("三点前送到", "2022-05-03 10:00", "05-03 15:00"),
    ("下午三点要用车", "2022-05-03 10:00", "05-03 15:00"),
    ("中午十二点前要饭", "2022-05-03 10:00", "05-03 12:00"),
    ("上午十点一刻要做检查", "2022-05-03 08:00", "05-03 10:15"),
    ("今天下午5点要打针", "2022-05-03 10:00", "05-03 17:00"),
    ("明天6点要到医院", SENT, "05-04 18:00"),
    # the edges of day, month and year
    ("今晚要送药", "2022-05-03 23:50", "05-04 06:00"),
    ("今夜必须送到", "2022-05-03 23:50", "05-04 06:00"),
    ("明天要透析", "2022-05-03 23:50", "05-04 23:59"),
    ("明早要透析", "2022-05-04 00:30", "05-04 10:00"),
    ("半小时内要送到", "2022-05-03 23:50", "05-04 00:20"),
    ("4日要透析", "2022-05-03 23:59", "05-04 23:59"),
    ("4日要透析", "2022-05-04 08:00", "05-04 23:59"),
    ("4日要透析", "2022-05-05 08:00", None),
    ("3号要去复查", "2022-05-28 10:00", "06-03 23:59"),
    ("1号要去复查", "2022-05-31 10:00", "06-01 23:59"),
    ("31号要去复查", "2022-06-29 10:00", None),
    ("2号要透析", "2022-12-31 10:00", "2023-01-02 23:59"),
    ("1月2号要手术", "2022-12-30 10:00", "2023-01-02 23:59"),
    ("12月30日做手术", "2022-12-28 10:00", "12-30 23:59"),
    ("后天要手术", "2022-12-30 10:00", "2023-01-01 23:59"),
    ("后天要手术", "2024-02-27 10:00", "2024-02-29 23:59"),
    ("2月29号要手术", "2024-02-20 10:00", "2024-02-29 23:59"),
    ("月底要手术", "2022-02-10 10:00", "02-28 23:59"),
    ("五一之前要办好", "2022-04-20 10:00", "05-01 23:59"),
    ("元旦要回家，请帮忙", "2022-12-20 10:00", "2023-01-01 23:59"),
    ("初三要去医院", "2022-01-28 10:00", "02-03 23:59"),
    ("大年初三要透析", "2022-02-01 10:00", "02-03 23:59"),
    ("初三学生要返校", "2022-05-03 10:00", None),
    ("孩子初三，需要平板", "2022-05-03 10:00", None),
    # what happened is no deadline
    ("昨天就没吃的了", SENT, None),
    ("3号做的核酸", SENT, None),
    ("4月30号打的第一针", SENT, None),
    ("前天开始发烧", SENT, None),
    ("上周五去了医院", SENT, None),
    ("今天早上开始胸痛", SENT, None),
    ("今天去了医院", SENT, None),
    ("5月1日确诊", SENT, None),
    ("周一做过手术了", SENT, None),
    ("2号到期", SENT, None),
    ("从4月28号封到现在", SENT, None),
    ("昨晚八点摔倒", SENT, None),
    ("14天内没有去过外地", SENT, None),
    ("需要48小时内核酸阴性证明", SENT, None),
    # numbers that are no time
    ("3号楼2单元1203没水", SENT, None),
    ("建设路12号停电", SENT, None),
    ("4号线地铁停运", SENT, None),
    ("请快一点处理", SENT, None),
    ("有两点建议", SENT, None),
    ("一点都不好", SENT, None),
    ("明天解封吗", SENT, None),
    ("后天停水吗", SENT, None),
    ("什么时候解封", SENT, None),
    ("还有两天解封", SENT, None),
    ("我今年60岁", SENT, None),
    ("天津来的快递", SENT, None),
    ("第二天津贴", SENT, None),
    ("1号采样点没人", SENT, None),
    ("住平吉四街坊19号", SENT, None),
    ("今天第二天了，没人管", SENT, None),
    ("日子难过", SENT, None),
    ("", SENT, None),
]


def at(words: str) -> datetime:
    return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


class TestNeededBy:
    def test_the_table_is_large_enough(self) -> None:
        assert len(CASES) >= 120

    @pytest.mark.parametrize(("text", "sent", "end"), CASES)
    def test_table(self, text: str, sent: str, end: str | None) -> None:
        found = needed_by(text, at(sent))
        if end is None:
            assert found is None, found
        else:
            assert found is not None
            assert found.end.replace(second=0) == at(end if len(end) > 11 else f"{sent[:4]}-{end}")

    def test_a_supply_says_so(self) -> None:
        found = needed_by("还剩两天的药", at(SENT))
        assert found is not None
        assert found.basis == "supply_left"
        assert found.evidence[0].words == "还剩两天"

    def test_the_earliest_of_several_counts(self) -> None:
        found = needed_by("后天要化疗，明天要透析", at(SENT))
        assert found is not None
        assert found.end.day == 4
        assert len(all_deadlines("后天要化疗，明天要透析", at(SENT))) == 2

    def test_refuses_a_naive_instant(self) -> None:
        with pytest.raises(ValueError, match="时区"):
            needed_by("明天", datetime(2022, 5, 3, 21, 10))  # noqa: DTZ001

    def test_keeps_the_time_zone(self) -> None:
        found = needed_by("明早八点前送到", at(SENT))
        assert found is not None
        assert found.end.utcoffset() == timedelta(hours=8)


INSTANTS = st.datetimes(datetime(2020, 1, 2), datetime(2032, 12, 30)).map(lambda d: d.replace(tzinfo=ZONE))  # noqa: DTZ001


class TestProperties:
    @given(INSTANTS, st.integers(1, 31), st.integers(1, 12))
    def test_a_day_and_month_give_that_day_not_before_the_message(self, sent: datetime, day: int, month: int) -> None:
        found = needed_by(f"{month}月{day}日要去透析", sent)
        if found is not None:
            assert (found.end.month, found.end.day) == (month, day)
            assert found.end >= sent
            assert found.end - sent < timedelta(days=190)

    @given(INSTANTS, st.integers(1, 31))
    def test_a_bare_day_is_never_far_nor_past(self, sent: datetime, day: int) -> None:
        found = needed_by(f"{day}号要去透析", sent)
        if found is not None:
            assert found.end.day == day
            assert sent <= found.end <= sent + timedelta(days=31)

    @given(INSTANTS, st.integers(1, 71))
    def test_hours_are_added(self, sent: datetime, hours: int) -> None:
        found = needed_by(f"{hours}小时内必须送到", sent)
        assert found is not None
        assert found.end == sent + timedelta(hours=hours)

    @given(INSTANTS, st.integers(1, 60))
    def test_supply_is_added(self, sent: datetime, days: int) -> None:
        found = needed_by(f"药只够{days}天", sent)
        assert found is not None
        assert found.end == sent + timedelta(days=days)

    @given(
        INSTANTS,
        st.text(alphabet="0123456789一二三十月日号点半前明后今天早晚下午周末底内小时剩药要去。，:", max_size=40),
    )
    def test_never_fails_never_answers_with_the_past(self, sent: datetime, text: str) -> None:
        for found in all_deadlines(text, sent):
            assert found.end >= sent
            assert 0 <= found.confidence <= 1
            assert found.start is None or found.start <= found.end
            for one in found.evidence:
                assert text[one.start : one.end] == one.words


class TestNumber:
    @pytest.mark.parametrize(
        ("words", "value"),
        [
            ("三", 3),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("二十一", 21),
            ("一百零五", 105),
            ("两百", 200),
            ("一二零三", 1203),
            ("1203", 1203),
            ("廿三", 23),
            ("三千", 3000),
            ("两万", 20000),
            ("〇", 0),
            ("壹拾", 10),
            ("", None),
            ("号", None),
        ],
    )
    def test_reads(self, words: str, value: int | None) -> None:
        assert number(words) == value

    @given(st.integers(1, 99))
    def test_reads_back_what_is_written(self, value: int) -> None:
        digits = "零一二三四五六七八九"
        tens, ones = divmod(value, 10)
        words = ("" if tens == 0 else ("十" if tens == 1 else digits[tens] + "十")) + (digits[ones] if ones else "")
        assert number(words) == value
