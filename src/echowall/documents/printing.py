"""A paper as PDF, set by typst with a Chinese font that comes with the program."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from .models import Document

# Data goes in as JSON, never as markup: nothing in a paper's text is read as a command.
_LAYOUT = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title)
#set page(paper: "a4", margin: (top: 3.7cm, bottom: 3.5cm, left: 2.8cm, right: 2.6cm),
  footer: align(center, text(size: 9pt)[#d.foot #h(1em) #context counter(page).display("— 1 —")]))
#set text(font: "Noto Sans SC", size: 16pt, lang: "zh", region: "cn", weight: 400)
#set par(leading: 0.95em, justify: true)
#if d.mark != "" { place(center + horizon, rotate(-30deg, text(size: 90pt, fill: luma(215), d.mark))) }
#align(center, text(size: 22pt, weight: 700, d.head))
#v(0.8em)
#for line in d.lines { if line == "" { v(0.5em) } else { par(line) } }
"""


@lru_cache(maxsize=1)
def font_folders() -> tuple[str, ...]:
    """Return the folders of the Chinese font."""
    spec = find_spec("justmytype_intl_cjk")
    origin = spec.origin if spec is not None else None
    return (str(Path(origin).parent / "fonts" / "ofl" / "notosanssc"),) if origin else ()


def pdf_of(document: Document) -> bytes:
    """Return the paper as PDF (A4, margins after GB/T 9704); drafts and void papers say so across the page."""
    head, _newline, rest = document.text.partition("\n")
    marks = {Document.State.DRAFT: "拟稿", Document.State.VOID: "作废"}
    foot = document.number + (f" 核验码 {bytes(document.digest).hex()[:12]}" if document.digest else "")
    return pdf_from(
        title=f"{document.number} {document.title}",
        head=head.strip(),
        lines=rest.strip("\n").split("\n"),
        mark=marks.get(Document.State(document.state), ""),
        foot=foot,
    )


def pdf_from(*, title: str, head: str, lines: list[str], foot: str, mark: str = "") -> bytes:
    """Return any words on the same paper as PDF: a head, lines ("" for a gap), a foot, a word across the page."""
    data = {"title": title, "head": head, "lines": lines, "mark": mark, "foot": foot}
    layout: Any = _LAYOUT.encode()
    made: bytes = typst.compile(
        layout, font_paths=list(font_folders()), ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )  # fmt: skip
    return made
