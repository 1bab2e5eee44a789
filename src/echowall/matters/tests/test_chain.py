"""The chain end to end at the operations."""

from datetime import timedelta

from tests.cast import EVENING, Cast

from echowall.kernel import scope
from echowall.matters import operations
from echowall.matters.models import Matter
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import hear_messages


def _heard(cast: Cast, text: str, key: str = "1"):
    street = cast.fuhua
    message = HeardMessage(channel="web", key=key, text=text, phone="13800001234", sender="王先生", said_at=EVENING)
    (heard,) = hear_messages(messages=[message], source=street.web, actor=street.actor("duty"), at=EVENING)
    return heard


class TestChain:
    def test_rabies_case_runs_to_its_end(self, cast: Cast) -> None:
        street = cast.fuhua
        heard = _heard(cast, "我需要在4日去打狂犬疫苗第三针,请帮帮我")
        duty, handler = street.actor("duty"), street.actor("handler")
        with scope.active(duty.scope):
            matter = operations.open_from_message(message_id=heard.id, actor=duty, at=EVENING)
            assert matter.state == "opened"
            operations.dispatch_matter(matter_id=matter.id, team_id=street.medical.id, actor=duty, at=EVENING)
        at = EVENING + timedelta(minutes=10)
        with scope.active(handler.scope):
            assert Matter.objects.count() == 1
            operations.accept_matter(matter_id=matter.id, actor=handler, at=at)
            operations.report_back(
                matter_id=matter.id, note="已安排社区医生于5月4日上午上门接种第三针", actor=handler, at=at
            )
        with scope.active(duty.scope):
            operations.check_matter(matter_id=matter.id, passed=True, note="", actor=duty, at=at)
            operations.answer_reporters(
                matter_id=matter.id,
                text="您好,经核实,社区医生张医生已按接种规程于5月4日上午9时上门为您接种狂犬疫苗第三针,如有不适请拨打0371-60000000。",
                actor=duty,
                at=at,
            )
            report = matter.reports.get()
            operations.record_callback(
                matter_id=matter.id, report_id=report.id, outcome="solved", satisfaction=5, actor=duty, at=at
            )
            operations.close_matter(matter_id=matter.id, actor=duty, at=at)
            matter.refresh_from_db()
            assert matter.state == "closed"
            kinds = list(matter.history.order_by("seq").values_list("kind", flat=True))
        assert kinds == [
            "opened",
            "dispatched",
            "accepted",
            "reported_back",
            "checked",
            "answered",
            "called_back",
            "closed",
        ]

    def test_neighbour_sees_nothing(self, cast: Cast) -> None:
        heard = _heard(cast, "家里没有菜了")
        with scope.as_system():
            operations.open_from_message(message_id=heard.id, actor=cast.fuhua.actor("duty"), at=EVENING)
        with scope.active(cast.songshan.actor("duty").scope):
            assert not Matter.objects.exists()
        with scope.active(cast.fuhua.actor("administrator").scope):
            assert not Matter.objects.exists()
