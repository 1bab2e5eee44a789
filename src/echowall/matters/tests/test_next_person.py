"""A critical matter that nobody takes: the next person is told, and the desk rings again; and giving back within a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests import story
from tests.cast import EVENING, Cast

from echowall.command.queries import pulse
from echowall.kernel import scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import Refusal
from echowall.matters import operations as act
from echowall.matters import queries
from echowall.matters.routing import Claim, route
from echowall.notices.models import Notice
from echowall.people.operations import appoint
from echowall.teams.operations import set_responsibilities
from echowall.voices.models import Message
from echowall.voices.operations import correct_message


def _sweep(at: object) -> None:
    with scope.as_system():
        act.sweep_clocks(at=at)


def _notices() -> list[Notice]:
    with scope.as_system():
        return list(Notice.objects.filter(subject_kind="escalation").order_by("queued_at", "id"))


def _called() -> list[tuple[str, str]]:
    with scope.as_system():
        found = Notice.objects.filter(subject_kind="critical").order_by("queued_at", "id")
        return [(n.address_masked, n.text) for n in found]


class TestCriticalLane:
    """Issue: the critical lane goes at once to the duty leader and the lead team; also to who has no page open."""

    def test_duty_leader_and_lead_team_are_told_at_once(self, cast: Cast) -> None:
        matter = story.dispatched(cast.fuhua, urgency="critical")
        told = _called()
        assert [address for address, _text in told] == [
            f"…{cast.fuhua.duty.username[-4:]}",
            f"…{cast.fuhua.handler.username[-4:]}",
        ]
        assert all(matter.number in text and "狂犬" not in text for _address, text in told)

    def test_list_shows_the_fifteen_minutes_that_run_now(self, cast: Cast) -> None:
        assert story.dispatched(cast.fuhua, urgency="critical").due_at == EVENING + timedelta(minutes=15)

    def test_ordinary_matter_calls_nobody(self, cast: Cast) -> None:
        story.dispatched(cast.fuhua, urgency="urgent")
        assert _called() == []

    def test_raised_to_critical_goes_to_the_critical_lead_at_once(self, cast: Cast) -> None:
        matter = story.opened(cast.fuhua, topic="supplies.food")
        with scope.as_system():
            set_responsibilities(
                team=cast.fuhua.medical,
                answers_for=[("", cast.fuhua.office, True)],
                actor=SYSTEM_ACTOR,
                at=EVENING,
            )
        dispatcher = cast.fuhua.actor("dispatcher")
        with story.as_actor(dispatcher):
            act.reclassify_matter(
                matter_id=matter.id, actor=dispatcher, at=EVENING, reason="家属来电：胸痛", urgency="critical"
            )
            matter.refresh_from_db()
        assert (matter.state, matter.lead_team_id) == ("dispatched", cast.fuhua.medical.id)
        assert {address for address, _text in _called()} == {
            f"…{cast.fuhua.duty.username[-4:]}",
            f"…{cast.fuhua.handler.username[-4:]}",
        }

    def test_old_words_found_by_the_machine_wake_nobody(self, cast: Cast) -> None:
        last_month = EVENING - timedelta(days=30)
        new = act.NewMatter(
            cast.fuhua.building, "胸痛", "老人胸痛", "upload", "help", "medical_care", "critical", last_month
        )
        with scope.as_system():
            act.open_matter(new=new, actor=SYSTEM_ACTOR, at=EVENING)
        assert _called() == []


class TestEscalation:
    def test_each_step_tells_the_next_person_once_and_rings_again(self, cast: Cast) -> None:
        matter = story.dispatched(cast.fuhua, urgency="critical")
        with scope.as_system():
            assert [one.bell for one in pulse.critical_waiting()] == [str(matter.id)]
        _sweep(EVENING + timedelta(minutes=16))
        _sweep(EVENING + timedelta(minutes=16))
        (first,) = _notices()
        assert matter.number in first.text
        assert "狂犬" not in first.text
        with scope.as_system():
            assert [one.bell for one in pulse.critical_waiting()] == [f"{matter.id}:1"]
        _sweep(EVENING + timedelta(hours=3))
        assert len(_notices()) > 1
        with scope.as_system():
            assert next(iter(pulse.critical_waiting())).escalations > 1

    def test_empty_post_is_passed_over_to_the_one_above(self, cast: Cast) -> None:
        with scope.as_system():
            for held in cast.fuhua.duty.appointments.all():
                held.valid_until = EVENING - timedelta(minutes=1)
                held.save()
        matter = story.opened(cast.fuhua, urgency="critical")
        with scope.as_system():
            act.dispatch_matter(matter_id=matter.id, team_id=cast.fuhua.medical.id, actor=SYSTEM_ACTOR, at=EVENING)
        _sweep(EVENING + timedelta(minutes=16))
        (first,) = _notices()
        assert first.address_masked.endswith(cast.fuhua.leader.username[-4:])

    def test_district_is_told_at_the_end(self, cast: Cast) -> None:
        with scope.as_system():
            appoint(worker=cast.songshan.leader, role="leader", place=cast.district, actor=SYSTEM_ACTOR, at=EVENING)
        story.dispatched(cast.fuhua, urgency="critical")
        _sweep(EVENING + timedelta(hours=3))
        assert any(n.address_masked.endswith(cast.songshan.leader.username[-4:]) for n in _notices())

    def test_ordinary_lateness_is_recorded_and_sends_nothing(self, cast: Cast) -> None:
        story.handling(cast.fuhua)
        _sweep(EVENING + timedelta(days=4))
        assert _notices() == []


class TestReturnWithinADay:
    """Issue: dispatched matters are accepted, or returned with a reason, within a day."""

    @pytest.mark.parametrize(("hours", "is_taken_back"), [(23.9, True), (24.0, False), (30.0, False)])
    def test_window_is_one_day_from_the_dispatch(self, cast: Cast, hours: float, is_taken_back: bool) -> None:
        matter, handler = story.dispatched(cast.fuhua), cast.fuhua.actor("handler")
        at = EVENING + timedelta(hours=hours)
        with story.as_actor(handler):
            if is_taken_back:
                act.return_matter(matter_id=matter.id, reason="不属本专班职责", actor=handler, at=at)
            else:
                with pytest.raises(Refusal) as refused:
                    act.return_matter(matter_id=matter.id, reason="不属本专班职责", actor=handler, at=at)
                assert refused.value.problems[0].code == "return_too_late"
        assert story.fresh(matter).state == ("opened" if is_taken_back else "dispatched")

    def test_a_new_dispatch_begins_a_new_day(self, cast: Cast) -> None:
        matter, duty, handler = story.dispatched(cast.fuhua), cast.fuhua.actor("duty"), cast.fuhua.actor("handler")
        later = EVENING + timedelta(hours=30)
        with story.as_actor(duty):
            act.dispatch_matter(matter_id=matter.id, team_id=cast.fuhua.supplies.id, actor=duty, at=later)
            act.dispatch_matter(matter_id=matter.id, team_id=cast.fuhua.medical.id, actor=duty, at=later)
        with story.as_actor(handler):
            act.return_matter(
                matter_id=matter.id, reason="不属本专班职责", actor=handler, at=later + timedelta(hours=23)
            )
        assert story.fresh(matter).state == "opened"

    def test_late_acceptance_is_possible_and_counts_as_late(self, cast: Cast) -> None:
        matter, handler = story.dispatched(cast.fuhua), cast.fuhua.actor("handler")
        with story.as_actor(handler):
            act.accept_matter(matter_id=matter.id, actor=handler, at=EVENING + timedelta(hours=25))
        late = story.fresh(matter)
        assert late.state == "handling"
        assert "accept" in late.clocks_missed

    def test_critical_has_a_quarter_of_an_hour(self, cast: Cast) -> None:
        matter, handler = story.dispatched(cast.fuhua, urgency="critical"), cast.fuhua.actor("handler")
        with story.as_actor(handler), pytest.raises(Refusal):
            act.return_matter(
                matter_id=matter.id, reason="不属本专班", actor=handler, at=EVENING + timedelta(minutes=16)
            )


class TestParentTopics:
    def _claim(self, cast: Cast, team: str, topic: str) -> Claim:
        held = getattr(cast.fuhua, team)
        return Claim(held.id, held.name, topic, cast.fuhua.office.path, "福华街街道")

    def test_matter_of_a_parent_topic_goes_to_the_team_of_its_parts(self, cast: Cast) -> None:
        claims = [self._claim(cast, "medical", "medicine.special"), self._claim(cast, "general", "")]
        found = route(topic="medicine", path=cast.fuhua.building.path, claims=claims)
        assert found is not None
        assert (found.team_name, found.is_certain) == (cast.fuhua.medical.name, True)

    def test_two_teams_of_parts_are_uncertain_and_the_parents_team_wins(self, cast: Cast) -> None:
        parts = [self._claim(cast, "medical", "medicine.special"), self._claim(cast, "supplies", "medicine.common")]
        path = cast.fuhua.building.path
        found = route(topic="medicine", path=path, claims=parts)
        assert found is not None
        assert not found.is_certain
        found = route(topic="medicine", path=path, claims=[*parts, self._claim(cast, "general", "medicine")])
        assert found is not None
        assert found.team_name == cast.fuhua.general.name

    def test_parts_of_another_topic_do_not_count(self, cast: Cast) -> None:
        claims = [self._claim(cast, "medical", "medicine.special")]
        assert route(topic="med", path=cast.fuhua.building.path, claims=claims) is None


class TestFollowCorrection:
    def test_correction_proposes_and_one_key_reroutes(self, cast: Cast, client: Client) -> None:
        street = cast.fuhua
        matter, duty = story.dispatched(street), street.actor("duty")
        with scope.as_system():
            set_responsibilities(
                team=street.supplies, answers_for=[("supplies", street.office, False)], actor=SYSTEM_ACTOR, at=EVENING
            )
        with story.as_actor(duty):
            assert queries.corrected_by_message(matter) is None
            message = Message.objects.get(id=matter.reports.get().message_id)
            correct_message(message=message, changes={"topic": "supplies.vegetables"}, actor=duty, at=story.LATER)
            found = queries.corrected_by_message(matter)
        assert found is not None
        assert (found.changes, found.team_id) == ({"topic": "supplies.vegetables"}, street.supplies.id)
        client.force_login(street.duty)
        page = client.get(f"/desk/matters/{matter.id}/").content.decode()
        assert "留言已更正" in page
        assert street.supplies.name in page
        client.post(f"/desk/matters/{matter.id}/follow-correction/")
        after = story.fresh(matter)
        assert (after.topic, after.lead_team_id) == ("supplies.vegetables", street.supplies.id)
        assert "留言已更正" not in client.get(f"/desk/matters/{matter.id}/").content.decode()
        assert client.post(f"/desk/matters/{matter.id}/follow-correction/").status_code >= 400

    def test_what_a_person_decided_at_the_matter_later_stands(self, cast: Cast) -> None:
        matter, duty = story.dispatched(cast.fuhua), cast.fuhua.actor("duty")
        with story.as_actor(duty):
            message = Message.objects.get(id=matter.reports.get().message_id)
            correct_message(message=message, changes={"topic": "supplies"}, actor=duty, at=story.LATER)
            act.reclassify_matter(
                matter_id=matter.id, topic="testing", reason="核实后", actor=duty, at=story.LATER + timedelta(hours=1)
            )
            assert queries.corrected_by_message(story.fresh(matter)) is None
