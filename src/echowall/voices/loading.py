"""The work of a load: rows of the kept file, a thousand at a time, each chunk one transaction with its count.

No request or job transaction may be open around ``run_import``: a chunk that is committed must stay committed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

import structlog
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from echowall.kernel import audit, clock
from echowall.kernel.actors import SYSTEM_ACTOR, Actor
from echowall.kernel.errors import Problem as Shown
from echowall.kernel.errors import Refusal
from echowall.kernel.ids import new_id
from echowall.kernel.models import Progress
from echowall.kernel.scope import as_system
from echowall.understanding.redaction import mask

from .channels.tables import ReadRow, Table, read_messages
from .channels.types import Problem, RefusedInputError
from .models import Import, ImportProblem
from .operations.hearing import Heard, hear_messages
from .operations.loading import SYSTEM_ID, mapping_of, table_of
from .operations.refusals import shown

log = structlog.get_logger(__name__)
CHUNK_ROWS = 1_000


def run_import(*, import_id: UUID, at: datetime) -> Import:
    """Load what is not yet loaded of an import, from wherever it stands; harmless to call twice, also side by side.

    A file that breaks off ends the load as failed, with what was read kept and the reason stored as a problem.
    """
    with as_system():
        loaded = Import.objects.select_related("source").get(id=import_id)
        actor = _actor(loaded)
    if loaded.state != Import.State.LOADING:
        return loaded
    try:
        table = table_of(loaded)
        _announce(loaded, _row_count(table))
        rows = (row for row in read_messages(table, mapping_of(loaded)) if row.row > loaded.done_row)
        for chunk in _chunks(rows):
            if not _load_chunk(loaded, chunk, actor, at):
                return loaded  # another worker has it
    except RefusedInputError as error:
        return _finish(loaded, Import.State.FAILED, actor, [shown(p) for p in error.problems])
    except Refusal as error:
        return _finish(loaded, Import.State.FAILED, actor, list(error.problems))
    return _finish(loaded, Import.State.DONE, actor, [])


def _chunks(rows: Iterator[ReadRow]) -> Iterator[list[ReadRow]]:
    """Yield the rows in chunks; where the file breaks off, what came before is yielded first."""
    while True:
        chunk: list[ReadRow] = []
        try:
            chunk.extend(islice(rows, CHUNK_ROWS))
        except RefusedInputError:
            if chunk:
                yield chunk
            raise
        if not chunk:
            return
        yield chunk


def _actor(loaded: Import) -> Actor:
    if loaded.loaded_by_id == SYSTEM_ID:
        return SYSTEM_ACTOR
    actor: Actor = get_user_model().objects.get(id=loaded.loaded_by_id).as_actor()
    return actor


def _row_count(table: Table) -> int:
    """Count the rows for the progress bar; where the file breaks off, as far as it goes."""
    count = 0
    try:
        for _row in table.rows():
            count += 1
    except RefusedInputError:
        pass
    return count


def _announce(loaded: Import, row_count: int) -> None:
    with as_system():
        _progress(loaded).update(state=Progress.State.RUNNING, total_count=row_count)


def _progress(loaded: Import) -> QuerySet[Progress]:
    return Progress.objects.filter(import__id=loaded.id)


def _load_chunk(loaded: Import, rows: Sequence[ReadRow], actor: Actor, at: datetime) -> bool:
    """Store one chunk and its count together; False when somebody else went on with this import meanwhile."""
    with as_system():
        now = Import.objects.select_for_update().get(id=loaded.id)
        if now.done_row != loaded.done_row or now.state != Import.State.LOADING:
            return False
        heard, failed = _hear(loaded, [row for row in rows if row.message is not None], actor, at)
        new_count = sum(one.is_new for one in heard)
        without = sum(row.message is None for row in rows)
        ImportProblem.objects.bulk_create(
            [*(_problem(loaded, row.row, p) for row in rows for p in row.problems), *failed], batch_size=1000
        )
        loaded.row_count += len(rows)
        loaded.new_count += new_count
        loaded.known_count += len(heard) - new_count
        loaded.problem_count += without + len(failed)
        loaded.done_row, loaded.moved_at = rows[-1].row, clock.now()
        loaded.save(update_fields=["row_count", "new_count", "known_count", "problem_count", "done_row", "moved_at"])
        _progress(loaded).update(done_count=loaded.row_count)
    return True


def _hear(
    loaded: Import, rows: Sequence[ReadRow], actor: Actor, at: datetime
) -> tuple[list[Heard], list[ImportProblem]]:
    """Store the rows together; if the database refuses one of them, one by one, naming the one it refuses."""
    messages = [row.message for row in rows if row.message is not None]
    if not messages:
        return [], []
    try:
        with transaction.atomic():
            return hear_messages(messages=messages, source=loaded.source, actor=actor, at=at, loaded=loaded), []
    except (DatabaseError, ValueError):
        log.exception("chunk_not_stored", import_id=str(loaded.id))
    heard: list[Heard] = []
    failed: list[ImportProblem] = []
    for row, message in zip(rows, messages, strict=True):
        try:
            with transaction.atomic():
                heard += hear_messages(messages=[message], source=loaded.source, actor=actor, at=at, loaded=loaded)
        except (DatabaseError, ValueError) as error:
            failed.append(_unstored(loaded, row.row, error))
    return heard, failed


def _problem(loaded: Import, row: int, problem: Problem) -> ImportProblem:
    said = shown(problem)
    return ImportProblem(
        id=new_id(),
        loaded=loaded,
        row=row,
        column=problem.column[:80],
        value=_safe(said.value),
        code=said.code,
        message=said.message[:300],
        fix=said.fix[:300],
        is_warning=problem.is_warning,
    )


def _unstored(loaded: Import, row: int, error: Exception) -> ImportProblem:
    said = shown(
        Problem(
            f"第{row}行",
            type(error).__name__,
            "row_not_stored",
            "这一行存不进数据库",
            "the database refused this row",
            "检查这一行里有没有不可见的字符，改后重新上传",
            "look for invisible characters in the row, then upload it again",
        )
    )
    return ImportProblem(
        id=new_id(), loaded=loaded, row=row, value=said.value, code=said.code, message=said.message, fix=said.fix
    )


def _safe(value: str) -> str:
    return mask(value.replace("\x00", "")).encode("utf-8", "replace").decode()[:200]


def _finish(loaded: Import, state: Import.State, actor: Actor, problems: Sequence[Shown]) -> Import:
    with as_system():
        now = Import.objects.select_for_update().get(id=loaded.id)
        if now.state != Import.State.LOADING:
            return now
        ImportProblem.objects.bulk_create(
            ImportProblem(
                id=new_id(),
                loaded=loaded,
                row=loaded.done_row,
                column="",
                value=_safe(p.value),
                code=p.code,
                message=p.message[:300],
                fix=p.fix[:300],
            )
            for p in problems
        )
        loaded.state, loaded.moved_at = state, clock.now()
        loaded.save(update_fields=["state", "moved_at"])
        counts = {"rows": loaded.row_count, "new": loaded.new_count, "known": loaded.known_count,
                  "problems": loaded.problem_count}  # fmt: skip
        is_done = state == Import.State.DONE
        _progress(loaded).update(
            state=Progress.State.DONE if is_done else Progress.State.FAILED,
            finished_at=loaded.moved_at,
            done_count=loaded.row_count,
            result=counts | {"error": "; ".join(map(str, problems))},
        )
        audit.record(
            actor=actor,
            at=loaded.moved_at,
            action="voices.import.loaded" if is_done else "voices.import.failed",
            subject=("import", loaded.id),
            detail=counts,
            where=(loaded.office_id, loaded.place_path),
        )
    return loaded
