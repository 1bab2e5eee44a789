"""Suspicious handling, rankings and search."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from tests.cast import EVENING, Cast

from echowall.command.models import Suspicion
from echowall.command.queries.counting import Period
from echowall.command.queries.finding import find_anything
from echowall.command.queries.ranking import ranking
from echowall.command.rankings import Rate, score, wilson
from echowall.command.suspecting import is_empty_phrase, limits_on, look_for_suspicious
from echowall.kernel import clock, scope
from echowall.kernel.actors import Actor
from echowall.kernel.ids import new_id
from echowall.kernel.scope import as_system
from echowall.matters import operations as act
from echowall.matters.models import Callback, HistoryEvent, Matter, Report
from echowall.matters.operations.opening import NewMatter
from echowall.voices.channels.types import HeardMessage
from echowall.voices.operations import hear_messages
from echowall.voices.sweeping import sweep_pending


def _matter(cast: Cast, title: str = "楼道堆物", intent: str = "complaint", urgency: str = "urgent") -> Matter:
    new = NewMatter(
        place=cast.fuhua.building,
        title=title,
        summary="x",
        channel="web",
        intent=intent,
        topic="property",
        urgency=urgency,
        opened_at=EVENING,
    )
    with as_system():
        return act.open_matter(new=new, actor=cast.fuhua.actor("duty"), at=EVENING)


def _event(matter: Matter, kind: str, at_minutes: float, actor: Actor, **more: object) -> HistoryEvent:
    """Append an event as a dishonest hand (or an old import) would have: the checks must not rely on the operations."""
    at = EVENING + timedelta(minutes=at_minutes)
    with as_system():
        seq = HistoryEvent.objects.filter(matter=matter).count() + 1
        values = {"recorded_at": at, "body": {}, **more}
        return HistoryEvent.objects.create(
            id=new_id(),
            matter=matter,
            seq=seq,
            kind=kind,
            at=at,
            actor_id=actor.id,
            actor_name=actor.name,
            from_state="",
            to_state=matter.state,
            **values,
        )


def _found(cast: Cast) -> set[str]:
    at = EVENING + timedelta(days=6)
    added = look_for_suspicious(at=at)
    assert look_for_suspicious(at=at) == 0  # looking again adds nothing
    with scope.active(cast.fuhua.actor("inspector").scope):
        rules = set(Suspicion.objects.values_list("rule", flat=True))
        assert Suspicion.objects.count() == added
    with scope.active(cast.songshan.actor("inspector").scope):
        assert not Suspicion.objects.exists()
    return rules


class TestSuspicious:
    def test_honest_handling_is_not_suspected(self, cast: Cast) -> None:
        matter, duty, handler = _matter(cast), cast.fuhua.actor("duty"), cast.fuhua.actor("handler")
        with scope.active(duty.scope):
            act.dispatch_matter(matter_id=matter.id, team_id=cast.fuhua.medical.id, actor=duty, at=EVENING)
        with scope.active(handler.scope):
            act.accept_matter(matter_id=matter.id, actor=handler, at=EVENING)
        text = "您反映的3号楼楼道堆物已于5月4日由物业清理完毕,社区已到现场核对,感谢您的理解与支持。"
        _event(matter, "answered", 60, duty, body={"text": text})
        _event(matter, "closed", 90, duty)
        assert _found(cast) == set()

    def test_each_check_finds_its_own(self, cast: Cast) -> None:
        duty, handler = cast.fuhua.actor("duty"), cast.fuhua.actor("handler")
        matter = _matter(cast)
        with as_system():
            opened_at = HistoryEvent.objects.get(matter=matter, kind="opened").recorded_at
        _event(
            matter,
            "reclassified",
            5,
            duty,
            body={"was": {"intent": "complaint"}, "now": {"intent": "consult"}, "reason": "x"},
        )
        _event(matter, "closed", 0.5, duty, recorded_at=opened_at + timedelta(seconds=30))
        _event(matter, "answered", 10, duty, body={"text": "您好,您反映的问题已收到,请耐心等待。"})
        _event(matter, "progress", 0, handler, recorded_at=EVENING + timedelta(hours=3))
        outside = _matter(cast, "另一件")
        _event(outside, "accepted", 3, cast.fuhua.actor("community"))
        late = _matter(cast, "第三件")
        with scope.active(duty.scope):
            due = Matter.objects.get(id=late.id).due_at
        assert due is not None
        minutes = (due - EVENING).total_seconds() / 60 - 30
        _event(late, "reclassified", minutes, duty, body={"was": {"urgency": "urgent"}, "now": {"urgency": "normal"}})
        _event(late, "suspended", minutes, duty, body={"reason": "等待上级批复"})
        _event(_matter(cast, "第四件"), "closed", 300, duty)
        assert _found(cast) == {
            "relabelled",
            "closed_at_once",
            "empty_phrase",
            "redated",
            "outsider",
            "lowered_late",
            "suspended_late",
            "no_contact",
        }

    def test_bulk_callbacks_and_reused_photo(self, cast: Cast) -> None:
        duty = cast.fuhua.actor("duty")
        with as_system():
            said = [HeardMessage("web", f"k{i}", f"第{i}条留言,楼道堆物", said_at=EVENING) for i in range(6)]
            heard = hear_messages(messages=said, source=cast.fuhua.web, actor=duty, at=EVENING)
            for one in heard:
                matter = _matter(cast)
                report = Report.objects.create(id=new_id(), matter=matter, message_id=one.id, joined_at=EVENING)
                Callback.objects.create(
                    id=new_id(), matter=matter, report=report, outcome="solved", by_id=duty.id, at=EVENING
                )
                matter.evidence.create(
                    id=new_id(), kind="photo", sha256="ab" * 32, added_at=EVENING, added_by_id=duty.id
                )
        assert _found(cast) == {"bulk_callbacks", "reused_photo"}

    def test_page_is_for_those_who_oversee(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.fuhua.inspector)
        assert client.get("/desk/suspicious/").status_code == 200
        client.force_login(cast.fuhua.duty)
        assert client.get("/desk/suspicious/").status_code == 403

    def test_empty_phrases(self) -> None:
        limits = replace(limits_on(EVENING), letters=12)
        assert is_empty_phrase("您好,已收到,我们会尽快处理,感谢您的理解与支持!", limits.phrases, 12)
        assert not is_empty_phrase("您好,3号楼楼道杂物已于今早清走,请放心。", limits.phrases, 12)


class TestRanking:
    def test_wilson_against_published_values(self) -> None:
        # Newcombe 1998 (Stat Med 17:857), table I, method 3.
        for hits, n, low, high in (
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ):
            assert wilson(hits, n) == pytest.approx((low, high), abs=0.0001)
        with pytest.raises(ValueError, match="3 of 2"):
            wilson(3, 2)

    def test_few_good_ones_do_not_beat_many(self) -> None:
        weights = {"a": 1.0}
        assert (score({"a": Rate(95, 100)}, weights, at_least=3) or 0) > (
            score({"a": Rate(3, 3)}, weights, at_least=3) or 0
        )
        assert score({"a": Rate(2, 2)}, weights, at_least=3) is None

    def test_lines_equal_their_lists_and_small_ones_are_not_ranked(self, cast: Cast, client: Client) -> None:
        duty, handler = cast.fuhua.actor("duty"), cast.fuhua.actor("handler")
        for number in range(3):
            matter = _matter(cast, f"第{number}件")
            with scope.active(duty.scope):
                act.dispatch_matter(matter_id=matter.id, team_id=cast.fuhua.medical.id, actor=duty, at=EVENING)
            with scope.active(handler.scope):
                act.accept_matter(matter_id=matter.id, actor=handler, at=EVENING)
        with scope.active(duty.scope):
            (line,) = ranking(duty, "team", Period(date(2022, 5, 1), date(2022, 5, 7)))
        assert (line.place, line.rates[0].rate) == (None, Rate(3, 3))
        client.force_login(cast.fuhua.duty)
        for one in line.rates:
            assert client.get(one.url).context["listing"].count == one.rate.hits
            assert client.get(one.whole_url).context["listing"].count == one.rate.n
        assert client.get("/desk/rankings/?by=community").status_code == 200


class TestFindAnything:
    def test_number_ticket_phone_place_words(self, cast: Cast, client: Client) -> None:
        duty = cast.fuhua.actor("duty")
        said = HeardMessage("web", "k", "家里的降压药快没有了,请帮忙", said_at=EVENING, phone="13812345678")
        with as_system():
            (heard,) = hear_messages(messages=[said], source=cast.fuhua.web, actor=duty, at=EVENING)
            sweep_pending(at=clock.now())
            matter = act.open_from_message(message_id=heard.id, actor=duty, at=EVENING)
        with scope.active(duty.scope):
            assert find_anything(duty, matter.number).exact.endswith(f"/{matter.id}/")
            for words in (heard.ticket, "5678", "13812345678", "138 1234 5678", "降压药"):
                found = find_anything(duty, words)
                assert [m.id for m in found.messages] == [heard.id], words
                assert matter.id in {m.id for m in found.matters}, words
            assert next(p.name for p in find_anything(duty, "铁路").places) == "铁路小区"
        foreign = cast.songshan.actor("duty")
        with scope.active(foreign.scope):
            for words in (matter.number, heard.ticket, "5678", "13812345678", "降压药", "铁路"):
                found = find_anything(foreign, words)
                assert not any((found.exact, found.matters, found.messages, found.places))
        client.force_login(cast.fuhua.duty)
        assert client.get("/desk/search/", {"q": "降压药"}).status_code == 200
        assert client.get("/desk/search/", {"q": matter.number}).status_code == 302
