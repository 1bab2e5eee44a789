"""The scorer, its file, its confidence and its deciding words, on a small corpus made here."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echowall.understanding import calibration
from echowall.understanding.examples import Example, read_examples
from echowall.understanding.kept import split
from echowall.understanding.learning import assemble, fit_head, matrix
from echowall.understanding.model import Head, ModelFileError, TextModel, shipped_model, softmax
from echowall.understanding.segmentation import COUNTED, Reading, _listed, choose_reading, grams, lead, normalise
from echowall.understanding.training import HEADS, examine, fit
from echowall.understanding.types import Band
from echowall.understanding.vectors import learn_vocabulary

CORPUS = Path(__file__).parents[4] / "corpus" / "understanding"
WHO = ("我妈", "俺爹", "楼上大爷", "对门阿姨", "我家孩子", "隔壁老李", "我们单元", "来电人", "邻居", "我")
WHAT = {
    ("help", "medicine.chronic", "urgent"): ("降压药吃完了", "胰岛素只剩一针", "断药两天了", "缺药,谁能代买"),
    ("complaint", "property.noise", "normal"): ("被装修噪音吵得睡不着", "投诉楼下广场舞扰民", "举报半夜电钻施工"),
    ("consult", "testing.site", "normal"): ("请问核酸在哪做", "想问采样点几点开始", "请问明天还测不测"),
    ("help", "emergency.life", "critical"): ("胸口疼喘不上气", "晕倒没反应快来人", "昏迷了叫不醒"),
}


def corpus() -> list[Example]:
    out = []
    for number, (who, (labels, said)) in enumerate(itertools.product(WHO, WHAT.items())):
        for text in said:
            heads = dict(zip(("intent", "topic", "urgency"), labels, strict=True))
            out.append(Example(f"{who}{text}{'!' * (number % 3)} 电话1380000{number:04d}", heads))
    return out


@pytest.fixture(scope="module")
def model() -> TextModel:
    return fit(corpus())


class TestNormalise:
    def test_keeps_length_and_hides_numbers(self):
        text = "８０歲老人，電話13912345678，住3#2單元"
        assert len(normalise(text)) == len(text)
        assert "139" not in normalise(text)
        assert "岁" in normalise(text)


class TestConcepts:
    def test_counted_concepts_are_features_but_form_no_pairs(self):
        found = grams("腰疼,配盒布洛芬缓释片", Reading())
        assert {"body_part", "quantity", "dose_form"} <= set(found[4].names)
        paired = {part for name in found[5].names for part in name.split("*")}
        assert paired
        assert not paired & {"body_part", "quantity", "dose_form"}

    def test_no_counted_word_is_longer_than_the_runs_it_is_looked_up_in(self):
        listed = [word for words in _listed(COUNTED).values() for word in words.split()]
        assert len(listed) > 300
        assert [word for word in listed if len(word) > 4] == []


class TestGrams:
    @pytest.mark.parametrize("reading", [Reading(), Reading(lead=True), Reading(spaced=True)])
    @pytest.mark.parametrize("text", ["", " ", "急", "停水了 \n\n  三号楼没水。\u3000求助", "市 建议  修 路"])
    def test_places_point_into_the_text(self, text, reading):
        for block in grams(text, reading):
            starts, ends = block.place()
            assert len(starts) == len(ends) == len(block.names)
            assert all(0 <= a <= b <= len(text) for a, b in zip(starts, ends, strict=True))

    def test_words_are_found_where_they_stand(self):
        text = "家里停水，孩子没水喝"
        words = grams(text, Reading())[0]
        starts, ends = words.place()
        assert [text[a:b] for a, b in zip(starts, ends, strict=True)][:2] == list(words.names[:2])

    def test_reading_is_seen_from_the_texts(self):
        assert choose_reading(["市 建议 修 路", "噪音 扰民 投诉"] * 5).spaced
        assert not choose_reading(["家里停水了", "孩子发烧"]).spaced
        assert choose_reading(["长" * 200] * 3).lead
        assert lead("标题  正文很长") == "标题"
        assert choose_reading(["断药\n老人的降压药没了", "停水\n三号楼没水"]) == Reading(title=True)


class TestTextModel:
    def test_scores_equal_those_of_scikit_learn(self):
        from sklearn.svm import LinearSVC

        examples = corpus()
        texts = [example.text for example in examples]
        vocabulary, rows = learn_vocabulary(texts, Reading())
        table = matrix(rows, vocabulary.size)
        topics = [example.labels["topic"] for example in examples]
        reference = LinearSVC(random_state=0).fit(table, topics)
        one = fit_head(table, sorted(set(topics)), topics, np.ones(len(texts)), texts)
        own = type(one)(one.labels, reference.coef_.T, reference.intercept_, one.held_out, ())
        scorer = assemble(vocabulary, [(Head("topic", one.labels, 0.9, 0.5), own)], {}, compact=False)
        new = "求助,老人降压药没了,夜里还有噪音"
        for text in (*texts[:20], new):
            expected = reference.decision_function(matrix(vocabulary.rows([text]), vocabulary.size))[0]
            assert scorer.scores(text) == pytest.approx(expected, abs=1e-4)

    def test_round_trip_gives_identical_scores(self, model, tmp_path):
        model.save(tmp_path / "m.npz")
        again = TextModel.load(tmp_path / "m.npz")
        for example in corpus()[::7]:
            assert np.array_equal(model.scores(example.text), again.scores(example.text))
            assert model.classify(example.text) == again.classify(example.text)
        assert again.version == model.version
        assert list(tmp_path.iterdir()) == [tmp_path / "m.npz"]

    def test_compact_weights_answer_like_full_ones(self, model):
        full = fit(corpus(), compact=False)
        for example in corpus():
            for head, chances in full.probabilities(example.text).items():
                assert model.probabilities(example.text)[head] == pytest.approx(chances, abs=0.05)

    def test_the_upper_level_has_thresholds_of_its_own(self, model, tmp_path):
        head = Head("topic", model.head("topic").labels, 0.99, 0.9, above=(0.6, 0.4))
        heads = tuple(head if one.name == "topic" else one for one in model.heads)
        replace(model, heads=heads).save(tmp_path / "m.npz")
        loaded = TextModel.load(tmp_path / "m.npz")
        assert loaded.head("topic").above == (0.6, 0.4)
        for example in corpus():
            top = loaded.classify(example.text)["topic_top"]
            assert (top.band == Band.SURE) == (top.confidence >= 0.6)

    def test_answers_with_confidence_and_the_deciding_words(self, model):
        text = "急！楼下王奶奶的降压药吃完了，谁能代买"
        found = model.classify(text)
        assert found["intent"].value == "help"
        assert found["topic"].value == "medicine.chronic"
        assert found["topic_top"].value == "medicine"
        assert found["topic_top"].confidence >= found["topic"].confidence
        evidence = found["topic"].evidence
        assert evidence
        assert all(text[one.start : one.end] == one.words for one in evidence)
        assert any("药" in one.words for one in evidence)
        assert evidence[0].why == "topic.medicine.chronic"

    @pytest.mark.parametrize("text", ["", "   ", "？？？", "zzzz", "🚑" * 50, "降" * 5000])
    def test_any_text_gets_an_answer(self, model, text):
        for guess in model.classify(text).values():
            assert 0 <= guess.confidence <= 1

    def test_names_what_is_wrong_with_a_file(self, tmp_path):
        with pytest.raises(ModelFileError, match=r"nothing\.npz.*understanding train"):
            TextModel.load(tmp_path / "nothing.npz")
        (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 not a model")
        with pytest.raises(ModelFileError, match=r"bad\.npz"):
            TextModel.load(tmp_path / "bad.npz")


class TestShippedModel:
    def test_needs_no_scikit_learn(self):
        import subprocess
        import sys

        code = (
            "import sys; from echowall.understanding.model import shipped_model;"
            "shipped_model().classify('停水了'); sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_is_small(self):
        from echowall.understanding.model import SHIPPED

        assert SHIPPED.stat().st_size < 8_000_000


class TestThresholds:
    def test_sure_is_where_the_stated_precision_begins(self):
        rng = np.random.default_rng(1)
        confidence = rng.random(4000)
        right = rng.random(4000) < confidence
        at = calibration.threshold(confidence, right, 0.95)
        assert right[confidence >= at].mean() >= 0.95
        assert 0.8 < at < 0.97

    def test_counts_with_the_lower_bound_of_wilson(self):
        # Worked example: 81 of 263, two-sided 95 % (Newcombe 1998, table I): 0.2553 to 0.3662.
        assert calibration.lower_bound(np.array([81.0]), np.array([263.0]), 1.96)[0] == pytest.approx(0.2553, abs=1e-4)
        assert calibration.lower_bound(np.array([3.0]), np.array([4.0]), 0.0)[0] == 0.75

    def test_few_right_answers_are_no_proof(self):
        assert calibration.threshold(np.full(40, 0.9), np.ones(40, bool), 0.95) == calibration.NEVER
        assert calibration.threshold(np.full(400, 0.9), np.ones(400, bool), 0.95) == 0.9

    def test_shipped_model_keeps_the_promise_of_sure(self):
        examples = read_examples(sorted(CORPUS.glob("*.jsonl")), ("text",), HEADS)
        _, bands = examine(shipped_model(), split(examples).kept)
        assert {name: band["sure_precision"] for name, band in bands.items() if band["sure_precision"] < 0.95} == {}
        assert all(band["sure_share"] > 0 for band in bands.values())

    def test_no_trust_without_evidence(self):
        confidence = np.linspace(0.5, 0.99, 100)
        assert calibration.threshold(confidence, np.zeros(100, bool), 0.95) == calibration.NEVER
        assert Head("topic", ("a", "b"), calibration.NEVER, calibration.NEVER).band(1.0) == Band.MUST_LOOK

    def test_one_scorer_is_scaled_to_its_true_temperature(self):
        rng = np.random.default_rng(2)
        scores = rng.normal(size=(5000, 4))
        truth = np.array([rng.choice(4, p=row) for row in softmax(2 * scores)])
        mixture = calibration.fit_mixture([scores], truth, np.ones(5000))
        assert mixture.shares[0] == pytest.approx(2.0, abs=0.15)

    def test_lift_stops_before_precision_is_lost(self):
        chances = np.array([[0.45, 0.55]] * 50 + [[0.3, 0.7]] * 50)
        truth = np.array([0] * 50 + [1] * 50)
        added = calibration.lift(chances, truth, 0, recall=0.97, precision=0.8)
        assert ((np.log(chances[:, 0] / chances[:, 1]) + added > 0) == (truth == 0)).all()


class TestMixture:
    def test_several_share_equally_where_none_is_surely_better(self):
        rng = np.random.default_rng(3)
        truth = rng.integers(0, 3, 300)
        parts = [np.eye(3)[truth] + rng.normal(size=(300, 3)) for _ in range(3)]
        shares = calibration.fit_mixture(parts, truth, np.ones(300)).shares
        assert shares.min() > 0

    def test_a_scorer_that_only_guesses_is_left_out(self):
        rng = np.random.default_rng(4)
        truth = rng.integers(0, 3, 2000)
        good = np.eye(3)[truth] + rng.normal(size=(2000, 3)) * 0.6
        mixture = calibration.fit_mixture([good, rng.normal(size=(2000, 3))], truth, np.ones(2000))
        assert mixture.shares[1] < 0.1 * mixture.shares[0]


class TestAdviser:
    def test_advice_counts_in_scores_and_such_a_model_is_not_saved(self, model, tmp_path):
        examples = [Example(one.text, {"kind": one.labels["intent"]}) for one in corpus()]
        advised = fit(examples, ["kind"], compact=False, adviser=model)
        assert model.advice("降压药吃完了") @ model.advice("降压药吃完了") == pytest.approx(1.0, abs=1e-5)
        labels = advised.head("kind").labels
        assert [labels[int(advised.scores(one.text).argmax())] for one in examples] == [
            one.labels["kind"] for one in examples
        ]
        assert len(advised.weights) == advised.vocabulary.size + len(model.advice(""))
        with pytest.raises(ValueError, match="adviser"):
            advised.save(tmp_path / "m.npz")

    def test_is_not_asked_about_long_or_segmented_texts(self, model):
        examples = [Example(one.text * 9, {"kind": one.labels["intent"]}) for one in corpus()]
        assert fit(examples, ["kind"], compact=False, adviser=model).adviser is None
