"""A short title for a matter that a message opened."""

from __future__ import annotations

import re
from typing import Any


def title_for(facts: Any) -> str:
    """Return the message's own title, or its first clause of substance, at most 40 letters."""
    if facts.title.strip():
        return str(facts.title.strip()[:60])
    text = re.sub(r"\s+", " ", re.sub(r"\[[^\]]{1,6}\]|@\S+", "", facts.body)).strip()
    clauses = [c for c in re.split(r"[。!?！？\n;；]", text) if len(c.strip()) > 3]
    return (clauses[0] if clauses else text or facts.ticket).strip(" ,、:，：")[:40]
