"""Reading `clocks.yaml`: clock definitions, with every mistake noted at its line."""

from __future__ import annotations

from typing import Any

from echowall.playbooks.clocks.facts import EVENT_KINDS
from echowall.playbooks.clocks.types import ClockDefinition, Level, LimitChoice, Matcher, StepDefinition
from echowall.playbooks.errors import Said, UnknownTerm
from echowall.playbooks.types import Condition
from echowall.playbooks.vocabulary import Argument, Vocabulary
from echowall.playbooks.yaml_source import Document, Path, Section, top_section

_POINTS = ("start", "amber", "due")


def read_clocks(document: Document, subject: str, vocabulary: Vocabulary) -> tuple[ClockDefinition, ...]:
    """All clocks of the file, in its order; what is wrong is in `document.problems`."""
    top = top_section(document)
    if top is None:
        return ()
    top.known("clocks")
    clocks: list[ClockDefinition] = []
    for section in top.sections("clocks"):
        clock = _clock(section, subject, vocabulary)
        if any(clock.id == other.id for other in clocks):
            section.report(
                "id",
                "id_twice",
                Said("时限编号重复。", "The clock id is used twice."),
                Said("换一个编号。", "Choose another id."),
                clock.id,
            )
        else:
            clocks.append(clock)
    return tuple(clocks)


def _clock(section: Section, subject: str, vocabulary: Vocabulary) -> ClockDefinition:
    section.known(
        "id", "digit", "main", "starts", "stops", "pauses", "resumes", "counts_from", "limits", "minimum", "amber",
        "plan_extends", "per_node", "steps",
    )  # fmt: skip

    def matchers(key: str, *, needed: bool = False) -> tuple[Matcher, ...]:
        return _matchers(section, key, subject, vocabulary, needed=needed)

    is_per_node = bool(section.get("per_node", bool, needed=False))
    limits = []
    for choice in section.sections("limits", needed=not is_per_node):
        choice.known("when", "use")
        conditions = read_conditions(choice, "when", subject, vocabulary)
        limits.append(LimitChoice(conditions, choice.text("use", needed=False)))
    return ClockDefinition(
        id=section.text("id", example="solve"),
        digit=section.text("digit", needed=False),
        is_main=bool(section.get("main", bool, needed=False)),
        starts=matchers("starts", needed=not is_per_node),
        stops=matchers("stops", needed=True),
        pauses=matchers("pauses"),
        resumes=matchers("resumes"),
        counts_from=matchers("counts_from"),
        limits=tuple(limits),
        minimum=section.text("minimum", needed=False),
        amber=section.text("amber", needed=False),
        plan_extends=section.text("plan_extends", needed=False),
        is_per_node=is_per_node,
        steps=_steps(section, subject, vocabulary),
        line=section.document.lines.get(section.path, 0),
    )


def _matchers(section: Section, key: str, subject: str, vocabulary: Vocabulary, *, needed: bool) -> tuple[Matcher, ...]:
    found = []
    for i, item in enumerate(section.get(key, list, needed=needed, example="[opened]") or ()):
        path = (*section.path, key, i)
        conditions: tuple[Condition, ...] = ()
        kind: Any = item
        if isinstance(item, dict):
            inner = Section(section.document, path, item)
            inner.known("event", "when")
            kind = inner.text("event", example="checked")
            conditions = read_conditions(inner, "when", subject, vocabulary)
        if kind not in EVENT_KINDS:
            section.document.report(
                path,
                "event_unknown",
                Said("没有这种记录。", "There is no such event."),
                Said(f"可用：{'、'.join(sorted(EVENT_KINDS))}", f"There is: {', '.join(sorted(EVENT_KINDS))}"),
                kind,
            )
            continue
        found.append(Matcher(str(kind), conditions))
    return tuple(found)


