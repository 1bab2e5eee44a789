"""Spreadsheets: encodings, headers, mapping, typed values, keys, limits and the workbook of errors."""

import gzip
import io
import time
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from echowall.voices.channels.tables import (
    FIX_COLUMN,
    ColumnMapping,
    open_table,
    read_messages,
    reading,
    suggest_mapping,
    write_error_workbook,
)
from echowall.voices.channels.types import SHANGHAI, RefusedInputError

LEDGER = (
    "留言编号,留言时间,联系电话,留言内容\n"
    "1,2022/5/3 21:10,13800000001,三天没有菜了\n"
    "2,2022年5月3日 下午9:12,0371-60000002,门口积水\n"
)


def read(source, filename="台账.csv", mapping=None, **options):
    table = open_table(source if isinstance(source, bytes) else source.encode(), filename, **options)
    return list(read_messages(table, mapping or suggest_mapping(table.headers, table.sample)))


def codes(rows):
    return [[problem.code for problem in row.problems] for row in rows]


def workbook(rows, *, first_row=0, sheets=("台账",)):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name in sheets:
            sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(first_row + i, j, cell, day)
                else:
                    sheet.write(first_row + i, j, cell)
    return target.getvalue()


class TestOpenTable:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
    @pytest.mark.parametrize("packed", [False, True])
    def test_reads_every_encoding_plain_and_packed(self, encoding, packed):
        source = LEDGER.encode(encoding)
        rows = read(gzip.compress(source) if packed else source)
        assert [row.message.text for row in rows] == ["三天没有菜了", "门口积水"]

    @pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
    def test_finds_the_delimiter(self, delimiter):
        assert open_table(LEDGER.replace(",", delimiter).encode(), "a.txt").delimiter == delimiter

    def test_gb18030_rare_character(self):
        assert read("内容,时间\n𠮷祥小区没水,2022-05-03\n".encode("gb18030"))[0].message.text == "𠮷祥小区没水"

    def test_passes_over_title_rows(self):
        table = open_table(f"经开区疫情诉求台账,,,\n填报单位：某街道,,,\n{LEDGER}".encode(), "a.csv")
        assert table.header_row == 3
        assert table.headers == ("留言编号", "留言时间", "联系电话", "留言内容")

    def test_table_without_header(self):
        rows = read("2022-05-03 21:10,13800000001,我家三天没有菜了\n2022-05-03 21:11,13800000002,小区门口全是积水\n")
        assert [(r.row, r.message.text, r.message.phone) for r in rows] == [
            (1, "我家三天没有菜了", "13800000001"),
            (2, "小区门口全是积水", "13800000002"),
        ]

    def test_same_column_name_twice(self):
        table = open_table("内容,内容,\n没菜,没药,急\n".encode(), "a.csv", header_row=1)
        assert table.headers == ("内容", "内容#2", "第3列")

    def test_reads_xls(self):
        rows = read((Path(__file__).parent / "data" / "ledger.xls").read_bytes(), "台账.xls")
        assert [(r.message.key, r.message.phone, r.message.said_at) for r in rows] == [
            ("id:1001", "13800000001", datetime(2022, 5, 3, 21, 10, tzinfo=SHANGHAI)),
            ("id:1002", "0371-60000002", datetime(2022, 5, 3, 21, 12, tzinfo=SHANGHAI)),
        ]

    def test_reads_xlsx_and_counts_rows_as_excel_does(self):
        source = workbook(
            [
                ["内容", "时间", "电话"],
                ["没菜", datetime(2022, 5, 3, 21, 10), 13800000001],  # noqa: DTZ001 - Excel has no zones
                ["", "", ""],
                ["没药", 44684.5, ""],
            ],
            first_row=2,
        )
        rows = read(source, "a.xlsx")
        assert [(r.row, r.message.text, r.message.said_at.isoformat()) for r in rows] == [
            (4, "没菜", "2022-05-03T21:10:00+08:00"),
            (6, "没药", "2022-05-03T12:00:00+08:00"),
        ]
        assert rows[0].message.phone == "13800000001"

    def test_takes_the_first_sheet_with_rows(self):
        table = open_table(workbook([["内容"], ["没菜"]], sheets=("说明", "台账")), "a.xlsx")
        assert table.sheet == "台账"

    def test_json_lines_keep_nested_values(self):
        rows = read('{"id": 1, "text": "没水"}\n{"id": 2, "text": "积水", "notes": [{"a": "b"}]}\n', "a.jsonl")
        assert rows[1].message.extra == {"notes": '[{"a": "b"}]'}

    @pytest.mark.parametrize(
        ("source", "filename", "code"),
        [
            (b"", "a.csv", "file_empty"),
            (b"\x1f\x8b\x08broken", "a.csv.gz", "file_damaged"),
            (b"PK\x03\x04broken", "a.xlsx", "file_damaged"),
            (b"<html><table></table></html>", "a.xls", "file_kind_unknown"),
            ("内容,时间\n没水,今天\n".encode(), "台账.xlsx", "file_misnamed"),
            (b'{"a": 1}\n[1]\nnot json\n', "a.jsonl", "json_unreadable"),
        ],
    )
    def test_refuses_with_a_reason(self, source, filename, code):
        with pytest.raises(RefusedInputError) as refused:
            read(source, filename)
        assert {p.code for p in refused.value.problems} == {code}

    def test_names_every_bad_json_line(self):
        with pytest.raises(RefusedInputError) as refused:
            read(b'{"a": 1}\n[1]\nnot json\n', "a.jsonl")
        assert [p.row for p in refused.value.problems] == [2, 3]

    def test_refuses_a_quote_that_swallows_the_file(self):
        with pytest.raises(RefusedInputError) as refused:
            read("内容,时间\n" + '"没菜,2022-05-03\n' + "没药没水,2022-05-03\n" * 90_000)
        assert (refused.value.problems[0].code, refused.value.problems[0].row) == ("quote_not_closed", 2)

    def test_names_the_row_of_a_shorter_swallow(self):
        rows = read("内容,时间\n" + '"没菜,2022-05-03\n' + "没药没水,2022-05-03\n" * 2_000)
        assert codes(rows) == [["text_too_long"]]

    def test_refuses_too_many_cells(self, monkeypatch):
        monkeypatch.setattr(reading, "MAX_CELLS", 7)
        with pytest.raises(RefusedInputError) as refused:
            read(LEDGER)
        assert refused.value.problems[0].code == "too_many_cells"


