"""What can be wrong with a playbook or a history, said in Chinese first and in English, with place, value and fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in both languages of the programme."""

    zh: str
    en: str

    def in_language(self, language: str = "zh") -> str:
        """The sentence in `language`: English for codes beginning with "en", else Chinese."""
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one line of a playbook; `line` counts from 1, 0 means the whole file."""

    file: str
    line: int
    key: str
    value: str
    code: str
    said: Said
    fix: Said

    def describe(self, language: str = "zh") -> str:
        """File, line, key, value, what is wrong and how to mend it, in one line."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}" if self.key else ""
        value = f" = {self.value}" if self.value else ""
        mark = "Fix: " if language.startswith("en") else "改法："
        said, fix = self.said.in_language(language), self.fix.in_language(language)
        return f"{where}{key}{value} [{self.code}] {said} {mark}{fix}"


class PlaybookError(Exception):
    """Base of every refusal of this package; `code` says what is wrong, `said` says it to people."""

    code = "playbook_error"

    def __init__(self, zh: str, en: str) -> None:
        """Say it in Chinese and in English."""
        super().__init__(en)
        self.said = Said(zh, en)


class PlaybookInvalid(PlaybookError):
    """A folder is not a playbook; `problems` holds every mistake found, not only the first."""

    code = "playbook_invalid"

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        """`name` is the playbook's or the folder's."""
        self.problems = tuple(sorted(problems))
        lines_zh = "\n".join(p.describe("zh") for p in self.problems)
        lines_en = "\n".join(p.describe("en") for p in self.problems)
        count = len(self.problems)
        super().__init__(
            f"工作法“{name}”有 {count} 处错误：\n{lines_zh}", f"Playbook {name} has {count} mistakes:\n{lines_en}"
        )


class UnknownParameter(PlaybookError):
    """The playbook has no parameter of this name."""

    code = "parameter_unknown"


class NothingInForce(PlaybookError):
    """The parameter exists, but no value of it is in force on that date at that place. Never answered by a default."""

    code = "nothing_in_force"


class UnknownTerm(PlaybookError):
    """A condition or action that no app registered."""

    code = "term_unknown"


class UnknownPlaybook(PlaybookError):
    """The library holds no playbook of this name."""

    code = "playbook_unknown"


class NoPlaybookApplies(PlaybookError):
    """No active playbook of the subject applies at the place."""

    code = "no_playbook_applies"


class SeveralPlaybooksApply(PlaybookError):
    """Two active playbooks of one subject claim the same place."""

    code = "several_playbooks_apply"


class VersionNotKept(PlaybookError):
    """A case is pinned to a version of which no copy is at hand."""

    code = "version_not_kept"


class CalendarEnds(PlaybookError):
    """The official working-day calendar of the year is not known."""

    code = "calendar_ends"


class HistoryBroken(PlaybookError):
    """A history event that cannot be put in time: no time zone, no kind."""

    code = "history_broken"


class PlaceholderMissing(PlaybookError):
    """A paper cannot be filled in because facts are missing; all missing names are listed."""

    code = "placeholder_missing"
