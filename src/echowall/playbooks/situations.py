"""Situations: given this history, on that day at that place, expect this. Officials read them; `check` runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from echowall.playbooks.clocks.calendars import SHANGHAI, Calendar
from echowall.playbooks.clocks.compiling import ClockSet
from echowall.playbooks.clocks.engine import ClockReport, compute
from echowall.playbooks.clocks.facts import EVENT_KINDS
from echowall.playbooks.clocks.types import ClockReading, Event
from echowall.playbooks.errors import PlaybookError, Problem, Said, UnknownParameter, VersionNotKept
from echowall.playbooks.parameter_types import PARAMETER_TYPES, NotThisType
from echowall.playbooks.playbook import Playbook
from echowall.playbooks.types import DatedValue, Mark, Source
from echowall.playbooks.vocabulary import Argument
from echowall.playbooks.yaml_source import Document, Section, top_section

_CLOCK_KEYS = ("state", "due", "amber", "colour", "level", "late", "round", "met", "breaches", "remaining")
_EXPECT_KEYS = ("clocks", "values", "steps_due", "colour", "level", "next_change", "rework", "warnings", "error")

Coverage = tuple[str, str]
"""("clock", id), ("step", clock/step) or ("value", place/name/date)."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One case as written. `version` names a variant to open under; `variants` are changed copies to repin to."""

    title: str
    file: str
    line: int
    place: tuple[str, ...]
    at: datetime | None
    on: date
    history: tuple[Event, ...]
    version: str
    variants: Mapping[str, Mapping[str, Any]]
    expect: Mapping[str, Any]


def read_situations(document: Document) -> list[Situation]:
    """All situations of a file; mistakes are noted in the document."""
    top = top_section(document)
    if top is None:
        return []
    top.known("situations")
    return [s for section in top.sections("situations") if (s := _situation(section)) is not None]


def _situation(section: Section) -> Situation | None:
    section.known("title", "place", "given", "on", "version", "variants", "expect")
    expect = section.section("expect")
    if expect is not None:
        expect.known(*_EXPECT_KEYS)
        clocks = expect.section("clocks", needed=False)
        for clock in clocks.data if clocks else ():
            wanted = clocks.section(clock) if clocks else None
            if wanted:
                wanted.known(*_CLOCK_KEYS)
        expect.section("values", needed=False)
        expect.get("steps_due", list, needed=False, example="[]")
    if (variants := section.section("variants", needed=False)) is not None:
        for variant in variants.data:
            variants.section(variant)
    written = section.get("on", (str, date), example="'2022-05-03 23:50'")
    at = _instant(section, "on", written) if isinstance(written, str) else None
    on = written if isinstance(written, date) else (at.date() if at else None)
    history = tuple(e for item in section.sections("given", needed=False) if (e := _event(item)) is not None)
    title = section.text("title")
    if expect is None or on is None or not title:
        return None
    return Situation(
        title=title,
        file=section.document.file,
        line=section.document.lines.get(section.path, 0),
        place=section.words("place"),
        at=at,
        on=on,
        history=history,
        version=section.text("version", needed=False),
        variants=section.get("variants", dict, needed=False) or {},
        expect=expect.data,
    )


def _instant(section: Section, key: str, written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)
    except ValueError:
        said = Said("时间写法不对。", "Not a time.")
        section.report(key, "time_wrong", said, Said("写成 '2022-05-03 23:50'", "Write '2022-05-03 23:50'"), written)
        return None


