"""The commands, run as a user runs them."""

import argparse
import csv
import gzip
import io
import json

import pytest

from echowall.understanding.cli import add_parsers

SAID = {
    "物资": ("家里没有菜了", "求一点大米", "孩子奶粉断了", "买不到鸡蛋和油"),
    "疾病": ("降压药吃完了", "胰岛素用完需要配药", "甲状腺药断了", "抑郁症的药没有了"),
    "其他": ("马桶坏了要师傅", "想回家叫不到车", "猫没人喂", "冰箱不制冷"),
}
WHO = ("我妈妈", "老人", "邻居", "楼上", "本人", "家里两口", "我们", "朋友")


def table(*, take: slice = slice(None)) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["title", "body", "category"])
    writer.writerows([text, who + text, label] for who in WHO[take] for label, said in SAID.items() for text in said)
    return out.getvalue()


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers(required=True))
    arguments = parser.parse_args(words)
    code: int = arguments.run(arguments)
    return code


class TestEvaluate:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_measures_packed_tables_in_both_encodings(self, tmp_path, capsys, encoding):
        (tmp_path / "train.csv.gz").write_bytes(gzip.compress(table(take=slice(0, 6)).encode(encoding)))
        (tmp_path / "test.csv").write_bytes(table(take=slice(6, 8)).encode(encoding))
        files = ("--train", str(tmp_path / "train.csv.gz"), "--test", str(tmp_path / "test.csv"))
        assert run("evaluate", "category", *files, "--text", "title,body", "--label", "category", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert found["task"] == "category"
        assert (found["train_count"], found["count"]) == (72, 24)
        assert found["accuracy"] >= 0.9
        assert sum(map(sum, found["confusion"])) == 24
        assert found["messages_per_second"] > 0
        assert set(found["classes"]) == set(SAID)

    def test_prints_figures_for_people(self, tmp_path, capsys):
        lines = "\n".join(
            json.dumps({"t": who + s, "l": k}, ensure_ascii=False) for who in WHO for k, v in SAID.items() for s in v
        )
        (tmp_path / "all.jsonl").write_text(lines + "\n\n", "utf-8")
        path = str(tmp_path / "all.jsonl")
        assert run("evaluate", "topic", "--train", path, "--test", path, "--text", "t", "--label", "l") == 0
        printed = capsys.readouterr().out
        assert "accuracy=1.0000" in printed
        assert "macro-F1" in printed
        assert "confusion" in printed
        assert "messages/s" in printed

    def test_names_a_missing_column_and_those_there_are(self, tmp_path, capsys):
        (tmp_path / "a.csv").write_text(table(), "utf-8")
        path = str(tmp_path / "a.csv")
        assert run("evaluate", "x", "--train", path, "--test", path, "--text", "words", "--label", "kind") == 2
        said = capsys.readouterr().err
        assert said.count("words") == said.count("kind") == 2
        assert "title、body、category" in said

    def test_names_every_bad_line_of_both_files(self, tmp_path, capsys):
        (tmp_path / "a.jsonl").write_text(
            '{"t": "停水", "l": "水"}\n{"t": "停水"\n{"t": "没电", "l": ""}\n[1]\n', "utf-8"
        )
        (tmp_path / "b.jsonl").write_text('{"t": " ", "l": "水"}\n{"l": "水"}\n', "utf-8")
        files = ("--train", str(tmp_path / "a.jsonl"), "--test", str(tmp_path / "b.jsonl"))
        assert run("evaluate", "x", *files, "--text", "t", "--label", "l") == 2
        said = capsys.readouterr().err.splitlines()
        assert len(said) == 5
        for line, words in zip(
            said, ("第 2 行", "第 3 行“l”列", "第 4 行", "第 1 行“t”列", "第 2 行“t”列"), strict=True
        ):
            assert words in line
            assert "：" in line

    def test_names_a_missing_file_and_an_empty_one(self, tmp_path, capsys):
        (tmp_path / "b.csv").write_text("t,l\n", "utf-8")
        files = ("--train", str(tmp_path / "a.csv"), "--test", str(tmp_path / "b.csv"))
        assert run("evaluate", "x", *files, "--text", "t", "--label", "l") == 2
        said = capsys.readouterr().err
        assert "a.csv：没有这个文件" in said
        assert "b.csv：没有任何一行数据" in said
        assert "第 0 行" not in said

    def test_names_a_column_no_line_has_only_once(self, tmp_path, capsys):
        (tmp_path / "a.jsonl").write_text('{"t": "停水", "l": "水"}\n{"t": "停电", "l": "电"}\n', "utf-8")
        path = str(tmp_path / "a.jsonl")
        assert run("evaluate", "x", "--train", path, "--test", path, "--text", "t", "--label", "kind") == 2
        said = capsys.readouterr().err.splitlines()
        assert len(said) == 2
        assert "没有这一列；现有的列：t、l" in said[0]


class TestUnderstandingTrain:
    def test_names_a_folder_without_a_corpus(self, tmp_path, capsys):
        assert run("understanding", "train", "--corpus", str(tmp_path), "--output", str(tmp_path / "m.npz")) == 2
        assert "没有任何一行" in capsys.readouterr().err
        assert not (tmp_path / "m.npz").exists()

    def test_trains_then_reports_from_files(self, tmp_path, capsys):
        lines = [
            {"text": who + text, "intent": "help", "topic": topic, "urgency": "urgent"}
            for who in WHO
            for topic, label in (("supplies.food", "物资"), ("medicine.chronic", "疾病"), ("property.lift", "其他"))
            for text in SAID[label]
        ]
        (tmp_path / "c.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
        model = str(tmp_path / "m.npz")
        assert run("understanding", "train", "--corpus", str(tmp_path), "--output", model) == 0
        assert "已安装" in capsys.readouterr().out
        assert run("understanding", "report", "--corpus", str(tmp_path), "--model", model, "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert found["figures"]["topic"]["accuracy"] >= 0.8
        assert set(found["bands"]) == {"intent", "topic", "topic_top", "urgency"}
