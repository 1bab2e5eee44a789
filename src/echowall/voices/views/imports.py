"""Loading tables: upload, a look at how the columns are read, the load in the background, what was wrong."""

from __future__ import annotations

import io
import re
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from echowall.kernel import audit, clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem
from echowall.kernel.middleware import actor_of
from echowall.understanding.redaction import mask

from .. import operations, queries
from ..channels.dates import Order
from ..channels.tables import FIELDS, ColumnMapping, Table, read_messages, write_error_workbook
from ..channels.tables.mapping import JOINED
from ..channels.types import RefusedInputError
from ..models import Import
from ..models.sources import Channel
from ..operations.loading import Reading, mapping_of, table_of
from ..operations.refusals import invalid, shown
from .paste import import_source

MAX_BYTES = 60_000_000
_PREVIEW, _LISTED, _PROBLEMS = 20, 50, 300
_NUMBER = re.compile("[0-9]{1,9}")  # isdigit() would let "²" through
FIELD_NAMES = {
    "text": gettext_lazy("留言内容"),
    "title": gettext_lazy("标题"),
    "said_at": gettext_lazy("时间"),
    "sender": gettext_lazy("姓名"),
    "phone": gettext_lazy("电话"),
    "place": gettext_lazy("地址"),
    "id": gettext_lazy("编号"),
    "category": gettext_lazy("原类别"),
    "urgency": gettext_lazy("原紧急程度"),
    "reply": gettext_lazy("答复"),
    "replied_at": gettext_lazy("答复时间"),
    "status": gettext_lazy("办理状态"),
    "source": gettext_lazy("原渠道"),
    "given_intent": gettext_lazy("已定诉求类型"),
    "given_topic": gettext_lazy("已定事项类别"),
    "given_state": gettext_lazy("已定办理状态"),
    "latitude": gettext_lazy("纬度"),
    "longitude": gettext_lazy("经度"),
}


def imports(request: HttpRequest) -> HttpResponse:
    """Show what was loaded, and the form to load more."""
    actor = actor_of(request)
    actor.require("voices.import")
    rows = Import.objects.select_related("source").filter(source__channel=Channel.TABLE).order_by("-loaded_at", "-id")
    context = {"imports": rows[:_LISTED], "sources": queries.sources_for(actor, Channel.TABLE, "voices.import")}
    return render(request, "voices/imports.html", context)


def upload(request: HttpRequest) -> HttpResponse:
    """Keep an uploaded file as a draft and show how it would be read."""
    file = request.FILES.get("file")
    problems = []
    if not request.POST.get("source"):
        problems.append(Problem("source_missing", _("请选择来源"), place=_("来源")))
    if not isinstance(file, UploadedFile):
        problems.append(Problem("file_missing", _("请选择文件"), place=_("文件"), fix="CSV、XLS、XLSX、.gz"))
    elif (file.size or 0) > MAX_BYTES:
        problems.append(
            Problem(
                "file_too_large",
                _("文件超过 60 MB"),
                place=_("文件"),
                value=str(file.name),
                fix=_("按日期拆成几个文件"),
            )
        )
    if problems or not isinstance(file, UploadedFile):
        raise InvalidInput(problems)
    source = import_source(_uuid(request.POST["source"]))
    loaded = operations.draft_import(
        source=source, name=str(file.name), content=file.read(), actor=actor_of(request), at=clock.now()
    )
    return redirect("voices:import", loaded.id)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput(Problem("id_invalid", _("编号不对"), value=text)) from None


def _found(request: HttpRequest, import_id: UUID) -> Import:
    actor_of(request).require("voices.import")
    row = Import.objects.select_related("source", "progress").filter(id=import_id).first()
    if row is None:
        raise NotFound(Problem("import_unknown", _("没有这次导入，或不在您的职责范围内"), value=str(import_id)))
    return row


