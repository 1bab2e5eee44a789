"""Sizes of files, functions, parameter lists and templates, measured against the project's budgets."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.architecture import source

ADVISED = {"file": 300, "function": 40, "parameters": 6, "template": 150}
HARD = {"file": 500, "function": 60, "parameters": 6, "template": 150}
# Every operation takes these two, so they say nothing about its width.
UNCOUNTED = {"self", "cls", "actor", "at"}


@dataclass(frozen=True)
class Size:
    """One measured size."""

    rule: str
    place: str
    value: int

    def exceeds_hard(self) -> bool:
        """Return whether it breaks the hard limit, exceptions considered."""
        return self.value > source.limit_for(self.rule, self.place, HARD[self.rule])

    def exceeds_advice(self) -> bool:
        """Return whether it is larger than advised."""
        return self.value > ADVISED[self.rule]

    def __str__(self) -> str:
        return f"{self.place}: {self.rule} {self.value}, advised {ADVISED[self.rule]}, limit {HARD[self.rule]}"


def sizes() -> Iterator[Size]:
    """Yield every size of the project."""
    for path in source.python_files(with_tests=True):
        name = source.name_of(path)
        yield Size("file", name, len(path.read_text(encoding="utf-8").splitlines()))
        for function_name, function in source.functions_of(path):
            yield Size("function", f"{name}::{function_name}", _lines(function))
            yield Size("parameters", f"{name}::{function_name}", _parameters(function))
    for path in source.own_files():
        if path.suffix in {".html", ".ts", ".css"} and "templates" in path.parts:
            yield Size("template", source.name_of(path), len(path.read_text(encoding="utf-8").splitlines()))
        elif path.suffix in {".ts", ".css"} and "frontend" in path.parts:
            yield Size("file", source.name_of(path), len(path.read_text(encoding="utf-8").splitlines()))


def _lines(function: source.Function) -> int:
    """Return the lines of a function without its docstring."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def _parameters(function: source.Function) -> int:
    given = function.args
    return sum(1 for one in [*given.posonlyargs, *given.args, *given.kwonlyargs] if one.arg not in UNCOUNTED)


if __name__ == "__main__":
    for size in sizes():
        if size.exceeds_advice():
            print(size)
