"""Two people at the same instant, on real connections: one wins, the other is told, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests import story
from tests.cast import EVENING, make_cast

from echowall.kernel import clock, scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import Refusal
from echowall.matters import operations as act
from echowall.matters.models import Assignment, Matter
from echowall.teams.operations import add_member

AT = story.LATER


def _at_once(*acts: Callable[[], object]) -> list[str]:
    """Run all at the same time; "done" or the refusal's codes, in the order given."""
    gate = Barrier(len(acts))

    def run(one: Callable[[], object]) -> str:
        try:
            with clock.fixed(EVENING):
                connection.ensure_connection()
                gate.wait(10)
                one()
                return "done"
        except Refusal as refusal:
            return ",".join(sorted(refusal.codes))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_races() -> None:
    """One test for all races: each needs committed rows, and clearing the database costs more than the races."""
    with clock.fixed(EVENING):
        street = make_cast().fuhua
        with scope.as_system():
            add_member(team=street.medical, worker=street.community, is_lead=False, actor=SYSTEM_ACTOR, at=EVENING)
        duty, dispatcher = street.actor("duty"), street.actor("dispatcher")
        handler, colleague = street.actor("handler"), street.actor("community")
        contested, clicked, taken = story.opened(street), story.opened(street), story.dispatched(street)
        one, other = story.opened(street), story.opened(street)
        said = [
            story.heard(street, "铁路小区停水两天了,自来水一点都没有,家里没法做饭", phone="13800000009")
            for _ in range(2)
        ]

    def dispatch(who, team, matter, key=None):  # type: ignore[no-untyped-def]
        def run() -> None:
            with scope.active(who.scope):
                act.dispatch_matter(matter_id=matter.id, team_id=team.id, actor=who, at=AT, request_key=key)

        return run

    def accept(who):  # type: ignore[no-untyped-def]
        def run() -> None:
            with scope.active(who.scope):
                act.accept_matter(matter_id=taken.id, actor=who, at=AT)

        return run

    def merge(into, gone):  # type: ignore[no-untyped-def]
        def run() -> None:
            with scope.active(duty.scope):
                act.merge_matters(into_id=into.id, merged_ids=[gone.id], actor=duty, at=AT)

        return run

    def take(message):  # type: ignore[no-untyped-def]
        def run() -> None:
            with scope.as_system():
                act.take_in(message_id=message.id, actor=SYSTEM_ACTOR, at=AT)

        return run

    # Two dispatchers, two teams: both are in the history, one team has it.
    assert (
        _at_once(dispatch(duty, street.medical, contested), dispatch(dispatcher, street.supplies, contested))
        == ["done"] * 2
    )
    # A double click.
    assert _at_once(*[dispatch(duty, street.medical, clicked, "one click")] * 2) == ["done"] * 2
    # Two members of one team take it.
    assert sorted(_at_once(accept(handler), accept(colleague))) == ["done", "move_not_allowed"]
    # Merged crosswise.
    assert sorted(_at_once(merge(one, other), merge(other, one))) == ["done", "merge_into_merged"]
    # The same message said twice, taken in by two workers; and one message twice.
    assert _at_once(take(said[0]), take(said[1]), take(said[0])) == ["done"] * 3

    with scope.as_system():
        leads = Assignment.objects.filter(matter=contested, ended_at=None, is_lead=True)
        assert [a.team_id for a in leads] == [Matter.objects.get(id=contested.id).lead_team_id]
        assert list(contested.history.order_by("seq").values_list("kind", flat=True)) == [
            "opened",
            "dispatched",
            "dispatched",
        ]
        assert Matter.objects.get(id=clicked.id).last_seq == 2
        assert list(taken.history.order_by("seq").values_list("kind", flat=True)) == [
            "opened",
            "dispatched",
            "accepted",
        ]
        joined = Matter.objects.get(reports__message_id=said[0].id)
        assert joined.report_count == 2
        assert {m.number for m in Matter.objects.all()} == {
            f"103009-220503-{n:04d}" for n in range(1, Matter.objects.count() + 1)
        }
