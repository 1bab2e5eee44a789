"""Slowing floods down: a token bucket per caller in the database, so that all web processes count together.

Nobody is locked out: whoever comes too fast is told when to come again, and one request gets through at every tick.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from echowall.kernel import clock
from echowall.kernel.personal import blind_index
from echowall.kernel.scope import as_system

from .models import Allowance

_SQL = """
INSERT INTO voices_allowance AS held (key, tokens, is_granted, at) VALUES (%(key)s, %(burst)s - 1, true, %(at)s)
ON CONFLICT (key) DO UPDATE SET (tokens, is_granted, at) = (
  SELECT CASE WHEN filled >= 1 THEN filled - 1 ELSE filled END, filled >= 1, excluded.at
  FROM (SELECT LEAST(%(burst)s, held.tokens
    + %(rate)s * GREATEST(EXTRACT(EPOCH FROM excluded.at - held.at), 0)) AS filled) AS refill)
RETURNING tokens, is_granted
"""
_KEPT = timedelta(days=1)


def wait_for(purpose: str, who: str, *, burst: float, per_second: float) -> float:
    """Take one token of ``who`` for ``purpose``; return 0.0 when there was one, else the seconds until there is.

    Args:
        purpose: what is limited.
        who: address, ticket …; stored as a keyed hash only.
        burst: how many may come at once.
        per_second: how many more each second.
    """
    key = blind_index("allowance", f"{purpose}/{who}")
    with as_system(), connection.cursor() as cursor:
        cursor.execute(_SQL, {"key": key, "burst": float(burst), "rate": float(per_second), "at": clock.now()})
        tokens, is_granted = cursor.fetchone()
    return 0.0 if is_granted else (1.0 - tokens) / per_second


def forget_old_allowances() -> int:
    """Remove what nobody asked for in a day; returns how many."""
    with as_system():
        return Allowance.objects.filter(at__lt=clock.now() - _KEPT).delete()[0]
