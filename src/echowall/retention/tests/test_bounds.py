"""What tries to destroy too much, too early or of another street, and what tries to outlive its day."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from tests import story
from tests.cast import EVENING, Cast

from echowall.kernel import clock, files, scope
from echowall.kernel.ids import new_id
from echowall.kernel.models import Progress
from echowall.matters import operations as act
from echowall.matters.models import HistoryEvent, Matter, Report, Trace
from echowall.retention import operations
from echowall.retention.models import Destruction
from echowall.retention.operations import destroy_due, place_hold
from echowall.voices.models import Attachment, Message
from echowall.voices.sweeping import sweep_pending

CLOSED = story.LATER
MUCH_LATER = EVENING + timedelta(days=800)
GONE = "［内容已到期销毁］"


def _solved(cast: Cast) -> tuple[Matter, Matter]:
    """Return a closed matter and another that was merged into it, both heard by the office."""
    street = cast.fuhua
    root, child = story.handling(street), story.opened(street, title="第三针疫苗的另一条")
    duty, handler = street.actor("duty"), street.actor("handler")
    with scope.as_system():
        while sweep_pending(at=CLOSED):
            pass
    with story.as_actor(duty):
        act.merge_matters(into_id=root.id, merged_ids=[child.id], actor=duty, at=CLOSED)
    with story.as_actor(handler):
        act.report_back(matter_id=root.id, note=story.NOTE, actor=handler, at=CLOSED)
    with story.as_actor(duty):
        act.check_matter(matter_id=root.id, passed=True, note="", actor=duty, at=CLOSED)
        act.answer_reporters(matter_id=root.id, text=story.REPLY, actor=duty, at=CLOSED)
        for report in Report.objects.filter(matter_id__in=(root.id, child.id)):
            act.record_callback(
                matter_id=root.id, report_id=report.id, outcome="solved", satisfaction=5, actor=duty, at=CLOSED
            )
        act.close_matter(matter_id=root.id, actor=duty, at=CLOSED)
    with scope.as_system():
        Message.objects.update(state="handled")
    return story.fresh(root), story.fresh(child)


def _hold(cast: Cast, kind: str, subject: Matter | Message, name: str, at: datetime = CLOSED) -> None:
    leader = cast.fuhua.actor("leader")
    with story.as_actor(leader):
        place_hold(
            subject=(kind, subject.id), name=name, where=(subject.office_id, str(subject.place_path)),
            reason="信访复查中", actor=leader, at=at,
        )  # fmt: skip


def _message(matter: Matter) -> Message:
    with scope.as_system():
        return Message.objects.get(id=Report.objects.get(matter=matter).message_id)


class TestKept:
    def test_hold_keeps_all_that_was_merged_together(self, cast: Cast) -> None:
        root, child = _solved(cast)
        _hold(cast, "matter", root, root.number)
        assert destroy_due(at=MUCH_LATER) == []
        with scope.as_system():
            assert _message(child).phone_sealed
            assert story.fresh(child).title == "第三针疫苗的另一条"

    def test_hold_of_what_was_merged_keeps_what_was_done_about_it(self, cast: Cast) -> None:
        root, child = _solved(cast)
        _hold(cast, "matter", child, child.number)
        assert destroy_due(at=MUCH_LATER) == []
        assert story.fresh(root).title != GONE

    def test_hold_of_a_message_keeps_its_photos_and_traces(self, cast: Cast) -> None:
        root, _child = _solved(cast)
        message = _message(root)
        with scope.as_system():
            photo = Attachment.objects.create(
                id=new_id(), message=message, kind="photo", name="家.jpg", content_type="image/jpeg", byte_count=3,
                sha256=files.keep(b"jpg"),
            )  # fmt: skip
        _hold(cast, "message", message, message.ticket)
        destroy_due(at=MUCH_LATER)
        with scope.as_system():
            assert Attachment.objects.get(id=photo.id).destroyed_at is None
            assert Trace.objects.filter(report__message=message).exists()
            assert Message.objects.get(id=message.id).words_destroyed_at is None

    def test_supervision_of_what_was_merged_ends_with_the_grade_of_the_whole(self, cast: Cast) -> None:
        street, inspector = cast.fuhua, cast.fuhua.actor("inspector")
        root, child = _solved(cast)
        with scope.as_system():
            last = HistoryEvent.objects.filter(matter=child).order_by("-seq").first()
            assert last is not None
            HistoryEvent.objects.create(
                id=new_id(), matter=child, seq=last.seq + 1, kind="supervised", at=CLOSED, recorded_at=EVENING,
                actor_name="督查", to_state="merged", body={"note": "督办"},
            )  # fmt: skip
        assert destroy_due(at=MUCH_LATER) == []
        with story.as_actor(inspector):
            act.evaluate_matter(matter_id=root.id, grade=4, note="", actor=inspector, at=CLOSED)
        assert {"contact", "words", "handling"} <= {record.kind for record in destroy_due(at=MUCH_LATER)}
        assert story.fresh(child).office_id == street.office.id

    def test_what_is_held_or_reopened_after_it_was_found_stays(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root, _child = _solved(cast)
        found = operations._due

        def meanwhile(*given: object) -> tuple[list[object], int]:
            answer = found(*given)  # type: ignore[arg-type]
            with scope.as_system():
                Matter.objects.filter(id=root.id).update(state="handling", closed_at=None)
            return answer  # type: ignore[return-value]

        monkeypatch.setattr(operations, "_due", meanwhile)
        assert destroy_due(at=MUCH_LATER) == []
        with scope.as_system():
            assert Trace.objects.filter(report__matter=root).exists()


class TestForged:
    """Direct calls of the functions that empty rows, with a record of one's own."""

    def _try(self, cast: Cast, message: Message, **about: object) -> int:
        given = {
            "office_id": cast.fuhua.office.id, "place_path": cast.fuhua.office.path, "kind": "words", "count": 1,
            "reason": "试", "closed_before": EVENING + timedelta(days=1), "at": EVENING + timedelta(days=40),
            "by_name": "试",
        }  # fmt: skip
        record = Destruction(id=new_id(), **(given | about))
        with scope.as_system(), transaction.atomic(), connection.cursor() as cursor:
            record.save(force_insert=True)
            cursor.execute("SELECT voices_message_forget('words', %s::uuid[], %s)", [[message.id], record.id])
            return int(cursor.fetchone()[0])

    def test_record_of_another_street_covers_nothing_here(self, cast: Cast) -> None:
        message = _message(_solved(cast)[0])
        theirs = cast.songshan.office
        assert self._try(cast, message, office_id=theirs.id, place_path=theirs.path) == 0

    def test_record_of_the_future_of_nobody_or_of_yesterday_is_none(self, cast: Cast) -> None:
        message = _message(_solved(cast)[0])
        far = clock.now() + timedelta(days=3650)
        for about in (
            {"at": far, "closed_before": far - timedelta(days=60)},
            {"office_id": None, "place_path": None},
            {"at": EVENING + timedelta(days=20)},
        ):
            with pytest.raises(DatabaseError):
                self._try(cast, message, **about)

    def test_record_covers_no_more_than_it_says(self, cast: Cast) -> None:
        with pytest.raises(DatabaseError):
            self._try(cast, _message(_solved(cast)[0]), count=0)

    def test_nobody_destroys_within_a_persons_sight(self, cast: Cast) -> None:
        message = _message(_solved(cast)[0])
        record = Destruction(
            id=new_id(), office_id=cast.fuhua.office.id, place_path=cast.fuhua.office.path, kind="words", count=1,
            reason="试", closed_before=EVENING, at=EVENING + timedelta(days=40), by_name="试",
        )  # fmt: skip
        with scope.as_system():
            record.save(force_insert=True)
        leader = cast.fuhua.actor("leader")
        with pytest.raises(DatabaseError), story.as_actor(leader), connection.cursor() as cursor:
            cursor.execute("SELECT voices_message_forget('words', %s::uuid[], %s)", [[message.id], record.id])


