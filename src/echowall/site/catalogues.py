"""The English of the pages: kept as readable gettext catalogues, compiled into the state directory when they change.

Compiled files are not kept in git, and no gettext tool is needed on the machine: `polib` writes them.
"""

import os
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "locale"


def compiled(state: Path) -> Path:
    """Return the directory of compiled catalogues for Django's LOCALE_PATHS; compiles what is missing or older.

    A compiled file carries the time of its source, so that a start with nothing changed costs one look per language.
    Processes that start together may both compile; each puts its whole file in place at once.
    """
    target = state / "locale"
    for catalogue in sorted(SOURCE.glob("*/LC_MESSAGES/*.po")):
        compile_one(catalogue, target / catalogue.relative_to(SOURCE).with_suffix(".mo"))
    return target


def compile_one(catalogue: Path, target: Path) -> bool:
    """Compile one catalogue unless `target` is of the same time; return whether it was done."""
    changed = catalogue.stat().st_mtime_ns
    if target.is_file() and target.stat().st_mtime_ns == changed:
        return False
    import polib  # only here: most starts find everything compiled

    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    draft.write_bytes(polib.pofile(str(catalogue), encoding="utf-8").to_binary())
    os.utime(draft, ns=(changed, changed))
    draft.replace(target)
    return True
