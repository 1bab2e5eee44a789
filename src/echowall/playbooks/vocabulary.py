"""The closed vocabulary of playbooks: conditions and actions are typed Python functions that apps register.

A playbook names a term; it never holds an expression. A condition is a pure function of the facts of a case and of one
argument (a word, or the value of a parameter). An action is only named here with its argument names: the app that owns
it carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from echowall.playbooks.errors import Said, UnknownTerm


class Argument(StrEnum):
    """What a condition takes: nothing, a word of the playbook, or the name of a parameter whose value it gets."""

    NONE = "none"
    WORD = "word"
    PARAMETER = "parameter"


Test = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class ConditionTerm:
    """A registered condition of one subject; `test(facts, argument)` answers it."""

    name: str
    subject: str
    said: Said
    argument: Argument
    test: Test


@dataclass(frozen=True, slots=True)
class ActionTerm:
    """A registered action of one subject; `arguments` maps each allowed argument to whether it is needed."""

    name: str
    subject: str
    said: Said
    arguments: Mapping[str, bool]


@dataclass
class Vocabulary:
    """The terms that playbooks of a subject may use. A name registered twice is a programming error."""

    conditions: dict[tuple[str, str], ConditionTerm] = field(default_factory=dict)
    actions: dict[tuple[str, str], ActionTerm] = field(default_factory=dict)

    def condition(
        self, subject: str, name: str, said: Said, argument: Argument = Argument.NONE
    ) -> Callable[[Test], Test]:
        """Decorator: register `function(facts, argument) -> bool` as a condition.

        Raises:
            ValueError: the name is taken.
        """

        def register(test: Test) -> Test:
            if (subject, name) in self.conditions:
                message = f"condition {subject}.{name} is registered twice"
                raise ValueError(message)
            self.conditions[subject, name] = ConditionTerm(name, subject, said, argument, test)
            return test

        return register

    def action(self, subject: str, name: str, said: Said, **arguments: bool) -> ActionTerm:
        """Register an action; each keyword is an argument name with whether it is needed.

        Raises:
            ValueError: the name is taken.
        """
        if (subject, name) in self.actions:
            message = f"action {subject}.{name} is registered twice"
            raise ValueError(message)
        term = ActionTerm(name, subject, said, arguments)
        self.actions[subject, name] = term
        return term

    def find_condition(self, subject: str, name: str) -> ConditionTerm:
        """The condition of that name.

        Raises:
            UnknownTerm: nobody registered it; the nearest names are given.
        """
        term = self.conditions.get((subject, name))
        if term is None:
            raise _unknown(name, [n for s, n in self.conditions if s == subject])
        return term

    def find_action(self, subject: str, name: str) -> ActionTerm:
        """The action of that name.

        Raises:
            UnknownTerm: nobody registered it; the nearest names are given.
        """
        term = self.actions.get((subject, name))
        if term is None:
            raise _unknown(name, [n for s, n in self.actions if s == subject])
        return term


def _unknown(name: str, names: list[str]) -> UnknownTerm:
    near = get_close_matches(name, names, 1) or sorted(names)
    return UnknownTerm(
        f"词汇表里没有“{name}”，可用：{'、'.join(near)}", f"The vocabulary has no {name}; there is: {', '.join(near)}"
    )


VOCABULARY = Vocabulary()
"""The one vocabulary of the programme; apps add to it when they are loaded."""
