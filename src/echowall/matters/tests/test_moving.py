"""Moving between street offices: both sides see and act, and each sees no more than that."""

import pytest
from tests import story
from tests.cast import Cast

from echowall.kernel import scope
from echowall.kernel.errors import NotFound, NotPermitted, Refusal
from echowall.matters import clocks, queries
from echowall.matters import operations as act
from echowall.matters.models import Matter

AT = story.LATER


def _offered(cast: Cast) -> Matter:
    matter, duty = story.handling(cast.fuhua), cast.fuhua.actor("duty")
    with story.as_actor(duty):
        act.offer_move(
            matter_id=matter.id, to_office_id=cast.songshan.office.id, reason="地点在你街", actor=duty, at=AT
        )
    return story.fresh(matter)


class TestMoveMatter:
    def test_other_side_sees_it_with_every_word_only_from_the_offer_on(self, cast: Cast) -> None:
        untouched, neighbour = story.handling(cast.fuhua), cast.songshan.actor("dispatcher")
        with story.as_actor(neighbour):
            assert not Matter.objects.exists()
        matter = _offered(cast)
        with story.as_actor(neighbour):
            assert [m.id for m in Matter.objects.all()] == [matter.id]
            assert "狂犬疫苗" in queries.reporters_of(matter)[0].message.body
            with pytest.raises(NotFound):
                act.add_note(matter_id=untouched.id, note="x", actor=neighbour, at=AT)
            act.add_note(matter_id=matter.id, note="我们看过了", actor=neighbour, at=AT)
            with pytest.raises(NotPermitted):
                act.dispatch_matter(matter_id=matter.id, team_id=cast.songshan.medical.id, actor=neighbour, at=AT)
            with pytest.raises(NotPermitted):
                act.reclassify_matter(matter_id=matter.id, urgency="urgent", reason="急", actor=neighbour, at=AT)

    def test_taken_over_it_runs_on_there_and_stays_seen_here(self, cast: Cast) -> None:
        matter = _offered(cast)
        with scope.as_system():
            due, opened = clocks.report(matter, AT).due_at, matter.opened_at
        neighbour, duty, handler = (
            cast.songshan.actor("dispatcher"),
            cast.fuhua.actor("duty"),
            cast.fuhua.actor("handler"),
        )
        with story.as_actor(neighbour):
            act.move_matter(matter_id=matter.id, actor=neighbour, at=AT, place_id=cast.songshan.building.id)
            act.dispatch_matter(matter_id=matter.id, team_id=cast.songshan.medical.id, actor=neighbour, at=AT)
        moved = story.fresh(matter)
        assert (moved.state, moved.office_id, moved.opened_at) == ("dispatched", cast.songshan.office.id, opened)
        with scope.as_system():
            assert clocks.report(moved, AT).due_at == due  # the resident's clocks do not begin again
        with story.as_actor(duty):
            assert Matter.objects.get(id=matter.id).also_office_ids == [cast.fuhua.office.id]
            assert queries.reporters_of(moved)
            act.add_note(matter_id=matter.id, note="补充:住户电话已更新", actor=duty, at=AT)
            with pytest.raises(NotPermitted):
                act.dispatch_matter(matter_id=matter.id, team_id=cast.fuhua.medical.id, actor=duty, at=AT)
        with story.as_actor(handler):
            assert not Matter.objects.filter(id=matter.id).exists()
        neighbours_handler = cast.songshan.actor("handler")
        with story.as_actor(neighbours_handler):
            assert queries.reporters_of(moved)[0].message.body

    def test_refused_it_stays_and_is_seen_there_no_more(self, cast: Cast) -> None:
        matter, neighbour = _offered(cast), cast.songshan.actor("dispatcher")
        with story.as_actor(neighbour):
            with pytest.raises(Refusal) as refused:
                act.refuse_move(matter_id=matter.id, reason=" ", actor=neighbour, at=AT)
            assert refused.value.codes == {"reason_missing"}
            act.refuse_move(matter_id=matter.id, reason="地点在你街", actor=neighbour, at=AT)
        with story.as_actor(neighbour):
            assert not Matter.objects.exists()
        stays = story.fresh(matter)
        assert (stays.state, stays.office_id, stays.lead_team_id) == (
            "handling",
            cast.fuhua.office.id,
            cast.fuhua.medical.id,
        )

    def test_offer_may_be_taken_back_and_made_once_only(self, cast: Cast) -> None:
        matter, duty = _offered(cast), cast.fuhua.actor("duty")
        with story.as_actor(duty):
            with pytest.raises(Refusal) as refused:
                act.offer_move(
                    matter_id=matter.id, to_office_id=cast.songshan.office.id, reason="再", actor=duty, at=AT
                )
            assert refused.value.codes == {"offer_open"}
            with pytest.raises(NotPermitted):
                act.move_matter(matter_id=matter.id, actor=duty, at=AT)
            event = act.refuse_move(matter_id=matter.id, reason="写错了", actor=duty, at=AT)
        assert event.body["withdrawn"] is True
        with story.as_actor(duty), pytest.raises(Refusal) as refused:
            act.refuse_move(matter_id=matter.id, reason="写错了", actor=duty, at=AT)
        assert refused.value.codes == {"no_offer"}

    def test_refuses_a_place_outside_the_receiving_office(self, cast: Cast) -> None:
        matter, neighbour = _offered(cast), cast.songshan.actor("dispatcher")
        with story.as_actor(neighbour), pytest.raises(Refusal) as refused:
            act.move_matter(matter_id=matter.id, actor=neighbour, at=AT, place_id=cast.fuhua.building.id)
        assert refused.value.codes == {"place_outside_office"}


class TestScopeOfTeams:
    def test_replaced_team_loses_sight_of_matter_and_message(self, cast: Cast) -> None:
        street, matter = cast.fuhua, story.handling(cast.fuhua)
        duty, handler = street.actor("duty"), street.actor("handler")
        with story.as_actor(duty):
            act.dispatch_matter(matter_id=matter.id, team_id=street.supplies.id, actor=duty, at=AT)
        with story.as_actor(handler):
            assert not Matter.objects.exists()
            with pytest.raises(NotFound):
                act.note_progress(matter_id=matter.id, note="还在办", actor=handler, at=AT)