class TestSuggestMapping:
    def test_knows_chinese_headers(self):
        headers = [
            "工单编号",
            "诉求标题",
            "诉求内容",
            "来电时间",
            "联系人",
            "联系电话（必填）",
            "事发地址",
            "诉求类型",
            "办理结果",
        ]
        assert suggest_mapping(headers, []).columns == {
            "id": ("工单编号",), "title": ("诉求标题",), "text": ("诉求内容",),
            "said_at": ("来电时间",), "sender": ("联系人",),
            "phone": ("联系电话（必填）",), "place": ("事发地址",), "category": ("诉求类型",), "reply": ("办理结果",),
        }  # fmt: skip

    def test_knows_english_headers(self):
        found = suggest_mapping(["Unique Key", "Created Date", "Complaint Type", "Incident Address", "Description"], [])
        assert found.columns == {
            "id": ("Unique Key",), "said_at": ("Created Date",), "category": ("Complaint Type",),
            "place": ("Incident Address",), "text": ("Description",),
        }  # fmt: skip

    def test_finds_columns_by_their_values(self):
        rows = [
            ["我家三天没有菜了", "13800000001", "2022/5/3 21:10"],
            ["门口积水很深", "13800000002", "2022/5/3 21:12"],
        ]
        assert suggest_mapping(["A", "B", "C"], rows).columns == {
            "phone": ("B",), "said_at": ("C",), "text": ("A",),
        }  # fmt: skip

    def test_does_not_trust_a_repeated_id(self):
        assert "id" not in suggest_mapping(["编号", "内容"], [["1", "没菜"], ["1", "没药"]]).columns

    def test_sees_the_day_first(self):
        found = suggest_mapping(["date", "text"], [["03/05/2022", "no water"], ["23/05/2022", "no power"]])
        assert found.order == "dmy"


