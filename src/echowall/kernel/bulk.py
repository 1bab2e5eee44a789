"""Adding many rows at once: one statement with one JSON parameter, whatever the number of rows.

Django's ``bulk_create`` writes a placeholder per value; for a thousand messages of thirty columns that costs more than
the database's own work. ``COPY`` would be faster still, but PostgreSQL refuses it under row-level security.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, models

from .personal import Sealed


def insert_many(rows: Sequence[models.Model]) -> None:
    """Add rows of one model; a row that breaks a unique constraint is left out silently, any other fault raises.

    Values are written as the attributes hold them: no ``save()``, no database defaults.

    Raises:
        django.db.DatabaseError: a value does not fit its column; nothing is added.
    """
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(insertion(type(rows[0])), [as_json(rows)])


def as_json(rows: Sequence[models.Model]) -> str:
    """Return rows of one model as the JSON that the statement of ``insertion`` reads."""
    columns = _columns(type(rows[0]))
    content = [{column: _plain(getattr(row, attribute)) for column, attribute in columns} for row in rows]
    return msgspec.json.encode(content).decode()


@lru_cache(maxsize=64)
def insertion(model: type[models.Model]) -> str:
    """Return the statement that adds rows given as one JSON parameter and leaves out those already there."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    types = ", ".join(f"{quote(str(field.column))} {field.db_type(connection)}" for field in fields)
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({names})"  # noqa: S608 - names of our own models
        f" SELECT {names} FROM json_to_recordset(%s::json) AS given({types}) ON CONFLICT DO NOTHING"
    )


@lru_cache(maxsize=64)
def _columns(model: type[models.Model]) -> tuple[tuple[str, str], ...]:
    return tuple((str(field.column), field.attname) for field in model._meta.concrete_fields if not field.generated)


def _plain(value: Any) -> Any:
    """Return what JSON can hold and the column's own input function reads."""
    if isinstance(value, Sealed):
        return "\\x" + value.token.hex()
    if isinstance(value, (bytes, memoryview)):
        return "\\x" + bytes(value).hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value
