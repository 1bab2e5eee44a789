"""Column types of PostgreSQL that Django does not bring: the path of a place in the tree, and sealed text."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.db.models import Lookup

from .personal import Sealed

_PATH = re.compile(r"(?:[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)?")


class PathField(models.Field):  # type: ignore[type-arg]
    """An ltree path such as ``41.4101.410103.410103005``. Lookups: ``__under`` (descendant or same), ``__above``."""

    def db_type(self, connection: Any) -> str:
        """Return the column type."""
        return "ltree"

    def get_prep_value(self, value: Any) -> Any:
        """Return the text that goes to the database.

        Raises:
            ValueError: no path, such as somebody's own address may hold; PostgreSQL would break off the transaction.
        """
        if value is not None and not _PATH.fullmatch(str(value)):
            raise ValueError(f"{str(value)[:80]!r} is no path of a place")
        return None if value is None else str(value)


class _PathLookup(Lookup):  # type: ignore[type-arg]
    operator = ""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} {self.operator} {right}::ltree", [*left_params, *right_params]


@PathField.register_lookup
class Under(_PathLookup):
    """``path__under=p``: the place with path p and everything below it."""

    lookup_name = "under"
    operator = "<@"


@PathField.register_lookup
class Above(_PathLookup):
    """``path__above=p``: the place with path p and everything above it."""

    lookup_name = "above"
    operator = "@>"


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Encrypted text. Reads as ``Sealed`` (which does not show itself); write a ``Sealed`` from ``personal.seal()``."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        """Wrap what the database holds."""
        return None if value is None else Sealed(bytes(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the bytes; plain text is refused so that it can never be stored by mistake."""
        if value is None or isinstance(value, Sealed):
            return super().get_db_prep_value(None if value is None else value.token, connection, prepared)
        if isinstance(value, (bytes, memoryview)):
            return super().get_db_prep_value(value, connection, prepared)
        raise TypeError(f"{self.name}: seal the value first with kernel.personal.seal()")
