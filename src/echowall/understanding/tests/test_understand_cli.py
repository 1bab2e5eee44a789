"""The command line: kinds of file, encodings, columns, and errors all at once."""

import argparse
import csv
import gzip
import json
from pathlib import Path

import pytest

from echowall.understanding.files import FileProblemError, read_gazetteer, read_rows, write_rows
from echowall.understanding.understand_cli import add_parsers, read_time

RABIES = "我需要在4日去打狂犬疫苗第三针，请帮帮我"


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers())
    arguments = parser.parse_args(["understand", *words])
    code: int = arguments.run(arguments)
    return code


class TestUnderstand:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    @pytest.mark.parametrize("packed", [False, True])
    def test_reads_csv(self, tmp_path: Path, encoding: str, packed: bool) -> None:
        source = tmp_path / ("in.csv.gz" if packed else "in.csv")
        content = f"编号,时间,内容\n1,2022-05-03 21:10:00,{RABIES}\n".encode(encoding)
        source.write_bytes(gzip.compress(content) if packed else content)
        assert run("--input", str(source), "--output", str(tmp_path / "out.jsonl")) == 0
        row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
        assert row["编号"] == "1"
        assert row["understanding"]["needed_by"]["end"].startswith("2022-05-04")
        assert row["understanding"]["danger"][0]["code"] == "rabies_dose_due"

    def test_named_columns_gazetteer_and_csv_out(self, tmp_path: Path) -> None:
        (tmp_path / "in.jsonl").write_text(
            json.dumps({"t": "停水", "b": "金水花园3号楼", "w": "2022-05-03T21:10:00+08:00"}) + "\n", encoding="utf-8"
        )
        (tmp_path / "places.csv").write_text(
            "id,parent_id,kind,name,aliases\np,,compound,金水花园,金水苑|花园\n", encoding="utf-8"
        )
        code = run(
            "--input",
            str(tmp_path / "in.jsonl"),
            "--output",
            str(tmp_path / "out.csv"),
            "--text",
            "t,b",
            "--time",
            "w",
            "--gazetteer",
            str(tmp_path / "places.csv"),
        )
        assert code == 0
        with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
            row = next(csv.DictReader(file))
        assert json.loads(row["understanding"])["places"][0]["place_id"] == "p"

    def test_rows_that_cannot_be_read_are_named_and_the_rest_is_done(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "in.csv").write_text(
            "time,text\n昨天,你好\n2022-05-03 21:10,\n2022/05/03 21:10,路灯坏了\n", encoding="utf-8"
        )
        assert run("--input", str(tmp_path / "in.csv"), "--output", str(tmp_path / "out.jsonl")) == 3
        said = capsys.readouterr().err
        assert "第 2 行“time”列" in said
        assert "昨天" in said
        assert "第 3 行“text”列" in said
        assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 1

    def test_every_bad_line_is_named_and_the_rest_is_done(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "in.jsonl").write_text(
            '{"text": "没水了", "said_at": "2022-05-03 21:10"}\n{"text": \n\n[1]\n{"text": "停电", "said_at": "x"}\n',
            encoding="utf-8",
        )
        assert run("--input", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl")) == 3
        said = [line for line in capsys.readouterr().err.splitlines() if "in.jsonl" in line]
        assert [words in line for words, line in zip(("第 2 行", "第 4 行", "第 5 行"), said, strict=True)] == [
            True
        ] * 3
        assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 1

    def test_cells_beyond_the_header_are_not_dropped_in_silence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "in.csv").write_text("time,text\n2022-05-03 21:10,停水,也停电\n", encoding="utf-8")
        assert run("--input", str(tmp_path / "in.csv"), "--output", str(tmp_path / "out.jsonl")) == 3
        assert "第 2 行：比表头多出 '也停电'" in capsys.readouterr().err

    def test_a_damaged_archive_is_said_plainly(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        packed = gzip.compress("time,text\n2022-05-03 21:10,停水\n".encode() * 9)
        (tmp_path / "cut.csv.gz").write_bytes(packed[:-9])
        (tmp_path / "plain.csv.gz").write_bytes(b"time,text\n")
        for name in ("cut.csv.gz", "plain.csv.gz"):
            assert run("--input", str(tmp_path / name), "--output", str(tmp_path / "out.jsonl")) == 1
            assert name in capsys.readouterr().err
        assert not (tmp_path / "out.jsonl").exists()

    @pytest.mark.parametrize(
        ("words", "fault"),
        [(["--text", "x"], "没有正文列 x"), (["--time", "y"], "没有时间列 y"), (["--at", "soon"], "看不懂的时间")],
    )
    def test_wrong_columns_leave_no_file(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], fault: str
    ) -> None:
        (tmp_path / "in.csv").write_text("time,text\n2022-05-03 21:10,你好\n", encoding="utf-8")
        assert run("--input", str(tmp_path / "in.csv"), "--output", str(tmp_path / "out.jsonl"), *words) == 1
        assert fault in capsys.readouterr().err
        assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]

    def test_all_wrong_words_at_once(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "in.csv").write_text("time,text\n2022-05-03 21:10,你好\n", encoding="utf-8")
        words = ["--text", "x", "--time", "y", "--at", "soon"]
        assert run("--input", str(tmp_path / "in.csv"), "--output", str(tmp_path / "out.jsonl"), *words) == 1
        assert len(capsys.readouterr().err.splitlines()) == 3

    def test_a_time_for_all(self, tmp_path: Path) -> None:
        (tmp_path / "in.jsonl").write_text('{"text": "明早八点前送药"}\n', encoding="utf-8")
        assert (
            run(
                "--input",
                str(tmp_path / "in.jsonl"),
                "--output",
                str(tmp_path / "out.jsonl.gz"),
                "--at",
                "2022-05-03T21:10",
            )
            == 0
        )
        with gzip.open(tmp_path / "out.jsonl.gz", "rt", encoding="utf-8") as file:
            assert json.loads(file.read())["understanding"]["needed_by"]["end"] == "2022-05-04T08:00:00+08:00"

    def test_a_missing_file_is_said_plainly(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("--input", str(tmp_path / "no.csv"), "--output", str(tmp_path / "out.jsonl")) == 1
        assert "没有这个文件" in capsys.readouterr().err


class TestFiles:
    def test_bad_lines_are_named(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_text('{"a": 1}\n[1]\n', encoding="utf-8")
        with pytest.raises(FileProblemError, match="第 2 行"):
            list(read_rows(tmp_path / "a.jsonl"))

    def test_unknown_kinds_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(FileProblemError, match="不认识的文件类型"):
            list(read_rows(tmp_path / "a.docx"))

    def test_all_faults_of_a_gazetteer_at_once(self, tmp_path: Path) -> None:
        (tmp_path / "g.csv").write_text("id,kind,name\n1,compound,\n,compound,甲苑\n", encoding="utf-8")
        with pytest.raises(FileProblemError) as caught:
            read_gazetteer(tmp_path / "g.csv")
        assert len(caught.value.problems) == 2

    def test_writing_nothing_gives_an_empty_file(self, tmp_path: Path) -> None:
        assert write_rows(tmp_path / "x.jsonl", []) == 0
        assert (tmp_path / "x.jsonl").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    "words",
    [
        "2022-05-03 21:10:00",
        "2022/05/03 21:10",
        "2022年5月3日 21:10",
        "2022-05-03T21:10:00+08:00",
        " 2022-05-03T13:10:00+00:00 ",
    ],
)
def test_read_time(words: str) -> None:
    found = read_time(words)
    assert found is not None
    assert found.timestamp() == 1651583400
