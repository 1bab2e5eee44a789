"""Writing messages and their places in the queue with one statement: the shortest way to the disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from ..models import Message

_AT_ONCE = 500


def insert_messages(rows: Sequence[Message], at: datetime) -> dict[str, tuple[UUID, str]]:
    """Store rows and queue them for understanding; return id and ticket of those stored, by key.

    A row whose key its source has already, or whose ticket is taken, is left out and changes nothing.
    """
    stored: dict[str, tuple[UUID, str]] = {}
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        values = [value for row in part for value in _values(row)]
        for message_id, key, ticket in _run(_statement(len(part)), [*values, at], prepare=len(part) == 1):
            stored[key] = (message_id, ticket)
    return stored


@lru_cache(maxsize=32)
def _statement(count: int) -> str:
    columns = [field.column for field in _fields()]
    one = f"({', '.join(['%s'] * len(columns))})"
    return (
        f"WITH heard AS (INSERT INTO voices_message ({', '.join(columns)}) VALUES {', '.join([one] * count)}"  # noqa: S608 - names of our own columns
        " ON CONFLICT DO NOTHING RETURNING id, key, ticket),"
        " queued AS (INSERT INTO voices_pending (message_id, attempts, next_at, error)"
        " SELECT id, 0, %s, '' FROM heard)"
        " SELECT id, key, ticket FROM heard"
    )


def _fields() -> list[Any]:
    """Return the columns that are written; generated ones the database fills itself."""
    return [field for field in Message._meta.concrete_fields if not field.generated]


def _values(row: Message) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in _fields()]


def _run(statement: str, values: list[Any], *, prepare: bool) -> list[tuple[UUID, str, str]]:
    if not prepare:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)
        return list(cursor.fetchall())