class TestReadMessages:
    def test_names_every_error_of_every_row_at_once(self):
        source = (
            "编号,时间,电话,内容\n1,明天,13800000001,\n2,2022-02-30 10:00,1.38E+10,没菜\n"
            "2,03/05/2022,,没药\n3,5月3日 21:10,,没水\n"
        )
        columns = {"id": ("编号",), "said_at": ("时间",), "phone": ("电话",), "text": ("内容",)}
        rows = read(source, mapping=ColumnMapping(columns))
        assert codes(rows) == [
            ["text_empty", "date_unreadable"],
            ["date_impossible", "phone_rounded"],
            ["date_ambiguous", "id_repeated"],
            ["year_missing"],
        ]
        problem = rows[0].problems[1]
        assert (problem.place, problem.value, problem.row, problem.column) == ("第2行“时间”列", "明天", 2, "时间")
        assert problem.fix_zh
        assert problem.fix_en

    def test_order_and_year_of_the_mapping(self):
        table = open_table("时间,内容\n03/05/2022 21:10,没菜\n5月3日 21:10,没药\n".encode(), "a.csv")
        mapping = ColumnMapping({"text": ("内容",), "said_at": ("时间",)}, order="dmy", year=2022)
        expected = datetime(2022, 5, 3, 21, 10, tzinfo=SHANGHAI)
        assert [row.message.said_at for row in read_messages(table, mapping)] == [expected, expected]

    @pytest.mark.parametrize(
        "written",
        [
            "2022-05-03 21:10", "2022/5/3 21:10", "2022.5.3 21:10:00", "2022年5月3日 21:10", "2022年05月03日21时10分",
            "2022-05-03T13:10:00Z", "2022-05-03T21:10:00+08:00", "2022-05-03 21:10:00.000", "2022/5/3 下午9:10",
            "20220503211000", "5/23/2022 0:00", "1651583400", "1651583400000", "44684.8819444444",
            "2022/5/3 星期二 21:10", "2022年5月3日（二） 晚上9点10分", "May 3, 2022 9:10 PM",
            "２０２２－０５－０３　２１：１０",
        ],
    )  # fmt: skip
    def test_reads_times_as_people_write_them(self, written):
        row = read(f'时间,内容\n"{written}",没菜\n')[0]
        expected = (
            datetime(2022, 5, 23, tzinfo=SHANGHAI)
            if "23" in written[:5]
            else datetime(2022, 5, 3, 21, 10, tzinfo=SHANGHAI)
        )
        assert row.message.said_at == expected

    @pytest.mark.parametrize("written", ["", "nan", "NaT", "NULL", "None", "-", "#N/A"])
    def test_an_empty_time_is_no_error(self, written):
        table = open_table(f"时间,内容,备注\n{written},没菜,x\n".encode(), "a.csv")
        row = next(read_messages(table, ColumnMapping({"text": ("内容",), "said_at": ("时间",)})))
        assert row.message.said_at is None
        assert row.problems == ()

    @pytest.mark.parametrize(
        ("written", "phone"),
        [
            ("13800000001", "13800000001"), ("+86 138-0000-0001", "13800000001"), ("0371-60000002", "0371-60000002"),
            ("(0371)60000002", "037160000002"), ("12345", "12345"), ("138****0001", ""), ("不详",
            ""), ("+85291234567", "+85291234567"),
        ],
    )  # fmt: skip
    def test_phones(self, written, phone):
        row = read(f"电话,内容\n{written},没菜\n")[0]
        assert row.message.phone == phone
        assert row.problems == ()

    def test_unreadable_phone_is_a_warning_and_kept(self):
        row = read("电话,内容\n找物业要,没菜\n")[0]
        assert (row.message.phone, row.message.extra["phone_as_written"]) == ("", "找物业要")
        assert [p.is_warning for p in row.problems] == [True]

    def test_several_columns_make_the_text(self):
        table = open_table("品名,数量,区,号\n胰岛素,2支,二七,7\n".encode(), "a.csv", header_row=1)
        row = next(read_messages(table, ColumnMapping({"text": ("品名", "数量"), "id": ("区", "号")})))
        assert (row.message.text, row.message.key) == ("胰岛素\n2支", "id:二七-7")

    def test_unmapped_columns_are_kept(self):
        table = open_table("内容,点赞\n没菜,7\n".encode(), "a.csv")
        assert next(read_messages(table, ColumnMapping({"text": ("内容",)}))).message.extra == {"点赞": "7"}

    def test_equal_rows_stay_two_and_the_same_file_changes_nothing(self):
        source = "内容,电话\n没菜,13800000001\n没菜,13800000001\n没药,13800000001\n"
        first = [row.message.key for row in read(source)]
        assert len(set(first)) == 3
        assert [row.message.key for row in read(source.encode("gb18030"))] == first
        assert [row.message.content_hash() for row in read(source)] == [r.message.content_hash() for r in read(source)]

    def test_damaged_characters_are_named(self):
        rows = read("内容,时间\n没菜,2022-05-03\n".encode() + b"\xff\xff\xff,2022-05-03\n")
        assert codes(rows)[1] == ["text_undecodable"]

    def test_stray_delimiter_is_named(self):
        assert codes(
            read("内容,时间\n没菜,2022-05-03\n没药,,,急\n", header_row=1, mapping=ColumnMapping({"text": ("内容",)}))
        ) == [[], []]
        rows = read("内容,时间\n" + "没菜,2022-05-03\n" * 90 + "没药,2022-05-03,急\n")
        assert codes(rows)[90] == ["cells_beyond_header"]

    def test_refuses_a_mapping_that_does_not_fit(self):
        with pytest.raises(RefusedInputError) as refused:
            read(LEDGER, mapping=ColumnMapping({"title": ("诉求标题",), "phone": ("a", "b"), "x": ("留言内容",)}))
        assert {p.code for p in refused.value.problems} == {"column_missing", "field_unknown", "field_single"}

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=12), min_size=3, max_size=3),
            max_size=12,
        )
    )
    def test_rows_in_are_messages_and_named_errors(self, cells):
        target = io.StringIO()
        import csv

        writer = csv.writer(target)
        writer.writerow(["内容", "时间", "电话"])
        writer.writerows(cells)
        mapping = ColumnMapping({"text": ("内容",), "said_at": ("时间",), "phone": ("电话",)})
        rows = read(target.getvalue().encode("utf-8-sig"), mapping=mapping, header_row=1, delimiter=",")
        assert all(row.message or row.problems for row in rows)
        assert len(rows) == sum(any(row) for row in cells)

    def test_reads_at_least_twenty_thousand_rows_a_second(self):
        line = "{0},2022/5/3 21:{1:02d},13800{2:06d},我家住在3号楼已经三天没有菜了{0},阳光花园\n"
        source = "编号,时间,电话,内容,小区\n" + "".join(line.format(i, i % 60, i) for i in range(20_000))
        started = time.process_time()
        assert sum(row.message is not None for row in read(source)) == 20_000
        assert time.process_time() - started < 2.0  # twice the target, for a machine busy with other tests


class TestWriteErrorWorkbook:
    def test_gives_the_wrong_rows_back_and_takes_them_again(self):
        rows = read("内容,时间\n没菜,2022-05-03\n=cmd|'/c calc'!A1,明天\n没药,03/05/2022\n")
        target = io.BytesIO()
        assert write_error_workbook(target, ["内容", "时间"], rows) == 2
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(target.getvalue())).get_sheet_by_index(0).to_python()
        assert sheet[0] == ["内容", "时间", FIX_COLUMN, "原行号"]
        assert sheet[1][0] == "=cmd|'/c calc'!A1"
        assert "看不懂这个时间" in sheet[1][2]
        assert sheet[1][3] == 3
        again = read(target.getvalue(), "改.xlsx", mapping=ColumnMapping({"text": ("内容",), "said_at": ("时间",)}))
        assert codes(again) == [["date_unreadable"], ["date_ambiguous"]]

    def test_corrected_workbook_adds_nothing_of_its_own(self):
        corrected = workbook([["内容", "时间", FIX_COLUMN, "原行号"], ["没药", "2022-05-03", "“时间”列：看不懂", 3]])
        assert read(corrected, "改.xlsx")[0].message.extra == {}
