"""Properties of the clock engine that must hold for any history."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from echowall.playbooks import Limit, Playbook, Unit, default_folder, load
from echowall.playbooks.clocks import SHANGHAI, ChineseCalendar, ClockReport, ClockSet, Event, State, compute
from echowall.playbooks.clocks.types import COLOUR_RANK, LEVEL_RANK

CALENDAR = ChineseCalendar()
UNHURRIED = settings(deadline=None)
"""A loaded machine is slow, not wrong."""
START = datetime(2021, 12, 25, tzinfo=SHANGHAI)
TICK = timedelta(microseconds=1)


@lru_cache
def playbook(version: str = "plain") -> Playbook:
    """The playbook as it is, counting working days, or with shorter limits: three versions to move between."""
    plain = load(default_folder() / "13710")
    changes = {
        "plain": {},
        "working": {"day_unit": "working_day"},
        "shorter": {"solve_limit": Limit(2, Unit.DAY), "accept_limit": Limit(3, Unit.HOUR)},
    }[version]
    parameters = dict(plain.parameters)
    for name, value in changes.items():
        parameter = parameters[name]
        parameters[name] = replace(parameter, values=(replace(parameter.values[0], value=value),))
    return replace(plain, parameters=parameters, version=version, _clock_sets={})


def resolve(version: str, on: date) -> ClockSet:
    return playbook(version).clocks_on(on)


def report(history: list[Event], now: datetime, version: str = "plain") -> ClockReport:
    clocks = resolve(version, history[0].at.astimezone(SHANGHAI).date())
    return compute(clocks, history, now=now, calendar=CALENDAR, resolve=resolve)


versions = st.sampled_from(["plain", "working", "shorter"])
instants = st.integers(0, 60 * 24 * 40).map(lambda minutes: START + timedelta(minutes=minutes))
opened = st.fixed_dictionaries({"urgency": st.sampled_from(["critical", "urgent", "normal"]), "complex": st.booleans()})
REASONS = ("等待上级批复", "天气或现场条件不具备", "太忙")
RESTARTING = {"reopened", "dispatched", "moved", "returned", "answered"}
"""Events that begin a new round of some clock."""

bodies = {
    "dispatched": st.just({"team": "物业专班"}),
    "accepted": st.just({"team": "物业专班"}),
    "returned": st.just({"team": "物业专班", "reason": "不属于本专班"}),
    "informed": st.just({}),
    "progress": st.sampled_from([{}, {"node": "2022-01-10"}]),
    "plan_set": st.sampled_from([{"nodes": [date(2022, 1, 10)]}, {"nodes": [date(2022, 1, 10), date(2022, 2, 20)]}]),
    "reclassified": opened,
    "suspended": st.builds(
        lambda reason, until: {"reason": reason, "until": until}, st.sampled_from(REASONS), st.none() | instants
    ),
    "resumed": st.just({}),
    "moved": st.just({"from_office": "甲", "to_office": "乙"}),
    "reported_back": st.just({}),
    "checked": st.builds(lambda passed: {"passed": passed}, st.booleans()),
    "answered": st.just({}),
    "called_back": st.builds(lambda solved: {"solved": solved}, st.sampled_from(["yes", "no", "unreached"])),
    "closed": st.just({}),
    "reopened": st.just({"cause": "回访未解决"}),
    "merged": st.just({"into": "x"}),
    "unmerged": st.just({}),
    "repinned": versions.map(lambda version: {"version": version}),
    "escalated": st.sampled_from(
        [{"step": "solve/1/amber_notice"}, {"step": "assign/1/late_notice"}, {"step": "accept/1/late_notice"}]
    ),
}


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    first = draw(instants)
    events = [Event("opened", first, draw(opened))]
    for _ in range(draw(st.integers(0, 9))):
        kind = draw(st.sampled_from(sorted(bodies)))
        at = first + timedelta(minutes=draw(st.integers(0, 60 * 24 * 40)))
        events.append(Event(kind, at, draw(bodies[kind])))
    return sorted(events, key=lambda event: event.at)


def signature(seen: ClockReport) -> tuple[object, ...]:
    """Everything that `next_change_at` promises to foresee."""
    return (
        tuple((r.clock, r.round, r.state, r.colour, r.level) for r in seen.readings),
        tuple(step.id for step in seen.steps_due),
    )


moments = st.integers(0, 60 * 24 * 90).map(lambda minutes: START + timedelta(minutes=minutes, seconds=17))


class TestProperties:
    @UNHURRIED
    @given(histories(), moments, versions)
    def test_due_and_amber_are_never_before_the_start(self, history: list[Event], now: datetime, version: str) -> None:
        for reading in report(history, now, version).readings:
            if reading.due_at is not None and reading.counted_from is not None and reading.started_at is not None:
                assert reading.due_at >= reading.counted_from >= reading.started_at
                assert reading.amber_at is not None
                assert reading.counted_from <= reading.amber_at <= reading.due_at

    @UNHURRIED
    @given(histories(), moments, st.randoms())
    def test_order_of_arrival_does_not_matter(self, history: list[Event], now: datetime, chance: random.Random) -> None:
        shuffled = history[:]
        chance.shuffle(shuffled)
        clocks = resolve("plain", START.date())
        expected = compute(clocks, history, now=now, calendar=CALENDAR, resolve=resolve)
        assert compute(clocks, shuffled, now=now, calendar=CALENDAR, resolve=resolve) == expected

    @UNHURRIED
    @given(histories(), moments)
    def test_an_event_that_arrives_twice_counts_once(self, history: list[Event], now: datetime) -> None:
        named = [Event(e.kind, e.at, e.body, f"e{i:03}") for i, e in enumerate(history)]
        assert report(named + named[::-1], now) == report(named, now)

    @UNHURRIED
    @given(histories(), moments, versions)
    def test_what_was_said_stays_true_whatever_came_later(
        self, history: list[Event], now: datetime, version: str
    ) -> None:
        known = [event for event in history if event.at <= now]
        assume(known)
        late, early = report(history, now, version), report(known, now, version)
        assert late.readings == early.readings
        assert late.steps_due == early.steps_due

    @UNHURRIED
    @given(histories(), moments, st.sampled_from(sorted(set(bodies) - RESTARTING)), st.data())
    def test_events_after_a_clock_is_met_do_not_change_when_it_was_met(
        self, history: list[Event], now: datetime, kind: str, data: st.DataObject
    ) -> None:
        history = [event for event in history if event.at <= now]
        assume(history)
        before = report(history, now)
        added = Event(kind, now + TICK, data.draw(bodies[kind]))
        after = report([*history, added], added.at + timedelta(days=1))
        for old in before.readings:
            if old.state is State.MET:
                new = next(r for r in after.readings if r.clock == old.clock)
                assert (new.met_at, new.due_at, new.is_late) == (old.met_at, old.due_at, old.is_late)

    @UNHURRIED
    @given(histories(), moments, versions, st.integers(0, 60 * 24 * 30))
    def test_colour_and_level_only_rise_while_nothing_happens(
        self, history: list[Event], now: datetime, version: str, minutes: int
    ) -> None:
        assume(now >= history[-1].at)
        first, later = report(history, now, version), report(history, now + timedelta(minutes=minutes), version)
        for old, new in zip(first.readings, later.readings, strict=True):
            assert COLOUR_RANK[new.colour] >= COLOUR_RANK[old.colour]
            assert LEVEL_RANK[new.level] >= LEVEL_RANK[old.level]
            assert new.due_at == old.due_at
        assert {s.id for s in first.steps_due} <= {s.id for s in later.steps_due}

    @settings(max_examples=200, deadline=None)
    @given(histories(), moments, versions)
    def test_next_change_is_exact(self, history: list[Event], now: datetime, version: str) -> None:
        assume(now >= history[0].at)
        seen = report(history, now, version)
        if seen.next_change_at is None:
            for days in (1, 30, 400):
                assert signature(report(history, now + timedelta(days=days), version)) == signature(seen)
        else:
            assert seen.next_change_at > now
            assert signature(report(history, seen.next_change_at - TICK, version)) == signature(seen)
            if all(event.at != seen.next_change_at for event in history):
                assert signature(report(history, seen.next_change_at, version)) != signature(seen)

    @UNHURRIED
    @given(histories(), moments)
    def test_recorded_steps_are_not_due_again(self, history: list[Event], now: datetime) -> None:
        assume(now >= history[-1].at)
        due = report(history, now).steps_due
        done = [*history, *(Event("escalated", now, {"step": step.id}) for step in due)]
        assert report(done, now).steps_due == ()

    @UNHURRIED
    @given(histories(), moments)
    def test_the_zone_in_which_instants_are_written_does_not_matter(self, history: list[Event], now: datetime) -> None:
        elsewhere = [Event(e.kind, e.at.astimezone(UTC), e.body) for e in history]
        assert signature(report(elsewhere, now.astimezone(UTC))) == signature(report(history, now))


class TestPause:
    @UNHURRIED
    @given(instants, st.integers(1, 60 * 24 * 2), st.integers(1, 60 * 24 * 60), st.booleans())
    def test_a_pause_moves_the_due_time_by_exactly_its_length(
        self, at: datetime, wait: int, length: int, is_complex: bool
    ) -> None:
        pause = timedelta(minutes=length)
        since = at + timedelta(minutes=wait)
        plain = [Event("opened", at, {"complex": is_complex})]
        paused = [*plain, Event("suspended", since, {"reason": REASONS[0]}), Event("resumed", since + pause)]
        now = since + pause
        for name in ("inform", "complex" if is_complex else "solve"):
            without, within = report(plain, now)[name], report(paused, now)[name]
            assert without.due_at is not None
            if since < without.due_at:
                assert within.due_at == without.due_at + pause
                assert within.amber_at is not None
                assert without.amber_at is not None
                assert within.amber_at in (without.amber_at, without.amber_at + pause)
            else:
                assert within.due_at == without.due_at

    @UNHURRIED
    @given(instants, st.lists(st.tuples(st.integers(1, 2880), st.integers(1, 2880)), min_size=1, max_size=5))
    def test_overlapping_pauses_count_once(self, at: datetime, spans: list[tuple[int, int]]) -> None:
        events = [Event("opened", at)]
        minutes: set[int] = set()
        for since, length in spans:
            until = at + timedelta(minutes=since + length)
            events.append(Event("suspended", at + timedelta(minutes=since), {"reason": REASONS[0], "until": until}))
            minutes |= set(range(since, since + length))
        now = at + timedelta(days=30)
        plain = report([Event("opened", at)], now)["solve"]
        assert plain.due_at is not None
        assert report(events, now)["solve"].due_at == plain.due_at + timedelta(minutes=len(minutes))


class TestWorkingTime:
    @UNHURRIED
    @given(st.datetimes(datetime(2020, 1, 1), datetime(2026, 6, 1)), st.integers(0, 60 * 24 * 60))  # noqa: DTZ001
    def test_advance_and_elapsed_are_inverse(self, naive: datetime, minutes: int) -> None:
        at, span = naive.replace(tzinfo=SHANGHAI), timedelta(minutes=minutes)
        end = CALENDAR.advance(at, span, working=True)
        assert end >= at
        assert CALENDAR.elapsed(at, end, working=True) == span
        if span:
            assert CALENDAR.elapsed(at, end - TICK, working=True) < span

    @UNHURRIED
    @given(st.dates(date(2020, 1, 1), date(2026, 6, 1)), st.integers(1, 60))
    def test_add_days_counts_one_by_one(self, day: date, count: int) -> None:
        reached, left = day, count
        while left:
            reached += timedelta(days=1)
            left -= CALENDAR.is_working_day(reached)
        assert CALENDAR.add_days(day, count, working=True) == reached

    @pytest.mark.parametrize(
        ("day", "is_working"),
        [
            (date(2020, 2, 2), False),
            (date(2020, 1, 19), True),
            (date(2022, 1, 30), True),
            (date(2022, 5, 4), False),
            (date(2022, 5, 7), True),
            (date(2022, 10, 9), True),
            (date(2024, 2, 29), True),
        ],
    )
    def test_holidays_and_make_up_workdays(self, day: date, is_working: bool) -> None:
        assert CALENDAR.is_working_day(day) is is_working
