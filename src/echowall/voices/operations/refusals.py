"""Problems of the channel adapters, which carry both languages, as refusals in the language of whoever asked."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language

from echowall.kernel.errors import InvalidInput
from echowall.kernel.errors import Problem as Shown

from ..channels.types import Problem


def shown(problem: Problem) -> Shown:
    """Return the problem in the present language."""
    english = (get_language() or "").startswith("en")
    return Shown(
        problem.code,
        problem.message_en if english else problem.message_zh,
        problem.place,
        problem.value,
        problem.fix_en if english else problem.fix_zh,
    )


def invalid(problems: Iterable[Problem]) -> InvalidInput:
    """Return a refusal carrying all the problems, to be raised."""
    return InvalidInput([shown(problem) for problem in problems])