def _event(section: Section) -> Event | None:
    kind = section.choice("kind", tuple(sorted(EVENT_KINDS)))
    written = section.text("at", example="'2022-05-03 23:50'")
    at = _instant(section, "at", written) if written else None
    body = {k: v for k, v in section.data.items() if k not in ("kind", "at")}
    if kind == "suspended" and isinstance(body.get("until"), str):
        body["until"] = _instant(section, "until", body["until"])
    return Event(kind, at, body) if at else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a situation showed: its differences from what was expected, and what it covered."""

    situation: Situation
    differences: tuple[Problem, ...]
    covered: frozenset[Coverage]


def run_situation(playbook: Playbook, situation: Situation, calendar: Calendar) -> Outcome:
    """Play one situation; differences come back as problems, never as exceptions."""
    run = _Run(playbook, situation, calendar)
    wanted = situation.expect.get("error")
    try:
        run.play()
    except (TypeError, ValueError, AttributeError) as error:
        run.differ("given", "可读的内容 / readable content", f"{type(error).__name__}: {error}")
    except PlaybookError as error:
        if error.code != wanted:
            run.differ("error", str(wanted), error.code, error.said)
    else:
        if wanted is not None:
            run.differ("error", str(wanted), "")
    return Outcome(situation, tuple(run.differences), frozenset(run.covered))


class _Run:
    def __init__(self, playbook: Playbook, situation: Situation, calendar: Calendar) -> None:
        self.playbook, self.situation, self.calendar = playbook, situation, calendar
        self.differences: list[Problem] = []
        self.covered: set[Coverage] = set()

    def differ(self, key: str, wanted: str, got: str, more: Said | None = None) -> None:
        said = Said(
            f"“{self.situation.title}”：应为 {wanted or '无'}，实为 {got or '无'}。",
            f"'{self.situation.title}': expected {wanted or 'none'}, got {got or 'none'}.",
        )
        if more is not None:
            said = Said(said.zh + more.zh, f"{said.en} {more.en}")
        fix = Said("核对规则与情形，改正其中之一。", "Compare the rule and the situation; mend one of them.")
        self.differences.append(
            Problem(self.situation.file, self.situation.line, key, "", "situation_differs", said, fix)
        )

    def compare(self, key: str, wanted: object, got: object) -> None:
        if str(wanted) != str(got):
            self.differ(key, str(wanted), str(got))

    def play(self) -> None:
        situation, expect = self.situation, self.situation.expect
        for name, wanted in (expect.get("values") or {}).items():
            value = self.playbook.value(name, on=situation.on, place=situation.place)
            self.covered.add(("value", f"{value.place}/{name}/{value.dated.valid_from}"))
            kind = PARAMETER_TYPES[self._type_of(name)]
            try:
                self.compare(f"values.{name}", kind.read(wanted), value.value)
            except NotThisType:
                self.differ(f"values.{name}", str(wanted), str(value.value))
        if situation.history:
            self._play_clocks()
        elif expect.get("error") and not expect.get("values"):
            self.playbook.clocks_on(situation.on, situation.place)

    def _type_of(self, name: str) -> str:
        return next(p.type for p in self.playbook.all_parameters() if p.name == name)

    def _play_clocks(self) -> None:
        situation, expect = self.situation, self.situation.expect
        now = situation.at
        if now is None:
            self.differ("on", "时刻 / an instant", str(situation.on))
            return
        opened_on = min(event.at for event in situation.history).date()
        clocks = self._resolve(situation.version or self.playbook.version, opened_on)
        report = compute(clocks, situation.history, now=now, calendar=self.calendar, resolve=self._resolve)
        for name, wanted in (expect.get("clocks") or {}).items():
            try:
                reading = report[name]
            except KeyError:
                self.differ(f"clocks.{name}", "存在 / present", "")
                continue
            self._compare_clock(name, wanted, reading)
            self._cover(name.split(":")[0], report)
        self._compare_report(report)

    def _compare_clock(self, name: str, wanted: Mapping[str, Any], reading: ClockReading) -> None:
        got: dict[str, Any] = {
            "state": reading.state, "due": _shown(reading.due_at), "amber": _shown(reading.amber_at),
            "colour": reading.colour, "level": reading.level, "late": reading.is_late, "round": reading.round,
            "met": _shown(reading.met_at), "breaches": reading.breach_count, "remaining": reading.remaining,
        }  # fmt: skip
        for key, value in wanted.items():
            self.compare(
                f"clocks.{name}.{key}", value if value is not None else "", got[key] if got[key] is not None else ""
            )

    def _compare_report(self, report: ClockReport) -> None:
        expect = self.situation.expect
        if "steps_due" in expect:
            due = [step.id for step in report.steps_due]
            self.compare("steps_due", list(expect["steps_due"] or []), due)
            for step in report.steps_due:
                self.covered.add(("step", f"{step.clock.split(':')[0]}/{step.step}"))
        got = {
            "colour": report.colour, "level": report.level, "next_change": _shown(report.next_change_at),
            "rework": report.rework_count, "warnings": len(report.warnings),
        }  # fmt: skip
        for key, value in got.items():
            if key in expect:
                self.compare(key, expect[key] if expect[key] is not None else "", value)

    def _cover(self, clock: str, report: ClockReport) -> None:
        self.covered.add(("clock", clock))
        definition = next((d for d in self.playbook.clocks if d.id == clock), None)
        if definition is None:
            return
        names = definition.parameters() | {"day_unit"}
        for condition in definition.conditions():
            term = self.playbook.vocabulary.find_condition(self.playbook.manifest.subject, condition.name)
            if term.argument is Argument.PARAMETER:
                names.add(condition.argument)
        for clock_set in report.clock_sets:
            for name in names & clock_set.values.keys():
                value = clock_set.values[name]
                self.covered.add(("value", f"{value.place}/{name}/{value.dated.valid_from}"))

    def _resolve(self, version: str, on: date) -> ClockSet:
        if version == self.playbook.version:
            return self.playbook.clocks_on(on, self.situation.place)
        if version not in self.situation.variants:
            raise VersionNotKept(f"情形里没有变体“{version}”。", f"The situation has no variant {version}.")
        return self._variant(version).clocks_on(on, self.situation.place)

    def _variant(self, version: str) -> Playbook:
        changed = dict(self.playbook.parameters)
        for name, written in self.situation.variants[version].items():
            if name not in changed:
                raise UnknownParameter(
                    f"变体“{version}”改了不存在的参数“{name}”。",
                    f"Variant {version} changes {name}, which does not exist.",
                )
            parameter = changed[name]
            try:
                value = PARAMETER_TYPES[parameter.type].read(written)
            except NotThisType:
                raise PlaybookError(
                    f"变体“{version}”的“{name}”值不对：{written}",
                    f"Variant {version} gives {name} a wrong value: {written}",
                ) from None
            dated = DatedValue(
                value, date.min, None, Source("情形变体"), Mark.VERIFIED, "", self.situation.file, self.situation.line
            )
            changed[name] = replace(parameter, values=(dated,))
        return replace(self.playbook, parameters=changed, version=version, _clock_sets={})


def _shown(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
