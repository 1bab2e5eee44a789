"""Refusals: what an operation says when it will not do what was asked, all reasons at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (``place``: a field, row, file), which ``value``, what (``message``) and the ``fix``.

    ``code`` is for programs (``matter_closed``); ``message`` and ``fix`` are for people, already in their language.
    """

    code: str
    message: str
    place: str = ""
    value: str = ""
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        what = f"「{self.value}」 " if self.value else ""
        return f"{where}{what}{self.message}" + (f" → {self.fix}" if self.fix else "")


class Refusal(Exception):
    """An operation was refused and nothing was changed. Carries every problem found, not only the first."""

    status = 409

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(str(p) for p in self.problems))

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all problems, for tests and programs."""
        return frozenset(p.code for p in self.problems)


class InvalidInput(Refusal):
    """What was given cannot be read or is incomplete (HTTP 422)."""

    status = 422


class NotPermitted(Refusal):
    """The actor has no business doing this (HTTP 403)."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or it is outside what the actor may see: the two are not told apart (HTTP 404)."""

    status = 404


def refuse(code: str, message: str, *, place: str = "", value: str = "", fix: str = "") -> Refusal:
    """Return a one-problem refusal to be raised."""
    return Refusal(Problem(code=code, message=str(message), place=place, value=value, fix=str(fix)))
