"""The terms of the vocabulary for matters: the conditions that clocks use and the actions that steps name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from echowall.playbooks.clocks.facts import Facts
from echowall.playbooks.errors import Said
from echowall.playbooks.vocabulary import VOCABULARY, Argument

SUBJECT = "matters"


def _condition(
    name: str, zh: str, en: str, argument: Argument = Argument.NONE
) -> Callable[[Callable[[Facts, Any], bool]], Callable[[Facts, Any], bool]]:
    return VOCABULARY.condition(SUBJECT, name, Said(zh, en), argument)


@_condition("urgency_is", "紧急程度为…", "the urgency is …", Argument.WORD)
def urgency_is(facts: Facts, word: str) -> bool:
    """critical, urgent or normal."""
    return facts.urgency == word


@_condition("intent_is", "诉求类型为…", "the intent is …", Argument.WORD)
def intent_is(facts: Facts, word: str) -> bool:
    """help, complaint, consult and so on."""
    return facts.intent == word


@_condition("intent_in", "诉求类型属于…", "the intent is one of …", Argument.PARAMETER)
def intent_in(facts: Facts, words: Sequence[str]) -> bool:
    """The argument is a parameter that holds a list of intents."""
    return facts.intent in words


@_condition("is_complex", "疑难复杂事项", "the matter is complex")
def is_complex(facts: Facts, _: object) -> bool:
    """Classified as major or complex."""
    return facts.complex


@_condition("has_plan", "已报有节点的计划", "a plan with node dates was set")
def has_plan(facts: Facts, _: object) -> bool:
    """A plan with at least one node date."""
    return bool(facts.plan_nodes)


@_condition("complex_or_planned", "疑难复杂或已报计划", "complex, or with a plan")
def complex_or_planned(facts: Facts, _: object) -> bool:
    """What moves a matter from the days of an ordinary one to the month of a complex one."""
    return facts.complex or bool(facts.plan_nodes)


@_condition("passed", "核查通过", "the check was passed")
def passed(facts: Facts, _: object) -> bool:
    """The last check."""
    return facts.check_passed


@_condition("reason_in", "挂账理由在批准范围内", "the reason is an approved one", Argument.PARAMETER)
def reason_in(facts: Facts, reasons: Sequence[str]) -> bool:
    """The argument is a parameter that holds the approved reasons."""
    return facts.pause_reason in reasons


@_condition("is_closed", "已办结", "the matter is closed")
def is_closed(facts: Facts, _: object) -> bool:
    """Closed and not reopened."""
    return facts.is_closed


@_condition("was_answered", "已答复", "the resident was answered")
def was_answered(facts: Facts, _: object) -> bool:
    """At least one answer went out."""
    return facts.answered_count > 0


@_condition("callback_done", "已回访", "the callback is done", Argument.PARAMETER)
def callback_done(facts: Facts, attempts: int) -> bool:
    """The resident said "solved", or could not be reached in `attempts` calls and did not say "not solved"."""
    return facts.solved == "yes" or (facts.solved == "" and facts.unreached_count >= attempts)


@_condition("callback_reached", "回访有结果", "the callback has a result", Argument.PARAMETER)
def callback_reached(facts: Facts, attempts: int) -> bool:
    """The resident said yes or no, or `attempts` calls were made in vain."""
    return facts.solved in ("yes", "no") or facts.unreached_count >= attempts


NOTIFY = VOCABULARY.action(SUBJECT, "notify", Said("提醒", "remind"), to=True, loud=False)
ESCALATE = VOCABULARY.action(SUBJECT, "escalate", Said("升级上报", "hand up"), to=True, loud=False)
DRAFT_DOCUMENT = VOCABULARY.action(SUBJECT, "draft_document", Said("起草文书", "draft a paper"), document=True, to=True)
