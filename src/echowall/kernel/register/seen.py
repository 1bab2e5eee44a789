"""Counting the rows of a register through the view of what a reader sees (``rls.SeenView``)."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models.sql.datastructures import BaseTable

from .definition import Rows

# Whoever sees less of the table than this has rows counted by an index over keys; whoever sees more meets enough of
# them by reading on. Judged by this many of the newest rows.
NARROW = 0.2
_SAMPLE = 400


class _Seen(BaseTable):
    """A table whose rows come from its view; every column keeps its name."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the view under the name of the table."""
        quote = connection.ops.quote_name
        return f"{quote(f'{self.table_name}_seen')} {quote(self.table_alias or self.table_name)}", ()


def through_view(rows: Rows) -> Rows:
    """Return the same rows, read through the view of their table: by an index over keys, whatever the order asked."""
    rows = rows.all()
    alias = rows.query.get_initial_alias()
    rows.query.alias_map[alias] = _Seen(rows.model._meta.db_table, alias)
    return rows


def sees_few(rows: Rows) -> bool:
    """Tell whether the present scope sees a small part of the table that ``rows`` come from."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {rows.model._meta.db_table}_share(%s)", [_SAMPLE])
        (share,) = cursor.fetchone()
    return share is not None and share < NARROW
