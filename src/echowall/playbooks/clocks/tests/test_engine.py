"""The engine at its edges; the ordinary course is shown by the situations of each playbook."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from echowall.playbooks import Argument, Limit, Playbook, Said, Unit, Vocabulary, default_folder, load
from echowall.playbooks.clocks import (
    SHANGHAI,
    ChineseCalendar,
    ClockSet,
    Event,
    State,
    compute,
    explain,
    preview_repin,
    say_instant,
    say_span,
    steps_due,
)
from echowall.playbooks.errors import HistoryBroken, UnknownTerm, VersionNotKept
from echowall.playbooks.situations import Situation, run_situation

CALENDAR = ChineseCalendar()
PLAYBOOKS = {name: load(default_folder() / name) for name in ("13710", "hotline-limits")}
PLAIN = PLAYBOOKS["13710"]


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


def changed(version: str, **values: object) -> Playbook:
    parameters = dict(PLAIN.parameters)
    for name, value in values.items():
        parameters[name] = replace(parameters[name], values=(replace(parameters[name].values[0], value=value),))
    return replace(PLAIN, parameters=parameters, version=version, _clock_sets={})


def clocks_of(playbook: Playbook) -> ClockSet:
    return playbook.clocks_on(date(2022, 5, 3))


OPENED = Event("opened", at("2022-05-03 09:00"))


class TestSituations:
    @pytest.mark.parametrize(
        ("name", "situation"),
        [
            pytest.param(name, situation, id=f"{name}-{situation.file}-{situation.line}")
            for name, playbook in PLAYBOOKS.items()
            for situation in playbook.situations
        ],
    )
    def test_comes_out_as_written(self, name: str, situation: Situation) -> None:
        outcome = run_situation(PLAYBOOKS[name], situation, CALENDAR)
        assert [problem.describe() for problem in outcome.differences] == []


class TestCompute:
    def test_refuses_an_event_without_a_time_zone(self) -> None:
        naive = Event("opened", datetime(2022, 5, 3, 9))  # noqa: DTZ001
        with pytest.raises(HistoryBroken):
            compute(clocks_of(PLAIN), [naive], now=at("2022-05-03 10:00"), calendar=CALENDAR)
        with pytest.raises(HistoryBroken):
            compute(clocks_of(PLAIN), [OPENED], now=datetime(2022, 5, 3, 10), calendar=CALENDAR)  # noqa: DTZ001

    def test_refuses_a_pinned_version_that_is_not_supplied(self) -> None:
        moved = Event("repinned", at("2022-05-04 09:00"), {"version": "x"})
        with pytest.raises(VersionNotKept):
            compute(clocks_of(PLAIN), [OPENED, moved], now=at("2022-05-05 09:00"), calendar=CALENDAR)

    def test_an_empty_history_has_no_running_clock(self) -> None:
        report = compute(clocks_of(PLAIN), [], now=at("2022-05-05 09:00"), calendar=CALENDAR)
        assert {r.state for r in report.readings} == {State.NOT_STARTED}
        assert (report.next_change_at, report.steps_due, report.due_at) == (None, (), None)

    def test_closed_and_reopened_in_the_same_instant_is_open(self) -> None:
        instant = at("2022-05-04 09:00")
        events = [Event("reopened", instant), Event("closed", instant), OPENED]
        report = compute(clocks_of(PLAIN), events, now=at("2022-05-04 10:00"), calendar=CALENDAR)
        assert (report["solve"].state, report["solve"].round) == (State.RUNNING, 2)

    def test_seq_decides_between_events_of_one_instant(self) -> None:
        instant = at("2022-05-04 09:00")
        again = [Event("reopened", instant, seq=2), Event("dispatched", instant, seq=3)]
        report = compute(clocks_of(PLAIN), [OPENED, *again[::-1]], now=at("2022-05-04 10:00"), calendar=CALENDAR)
        assert (report["assign"].state, report["assign"].round) == (State.MET, 2)

    def test_a_matter_filed_late_has_to_be_swept_at_once(self) -> None:
        late, waiting = at("2023-05-03 09:00"), at("2022-05-03 10:00")
        report = compute(clocks_of(PLAIN), [OPENED], now=late, calendar=CALENDAR)
        assert (report.next_change_at, report.sweep_at) == (None, late)
        report = compute(clocks_of(PLAIN), [OPENED], now=waiting, calendar=CALENDAR)
        assert report.sweep_at == report.next_change_at == at("2022-05-03 21:00")

    def test_a_breach_of_an_earlier_round_is_still_counted(self) -> None:
        events = [
            OPENED,
            Event("answered", at("2022-05-20 09:00")),
            Event("reopened", at("2022-05-21 09:00")),
        ]
        report = compute(clocks_of(PLAIN), events, now=at("2022-05-21 10:00"), calendar=CALENDAR)
        solve = report["solve"]
        assert (solve.state, solve.is_late, solve.breach_count, solve.round) == (State.RUNNING, False, 1, 2)

    def test_a_pause_in_working_days_moves_only_working_time(self) -> None:
        working = clocks_of(changed("working", day_unit="working_day"))
        reason = {"reason": "等待上级批复"}
        opened = Event("opened", at("2022-04-28 09:00"))
        # The pause lies wholly inside the May holiday (30 April to 4 May): nobody loses or gains a working day by it.
        pause = [Event("suspended", at("2022-04-30 09:00"), reason), Event("resumed", at("2022-05-04 18:00"))]
        now = at("2022-05-05 08:00")
        plain = compute(working, [opened], now=now, calendar=CALENDAR)["solve"]
        paused = compute(working, [opened, *pause], now=now, calendar=CALENDAR)["solve"]
        assert paused.due_at == plain.due_at == at("2022-05-12 00:00")

    def test_extending_a_plan_again_and_again_does_not_hide_a_missed_node(self) -> None:
        events = [
            OPENED,
            Event("plan_set", at("2022-05-04 09:00"), {"nodes": [date(2022, 5, 10)]}),
            Event("plan_set", at("2022-05-12 09:00"), {"nodes": [date(2022, 5, 20)]}),
        ]
        report = compute(clocks_of(PLAIN), events, now=at("2022-05-12 10:00"), calendar=CALENDAR)
        assert report["plan_node:2022-05-10"].is_late
        assert report["plan_node:2022-05-20"].state is State.RUNNING

    def test_the_same_node_date_may_be_planned_again_after_reopening(self) -> None:
        events = [
            OPENED,
            Event("plan_set", at("2022-05-04 09:00"), {"nodes": ["2022-05-20"]}),
            Event("answered", at("2022-05-05 09:00")),
            Event("reopened", at("2022-05-06 09:00")),
            Event("plan_set", at("2022-05-06 10:00"), {"nodes": ["2022-05-20"]}),
        ]
        report = compute(clocks_of(PLAIN), events, now=at("2022-05-06 11:00"), calendar=CALENDAR)
        node = report["plan_node:2022-05-20"]
        assert (node.state, node.round) == (State.RUNNING, 2)

    def test_suspended_until_must_be_aware(self) -> None:
        body = {"reason": "等待上级批复", "until": "2022-05-06T09:00"}
        events = [OPENED, Event("suspended", at("2022-05-04 09:00"), body)]
        with pytest.raises(HistoryBroken):
            compute(clocks_of(PLAIN), events, now=at("2022-05-05 09:00"), calendar=CALENDAR)


class TestStepsDue:
    def test_is_the_reports_list(self) -> None:
        now = at("2022-05-12 00:00")
        report = compute(clocks_of(PLAIN), [OPENED], now=now, calendar=CALENDAR)
        due = steps_due(clocks_of(PLAIN), [OPENED], now=now, calendar=CALENDAR)
        assert due == report.steps_due
        assert due[0].id == "assign/1/amber_notice"
        assert due[0].action == "notify"
        assert due[0].arguments == {"to": "dispatcher"}


class TestPreviewRepin:
    def test_shows_what_would_change_and_changes_nothing(self) -> None:
        shorter = clocks_of(changed("shorter", solve_limit=Limit(5, Unit.DAY)))
        history = [OPENED]
        changes = preview_repin(clocks_of(PLAIN), history, to=shorter, now=at("2022-05-05 09:00"), calendar=CALENDAR)
        assert [change.clock for change in changes] == ["solve"]
        before, after = changes[0].before, changes[0].after
        assert before is not None
        assert after is not None
        assert (before.due_at, after.due_at) == (at("2022-05-11 00:00"), at("2022-05-09 00:00"))
        assert history == [OPENED]

    def test_a_clock_that_only_the_new_version_has_is_not_late_at_once(self) -> None:
        old = replace(PLAIN, clocks=tuple(c for c in PLAIN.clocks if c.id != "inform"), version="old", _clock_sets={})
        moved = Event("repinned", at("2022-05-09 09:00"), {"version": PLAIN.version})
        report = compute(
            clocks_of(old),
            [OPENED, moved],
            now=at("2022-05-09 10:00"),
            calendar=CALENDAR,
            resolve=lambda version, on: PLAIN.clocks_on(on),
        )
        assert (report["inform"].state, report["inform"].due_at) == (State.RUNNING, at("2022-05-13 00:00"))

    def test_a_clock_that_the_new_version_drops_keeps_only_its_breach(self) -> None:
        new = replace(PLAIN, clocks=tuple(c for c in PLAIN.clocks if c.id != "inform"), version="new", _clock_sets={})

        def states(moved_at: str) -> dict[str, State]:
            moved = Event("repinned", at(moved_at), {"version": "new"})
            report = compute(
                clocks_of(PLAIN),
                [OPENED, moved],
                now=at("2022-05-10 10:00"),
                calendar=CALENDAR,
                resolve=lambda version, on: new.clocks_on(on),
            )
            return {r.clock: r.state for r in report.readings}

        assert "inform" not in states("2022-05-04 09:00")
        assert states("2022-05-09 09:00")["inform"] is State.BREACHED


class TestExplain:
    def test_leads_from_start_to_source(self) -> None:
        report = compute(clocks_of(PLAIN), [OPENED], now=at("2022-05-12 12:00"), calendar=CALENDAR)
        lines = explain(report, "solve")
        chinese, english = "\n".join(l.zh for l in lines), "\n".join(l.en for l in lines)  # noqa: E741
        for part in (
            "七日内办结:已超期",
            "自 2022年5月3日09:00 起",
            "7个自然日",
            "2022年5月10日24时",
            "超期 1天12小时",
            "第 3 行",
        ):
            assert part in chinese
        for part in ("late", "since 2022-05-03 09:00", "the end of 2022-05-10", "Over by 1 d 12 h", PLAIN.version):
            assert part in english

    def test_says_why_a_clock_cannot_be_computed(self) -> None:
        working = changed("working", day_unit="working_day")
        opened = Event("opened", at(f"{CALENDAR.last_year}-12-30 09:00"))
        clocks = working.clocks_on(opened.at.date())
        report = compute(clocks, [opened], now=opened.at + timedelta(hours=1), calendar=CALENDAR)
        assert report["solve"].state is State.UNDETERMINED
        assert report["assign"].state is State.RUNNING
        assert str(CALENDAR.last_year + 1) in explain(report, "solve")[1].zh
        assert report.warnings

    def test_words_for_instants_and_spans(self) -> None:
        assert say_instant(at("2023-01-01 00:00")).zh == "2022年12月31日24时"
        assert say_instant(at("2023-01-01 00:01")).zh == "2023年1月1日00:01"
        assert say_span(timedelta(days=2, minutes=5)).zh == "2天5分"
        assert say_span(-timedelta(hours=3)).en == "3 h"
        assert say_span(timedelta(0)).zh == "0分"


class TestVocabulary:
    def test_a_name_is_registered_once(self) -> None:
        vocabulary = Vocabulary()
        vocabulary.condition("gates", "is_night", Said("夜间", "at night"), Argument.NONE)(lambda facts, _: True)
        vocabulary.action("gates", "call", Said("呼叫", "call"), to=True)
        with pytest.raises(ValueError, match="registered twice"):
            vocabulary.condition("gates", "is_night", Said("夜间", "at night"))(lambda facts, _: True)
        with pytest.raises(ValueError, match="registered twice"):
            vocabulary.action("gates", "call", Said("呼叫", "call"))

    def test_terms_belong_to_a_subject(self) -> None:
        with pytest.raises(UnknownTerm):
            PLAIN.vocabulary.find_condition("gates", "is_complex")
        with pytest.raises(UnknownTerm) as refused:
            PLAIN.vocabulary.find_action("matters", "notfy")
        assert "notify" in refused.value.said.zh
