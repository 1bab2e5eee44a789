"""Searching Chinese text in PostgreSQL without a dictionary: overlapping pairs of letters as terms.

A word of two letters is one term; a longer one is the phrase of its pairs, so that every substring of two or more
letters is found by an index (trigrams cannot find words of two letters). Latin words and numbers are terms whole.

A door is a term of its own, however it is written: by its pairs 3号楼2单元 would be four of the commonest terms, and
2号楼3单元 the same four.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.migrations.operations import RunPython
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from echowall.understanding.doors import Door, doors
from echowall.understanding.normalise import plain_form

_QUERY_LETTERS = 100  # PostgreSQL breaks off at a word of 2 KB, and would put it into the log
_UNSURE = 0.6
_SIDES = "甲乙丙丁东西南北老新"
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
    return " ".join(out + door_terms(text))


def door_terms(text: str) -> list[str]:
    """Return the terms of the doors named in ``text``: by building, by unit, by room with its unit and without.

    三号楼二单元1203 and 3#2-1203 both give 3楼, 3楼2单元, 3楼2单元1203 and 3楼1203; 甲3号楼 gives 甲3楼 and 3楼.
    """
    found: set[str] = set()
    for door in doors(plain_form(unicodedata.normalize("NFKC", text))):
        if door.building:
            buildings = {door.building, door.building.lstrip(_SIDES) or door.building}
            parts = {("", ""), (door.unit, ""), (door.unit, door.room), ("", door.room)}
            found |= {_door(building, unit, room) for building in buildings for unit, room in parts}
    return sorted(found)


def _door(building: str, unit: str, room: str) -> str:
    return f"{building}楼{unit}单元{room}" if unit else f"{building}楼{room}"


def _without_doors(text: str) -> tuple[str, list[Door]]:
    """Return the text with the doors that have terms cut out, and these doors; 3-1203 may be something else."""
    text = unicodedata.normalize("NFKC", text)
    named = [door for door in doors(plain_form(text)) if door.building and door.certainty > _UNSURE]
    for door in reversed(named):
        text = f"{text[: door.start]} {text[door.end :]}"
    return text, named


def query(text: str) -> str:
    """Return ``text`` as a tsquery: every door and every run must occur, a run as a phrase of pairs.

    Empty when nothing can be searched.
    """
    rest, named = _without_doors(text[:_QUERY_LETTERS])
    parts = [f"'{_door(door.building, door.unit, door.room)}'" for door in named]
    for run in _runs(rest):
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
    """Return the rows (of a table with a ``SearchFunction``) whose terms hold ``text``: the newest ``FOUND_AT_MOST`` of them.

    Searches at once, so that a page and its count search once and not each.
    """
    words = query(text)
    if not words:
        return rows.none()
    table = rows.model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {table}_search(%s::tsquery, %s)", [words, FOUND_AT_MOST])
        found = [row[0] for row in cursor.fetchall()]
    return rows.filter(id__in=RawSQL("SELECT unnest(%s::uuid[])", [found]))


# Of the texts stored, those that may name a door; doors() decides.
_MAY_NAME_DOORS = "[楼栋幢座#单元]|号|[0-9][-—#][0-9]"
_AT_ONCE = 5_000


class DoorTerms(RunPython):
    """Add the terms of doors to the ``terms`` of a table's rows that were stored without them; ``columns`` are the text."""

    def __init__(self, table: str, columns: tuple[str, ...]) -> None:
        self.table, self.columns = table, columns
        super().__init__(self._add, RunPython.noop)

    def _add(self, _apps: Any, editor: Any) -> None:
        text = f"concat_ws(' ', {', '.join(self.columns)})"
        select = (
            f"SELECT id, {text} FROM {self.table} WHERE id > %s AND {text} ~ %s"  # noqa: S608 - the names are ours
            f" ORDER BY id LIMIT {_AT_ONCE}"
        )
        update = (
            f"UPDATE {self.table} t SET terms = t.terms || to_tsvector('simple', v.words)"  # noqa: S608
            " FROM unnest(%s::uuid[], %s::text[]) AS v(id, words) WHERE t.id = v.id AND t.terms IS NOT NULL"
        )
        last: Any = UUID(int=0)
        with editor.connection.cursor() as cursor:
            while True:
                cursor.execute(select, [last, _MAY_NAME_DOORS])
                rows = cursor.fetchall()
                if not rows:
                    return
                last = rows[-1][0]
                found = [(i, " ".join(words)) for i, said in rows if (words := door_terms(said))]
                cursor.execute(update, [[i for i, _words in found], [words for _i, words in found]])

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what the migration writer needs."""
        return self.__class__.__qualname__, [self.table, self.columns], {}
