"""Who may see which places, for which purpose: one filter for the program, enforced again by PostgreSQL.

A transaction carries the scope of whoever it works for in settings of the session (``SET LOCAL``); the row-level
security policies written by ``kernel.rls`` read them. Without a scope nothing is visible: forgetting fails closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import md5
from uuid import UUID

from django.db import connection, transaction

# Levels of a place's path that have a key: city, district, office, community, compound, building.
KEY_LEVELS = 6
NIL_KEY = UUID(int=0)

# What rows are seen for; every policy names one (kernel.rls), every role gives some (people.rules).
PURPOSES = ("requests", "administration", "oversight")


@dataclass(frozen=True, slots=True)
class Sight:
    """The places that are open for one purpose: whole subtrees, and offices as a whole."""

    paths: tuple[str, ...] = ()
    office_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be seen. ``paths`` are place paths (ltree text) whose whole subtree is open; ``office_ids`` the street
    offices that are open as a whole (a faster test for the same thing); ``team_ids`` the teams whose matters are open
    wherever they lie; ``purposes`` what for. ``everything`` is for the system itself.

    ``by_purpose`` pairs each purpose with its own places: who administers a street and answers requests of one
    community of it sees the requests of that community only. Left out, every purpose holds at every place.
    """

    paths: tuple[str, ...] = ()
    office_ids: tuple[UUID, ...] = ()
    team_ids: tuple[UUID, ...] = ()
    purposes: frozenset[str] = frozenset()
    everything: bool = False
    by_purpose: tuple[tuple[str, Sight], ...] = ()

    def sight(self, purpose: str) -> Sight:
        """Return the places that are open for a purpose."""
        if not self.by_purpose and purpose in self.purposes:
            return Sight(self.paths, self.office_ids)
        return next((sight for name, sight in self.by_purpose if name == purpose), Sight())

    def keys(self, purpose: str) -> tuple[UUID, ...]:
        """Return what a row must share one of to be seen for a purpose (``rls.KeyFunction`` gives those of a row).

        A path deeper than ``KEY_LEVELS`` has the key of the place that far down: keys let through a little too much
        rather than too little, since the policy decides.
        """
        if self.everything:
            return (NIL_KEY,)
        sight = self.sight(purpose)
        tops = {".".join(path.split(".")[:KEY_LEVELS]) for path in sight.paths}
        by_path = tuple(UUID(md5(path.encode(), usedforsecurity=False).hexdigest()) for path in sorted(tops))
        return (*sight.office_ids, *(self.team_ids if purpose in self.purposes else ()), *by_path)

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
    settings = {
        "everything": "on" if scope.everything else "off",
        "purposes": _array(sorted(scope.purposes)),
    }
    for purpose in PURPOSES:
        sight = scope.sight(purpose)
        settings |= {
            f"paths_{purpose}": _array(sight.paths),
            f"offices_{purpose}": _array(sight.office_ids),
            f"keys_{purpose}": _array(scope.keys(purpose)),
            f"teams_{purpose}": _array(scope.team_ids if purpose in scope.purposes else ()),
        }
    calls = ", ".join(f"set_config('echowall.{name}', %s, true)" for name in settings)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", list(settings.values()))


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
