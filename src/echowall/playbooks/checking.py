"""Whether a playbook may be used: references, texts, and a situation for every clock, step and dated value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from echowall.playbooks.clocks.calendars import Calendar
from echowall.playbooks.clocks.types import ClockDefinition
from echowall.playbooks.errors import PlaybookInvalid, Problem, Said
from echowall.playbooks.loading import load
from echowall.playbooks.playbook import Playbook
from echowall.playbooks.situations import Coverage, run_situation
from echowall.playbooks.types import Limit, Mark, Status, Unit
from echowall.playbooks.vocabulary import VOCABULARY, Argument, Vocabulary


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What checking a folder found. `unverified` lists values that somebody still has to read in their source."""

    name: str
    playbook: Playbook | None
    problems: tuple[Problem, ...]
    situation_count: int
    unverified: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """No problem at all."""
        return not self.problems


def check_folder(path: Path, calendar: Calendar, vocabulary: Vocabulary = VOCABULARY) -> CheckResult:
    """Load and check one playbook; all problems come back at once."""
    try:
        playbook = load(path, vocabulary)
    except PlaybookInvalid as error:
        return CheckResult(path.name, None, error.problems, 0, ())
    return check(playbook, calendar)


def check(playbook: Playbook, calendar: Calendar) -> CheckResult:
    """Everything that loading cannot see: references, texts, coverage, and the situations themselves."""
    problems = [*_references(playbook), *_texts(playbook)]
    covered: set[Coverage] = set()
    if not problems:
        for situation in playbook.situations:
            outcome = run_situation(playbook, situation, calendar)
            problems.extend(outcome.differences)
            covered |= outcome.covered
        problems.extend(_uncovered(playbook, covered))
    unverified = tuple(
        f"{p.file}:{v.line} {p.name}: {v.note}"
        for p in playbook.all_parameters()
        for v in p.values
        if v.mark is Mark.UNVERIFIED
    )
    return CheckResult(playbook.id, playbook, tuple(sorted(problems)), len(playbook.situations), unverified)


def _clock_problem(clock: ClockDefinition, key: str, value: str, code: str, said: Said, fix: Said) -> Problem:
    return Problem("clocks.yaml", clock.line, f"{clock.id}.{key}", value, code, said, fix)


def _references(playbook: Playbook) -> Iterator[Problem]:
    if playbook.manifest.status is Status.ACTIVE and not playbook.manifest.places:
        yield Problem(
            "manifest.yaml",
            0,
            "applies_to.places",
            "",
            "places_missing",
            Said("没有写明适用地点。", "No place is named."),
            Said("写上地点代码，或 '*'。", "Give place codes, or '*'."),
        )
    yield from _clock_references(playbook)
    yield from _parameter_references(playbook)


def _clock_references(playbook: Playbook) -> Iterator[Problem]:
    types = {p.name: p.type for p in playbook.all_parameters()}
    for clock in playbook.clocks:
        for name, kinds in _wanted(playbook, clock):
            if name not in types:
                yield _clock_problem(
                    clock,
                    "parameter",
                    name,
                    "parameter_unknown",
                    Said("没有这个参数。", "There is no such parameter."),
                    Said(f"新建 parameters/{name}.yaml。", f"Create parameters/{name}.yaml."),
                )
            elif kinds and types[name] not in kinds:
                yield _clock_problem(
                    clock,
                    "parameter",
                    name,
                    "parameter_type",
                    Said(f"参数类型是 {types[name]}。", f"The parameter is a {types[name]}."),
                    Said(f"这里需要：{'、'.join(kinds)}", f"Needed here: {', '.join(kinds)}"),
                )
        for step in clock.steps:
            paper = step.arguments.get("document")
            if paper and paper not in playbook.papers:
                yield _clock_problem(
                    clock,
                    f"steps.{step.id}.document",
                    paper,
                    "document_unknown",
                    Said("没有这个文书模板。", "There is no such template."),
                    Said(f"新建 documents/{paper}.txt。", f"Create documents/{paper}.txt."),
                )