def read_conditions(section: Section, key: str, subject: str, vocabulary: Vocabulary) -> tuple[Condition, ...]:
    """A list of conditions: `name`, `{name: argument}`, or `{not: …}` around either."""
    found = []
    for i, item in enumerate(section.get(key, list, needed=False) or ()):
        condition = _condition(item)
        path = (*section.path, key, i)
        if condition is None:
            section.document.report(
                path,
                "condition_shape",
                Said("条件写法不对。", "The condition is written wrongly."),
                Said("写成 - 名称 或 - {名称: 参数}", "Write - name or - {name: argument}"),
                item,
            )
        elif _is_known(section.document, path, condition, subject, vocabulary):
            found.append(condition)
    return tuple(found)


def _condition(item: Any, *, negated: bool = False) -> Condition | None:
    if isinstance(item, str):
        return Condition(item, "", negated)
    if isinstance(item, dict) and len(item) == 1:
        name, argument = next(iter(item.items()))
        if name == "not" and not negated:
            return _condition(argument, negated=True)
        if isinstance(argument, str):
            return Condition(name, argument, negated)
    return None


def _is_known(document: Document, path: Path, condition: Condition, subject: str, vocabulary: Vocabulary) -> bool:
    try:
        term = vocabulary.find_condition(subject, condition.name)
    except UnknownTerm as error:
        document.report(path, "term_unknown", Said("没有这个条件。", "Unknown condition."), error.said, condition.name)
        return False
    if (term.argument is Argument.NONE) != (condition.argument == ""):
        document.report(
            path,
            "argument_wrong",
            Said(f"条件“{condition.name}”的参数不对。", f"Condition {condition.name} has a wrong argument."),
            Said(f"参数应为：{term.argument}", f"Its argument is: {term.argument}"),
            condition.argument,
        )
        return False
    return True


def _steps(section: Section, subject: str, vocabulary: Vocabulary) -> tuple[StepDefinition, ...]:
    steps: list[StepDefinition] = []
    for step in section.sections("steps", needed=False):
        step.known("id", "at", "after", "action", "arguments", "level", "when", "repeat_every", "repeat_times")
        identity = step.text("id", example="supervision_notice")
        points = (*_POINTS, *(earlier.id for earlier in steps))
        action = step.text("action", example="notify")
        arguments = {k: str(v) for k, v in (step.get("arguments", dict, needed=False) or {}).items()}
        _check_action(step, action, arguments, subject, vocabulary)
        every, times = step.text("repeat_every", needed=False), step.text("repeat_times", needed=False)
        if bool(every) != bool(times):
            step.report(
                "repeat_every",
                "repeat_incomplete",
                Said("重复要同时写间隔和次数。", "A repetition needs both an interval and a number."),
                Said("补上 repeat_every 和 repeat_times。", "Give repeat_every and repeat_times."),
            )
        steps.append(
            StepDefinition(
                id=identity,
                point=step.choice("at", points),
                after=step.text("after", needed=False),
                action=action,
                arguments=arguments,
                level=Level(step.choice("level", tuple(Level), Level.NONE)),
                when=read_conditions(step, "when", subject, vocabulary),
                repeat_every=every,
                repeat_times=times,
                line=step.document.lines.get(step.path, 0),
            )
        )
    return tuple(steps)


def _check_action(step: Section, action: str, arguments: dict[str, str], subject: str, vocabulary: Vocabulary) -> None:
    if not action:
        return
    try:
        term = vocabulary.find_action(subject, action)
    except UnknownTerm as error:
        step.report("action", "term_unknown", Said("没有这个动作。", "Unknown action."), error.said, action)
        return
    missing = [name for name, is_needed in term.arguments.items() if is_needed and name not in arguments]
    unknown = [name for name in arguments if name not in term.arguments]
    if missing or unknown:
        listing = ", ".join(term.arguments)
        step.report(
            "arguments",
            "argument_wrong",
            Said(f"动作“{action}”的参数不对。", f"Action {action} has wrong arguments."),
            Said(f"可用参数：{listing}；缺少：{missing}", f"It takes: {listing}; missing: {missing}"),
            ", ".join(unknown),
        )
