"""Merging and splitting: reversible, clocks and states come back, nobody goes without an answer."""

import pytest
from tests import story
from tests.cast import Cast

from echowall.kernel import scope
from echowall.kernel.errors import Refusal
from echowall.matters import operations as act
from echowall.matters import queries
from echowall.matters.models import Matter
from echowall.notices.models import Notice

AT = story.LATER


class TestMergeMatters:
    def test_undone_it_stands_where_it_stood_with_its_clocks(self, cast: Cast) -> None:
        street, duty, handler = cast.fuhua, cast.fuhua.actor("duty"), cast.fuhua.actor("handler")
        matter, kept = story.handling(street), story.dispatched(street)
        with story.as_actor(duty):
            act.dispatch_matter(matter_id=kept.id, team_id=street.supplies.id, actor=duty, at=AT)
            act.merge_matters(into_id=kept.id, merged_ids=[matter.id], actor=duty, at=AT)
        gone = story.fresh(matter)
        assert (gone.state, gone.merged_into_id, gone.due_at) == ("merged", kept.id, None)
        with scope.as_system():
            assert len(queries.reporters_of(kept)) == 2
        with story.as_actor(duty):
            act.unmerge_matter(matter_id=matter.id, actor=duty, at=AT)
        back = story.fresh(matter)
        assert (back.state, back.due_at, back.colour, back.team_ids) == (
            "handling",
            matter.due_at,
            matter.colour,
            [street.medical.id],
        )
        with story.as_actor(handler):
            act.note_progress(matter_id=matter.id, note="继续办理", actor=handler, at=AT)

    def test_team_of_the_kept_one_reads_and_answers_every_reporter(self, cast: Cast) -> None:
        street, duty, handler = cast.fuhua, cast.fuhua.actor("duty"), cast.fuhua.actor("handler")
        kept, first, second = story.handling(street), story.opened(street), story.opened(street)
        with story.as_actor(duty):
            act.merge_matters(into_id=first.id, merged_ids=[second.id], actor=duty, at=AT)
            act.merge_matters(into_id=kept.id, merged_ids=[first.id], actor=duty, at=AT)
        with story.as_actor(handler):
            assert len(queries.reporters_of(kept)) == 3
            act.answer_reporters(matter_id=kept.id, text=story.REPLY, actor=handler, at=AT)
        with scope.as_system():
            assert all(r.answered_at for r in queries.reporters_of(kept))
            assert Notice.objects.count() == 3

    def test_closing_waits_for_the_reporters_of_what_was_merged(self, cast: Cast) -> None:
        street, duty = cast.fuhua, cast.fuhua.actor("duty")
        kept, other = story.answered(street), story.opened(street)
        with story.as_actor(duty):
            act.merge_matters(into_id=kept.id, merged_ids=[other.id], actor=duty, at=AT)
            with pytest.raises(Refusal) as refused:
                act.close_matter(matter_id=kept.id, actor=duty, at=AT)
        assert refused.value.codes == {"reporter_not_answered", "callback_missing"}

    def test_refuses_itself_ended_ones_and_other_streets(self, cast: Cast) -> None:
        street, duty = cast.fuhua, cast.fuhua.actor("duty")
        one, ended = story.opened(street), story.cancelled(street)
        with story.as_actor(duty):
            for into, merged, code in ((one, one, "merge_into_itself"), (ended, one, "merge_into_merged")):
                with pytest.raises(Refusal) as refused:
                    act.merge_matters(into_id=into.id, merged_ids=[merged.id], actor=duty, at=AT)
                assert refused.value.codes == {code}
        foreign = story.opened(cast.songshan)
        with scope.as_system(), pytest.raises(Refusal) as refused:
            act.merge_matters(into_id=one.id, merged_ids=[foreign.id], actor=duty, at=AT)
        assert refused.value.codes == {"other_office"}

    def test_merging_again_changes_nothing(self, cast: Cast) -> None:
        one, kept, duty = story.opened(cast.fuhua), story.opened(cast.fuhua), cast.fuhua.actor("duty")
        with story.as_actor(duty):
            for _ in range(2):
                act.merge_matters(into_id=kept.id, merged_ids=[one.id], actor=duty, at=AT)
        assert story.fresh(one).last_seq == 2