def _parameter_references(playbook: Playbook) -> Iterator[Problem]:
    for parameter in playbook.all_parameters():
        if not parameter.values:
            yield Problem(
                parameter.file,
                0,
                "values",
                "",
                "values_missing",
                Said("没有任何值。", "It has no value."),
                Said("至少写一个有日期和依据的值。", "Give at least one dated value with its source."),
            )
        base = playbook.parameters.get(parameter.name)
        if base is not None and base.type != parameter.type:
            yield Problem(
                parameter.file,
                0,
                "type",
                parameter.type,
                "overlay_type",
                Said("与上级同名参数类型不同。", "The type differs from the playbook's own."),
                Said(f"写成 type: {base.type}", f"Write type: {base.type}"),
            )


def _wanted(playbook: Playbook, clock: ClockDefinition) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each parameter that a clock names, with the types it may have."""
    for choice in clock.limits:
        if choice.parameter:
            yield choice.parameter, ("limit",)
            if _counts_days(playbook, choice.parameter):
                yield "day_unit", ("choice",)
    for name, kinds in (
        (clock.minimum, ("limit",)), (clock.amber, ("share",)), (clock.plan_extends, ("boolean",)),
    ):  # fmt: skip
        if name:
            yield name, kinds
    for step in clock.steps:
        for name, kinds in (
            (step.after, ("limit",)),
            (step.repeat_every, ("limit",)),
            (step.repeat_times, ("integer",)),
        ):
            if name:
                yield name, kinds
    subject = playbook.manifest.subject
    for condition in clock.conditions():
        if playbook.vocabulary.find_condition(subject, condition.name).argument is Argument.PARAMETER:
            yield condition.argument, ()


def _counts_days(playbook: Playbook, name: str) -> bool:
    return any(
        isinstance(v.value, Limit) and v.value.unit is Unit.DAY
        for p in playbook.all_parameters()
        if p.name == name
        for v in p.values
    )


def text_keys(playbook: Playbook) -> Iterator[str]:
    """Every key that needs words."""
    for parameter in playbook.all_parameters():
        yield f"parameters.{parameter.name}"
    for clock in playbook.clocks:
        yield f"clocks.{clock.id}"
        for step in clock.steps:
            yield f"steps.{step.id}"
    for checklist in playbook.checklists.values():
        yield f"checklists.{checklist.id}"
        for item in checklist.items:
            yield f"checklists.{checklist.id}.{item.id}"
    for colour in playbook.colours:
        yield f"colours.{colour.id}"
    for paper in playbook.papers.values():
        yield f"documents.{paper.id}"
        for placeholder in paper.placeholders:
            yield f"placeholders.{placeholder}"


def _texts(playbook: Playbook) -> Iterator[Problem]:
    wanted = dict.fromkeys(text_keys(playbook))
    for language in dict.fromkeys(("zh", *playbook.texts)):
        have = playbook.texts.get(language, {})
        file = f"texts/{language}.yaml"
        for key in wanted:
            if not have.get(key):
                yield Problem(
                    file,
                    0,
                    key,
                    "",
                    "text_missing",
                    Said("缺少文字。", "The words are missing."),
                    Said(f"补上 {key}: …", f"Add {key}: …"),
                )
        for key in have:
            if key not in wanted:
                yield Problem(
                    file,
                    0,
                    key,
                    "",
                    "text_unused",
                    Said("没有地方用到。", "Nothing uses it."),
                    Said("删除，或改正键名。", "Remove it, or mend the key."),
                )


def _uncovered(playbook: Playbook, covered: set[Coverage]) -> Iterator[Problem]:
    fix = Said("在 tests/ 中加一个情形，并写出期望。", "Add a situation in tests/ that states what to expect.")
    for clock in playbook.clocks:
        if ("clock", clock.id) not in covered:
            yield _clock_problem(
                clock, "", "", "clock_untested", Said("没有情形检验这个时限。", "No situation tests this clock."), fix
            )
        for step in clock.steps:
            if ("step", f"{clock.id}/{step.id}") not in covered:
                yield Problem(
                    "clocks.yaml",
                    step.line,
                    f"{clock.id}.steps.{step.id}",
                    "",
                    "step_untested",
                    Said("没有情形检验这一步。", "No situation tests this step."),
                    fix,
                )
    for parameter in playbook.all_parameters():
        for value in parameter.values:
            if ("value", f"{parameter.place}/{parameter.name}/{value.valid_from}") not in covered:
                yield Problem(
                    parameter.file,
                    value.line,
                    parameter.name,
                    str(value.valid_from),
                    "value_untested",
                    Said("没有情形检验这个值。", "No situation tests this value."),
                    fix,
                )
