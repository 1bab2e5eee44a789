"""A message joins the open matter that it is surely about; the rest is proposed, and nothing is swallowed."""

from datetime import datetime, timedelta
from itertools import count

from django.db import connection
from tests import story
from tests.cast import EVENING, Cast, Street

from echowall.kernel import scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.matters import operations, queries
from echowall.matters.models import Matter, Trace
from echowall.places.models import Place
from echowall.voices.channels.types import HeardMessage
from echowall.voices.models import Message
from echowall.voices.operations import hear_messages

_keys = count(1)
WATER = "铁路小区停水两天了,自来水一点都没有,家里没法做饭"
WATER_TOO = "我们铁路小区怎么还不来水啊,停水到现在,自来水公司也不管"
FORWARD = "紧急求助:铁路小区3号楼2单元住着一位独居老人,降压药已经吃完三天,老人行动不便,请社区帮忙送药"


def _says(
    street: Street,
    text: str,
    *,
    topic: str,
    phone: str = "",
    at: datetime = EVENING,
    urgency: str = "normal",
    place: Place | None = None,
    conversation: str = "",
) -> Matter:
    message = HeardMessage(
        channel="web", key=f"join-{next(_keys)}", text=text, phone=phone, said_at=at, conversation=conversation
    )
    (one,) = hear_messages(messages=[message], source=street.web, actor=street.actor("duty"), at=at)
    at_place = place or street.building
    with scope.as_system():
        Message.objects.filter(id=one.id).update(
            topic=topic, intent="help", urgency=urgency, band="look", place=at_place, place_path=at_place.path
        )
        return operations.take_in(message_id=one.id, actor=SYSTEM_ACTOR, at=at)


class TestTakeIn:
    def test_same_person_again_joins(self, cast: Cast) -> None:
        first = _says(cast.fuhua, "家里孩子奶粉没有了,请帮忙", topic="supplies.infant", phone="13800000001")
        again = _says(
            cast.fuhua,
            "家里孩子奶粉没有了,请帮忙!",
            topic="supplies.infant",
            phone="13800000001",
            at=EVENING + timedelta(hours=1),
        )
        assert again.id == first.id
        assert story.fresh(first).report_count == 2

    def test_neighbour_with_the_same_words_does_not(self, cast: Cast) -> None:
        first = _says(cast.fuhua, "家里孩子奶粉没有了,请帮忙", topic="supplies.infant", phone="13800000001")
        other = _says(cast.fuhua, "家里孩子奶粉没有了,请帮忙", topic="supplies.infant", phone="13800000002")
        assert other.id != first.id
        with scope.as_system():
            assert [one.matter.id for one in queries.likely_same(other)] == [first.id]

    def test_community_worker_is_shown_what_was_told_alike_in_the_community(self, cast: Cast) -> None:
        street, text = cast.fuhua, "家里孩子奶粉没有了,请帮忙"
        first = _says(street, text, topic="supplies.infant", phone="13800000001")
        # Another topic and place: only the likeness of the words leads there.
        other = _says(street, text, topic="testing", phone="13800000002", place=street.communities[0])
        elsewhere = _says(street, text, topic="testing", phone="13800000003", place=street.communities[1])
        assert len({first.id, other.id, elsewhere.id}) == 3
        with story.as_actor(street.actor("community")), connection.cursor() as cursor:
            trace = Trace.objects.get(report__matter=first)
            cursor.execute(
                "SELECT matters_trace_alike(%s, %s, %s, 50)",
                [street.office.id, trace.bands, EVENING - timedelta(days=1)],
            )
            found = {row[0] for row in cursor.fetchall()}
        with scope.as_system():
            reports = {m.id: m.reports.get().id for m in (first, other, elsewhere)}
        assert found == {reports[first.id], reports[other.id]}

    def test_text_passed_on_by_others_joins(self, cast: Cast) -> None:
        first = _says(cast.fuhua, FORWARD, topic="medicine.chronic", phone="13800000001")
        passed_on = _says(cast.fuhua, f"【转发】{FORWARD}!", topic="medicine.chronic", phone="13800000002")
        assert passed_on.id == first.id

    def test_one_incident_told_by_many_joins_within_two_days(self, cast: Cast) -> None:
        first = _says(cast.fuhua, WATER, topic="utilities.water", phone="13800000001")
        second = _says(
            cast.fuhua, WATER_TOO, topic="utilities.water", phone="13800000002", at=EVENING + timedelta(hours=5)
        )
        late = _says(
            cast.fuhua,
            WATER_TOO + "又停了",
            topic="utilities.water",
            phone="13800000003",
            at=EVENING + timedelta(days=4),
        )
        elsewhere = _says(cast.songshan, WATER, topic="utilities.water", phone="13800000004")
        assert second.id == first.id
        assert len({first.id, late.id, elsewhere.id}) == 3

    def test_lift_of_another_building_is_another_matter(self, cast: Cast) -> None:
        text = "楼里电梯坏了停在一楼不动,老人上不去"
        first = _says(cast.fuhua, text, topic="property.lift", phone="13800000001")
        compound_only = _says(
            cast.fuhua,
            "电梯坏了一天没人修,老人下不了楼",
            topic="property.lift",
            phone="13800000002",
            place=cast.fuhua.compound,
        )
        assert compound_only.id != first.id

    def test_new_occurrence_is_not_swallowed_by_an_ended_matter(self, cast: Cast) -> None:
        first = _says(cast.fuhua, WATER, topic="utilities.water", phone="13800000001")
        with scope.as_system():
            Matter.objects.filter(id=first.id).update(state="closed", closed_at=EVENING)
        again = _says(cast.fuhua, WATER, topic="utilities.water", phone="13800000001", at=EVENING + timedelta(hours=9))
        assert again.id != first.id
        assert again.state in {"opened", "dispatched"}

    def test_critical_message_stands_on_its_own(self, cast: Cast) -> None:
        first = _says(cast.fuhua, WATER, topic="utilities.water", phone="13800000001")
        critical = _says(
            cast.fuhua, WATER + ",老人透析回来发烧", topic="utilities.water", phone="13800000001", urgency="critical"
        )
        assert critical.id != first.id
        assert (critical.urgency, critical.state) == ("critical", "dispatched")

    def test_more_urgent_report_makes_the_matter_more_urgent(self, cast: Cast) -> None:
        first = _says(cast.fuhua, WATER, topic="utilities.water", phone="13800000001")
        _says(cast.fuhua, WATER_TOO, topic="utilities.water", phone="13800000002", urgency="urgent")
        assert story.fresh(first).urgency == "urgent"

    def test_joins_what_its_matter_was_merged_into(self, cast: Cast) -> None:
        first = _says(cast.fuhua, FORWARD, topic="medicine.chronic", phone="13800000001")
        kept, duty = story.opened(cast.fuhua), cast.fuhua.actor("duty")
        with story.as_actor(duty):
            operations.merge_matters(into_id=kept.id, merged_ids=[first.id], actor=duty, at=EVENING)
        joined = _says(cast.fuhua, FORWARD, topic="medicine.chronic", phone="13800000001")
        assert joined.id == kept.id
        with scope.as_system():
            assert len(queries.reporters_of(kept)) == 3
