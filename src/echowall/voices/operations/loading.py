"""Loading a table: a draft whose columns a person maps, then chunks of rows, each committed with its count.

Whatever cuts a load off (a closed tab, a killed worker, a restarted database), what was committed stays, and going on
starts behind it: ``Import.done_row`` is written in the same transaction as the chunk's messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit, files
from echowall.kernel.actors import Actor
from echowall.kernel.errors import refuse
from echowall.kernel.ids import new_id
from echowall.kernel.jobs import enqueue
from echowall.kernel.models import Progress

from ..channels.tables import ColumnMapping, Table, open_table, suggest_mapping
from ..channels.types import RefusedInputError
from ..models import Import, Source
from ..models.sources import Channel
from .refusals import invalid

SYSTEM_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read; None leaves the finding to the program. ``header_row`` counts from 1, 0 for none."""

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None


def table_of(loaded: Import) -> Table:
    """Return the file of an import, opened as its settings say.

    Raises:
        InvalidInput: with everything that is wrong with the file.
    """
    settings = loaded.settings
    try:
        return open_table(
            files.read(bytes(loaded.content_hash).hex()),
            loaded.name,
            sheet=settings.get("sheet"),
            header_row=settings.get("header_row"),
            encoding=settings.get("encoding"),
            delimiter=settings.get("delimiter"),
        )
    except RefusedInputError as error:
        raise invalid(error.problems) from error


def mapping_of(loaded: Import) -> ColumnMapping:
    """Return the mapping of an import."""
    return mapping_from(loaded.settings.get("mapping", {}))


def mapping_from(kept: Mapping[str, Any]) -> ColumnMapping:
    """Return a mapping from its stored form ``{"columns": {field: [column …]}, "order", "year", "keep_other"}``."""
    columns = {field: tuple(names) for field, names in kept.get("columns", {}).items() if names}
    return ColumnMapping(columns, kept.get("order", ""), kept.get("year"), kept.get("keep_other", True))


def stored_form(mapping: ColumnMapping) -> dict[str, Any]:
    """Return what ``mapping_from`` reads."""
    return {
        "columns": {field: list(names) for field, names in mapping.columns.items() if names},
        "order": mapping.order,
        "year": mapping.year,
        "keep_other": mapping.keep_other,
    }


def draft_import(*, source: Source, name: str, content: bytes, actor: Actor, at: datetime) -> Import:
    """Keep an uploaded table and propose how to read it: as the source's files were read before, if that fits.

    Raises:
        InvalidInput: the file cannot be read, with everything that is wrong with it.
        Refusal: ``source_not_table``, ``source_inactive``.
        NotPermitted: without ``voices.import`` at the source's place.
    """
    actor.require("voices.import", source.place_path)
    _check_source(source)
    try:
        table = open_table(content, name)
    except RefusedInputError as error:
        raise invalid(error.problems) from error
    remembered = mapping_from(source.settings.get("mapping", {}))
    fits = bool(remembered.columns) and not remembered.problems(table.headers)
    mapping = remembered if fits else suggest_mapping(table.headers, table.sample)
    with transaction.atomic():
        digest = files.keep(content)
        loaded = Import.objects.create(
            id=new_id(),
            source=source,
            office_id=source.office_id,
            place_path=source.place_path,
            name=name[:200],
            content_hash=bytes.fromhex(digest),
            loaded_by_id=actor.id or SYSTEM_ID,
            loaded_at=at,
            moved_at=at,
            state=Import.State.DRAFT,
            settings={"mapping": stored_form(mapping), "remembered": fits, "reasons": dict(mapping.reasons)},
        )
        audit.record(
            actor=actor,
            at=at,
            action="voices.import.drafted",
            subject=("import", loaded.id),
            detail={"bytes": len(content), "source": source.name},
            where=(loaded.office_id, loaded.place_path),
        )
    return loaded


def _check_source(source: Source) -> None:
    if source.channel != Channel.TABLE:
        raise refuse(
            "source_not_table",
            _("这个来源不收表格"),
            place="source",
            value=source.name,
            fix=_("请选择“表格导入”类来源，没有时请管理员添加"),
        )
    if not source.is_active:
        raise refuse("source_inactive", _("这个来源已停用"), place="source", value=source.name)


