"""Personal data dies on its day, and nothing else does."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from tests import story
from tests.cast import EVENING, Cast

from echowall.kernel import audit, clock, files, scope
from echowall.kernel.actors import SYSTEM_ACTOR
from echowall.kernel.errors import InvalidInput, NotPermitted, Refusal
from echowall.kernel.ids import new_id
from echowall.matters import operations as act
from echowall.matters.models import Answer, Callback, HistoryEvent, Matter, Trace
from echowall.notices.models import Notice
from echowall.retention import queries
from echowall.retention.models import DestroyedSubject, Destruction, Hold
from echowall.retention.operations import destroy_due, place_hold, release_hold
from echowall.voices import queries as voices_queries
from echowall.voices.models import Attachment, Message, Reading
from echowall.voices.operations import unmask_message
from echowall.voices.sweeping import sweep_pending

CLOSED = story.LATER
GONE = "［内容已到期销毁］"


def _closed(cast: Cast) -> tuple[Matter, Message]:
    matter, duty = story.answered(cast.fuhua), cast.fuhua.actor("duty")
    with story.as_actor(duty):
        act.close_matter(matter_id=matter.id, actor=duty, at=CLOSED)
    with scope.as_system():
        while sweep_pending(at=CLOSED):
            pass
        message = Message.objects.get(id=matter.reports.get().message_id)
        Message.objects.filter(id=message.id).update(state="handled")
        Attachment.objects.create(
            id=new_id(), message=message, kind="photo", name="王先生家.jpg", content_type="image/jpeg", byte_count=3,
            sha256=files.keep(b"jpg"),
        )  # fmt: skip
        Notice.objects.update(state="sent", next_at=None)
    return matter, message


def _after(days: int) -> datetime:
    """The night on which what ended on 3 May has been kept for so many days."""
    return clock.midnight(clock.today(CLOSED) + timedelta(days=days + 1)) + timedelta(hours=3, minutes=40)


def _kinds(records: list[Destruction]) -> dict[str, int]:
    return {record.kind: record.count for record in records}


class TestDestroyDue:
    def test_every_kind_dies_on_its_day_and_not_a_day_before(self, cast: Cast) -> None:
        matter, message = _closed(cast)
        assert destroy_due(at=_after(89)) == []
        assert {"contact", "traces", "notices"} >= set(_kinds(destroy_due(at=_after(90)))) >= {"contact", "notices"}
        with scope.as_system():
            held = Message.objects.get(id=message.id)
            assert (held.phone_sealed, held.phone_index, held.phone_masked, held.sender_masked) == (None, None, "", "")
            assert "狂犬" in held.body
            assert held.intent == message.intent
            assert not Trace.objects.filter(report__matter=matter).exists()
        assert destroy_due(at=_after(179)) == []
        assert _kinds(destroy_due(at=_after(180))) == {"words": 1, "attachments": 1}
        assert _kinds(destroy_due(at=_after(365))) == {"handling": 1}
        with scope.as_system():
            dead = Message.objects.get(id=message.id)
            assert (dead.body, dead.title, bytes(dead.content_hash)) == (GONE, "", b"")
            assert (dead.topic, dead.urgency, dead.place_id) == (message.topic, message.urgency, message.place_id)
            assert not any(reading.result for reading in Reading.objects.filter(message=dead))
            ended = Matter.objects.get(id=matter.id)
            assert (ended.title, ended.summary, ended.state) == (GONE, GONE, "closed")
            assert set(Answer.objects.values_list("text", flat=True)) == {GONE}
            assert set(Callback.objects.values_list("note", flat=True)) == {""}
            notice = Notice.objects.get()
            assert (notice.text, notice.address_sealed) == (GONE, None)
            with pytest.raises(Refusal, match="销毁"):
                voices_queries.said_in_clear(message.id)

    def test_file_is_removed_unless_something_else_needs_it(
        self, cast: Cast, django_capture_on_commit_callbacks: object
    ) -> None:
        _closed(cast)
        digest = files.keep(b"jpg")
        other = story.heard(cast.fuhua, at=EVENING)
        with scope.as_system():
            shared = Attachment.objects.create(
                id=new_id(), message_id=other.id, kind="photo", content_type="image/jpeg", byte_count=3, sha256=digest
            )
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            destroy_due(at=_after(180))
        assert files.read(digest) == b"jpg"
        with scope.as_system():
            Message.objects.filter(id=other.id).update(state="noted")
            Attachment.objects.filter(id=shared.id).update(destroyed_at=None)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            destroy_due(at=_after(181))
        assert not (Path(settings.MEDIA_ROOT) / digest[:2] / digest).exists()

    def test_counts_history_and_clocks_stay_and_the_audit_chain_verifies(self, cast: Cast) -> None:
        matter, _message = _closed(cast)
        with scope.as_system():
            events = list(HistoryEvent.objects.filter(matter=matter).order_by("seq").values_list("kind", "at"))
            figures = Message.objects.count(), Matter.objects.filter(state="closed").count()
            point = audit.take_checkpoint(at=CLOSED)
        clocks = story.fresh(matter).clocks_met
        destroy_due(at=_after(400))
        with scope.as_system():
            assert list(HistoryEvent.objects.filter(matter=matter).order_by("seq").values_list("kind", "at")) == events
            assert (Message.objects.count(), Matter.objects.filter(state="closed").count()) == figures
            assert story.fresh(matter).clocks_met == clocks
            audit.take_checkpoint(at=_after(400))
            assert audit.verify((point.position, bytes(point.chain))) == []
            assert "狂犬" not in "".join(str(row) for row in HistoryEvent.objects.values_list("body", flat=True))

    def test_record_says_what_how_many_why_and_by_which_policy(self, cast: Cast) -> None:
        matter, message = _closed(cast)
        record = next(r for r in destroy_due(at=_after(180)) if r.kind == "words")
        assert (record.count, record.days, record.by_name) == (1, 180, "系统")
        assert record.policy.startswith("retention@")
        assert "180" in record.reason
        assert record.closed_before == clock.midnight(clock.today(CLOSED) + timedelta(days=1))
        with scope.as_system():
            subjects = DestroyedSubject.objects.filter(destruction=record)
            assert list(subjects.values_list("subject_kind", "subject_id")) == [("message", message.id)]
            with pytest.raises(DatabaseError), transaction.atomic():
                Destruction.objects.filter(id=record.id).update(count=0)
            with pytest.raises(DatabaseError), transaction.atomic():
                DestroyedSubject.objects.create(
                    id=new_id(), destruction=record, subject_kind="matter", subject_id=matter.id
                )

    def test_harmless_to_repeat(self, cast: Cast) -> None:
        _closed(cast)
        assert destroy_due(at=_after(400))
        assert destroy_due(at=_after(400)) == []

    def test_open_matter_stays_whatever_its_age(self, cast: Cast) -> None:
        matter = story.handling(cast.fuhua)
        with scope.as_system():
            Message.objects.filter(id=matter.reports.get().message_id).update(state="filed")
        assert _kinds(destroy_due(at=_after(3000))) == {}

    def test_reopened_matter_lives_again(self, cast: Cast) -> None:
        matter, _message = _closed(cast)
        duty = cast.fuhua.actor("duty")
        with story.as_actor(duty):
            act.reopen_matter(matter_id=matter.id, cause="居民反映没有解决", actor=duty, at=_after(60))
        assert "contact" not in _kinds(destroy_due(at=_after(400)))

    def test_what_was_only_noted_counts_from_its_hearing(self, cast: Cast) -> None:
        heard = story.heard(cast.fuhua, text="谢谢你们,辛苦了")
        with scope.as_system():
            while sweep_pending(at=EVENING):
                pass
            Message.objects.filter(id=heard.id).update(state="heard")
            assert destroy_due(at=_after(90)) == []  # it still waits for somebody
            Message.objects.filter(id=heard.id).update(state="noted")
        assert _kinds(destroy_due(at=_after(90))) == {"contact": 1}


class TestHolds:
    def _hold(self, cast: Cast, matter: Matter, who: str = "leader") -> Hold:
        actor = cast.fuhua.actor(who)
        with story.as_actor(actor):
            return place_hold(
                subject=("matter", matter.id), name=matter.number, where=(matter.office_id, matter.place_path),
                reason="信访复查中,居民电话13800001234", actor=actor, at=CLOSED,
            )  # fmt: skip

    def test_held_matter_stays_with_reason_and_who_until_released(self, cast: Cast) -> None:
        matter, message = _closed(cast)
        hold = self._hold(cast, matter)
        assert "13800001234" not in hold.reason
        assert destroy_due(at=_after(400)) == []
        with scope.as_system():
            assert Message.objects.get(id=message.id).phone_sealed
            due = {d.kind.name: (d.count, d.held_count) for d in queries.preview(cast.fuhua.office, _after(400))}
        assert due["words"] == (0, 1)
        leader = cast.fuhua.actor("leader")
        with story.as_actor(leader):
            release_hold(hold_id=hold.id, reason="复查已结束", actor=leader, at=_after(400))
        assert _kinds(destroy_due(at=_after(400)))["words"] == 1

    def test_supervised_matter_stays_until_it_is_evaluated(self, cast: Cast) -> None:
        matter, inspector = story.answered(cast.fuhua), cast.fuhua.actor("inspector")
        with story.as_actor(inspector):
            act.supervise(matter_id=matter.id, note="区里督办件", actor=inspector, at=CLOSED)
        duty = cast.fuhua.actor("duty")
        with story.as_actor(duty):
            act.close_matter(matter_id=matter.id, actor=duty, at=CLOSED)
        with scope.as_system():
            (kept,) = queries.holds_in_force(cast.fuhua.office.id)
        assert kept.holder == matter.id
        assert "区里督办件" in kept.reason
        assert kept.who == "督查孙静"
        assert destroy_due(at=_after(400)) == []
        with story.as_actor(inspector):
            act.evaluate_matter(matter_id=matter.id, grade=4, note="已核", actor=inspector, at=CLOSED)
        assert "contact" in _kinds(destroy_due(at=_after(400)))

    def test_refuses_without_reason_permission_or_twice(self, cast: Cast) -> None:
        matter, _message = _closed(cast)
        with pytest.raises(NotPermitted):
            self._hold(cast, matter, "duty")
        self._hold(cast, matter)
        with pytest.raises(Refusal, match="已经"):
            self._hold(cast, matter)
        with pytest.raises(InvalidInput):
            release_hold(hold_id=new_id(), reason=" ", actor=SYSTEM_ACTOR, at=CLOSED)


class TestDatabase:
    """The function does exactly this, whoever calls it."""

    def _forget(self, message: Message, record: Destruction) -> int:
        with scope.as_system(), connection.cursor() as cursor:
            record.save(force_insert=True)
            cursor.execute("SELECT voices_message_forget('words', %s::uuid[], %s)", [[message.id], record.id])
            return int(cursor.fetchone()[0])

    def _record(self, cast: Cast, **about: object) -> Destruction:
        given = {
            "office_id": cast.fuhua.office.id,
            "place_path": cast.fuhua.office.path,
            "kind": "words",
            "count": 1,
            "reason": "试",
            "closed_before": _after(0),
            "at": _after(31),
            "by_name": "试",
        }
        return Destruction(id=new_id(), **(given | about))

    def test_leaves_alone_what_is_open_young_or_held(self, cast: Cast) -> None:
        matter, message = _closed(cast)
        assert self._forget(message, self._record(cast, closed_before=EVENING - timedelta(days=1))) == 0
        with scope.as_system():
            Matter.objects.filter(id=matter.id).update(state="handling", closed_at=None)
        assert self._forget(message, self._record(cast)) == 0
        with scope.as_system():
            Matter.objects.filter(id=matter.id).update(state="closed", closed_at=CLOSED)
        assert self._forget(message, self._record(cast)) == 1

    def test_wants_a_record_of_that_kind_and_of_the_past(self, cast: Cast) -> None:
        _matter, message = _closed(cast)
        with pytest.raises(DatabaseError), transaction.atomic():
            self._forget(message, self._record(cast, kind="contact"))
        with pytest.raises(DatabaseError), transaction.atomic():
            self._forget(message, self._record(cast, closed_before=_after(32)))

    def test_said_columns_stay_closed_to_the_program(self, cast: Cast) -> None:
        _matter, message = _closed(cast)
        with pytest.raises(DatabaseError), scope.as_system():
            Message.objects.filter(id=message.id).update(body="")


def test_unmasking_what_died_says_so(cast: Cast) -> None:
    _matter, message = _closed(cast)
    destroy_due(at=_after(400))
    duty = cast.fuhua.actor("duty")
    with story.as_actor(duty), pytest.raises(Refusal) as refused:
        unmask_message(message_id=message.id, fields={"body"}, reason="核实情况", actor=duty, at=_after(400))
    assert refused.value.problems[0].code == "key_destroyed"