def one(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show one import: the mapping of a draft, the progress of a load, or what came of it."""
    loaded = _found(request, import_id)
    if loaded.state == Import.State.DRAFT:
        return render(request, "voices/import_draft.html", _draft(loaded))
    problems = loaded.problems.order_by("row", "id")
    counts = (
        problems.values("code", "message", "is_warning").annotate(count=Count("id")).order_by("is_warning", "-count")
    )
    context = {"loaded": loaded, "problems": problems[:_PROBLEMS], "problem_kinds": counts, "shown_at_most": _PROBLEMS}
    return render(request, "voices/import.html", context)


def _draft(loaded: Import) -> dict[str, Any]:
    table, mapping = table_of(loaded), mapping_of(loaded)
    same = Import.objects.filter(source=loaded.source, content_hash=loaded.content_hash, state=Import.State.DONE)
    faults = [shown(p) for p in mapping.problems(table.headers)]
    rows = [] if faults else _preview(table, mapping)
    return {
        "loaded": loaded,
        "table": table,
        "fields": [
            {"name": name, "title": FIELD_NAMES.get(name, name), "slots": _slots(name, mapping)} for name in FIELDS
        ],
        "mapping": mapping,
        "problems": faults,
        "rows": rows,
        "bad_count": sum(row["message"] is None for row in rows),
        "loaded_before": same.order_by("-loaded_at").first(),
    }


def _slots(name: str, mapping: ColumnMapping) -> list[str]:
    """Return the columns chosen for a field, and an empty place for one more where columns are joined."""
    chosen = list(mapping.columns.get(name, ()))
    return [*chosen, ""] if name in JOINED or not chosen else chosen


def _preview(table: Table, mapping: ColumnMapping) -> list[dict[str, Any]]:
    try:
        rows = list(islice(read_messages(table, mapping), _PREVIEW))
    except RefusedInputError as error:
        raise invalid(error.problems) from error
    return [
        {
            "row": row.row,
            "message": row.message,
            "text": mask(row.message.text[:200]) if row.message else "",
            "phone": mask(row.message.phone) if row.message else "",
            "problems": [shown(p) for p in row.problems],
        }
        for row in rows
    ]


def change(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Read a draft another way and show it again."""
    loaded = _found(request, import_id)
    columns = {name: tuple(v for v in request.POST.getlist(f"column_{name}") if v) for name in FIELDS}
    year = request.POST.get("year", "").strip()
    if year and not (_NUMBER.fullmatch(year) and 1900 <= int(year) <= 2200):
        raise InvalidInput(Problem("year_invalid", _("年份写四位数字"), place=_("年份"), value=year, fix="2022"))
    asked = request.POST.get("order", "")
    order: Order = "dmy" if asked == "dmy" else "mdy" if asked == "mdy" else ""
    mapping = ColumnMapping(
        {name: chosen for name, chosen in columns.items() if chosen},
        order=order,
        year=int(year) if year else None,
        keep_other=bool(request.POST.get("keep_other")),
    )
    operations.map_import(
        loaded=loaded, mapping=mapping, reading=_reading(request), record_only=bool(request.POST.get("record_only")),
        actor=actor_of(request), at=clock.now(),
    )  # fmt: skip
    if request.POST.get("do") == "start":
        return start(request, import_id)
    return redirect("voices:import", loaded.id)


def _reading(request: HttpRequest) -> Reading:
    header = request.POST.get("header_row", "").strip()
    return Reading(
        sheet=request.POST.get("sheet") or None,
        header_row=int(header) if _NUMBER.fullmatch(header) else None,
        encoding=request.POST.get("encoding") or None,
    )


def start(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Begin the load; it goes on without this page."""
    loaded = _found(request, import_id)
    operations.start_import(loaded=loaded, actor=actor_of(request), at=clock.now())
    return redirect("voices:import", loaded.id)


def discard(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Drop a draft."""
    operations.discard_import(loaded=_found(request, import_id), actor=actor_of(request), at=clock.now())
    return redirect("voices:imports")


def progress(request: HttpRequest, import_id: UUID) -> JsonResponse:
    """Say how far a load is, for the page that polls; sends it to the result when it is over."""
    loaded = _found(request, import_id)
    work = loaded.progress
    is_over = loaded.state in {Import.State.DONE, Import.State.FAILED}
    return JsonResponse(
        {
            "state": "done" if is_over else "working",
            "done": loaded.row_count,
            "total": work.total_count if work else None,
            "message": str(loaded.get_state_display()),
            "redirect": reverse("voices:import", args=[loaded.id]) if is_over else "",
        }
    )


def errors(request: HttpRequest, import_id: UUID) -> FileResponse:
    """Hand out the rows that were not taken, with what to fix, to be corrected and uploaded again."""
    loaded = _found(request, import_id)
    if loaded.state == Import.State.DRAFT:
        raise NotFound(Problem("import_not_loaded", _("还没有导入"), value=loaded.name))
    table = table_of(loaded)
    target = io.BytesIO()
    try:
        count = write_error_workbook(
            target,
            table.headers,
            read_messages(table, mapping_of(loaded)),
            english=(get_language() or "").startswith("en"),
        )
    except RefusedInputError as error:
        raise invalid(error.problems) from error
    audit.record(actor=actor_of(request), at=clock.now(), action="voices.import.errors_exported",
                 subject=("import", loaded.id), detail={"count": count},
                 where=(loaded.office_id, loaded.place_path))  # fmt: skip
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{_('待修改')}-{loaded.name}.xlsx")