def map_import(
    *, loaded: Import, mapping: ColumnMapping, reading: Reading, record_only: bool, actor: Actor, at: datetime
) -> Import:
    """Change how a draft is read; nothing is loaded yet. A mapping that does not fit is kept and shown.

    Raises:
        Refusal: ``import_started``.
        InvalidInput: the file cannot be read that way.
        NotPermitted: without ``voices.import`` there.
    """
    actor.require("voices.import", loaded.place_path)
    _check_draft(loaded)
    loaded.settings = {
        **loaded.settings,
        "mapping": stored_form(mapping),
        "sheet": reading.sheet,
        "header_row": reading.header_row,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
    }
    loaded.record_only = record_only
    table_of(loaded)
    with transaction.atomic():
        loaded.save(update_fields=["settings", "record_only"])
        audit.record(
            actor=actor,
            at=at,
            action="voices.import.mapped",
            subject=("import", loaded.id),
            detail={"record_only": record_only},
            where=(loaded.office_id, loaded.place_path),
        )
    return loaded


def _check_draft(loaded: Import) -> None:
    if loaded.state != Import.State.DRAFT:
        raise refuse("import_started", _("这份表已经开始导入，不能再改"), place="import", value=loaded.name)


def start_import(*, loaded: Import, actor: Actor, at: datetime) -> Progress:
    """Begin to load a draft in the background and remember its mapping for the source's next file.

    Raises:
        InvalidInput: the mapping does not fit the file, every reason at once.
        Refusal: ``import_started``.
        NotPermitted: without ``voices.import`` there.
    """
    from ..jobs import load_table

    with transaction.atomic():
        work = begin(loaded=loaded, actor=actor, at=at)
        enqueue(load_table, import_id=str(loaded.id))
    return work


def begin(*, loaded: Import, actor: Actor, at: datetime) -> Progress:
    """Do what ``start_import`` does, but leave the work itself to the caller (the command line)."""
    actor.require("voices.import", loaded.place_path)
    loaded = Import.objects.select_for_update().get(id=loaded.id)
    _check_draft(loaded)
    mapping = mapping_of(loaded)
    problems = mapping.problems(table_of(loaded).headers)
    if problems:
        raise invalid(problems)
    work = Progress.objects.create(
        id=new_id(),
        kind="import",
        title=f"{_('表格导入')} {loaded.name}"[:200],
        owner_id=loaded.loaded_by_id,
        started_at=at,
    )
    loaded.progress, loaded.state, loaded.moved_at = work, Import.State.LOADING, at
    loaded.save(update_fields=["progress", "state", "moved_at"])
    source = Source.objects.select_for_update().get(id=loaded.source_id)
    source.settings = {**source.settings, "mapping": stored_form(mapping)}
    source.save(update_fields=["settings"])
    audit.record(
        actor=actor,
        at=at,
        action="voices.import.started",
        subject=("import", loaded.id),
        detail={"record_only": loaded.record_only, "source": source.name},
        where=(loaded.office_id, loaded.place_path),
    )
    return work


def discard_import(*, loaded: Import, actor: Actor, at: datetime) -> None:
    """Drop a draft that was never loaded.

    Raises:
        Refusal: ``import_started``.
        NotPermitted: without ``voices.import`` there.
    """
    actor.require("voices.import", loaded.place_path)
    _check_draft(loaded)
    with transaction.atomic():
        audit.record(
            actor=actor,
            at=at,
            action="voices.import.discarded",
            subject=("import", loaded.id),
            detail={"name": loaded.name},
            where=(loaded.office_id, loaded.place_path),
        )
        loaded.delete()


def reset_mapping(*, source: Source, actor: Actor, at: datetime) -> None:
    """Forget how the source's files are read, so that the next one is proposed afresh.

    Raises:
        NotPermitted: without ``voices.manage_sources`` there.
    """
    actor.require("voices.manage_sources", source.place_path)
    with transaction.atomic():
        source.settings = {k: v for k, v in source.settings.items() if k != "mapping"}
        source.save(update_fields=["settings"])
        audit.record(
            actor=actor,
            at=at,
            action="voices.source.mapping_reset",
            subject=("source", source.id),
            where=(source.office_id, source.place_path),
        )
