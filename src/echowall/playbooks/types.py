"""What a playbook consists of. No Django, no database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from echowall.playbooks.errors import Said


class Mark(StrEnum):
    """Whether somebody has read the value in its source."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"


class Status(StrEnum):
    """ACTIVE decides cases; DRAFT is being written; LIBRARY waits to be adopted by an office."""

    ACTIVE = "active"
    DRAFT = "draft"
    LIBRARY = "library"


class Unit(StrEnum):
    """What a limit counts. DAY is a calendar or working day, whichever the parameter `day_unit` says."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    CALENDAR_DAY = "calendar_day"
    WORKING_DAY = "working_day"
    MONTH = "month"


UNIT_NAMES = {
    Unit.MINUTE: Said("分钟", "minutes"),
    Unit.HOUR: Said("小时", "hours"),
    Unit.DAY: Said("日", "days"),
    Unit.CALENDAR_DAY: Said("个自然日", "calendar days"),
    Unit.WORKING_DAY: Said("个工作日", "working days"),
    Unit.MONTH: Said("个月", "months"),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A span as a rule states it, for example 7 days or 15 minutes."""

    amount: int
    unit: Unit

    def say(self) -> Said:
        """The limit in words."""
        name = UNIT_NAMES[self.unit]
        return Said(f"{self.amount}{name.zh}", f"{self.amount} {name.en}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read: title, and where known its reference number and address."""

    title: str
    reference: str = ""
    address: str = ""

    def say(self) -> str:
        """Title with reference."""
        return f"{self.title}({self.reference})" if self.reference else self.title


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of one parameter, in force from `valid_from` until (not including) `valid_until`."""

    value: Any
    valid_from: date
    valid_until: date | None
    source: Source
    mark: Mark
    note: str
    file: str
    line: int

    def is_in_force(self, on: date) -> bool:
        """Whether the value holds on that day."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One named value by date; `place` is "" for the playbook's own, else the code of an overlay."""

    name: str
    type: str
    choices: tuple[str, ...]
    values: tuple[DatedValue, ...]
    place: str
    file: str

    def entry(self, on: date) -> DatedValue | None:
        """The dated value in force on that day: a later value ends the one before it, even if it has ended itself."""
        for dated in reversed(self.values):
            if dated.valid_from <= on:
                return dated if dated.is_in_force(on) else None
        return None


@dataclass(frozen=True, slots=True)
class Value:
    """The answer to "what holds here on this day?", with its trace: which file and line, since when, on whose word."""

    name: str
    value: Any
    on: date
    place: str
    dated: DatedValue
    playbook: str
    version: str

    def explain(self, title: str = "") -> Said:
        """One sentence that a clerk or a resident can check."""
        shown = self.value.say() if isinstance(self.value, Limit) else Said(str(self.value), str(self.value))
        dated = self.dated
        unsure = (
            Said(f"；待核实：{dated.note}", f"; unverified: {dated.note}")
            if dated.mark is Mark.UNVERIFIED
            else Said("", "")
        )
        where = Said(f"（地点 {self.place}）", f" (place {self.place})") if self.place else Said("", "")
        name = title or self.name
        return Said(
            f"{name}{where.zh} = {shown.zh}，自 {dated.valid_from} 起，"
            f"见 {self.playbook}/{dated.file} 第 {dated.line} 行，依据：{dated.source.say()}{unsure.zh}",
            f"{self.name}{where.en} = {shown.en}, since {dated.valid_from}, "
            f"{self.playbook}/{dated.file} line {dated.line}, source: {dated.source.say()}{unsure.en}",
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a playbook is, what it rules and where. `places` are codes; "*" is everywhere."""

    id: str
    title: Said
    subject: str
    issued_by: str
    status: Status
    places: tuple[str, ...]
    valid_from: date


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to look at; its words stand in the texts under `checklists.<list>.<item>`."""

    id: str
    needs_evidence: bool


@dataclass(frozen=True, slots=True)
class Checklist:
    """A dated list of things to look at."""

    id: str
    valid_from: date
    source: Source
    mark: Mark
    items: tuple[ChecklistItem, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the vocabulary as a playbook uses it."""

    name: str
    argument: str = ""
    is_negated: bool = False

    def written(self) -> str:
        """As in the YAML."""
        text = f"{self.name}: {self.argument}" if self.argument else self.name
        return f"not {text}" if self.is_negated else text


@dataclass(frozen=True, slots=True)
class ColourRule:
    """One colour with a sign, so that colour is never the only mark; `when` are conditions of the vocabulary."""

    id: str
    sign: str
    when: tuple[Condition, ...]
    source: Source
    mark: Mark
