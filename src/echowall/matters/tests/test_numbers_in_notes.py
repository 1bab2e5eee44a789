"""Numbers that staff write into notes and reasons are sealed; the words stay readable."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import story
from tests.cast import Cast

from echowall.kernel import scope
from echowall.kernel.errors import InvalidInput, NotFound, NotPermitted
from echowall.kernel.models import AuditEntry
from echowall.matters import operations as act
from echowall.matters.models import HistoryEvent

NOTE = "已电话联系王阿姨女儿13912345678,身份证410103195001011237,晚上8点送药"


@pytest.fixture
def noted(cast: Cast) -> HistoryEvent:
    matter, handler = story.handling(cast.fuhua), cast.fuhua.actor("handler")
    with story.as_actor(handler):
        act.note_progress(matter_id=matter.id, note=NOTE, actor=handler, at=story.LATER)
    with scope.as_system():
        return HistoryEvent.objects.get(matter=matter, kind="progress")


def test_words_stay_and_numbers_go(noted: HistoryEvent) -> None:
    assert noted.body["note"].startswith("已电话联系王阿姨女儿139****5678")
    assert noted.body["note"].endswith("晚上8点送药")
    assert "410103195001011237" not in noted.body["note"]
    assert b"13912345678" not in noted.words_sealed.token


def test_unmasking_wants_a_reason_and_is_recorded(cast: Cast, noted: HistoryEvent) -> None:
    duty = cast.fuhua.actor("duty")
    with story.as_actor(duty):
        with pytest.raises(InvalidInput):
            act.unmask_event(event_id=noted.id, reason="", actor=duty, at=story.LATER)
        assert act.unmask_event(event_id=noted.id, reason="再次联系家属", actor=duty, at=story.LATER) == [NOTE]
    with scope.as_system():
        entry = AuditEntry.objects.get(action="matters.event.unmasked")
    assert (entry.reason, entry.detail["seq"]) == ("再次联系家属", noted.seq)


def test_neighbour_and_inspector_may_not(cast: Cast, noted: HistoryEvent) -> None:
    for street, who, error in ((cast.songshan, "duty", NotFound), (cast.fuhua, "inspector", NotPermitted)):
        actor = street.actor(who)
        with story.as_actor(actor), pytest.raises(error):
            act.unmask_event(event_id=noted.id, reason="想看一看", actor=actor, at=story.LATER)


def test_page_shows_the_way_to_it(cast: Cast, client: Client, noted: HistoryEvent) -> None:
    client.force_login(cast.fuhua.duty)
    page = client.get(f"/desk/matters/{noted.matter_id}/").content.decode()
    assert "13912345678" not in page
    assert f"events/{noted.id}/unmask/" in page
    shown = client.post(f"/desk/matters/events/{noted.id}/unmask/", {"reason": "再次联系家属"})
    assert "13912345678" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    client.force_login(cast.fuhua.inspector)
    assert f"events/{noted.id}/unmask/" not in client.get(f"/desk/matters/{noted.matter_id}/").content.decode()


def test_note_without_number_is_kept_as_it_is(cast: Cast) -> None:
    matter, duty = story.opened(cast.fuhua), cast.fuhua.actor("duty")
    with story.as_actor(duty):
        event = act.add_note(matter_id=matter.id, note="住3号楼2单元,晚上8点后在家", actor=duty, at=story.LATER)
    assert event.body["note"] == "住3号楼2单元,晚上8点后在家"
    assert event.words_sealed is None
