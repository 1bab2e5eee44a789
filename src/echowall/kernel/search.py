"""Searching Chinese text in PostgreSQL without a dictionary: overlapping pairs of letters as terms.

A word of two letters is one term; a longer one is the phrase of its pairs, so that every substring of two or more
letters is found by an index (trigrams cannot find words of two letters). Latin words and numbers are terms whole.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

_QUERY_LETTERS = 100  # PostgreSQL breaks off at a word of 2 KB, and would put it into the log
_RUN = re.compile(r"[㐀-鿿豈-﫿]+|[a-z0-9*]+")


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text).lower())


def terms(text: str) -> str:
    """Return the terms of ``text`` in order, parted by spaces, for ``to_tsvector('simple', …)``.

    Single letters are terms too, so that a query of one letter works.
    """
    out: list[str] = []
    for run in _runs(text):
        if run[0].isascii():
            out.append(run)
        else:
            out += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return " ".join(out)


def query(text: str) -> str:
    """Return ``text`` as a tsquery: every run must occur, as a phrase of pairs. Empty when nothing can be searched."""
    parts = []
    for run in _runs(text[:_QUERY_LETTERS]):
        if run[0].isascii():
            # 3号楼 is not 31号楼, and half of all numbers begin with a 1 or 2: short ones are meant whole.
            parts.append(f"'{run}'" if len(run) <= 2 else f"'{run}':*")
        elif len(run) == 1:
            parts.append(f"'{run}':*")
        else:
            parts.append("(" + " <-> ".join(f"'{run[i : i + 2]}'" for i in range(len(run) - 1)) + ")")
    return " & ".join(parts)


FOUND_AT_MOST = 500


def matching(rows: QuerySet[Any, Any], text: str) -> QuerySet[Any, Any]:
    """Return the rows (of a table with a ``SearchFunction``) whose terms hold ``text``: the newest ``FOUND_AT_MOST`` of them."""
    words = query(text)
    if not words:
        return rows.none()
    table = rows.model._meta.db_table
    found = RawSQL(f"SELECT {table}_search(%s::tsquery, %s)", [words, FOUND_AT_MOST])  # noqa: S611 - the table is ours
    return rows.filter(id__in=found)