class TestNothingOutlives:
    def test_what_is_written_after_death_dies_in_its_turn(self, cast: Cast) -> None:
        root, _child = _solved(cast)
        destroy_due(at=MUCH_LATER)
        duty, again = cast.fuhua.actor("duty"), MUCH_LATER + timedelta(days=1)
        with clock.fixed(again), story.as_actor(duty):
            act.reopen_matter(matter_id=root.id, cause="王先生又来电话", actor=duty, at=again)
        with scope.as_system():
            Matter.objects.filter(id=root.id).update(state="closed", closed_at=again)
        assert destroy_due(at=again + timedelta(days=300)) == []
        destroy_due(at=again + timedelta(days=400))
        with scope.as_system():
            assert "王先生" not in "".join(str(b) for b in HistoryEvent.objects.values_list("body", flat=True))

    def test_merged_through_another_dies_with_the_last(self, cast: Cast) -> None:
        root, child = _solved(cast)
        with scope.as_system():
            between = story.opened(cast.fuhua)
            Matter.objects.filter(id=between.id).update(state="merged", merged_into=root)
            Matter.objects.filter(id=child.id).update(merged_into=between)
        destroy_due(at=MUCH_LATER)
        assert story.fresh(child).title == GONE

    def test_half_written_exports_and_those_of_the_district_die(
        self, cast: Cast, django_capture_on_commit_callbacks: object
    ) -> None:
        folder = Path(settings.MEDIA_ROOT) / "exports"
        folder.mkdir(parents=True, exist_ok=True)
        works = [
            Progress(
                id=new_id(), kind="export", title="留言", owner_id=owner, started_at=EVENING, state=state,
                finished_at=EVENING if state == "done" else None,
                result={} if state == "done" else {"register": "messages", "asked": {"q": "王建国"}},
            )
            for owner, state in ((new_id(), "done"), (cast.fuhua.duty.id, "running"), (cast.songshan.duty.id, "waiting"))
        ]  # fmt: skip
        for work in works:
            work.file = f"{work.id}.xlsx" if work.state == "done" else ""
            work.save(force_insert=True)
            (folder / f"{work.id}.xlsx").write_bytes(b"PK")
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            destroy_due(at=EVENING + timedelta(days=9))
        assert not any((folder / f"{work.id}.xlsx").exists() for work in works)
        assert "王建国" not in str(list(Progress.objects.values_list("result", flat=True)))

    def test_plan_keeps_no_number_in_clear(self, cast: Cast) -> None:
        matter, handler = story.handling(cast.fuhua), cast.fuhua.actor("handler")
        with story.as_actor(handler):
            event = act.set_plan(
                matter_id=matter.id, nodes=[(clock.today(CLOSED) + timedelta(days=2), "联系13800001234上门")],
                actor=handler, at=CLOSED,
            )  # fmt: skip
        assert "13800001234" not in str(event.body)
