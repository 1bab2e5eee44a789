"""Working through the open matters of an hour in more than one process, each its share in a transaction of its own.

Matters do not touch each other while they are worked on (joining and sweeping happen before and after), so the shares
cannot wait for each other.
"""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection

from echowall.kernel import clock
from echowall.kernel.scope import as_system

from .handling import Office
from .helping import begin_helping, office_here


class Together:
    """An office and the processes that help it."""

    def __init__(self, office: Office, helpers: int, pool: ProcessPoolExecutor | None) -> None:
        self.office, self.helpers, self.pool = office, helpers, pool

    def work(self, matter_ids: Sequence[UUID], at: datetime) -> list[UUID]:
        """Take the matters a step further and commit; returns those that were answered, in the order given."""
        shares = 1 + (self.helpers if self.pool is not None else 0)
        asked = [
            self.pool.submit(_help, matter_ids[number::shares], at)
            for number in range(1, shares)
            if self.pool is not None
        ]
        answered = set(_work(self.office, matter_ids[::shares], at))
        for one in asked:
            answered.update(one.result())
        return [matter_id for matter_id in matter_ids if matter_id in answered]


@contextmanager
def working_together(office: Office, helpers: int) -> Iterator[Together]:
    """Start the helping processes for the block; they end with this one, also when it is killed."""
    if helpers < 1:
        yield Together(office, 0, None)
        return
    fresh = multiprocessing.get_context("spawn")  # a forked process would share this one's database connection
    begin = (pickle.dumps(office),)  # taken out of the pickle only when Django is set up there
    with ProcessPoolExecutor(helpers, mp_context=fresh, initializer=begin_helping, initargs=begin) as pool:
        yield Together(office, helpers, pool)


def _help(matter_ids: Sequence[UUID], at: datetime) -> list[UUID]:
    return _work(office_here(), matter_ids, at)


def _work(office: Office, matter_ids: Sequence[UUID], at: datetime) -> list[UUID]:
    with clock.fixed(at), as_system():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        return office.work(matter_ids, at)
