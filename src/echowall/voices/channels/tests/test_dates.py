"""Instants as they are written, against the calendar."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echowall.voices.channels.dates import MomentError, excel_instant, read_moment, resolve
from echowall.voices.channels.types import SHANGHAI

NOW = datetime(2022, 5, 4, 8, 0, tzinfo=SHANGHAI)  # a Wednesday
# From 1992: in the summers of 1986 to 1991 the clocks of Shanghai stood at +09:00.
MINUTES = st.datetimes(datetime(1992, 1, 1), datetime(2090, 1, 1)).map(lambda t: t.replace(second=0, microsecond=0))  # noqa: DTZ001


def instant(written, order="", reference=NOW):
    return resolve(read_moment(written, order), reference, SHANGHAI)


class TestReadMoment:
    @given(MINUTES)
    def test_every_way_of_writing_one_minute_is_that_minute(self, moment):
        half = "上午" if moment.hour < 12 else "下午"
        hour = moment.hour % 12 or 12
        written = [
            f"{moment:%Y-%m-%d %H:%M}", f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M}",
            f"{moment.year}年{moment.month}月{moment.day}日 {half}{hour}:{moment:%M}", f"{moment:%Y%m%d%H%M}",
            f"{moment.year}年{moment.month}月{moment.day}日{moment.hour}时{moment.minute}分",
            f"{moment:%d/%m/%Y %H:%M}", f"{moment:%Y-%m-%dT%H:%M:00+08:00}",
        ]  # fmt: skip
        expected = moment.replace(tzinfo=SHANGHAI)
        assert {instant(text, "dmy") for text in written} == {expected}

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("2022-02-30", "date_impossible"), ("2022-05-03 24:10", "date_impossible"), ("13月1日", "date_impossible"),
            ("3/5/2022", "date_ambiguous"), ("明天", "date_unreadable"),
            ("", "date_unreadable"), ("2022", "date_unreadable"),
            ("2022-05-03 下雨", "date_unreadable"), ("5月3日尾", "date_unreadable"),
        ],
    )  # fmt: skip
    def test_refuses_with_a_code(self, written, code):
        with pytest.raises(MomentError, match=code):
            read_moment(written)


class TestResolve:
    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("今天 07:59", "2022-05-04T07:59"), ("昨天 21:10", "2022-05-03T21:10"), ("前天 21:10", "2022-05-02T21:10"),
            ("21:10", "2022-05-03T21:10"), ("08:05", "2022-05-04T08:05"), ("凌晨12:30", "2022-05-04T00:30"),
            ("中午12:30", "2022-05-03T12:30"), ("周日 晚上8:00", "2022-05-01T20:00"),
            ("星期三 09:00", "2022-04-27T09:00"),
            ("5月4日 23:00", "2022-05-04T23:00"), ("12月31日 23:00", "2021-12-31T23:00"),
            ("2月29日 1:00", "2020-02-29T01:00"),
            ("Yesterday 9:10 PM", "2022-05-03T21:10"), ("下午3点半", "2022-05-03T15:30"),
        ],
    )  # fmt: skip
    def test_is_the_latest_such_before_the_reference(self, written, expected):
        assert instant(written) == datetime.fromisoformat(expected).replace(tzinfo=SHANGHAI)

    @given(MINUTES, st.sampled_from(["21:10", "星期二 下午3:20", "昨天 08:00", "5月3日 10:00"]))
    def test_never_lies_ahead(self, reference, written):
        reference = reference.replace(tzinfo=SHANGHAI)
        assert instant(written, reference=reference) <= reference + timedelta(days=1)

    def test_needs_a_reference_for_a_day_without_year(self):
        with pytest.raises(MomentError, match="year_missing"):
            instant("5月3日", reference=None)


class TestExcelInstant:
    def test_known_serial(self):
        assert excel_instant(44684.88194444445, SHANGHAI) == datetime(2022, 5, 3, 21, 10, tzinfo=SHANGHAI)

    def test_refuses_a_number_that_is_no_date(self):
        with pytest.raises(MomentError, match="date_impossible"):
            excel_instant(138.0, SHANGHAI)
