"""The built front end: which files an entry needs and where they are, as Vite's manifest says."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, TypedDict

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core import checks
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MANIFEST = "built/manifest.json"


class Chunk(TypedDict, total=False):
    """What the manifest says of one file."""

    file: str
    css: list[str]
    imports: list[str]


def _manifest_path() -> Path | None:
    collected = Path(settings.STATIC_ROOT or "/nonexistent") / MANIFEST
    found = finders.find(MANIFEST) or (str(collected) if collected.exists() else None)
    return Path(str(found)) if found else None


@lru_cache(maxsize=2)
def _read(path: Path, changed_at: int) -> dict[str, Chunk]:
    """Return the manifest; ``changed_at`` (ns) is part of the cache's key so that a rebuild is seen."""
    chunks: dict[str, Chunk] = json.loads(path.read_text(encoding="utf-8"))
    return chunks


@lru_cache(maxsize=1)
def _found() -> Path | None:
    return _manifest_path()


def manifest() -> dict[str, Chunk]:
    """Return the manifest of the built front end; empty when it was not built (pages then work without style)."""
    path = _manifest_path() if settings.DEBUG else _found()
    if path is None:
        return {}
    return _read(path, path.stat().st_mtime_ns if settings.DEBUG else 0)


def url(file: str) -> str:
    """Return the address of a built file. Its name already carries its hash, so no storage renames it again."""
    return f"{settings.STATIC_URL}built/{file}"


def icon_sheet() -> str:
    """Return the address of the icon sprite, or an empty string when the front end is not built."""
    chunk = manifest().get("icons.svg")
    return url(chunk["file"]) if chunk else ""


def entry_tags(name: str) -> SafeString:
    """Return what the head of a page needs for entry ``name`` (desk, public, entrance): style sheets and script.

    The theme's script comes first and blocks, so that the page is painted once, in the right theme.
    """
    chunks = manifest()
    chunk = chunks.get(f"src/{name}.ts")
    if chunk is None:
        return SafeString(f"<!-- front end not built: no entry {name} -->")
    styles: list[str] = []
    scripts: list[str] = []
    _collect(chunks, chunk, styles, scripts)
    return SafeString(
        format_html('<script src="{}"></script>', url(chunks["src/boot.ts"]["file"]))
        + format_html_join("", '<link rel="stylesheet" href="{}">', ((url(file),) for file in styles))
        + format_html_join("", '<link rel="modulepreload" href="{}">', ((url(file),) for file in scripts[:-1]))
        + format_html('<script type="module" src="{}"></script>', url(scripts[-1]))
    )


def _collect(chunks: dict[str, Chunk], chunk: Chunk, styles: list[str], scripts: list[str]) -> None:
    """Add the files of a chunk after those of its imports, each once."""
    for name in chunk.get("imports", ()):
        _collect(chunks, chunks[name], styles, scripts)
    styles.extend(file for file in chunk.get("css", ()) if file not in styles)
    if chunk["file"].endswith(".css"):
        styles.extend([chunk["file"]] if chunk["file"] not in styles else [])
    elif chunk["file"] not in scripts:
        scripts.append(chunk["file"])


@checks.register()
def front_end_is_built(**_: Any) -> list[checks.CheckMessage]:
    """Warn at start when the pages would come without style and script."""
    if _manifest_path() is not None:
        return []
    return [
        checks.Warning(
            "the front end is not built: pages have no style",
            hint="cd frontend && npm ci && npm run build",
            id="kernel.W001",
        )
    ]
