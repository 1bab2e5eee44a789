"""The whole understanding of one message, with a rule-based stand-in for the learnt classifier."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from echowall.understanding.pipeline import (
    final_urgency,
    from_json,
    overall_band,
    settled_topic,
    to_json,
    understand,
    understand_many,
)
from echowall.understanding.places import Gazetteer
from echowall.understanding.types import Band, DangerSign, GazetteerEntry, Guess, Urgency

ZONE = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2022, 5, 3, 21, 10, tzinfo=ZONE)
RABIES = "我需要在4日去打狂犬疫苗第三针，请帮帮我"


class Rules:
    """Answers by a few words, as certain as a model can be: what the pipeline makes of it is tested here."""

    version = "rules-for-tests"

    def __init__(self, urgency: str = "normal") -> None:
        self.urgency = urgency

    def classify(self, text: str) -> dict[str, Guess]:
        intent = "help" if any(word in text for word in ("帮", "求助", "急", "没有了", "送")) else "consult"
        return {
            "intent": Guess(intent, 0.97, Band.SURE),
            "topic": Guess("medicine.special", 0.95, Band.SURE),
            "urgency": Guess(self.urgency, 0.96, Band.SURE),
        }


class TestUnderstand:
    def test_the_rabies_case(self) -> None:
        found = understand(RABIES, sent_at=EVENING, classifier=Rules())
        assert found.intent.value == "help"
        assert "rabies_dose_due" in {sign.code for sign in found.danger}
        assert found.urgency.value in ("critical", "urgent")
        assert found.needed_by is not None
        assert found.needed_by.end.date().isoformat() == "2022-05-04"
        assert found.band == Band.MUST_LOOK

    @pytest.mark.parametrize("said", ["normal", "urgent", "critical"])
    def test_a_sign_of_danger_is_never_below_must_look_whatever_the_model_says(self, said: str) -> None:
        found = understand("我爸胸口疼得厉害", sent_at=EVENING, classifier=Rules(said))
        assert found.urgency.value == "critical"
        assert found.band == Band.MUST_LOOK
        assert found.urgency.band == Band.MUST_LOOK
        assert found.urgency.evidence[0].words

    def test_the_model_s_critical_is_kept_where_rules_see_less(self) -> None:
        assert understand("求助，物业不理人", sent_at=EVENING, classifier=Rules("critical")).urgency.value == "critical"

    def test_help_needed_within_a_day_is_urgent(self) -> None:
        found = understand("请帮我明早八点前送到车站", sent_at=EVENING, classifier=Rules())
        assert found.urgency.value == "urgent"
        assert found.urgency.evidence[0].words == "明早八点前"

    def test_a_question_with_a_date_is_not(self) -> None:
        assert understand("明早八点前能进小区吗", sent_at=EVENING, classifier=Rules()).urgency.value == "normal"

    def test_without_doubt_and_danger_it_may_stand(self) -> None:
        assert understand("请问快递放哪里", sent_at=EVENING, classifier=Rules()).band == Band.SURE

    def test_the_model_s_own_critical_is_always_looked_at(self) -> None:
        assert understand("求助，物业不理人", sent_at=EVENING, classifier=Rules("critical")).band == Band.MUST_LOOK

    @pytest.mark.parametrize(
        ("intent", "topic", "urgency", "band"),
        [
            (Guess("help", 0.9, Band.SURE), Band.MUST_LOOK, Band.SURE, Band.LOOK),
            (Guess("help", 0.4, Band.MUST_LOOK), Band.SURE, Band.SURE, Band.LOOK),
            (Guess("vent", 0.4, Band.MUST_LOOK), Band.SURE, Band.SURE, Band.MUST_LOOK),
            (Guess("vent", 0.8, Band.LOOK), Band.SURE, Band.SURE, Band.LOOK),
            (Guess("help", 0.9, Band.SURE), Band.SURE, Band.MUST_LOOK, Band.MUST_LOOK),
            (Guess("help", 0.9, Band.SURE), Band.SURE, Band.SURE, Band.SURE),
        ],
    )
    def test_must_look_is_for_what_may_cost_a_life_or_a_matter(
        self, intent: Guess, topic: Band, urgency: Band, band: Band
    ) -> None:
        level = Guess("normal", 0.9, urgency)
        assert overall_band(intent, Guess("supplies", 0.5, topic), level, ()) == band
        sign = DangerSign("fire", Urgency.CRITICAL, ())
        assert overall_band(intent, Guess("supplies", 0.5, topic), level, (sign,)) == Band.MUST_LOOK

    def test_without_a_classifier_everything_must_be_looked_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("echowall.understanding.pipeline.default_classifier", lambda: None)
        found = understand(RABIES, sent_at=EVENING)
        assert (found.model, found.band) == ("rules", Band.MUST_LOOK)
        assert found.urgency.value == "urgent"

    def test_places_people_and_personal_data(self) -> None:
        tree = Gazetteer(
            [GazetteerEntry("p", None, "compound", "金水花园"), GazetteerEntry("b", "p", "building", "3号楼")]
        )
        text = "金水花园3号楼一家五口没菜了，联系人：王小明 13812345678"
        found = understand(text, sent_at=EVENING, gazetteer=tree, classifier=Rules())
        assert found.places[0].place_id == "b"
        assert found.people_count == 5
        assert "138****5678" in found.masked
        assert "王小明" not in found.redacted
        assert "1381234" not in found.redacted

    def test_households_are_noted(self) -> None:
        assert "households:200" in understand("全楼两百多户停水", sent_at=EVENING, classifier=Rules()).notes

    def test_refuses_a_naive_instant(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            understand("今天", sent_at=datetime(2022, 5, 3), classifier=Rules())  # noqa: DTZ001

    @pytest.mark.parametrize("text", ["", " ", "\x00", "🙏" * 500, "急" * 5000, "a\u202eb", "３号楼" * 300])
    def test_odd_texts_do_no_harm(self, text: str) -> None:
        found = understand(text, sent_at=EVENING, classifier=Rules())
        assert from_json(json.loads(json.dumps(to_json(found)))) == found


class TestMany:
    def test_gives_one_answer_each_in_order(self) -> None:
        texts = [("胸痛", EVENING), ("路灯坏了", EVENING), (RABIES, EVENING)]
        found = list(understand_many(texts, classifier=Rules()))
        assert [bool(one.danger) for one in found] == [True, False, True]
        assert found == [understand(text, sent_at=at, classifier=Rules()) for text, at in texts]


class TestSettledTopic:
    LEAF = Guess("supplies.food", 0.6, Band.LOOK, others=(("supplies.price", 0.35), ("other", 0.03)))

    def test_gives_the_parent_when_only_that_is_sure(self) -> None:
        found = settled_topic({"topic": self.LEAF, "topic_top": Guess("supplies", 0.96, Band.SURE)})
        assert (found.value, found.band) == ("supplies", Band.SURE)
        assert found.others == (("supplies.food", 0.6), ("supplies.price", 0.35))

    def test_keeps_the_leaf_when_the_parent_is_unsure_too(self) -> None:
        assert settled_topic({"topic": self.LEAF, "topic_top": Guess("supplies", 0.8, Band.LOOK)}) == self.LEAF

    def test_keeps_a_leaf_that_is_sure(self) -> None:
        leaf = Guess("supplies.food", 0.97, Band.SURE)
        assert settled_topic({"topic": leaf, "topic_top": Guess("supplies", 0.99, Band.SURE)}) == leaf

    def test_without_a_classifier_nothing_is_settled(self) -> None:
        assert settled_topic({}).band == Band.MUST_LOOK


class TestFinalUrgency:
    def test_is_never_better_than_what_the_classifier_says(self) -> None:
        help_guess = Guess("help", 0.9, Band.SURE)
        for said in Urgency:
            guess = Guess(said.value, 0.9, Band.SURE)
            assert Urgency(final_urgency(guess, (), None, help_guess, EVENING).value).rank <= said.rank

    def test_a_deadline_in_two_days_changes_nothing(self) -> None:
        found = understand("请帮我后天去医院", sent_at=EVENING, classifier=Rules())
        assert found.needed_by is not None
        assert found.needed_by.end - EVENING > timedelta(hours=24)
        assert found.urgency.value == "normal"
