"""Who may see which places, for which purpose: one filter for the program, enforced again by PostgreSQL.

A transaction carries the scope of whoever it works for in settings of the session (``SET LOCAL``); the row-level
security policies written by ``kernel.rls`` read them. Without a scope nothing is visible: forgetting fails closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be seen. ``paths`` are place paths (ltree text) whose whole subtree is open; ``office_ids`` the street
    offices that are open as a whole (a faster test for the same thing); ``team_ids`` the teams whose matters are open
    wherever they lie; ``purposes`` what for. ``everything`` is for the system itself.
    """

    paths: tuple[str, ...] = ()
    office_ids: tuple[UUID, ...] = ()
    team_ids: tuple[UUID, ...] = ()
    purposes: frozenset[str] = frozenset()
    everything: bool = False

    def covers(self, path: str) -> bool:
        """Tell whether the place with this path lies in the scope."""
        return self.everything or any(path == p or path.startswith(p + ".") for p in self.paths)


NOTHING = Scope()
SYSTEM = Scope(everything=True)

_current: ContextVar[Scope] = ContextVar("scope", default=NOTHING)


def current() -> Scope:
    """Return the scope that the present transaction works under."""
    return _current.get()


def _array(values: object) -> str:
    return "{" + ",".join(str(v) for v in values) + "}"  # type: ignore[attr-defined]


def _tell_database(scope: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('echowall.everything', %s, true), set_config('echowall.paths', %s, true),"
            " set_config('echowall.offices', %s, true), set_config('echowall.teams', %s, true),"
            " set_config('echowall.purposes', %s, true)",
            [
                "on" if scope.everything else "off",
                _array(scope.paths),
                _array(scope.office_ids),
                _array(scope.team_ids),
                _array(sorted(scope.purposes)),
            ],
        )


@contextmanager
def active(scope: Scope) -> Iterator[None]:
    """Work under ``scope`` inside the block, in one transaction; nests, and the outer scope comes back afterwards.

    A database error inside rolls back to the beginning of the block.
    """
    token = _current.set(scope)
    outer = token.old_value if isinstance(token.old_value, Scope) else NOTHING
    nested = connection.in_atomic_block  # a rollback, and the end of the transaction, undo the settings by themselves
    try:
        with transaction.atomic():
            _tell_database(scope)
            yield
            if nested and not connection.needs_rollback:
                _tell_database(outer)
    finally:
        _current.reset(token)


@contextmanager
def as_system() -> Iterator[None]:
    """Work without limits inside the block: for jobs, for intake, and for public pages that show only what is public.

    The caller answers for what it lets out.
    """
    with active(SYSTEM):
        yield