class TestSplitMatter:
    def test_part_takes_its_messages_and_merging_undoes_it(self, cast: Cast) -> None:
        street, duty = cast.fuhua, cast.fuhua.actor("duty")
        matter, extra = story.dispatched(street), story.heard(street, "家里没有菜了,请送菜")
        with story.as_actor(duty):
            act.join_report(matter_id=matter.id, message_id=extra.id, why={"how": "hand"}, actor=duty, at=AT)
            part = act.split_matter(
                matter_id=matter.id,
                message_ids=[extra.id],
                actor=duty,
                at=AT,
                new=act.part_of(story.fresh(matter), title="送菜", topic="supplies.food"),
            )
            assert (part.state, part.report_count, part.split_from_id) == ("opened", 1, matter.id)
            assert story.fresh(matter).report_count == 1
            assert part.opened_at == matter.opened_at  # the person has waited since then
            act.merge_matters(into_id=matter.id, merged_ids=[part.id], actor=duty, at=AT)
            assert len(queries.reporters_of(story.fresh(matter))) == 2

    def test_refuses_to_take_everything(self, cast: Cast) -> None:
        matter, duty = story.opened(cast.fuhua), cast.fuhua.actor("duty")
        with story.as_actor(duty):
            message = matter.reports.get().message_id
            with pytest.raises(Refusal) as refused:
                act.split_matter(
                    matter_id=matter.id,
                    message_ids=[message],
                    actor=duty,
                    at=AT,
                    new=act.part_of(matter, title="全部", topic="other"),
                )
        assert refused.value.codes == {"nothing_left"}
        with scope.as_system():
            assert Matter.objects.count() == 1


class TestJointHandling:
    def test_lead_waits_for_those_called_in_and_nobody_acts_for_them(self, cast: Cast) -> None:
        street, duty, handler = cast.fuhua, cast.fuhua.actor("duty"), cast.fuhua.actor("handler")
        matter = story.handling(street)
        with story.as_actor(duty):
            act.request_joint_handling(
                matter_id=matter.id, team_ids=[street.supplies.id], reason="还要送菜", actor=duty, at=AT
            )
        with story.as_actor(handler):
            with pytest.raises(Refusal) as refused:
                act.report_back(matter_id=matter.id, note=story.NOTE, actor=handler, at=AT)
            assert refused.value.codes == {"joint_part_open"}
            with pytest.raises(Refusal) as refused:
                act.finish_joint_part(matter_id=matter.id, note="做完了", actor=handler, at=AT)
            assert refused.value.codes == {"no_joint_part"}

    def test_those_called_in_do_their_part_but_not_the_lead_s(self, cast: Cast) -> None:
        from echowall.kernel.actors import SYSTEM_ACTOR
        from echowall.teams.operations import add_member

        street, duty = cast.fuhua, cast.fuhua.actor("duty")
        with scope.as_system():
            add_member(team=street.supplies, worker=street.community, is_lead=True, actor=SYSTEM_ACTOR, at=AT)
        matter, helper = story.handling(street), street.actor("community")
        with story.as_actor(duty):
            act.request_joint_handling(
                matter_id=matter.id, team_ids=[street.supplies.id], reason="还要送菜", actor=duty, at=AT
            )
        with story.as_actor(helper):
            for lead_only in (
                lambda: act.report_back(matter_id=matter.id, note=story.NOTE, actor=helper, at=AT),
                lambda: act.return_matter(matter_id=matter.id, reason="不归我", actor=helper, at=AT),
            ):
                with pytest.raises(Refusal) as refused:
                    lead_only()
                assert refused.value.codes == {"not_your_team"}
            act.note_progress(matter_id=matter.id, note="菜已备好", actor=helper, at=AT)
            act.finish_joint_part(matter_id=matter.id, note="菜已送到", actor=helper, at=AT)
        handler = street.actor("handler")
        with story.as_actor(handler):
            act.report_back(matter_id=matter.id, note=story.NOTE, actor=handler, at=AT)
        assert story.fresh(matter).state == "reported"
