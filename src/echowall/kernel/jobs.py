"""Work that happens later: queued in PostgreSQL in the same transaction as the fact that caused it (procrastinate)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ParamSpec

from procrastinate import RetryStrategy, sql
from procrastinate.contrib.django import app

from . import clock, scope

P = ParamSpec("P")


def job(
    *, queue: str = "default", retries: int = 5, cron: str = "", in_parts: bool = False
) -> Callable[[Callable[P, None]], Any]:
    """Make a function a job. Jobs work for the system (no limits of sight) in one transaction.

    Args:
        queue: name of the queue; workers may take only some.
        retries: how often a failing job is tried again, with growing waits (2, 4, 8 … s).
        cron: when given, the job runs by itself (five or six fields); it then gets ``timestamp`` (seconds).
        in_parts: the function opens its own transactions and scopes, and what it committed stays when it is cut off.
    """

    def wrap(function: Callable[P, None]) -> Any:
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            if in_parts:
                function(*args, **kwargs)
                return
            with scope.as_system():
                function(*args, **kwargs)

        name = f"{function.__module__}.{function.__qualname__}"
        make: Any = app.task  # its overloads do not know a function with free parameters
        task = make(run, name=name, queue=queue, retry=RetryStrategy(max_attempts=retries, exponential_wait=2))
        if cron:
            app.periodic(cron=cron)(task)
        return task

    return wrap


def enqueue(task: Any, *, lock: str | None = None, at: Any = None, **arguments: Any) -> None:
    """Queue ``task`` with plain JSON arguments, in the present transaction: it runs only if that commits.

    Args:
        task: what ``job`` made of a function.
        lock: jobs with the same lock run one after the other.
        at: aware instant before which it does not start.
        **arguments: what the function gets.
    """
    task.configure(lock=lock, schedule_at=at).defer(**arguments)


def enqueue_many(task: Any, arguments: Sequence[dict[str, Any]]) -> None:
    """Queue ``task`` once for each set of arguments, with one statement, in the present transaction."""
    if arguments:
        task.configure().batch_defer(*arguments)


def take_up_abandoned(seconds: float) -> int:
    """Queue again the jobs whose worker gave no sign of life for so many seconds (killed, or its machine gone).

    Returns how many. A job of a worker that was only slow runs twice, which every job must bear.
    """
    connector = app.job_manager.connector.get_sync_connector()
    rows = connector.execute_query_all(
        query=sql.queries["select_stalled_jobs_by_heartbeat"], queue=None, task_name=None,
        seconds_since_heartbeat=seconds,
    )  # fmt: skip
    for row in rows:
        app.job_manager.retry_job_by_id(row["id"], retry_at=clock.now())
    return len(rows)
