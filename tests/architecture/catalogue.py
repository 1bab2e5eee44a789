"""The texts to be translated: found in Python and templates, brought into the catalogue by `make messages`.

Reads the same calls and tags as Django's makemessages, but needs no gettext tools, so that the check runs anywhere.
"""

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.utils.translation.template import templatize
from tests.architecture import source

CATALOGUE = source.PACKAGE / "site" / "locale" / "en" / "LC_MESSAGES" / "django.po"
# Name of the call -> which of its arguments are context, text and plural.
CALLS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
Key = tuple[str | None, str]


@dataclass
class Text:
    """One text to be translated, with the files it stands in."""

    context: str | None
    text: str
    plural: str | None
    files: list[str] = field(default_factory=list)


def present_texts() -> dict[Key, Text]:
    """Return every text of the program by context and text, in the order of the files."""
    found: dict[Key, Text] = {}
    for path in sorted(source.own_files()):
        if not path.is_relative_to(source.PACKAGE) or {"tests", "migrations"} & set(path.parts):
            continue
        name = path.relative_to(source.PACKAGE).as_posix()
        for context, text, plural in texts_of(path):
            kept = found.setdefault((context, text), Text(context, text, plural))
            kept.plural = kept.plural or plural
            if name not in kept.files:
                kept.files.append(name)
    return found


def texts_of(path: Path) -> Iterator[tuple[str | None, str, str | None]]:
    """Yield context, text and plural of each text in one file; nothing for other kinds of file."""
    if path.suffix == ".py":
        yield from _texts_of_python(source.tree_of(path))
    elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
        yield from texts_of_template(path.read_text(encoding="utf-8"), str(path))


def texts_of_template(template: str, origin: str) -> Iterator[tuple[str | None, str, str | None]]:
    """Yield the texts of a template; Django turns its tags into calls among filler, which are read as tokens."""
    calls = f"(\n{templatize(template, origin=origin)}\n)"
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(calls).readline)
        if token.type not in {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT}
    ]
    for place, token in enumerate(tokens):
        if token.type == tokenize.NAME and token.string in CALLS and tokens[place + 1].string == "(":
            yield from _as_text(token.string, list(_strings(tokens[place + 2 :])))


def _strings(tokens: list[tokenize.TokenInfo]) -> Iterator[str | None]:
    for token in tokens:
        if token.string == ")":
            return
        if token.type == tokenize.STRING:
            yield ast.literal_eval(token.string)


def _texts_of_python(tree: ast.Module) -> Iterator[tuple[str | None, str, str | None]]:
    aliases = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    for node in tree.body:  # a short name given to one of them: _t = gettext_lazy
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            aliases |= {target.id: aliases[node.value.id] for target in node.targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and aliases.get(node.func.id) in CALLS:
            values = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
            yield from _as_text(aliases[node.func.id], values)


def _as_text(call: str, values: list[str | None]) -> Iterator[tuple[str | None, str, str | None]]:
    def at(place: int | None) -> str | None:
        return values[place] if place is not None and place < len(values) else None

    context, text, plural = CALLS[call]
    if said := at(text):
        yield at(context), said, at(plural)


def bring_up_to_date(catalogue: polib.POFile, texts: dict[Key, Text]) -> list[polib.POEntry]:
    """Add what is new, retire what is gone (its English is kept for its return); return what is to be translated."""
    kept = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
    entries = []
    for key, found in texts.items():
        entry = kept.pop(key, None) or polib.POEntry(msgctxt=found.context, msgid=found.text)
        if found.plural and not entry.msgid_plural:
            entry.msgid_plural, entry.msgstr, entry.msgstr_plural = found.plural, "", {0: "", 1: ""}
        entry.obsolete = False
        entry.occurrences = [(name, "") for name in found.files]
        entries.append(entry)
    for entry in kept.values():
        entry.obsolete, entry.occurrences = True, []
    catalogue[:] = entries + [entry for entry in kept.values() if entry.msgstr or any(entry.msgstr_plural.values())]
    return [entry for entry in entries if not entry.translated()]


def main() -> int:
    """Write the catalogue anew; return 1 where something is still to be translated."""
    catalogue = polib.pofile(str(CATALOGUE), encoding="utf-8", wrapwidth=0)
    missing = bring_up_to_date(catalogue, present_texts())
    catalogue.save()
    for entry in missing:
        print(f"{entry.msgid!r}  {entry.occurrences[0][0]}")
    print(f"{len(catalogue) - len(catalogue.obsolete_entries())} texts, {len(missing)} to be translated: {CATALOGUE}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
