"""A public function is typed and says more than its name; ruff and mypy hold the rest."""

import re

from tests.architecture import source

FILLER = {"the", "a", "an", "of", "for", "to", "this", "and", "return", "returns", "in", "from", "with"}


def repeats_name(name: str, docstring: str) -> bool:
    """Return whether a docstring holds no word that the name does not hold already."""
    stems = {word.rstrip("s") for word in re.findall(r"[a-z]+", name.lower())}
    said = [word.rstrip("s") for word in re.findall(r"[a-z]+", docstring.lower()) if word not in FILLER]
    return docstring.isascii() and all(word in stems for word in said)


def public_functions() -> list[tuple[str, source.Function]]:
    """Return the functions and methods that other modules may call, with their places."""
    return [
        (f"{source.name_of(path)}::{name}", function)
        for path in source.python_files(with_tests=False)
        for name, function in source.functions_of(path)
        if not any(part.startswith("_") for part in name.split("."))
    ]


class TestPublicFunctions:
    def test_every_parameter_and_result_is_typed(self) -> None:
        untyped = []
        for place, function in public_functions():
            given = function.args
            every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
            bare = [one.arg for one in every if one.annotation is None and one.arg not in {"self", "cls"}]
            if bare or function.returns is None:
                untyped.append(f"{place}: {', '.join(bare) or 'result'}")
        assert not untyped, "\n".join(untyped)

    def test_no_docstring_repeats_the_name(self) -> None:
        empty = [
            place
            for place, function in public_functions()
            if (said := source.ast.get_docstring(function)) and repeats_name(function.name, said)
        ]
        assert not empty, "say what it does, its units and errors:\n" + "\n".join(empty)

    def test_recognises_a_repetition(self) -> None:
        assert repeats_name("dispatch_matter", "Dispatch the matter.")
        assert not repeats_name("dispatch_matter", "Give the matter to a team, which has a day to accept it.")
