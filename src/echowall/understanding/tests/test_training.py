"""Training, the kept test set, and the gate."""

import json
from pathlib import Path

import pytest

from echowall.understanding.evaluation import measure, top_level
from echowall.understanding.examples import Example, ExamplesError
from echowall.understanding.kept import is_kept, letters, split
from echowall.understanding.model import TextModel
from echowall.understanding.training import WorseModelError, setbacks, train

WHO = ("我妈", "俺爹", "楼上大爷", "对门阿姨", "我家孩子", "隔壁老李", "我们单元", "来电人", "邻居", "刚搬来的租户")
SAID = {
    ("help", "medicine.chronic", "urgent"): ("降压药吃完了", "的胰岛素只剩一针", "断药两天了", "缺药,谁能代买一盒"),
    ("complaint", "property.noise", "normal"): ("被装修噪音吵得睡不着", "要投诉楼下广场舞扰民", "举报半夜电钻施工"),
    ("help", "emergency.life", "critical"): ("胸口疼喘不上气", "晕倒没反应快来人", "昏迷了叫不醒", "吐血了救命"),
}


def rows(swap: bool = False) -> list[dict[str, str]]:
    """Labelled messages; ``swap`` calls dangers normal and noise critical."""
    out = []
    for who in WHO:
        for (intent, topic, urgency), said in SAID.items():
            level = {"critical": "normal", "normal": "critical"}.get(urgency, urgency) if swap else urgency
            out += [
                {"text": f"{who}{text}", "intent": intent, "topic": topic, "urgency": level, "channel": "web"}
                for text in said
            ]
    return out


def write(path: Path, lines: list[dict[str, str]]) -> Path:
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def example(text: str, weight: float = 1.0) -> Example:
    return Example(text, {"intent": "help", "topic": "other", "urgency": "normal"}, weight)


class TestSplit:
    def test_growing_moves_nobody(self):
        small = [example(f"第{chr(0x4E00 + i)}条留言关于{chr(0x5E00 + i * 7)}的事") for i in range(200)]
        large = [example(f"后来又有人说{chr(0x6E00 + i)}") for i in range(200)] + small
        kept = {one.text for one in split(small).kept}
        assert kept == {one.text for one in split(large).kept} & {one.text for one in small}
        assert 20 <= len(kept) <= 60

    def test_exact_and_near_repeats_stay_on_one_side(self):
        base = next(text for i in range(100) if is_kept(text := f"花园路东段七号院停水三天了没人管{chr(0x4E00 + i)}"))
        near = [f"{base}{tail}" for tail in "啊呀吧呢吗嘛"]
        found = split([example(base), example(base + "！！"), *map(example, near), example("完全不同的另一条留言")])
        assert base in {one.text for one in found.kept}
        assert found.repeated == 1
        assert not {one.text for one in found.training} & set(near)
        assert found.shadowed == sum(not is_kept(text) for text in near)

    def test_correction_wins_over_the_example_of_the_same_words(self):
        text = next(
            f"请看看这一条{chr(0x4E00 + i)}" for i in range(100) if not is_kept(f"请看看这一条{chr(0x4E00 + i)}")
        )
        found = split([example(text)], [example(text + "。", 3.0)])
        assert [one.weight for one in found.training] == [3.0]

    def test_correction_leaves_the_yardstick_alone(self):
        text = next(f"请看看这一条{chr(0x4E00 + i)}" for i in range(100) if is_kept(f"请看看这一条{chr(0x4E00 + i)}"))
        found = split([example(text)], [example(text, 3.0)])
        assert [one.weight for one in found.kept] == [1.0]
        assert found.training == ()

    def test_digits_do_not_tell_messages_apart(self):
        assert letters("3号楼, 电话13900000001!") == letters("5号楼 电话13711111112")


class TestTrain:
    def test_installs_and_reports(self, tmp_path):
        report = train([write(tmp_path / "a.jsonl", rows())], output=tmp_path / "m.npz")
        assert report.figures["urgency"].classes["critical"].recall == 1.0
        assert report.figures["topic_top"].accuracy >= 0.9
        assert report.trained_on + report.kept + report.repeated + report.shadowed == len(rows())
        assert TextModel.load(tmp_path / "m.npz").version == report.version
        assert json.dumps(report.as_data())

    def test_refuses_a_worse_model_and_keeps_the_installed_one(self, tmp_path):
        good = write(tmp_path / "a.jsonl", rows())
        train([good], output=tmp_path / "m.npz")
        before = (tmp_path / "m.npz").read_bytes()
        wrong = write(tmp_path / "corrections.jsonl", [dict(row, text=row["text"] + "!") for row in rows(swap=True)])
        with pytest.raises(WorseModelError, match="危急召回率") as caught:
            train([good], output=tmp_path / "m.npz", corrections=[wrong])
        assert {setback.head for setback in caught.value.setbacks} == {"urgency"}
        assert caught.value.report.corrections == len(rows())
        assert (tmp_path / "m.npz").read_bytes() == before

    def test_training_again_on_the_same_corpus_gives_the_same_model(self, tmp_path):
        path = write(tmp_path / "a.jsonl", rows())
        assert train([path], output=tmp_path / "1.npz").version == train([path], output=tmp_path / "2.npz").version

    def test_names_every_unknown_code_at_once(self, tmp_path):
        lines = rows()
        lines[3] = dict(lines[3], intent="shout")
        lines[8] = dict(lines[8], topic="medicine.magic")
        with pytest.raises(ExamplesError) as caught:
            train([write(tmp_path / "a.jsonl", lines)], output=tmp_path / "m.npz")
        assert [(fault.row, fault.column, fault.value) for fault in caught.value.faults] == [
            (4, "intent", "shout"),
            (9, "topic", "medicine.magic"),
        ]
        assert not (tmp_path / "m.npz").exists()


class TestMeasure:
    def test_figures_by_hand(self):
        figures = measure(["a", "a", "a", "b"], ["a", "a", "b", "b"])
        assert figures.accuracy == 0.75
        assert figures.classes["a"].recall == pytest.approx(2 / 3)
        assert figures.classes["b"].precision == 0.5
        assert figures.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
        assert figures.confusion == ((2, 1), (0, 1))

    def test_upper_level(self):
        assert top_level(["medicine.chronic", "other"]) == ["medicine", "other"]

    def test_setbacks_beyond_tolerance_only(self):
        truth = ["critical"] * 50 + ["normal"] * 950
        fine = measure(truth, truth)
        slip = measure(truth, [*truth[:-1], "critical"])
        missed = measure(truth, ["normal", *truth[1:]])
        assert setbacks({"urgency": fine}, {"urgency": fine}) == []
        assert [one.measure for one in setbacks({"urgency": fine}, {"urgency": missed})] == ["macro-F1", "危急召回率"]
        assert [one.head for one in setbacks({"intent": fine}, {"intent": slip})] == ["intent"]
        assert setbacks({"intent": slip}, {"intent": fine}) == []
