"""The page of a register, its saved views and its Excel file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from .. import clock
from ..actors import Actor
from ..errors import NotFound, Problem
from ..middleware import actor_of, given_texts
from ..models import Progress, SavedView
from . import operations
from .definition import Register, find
from .listing import listing_for
from .taking_in_views import take_in_page


def saved_views(register: Register, actor: Actor) -> list[SavedView]:
    """Return the actor's own views and those shared in the actor's offices."""
    mine = Q(owner_id=actor.id) | Q(office_id__in=actor.scope.office_ids)
    return list(SavedView.objects.filter(mine, register=register.name).order_by("name"))


def register_view(register: Register, template: str = "kernel/register/page.html") -> Callable[..., HttpResponse]:
    """Return the view of a register: the whole page, or only the list when htmx asks for it."""

    def view(request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        listing = listing_for(register, actor, request.GET.dict())
        context = {"listing": listing, "register": register, "views": saved_views(register, actor)}
        if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
            return render(request, "kernel/register/fragment.html", context)
        context |= {
            "filters": operations.filters_shown(register, actor, listing),
            "narrowed": operations.narrowed_by(register, listing),
        }
        return render(request, template, context)

    return view


@require_POST
def save_view(request: HttpRequest, name: str) -> HttpResponse:
    """Save the present filters under a name."""
    register = _register(name)
    query = given_texts(request, "view_name", "shared")
    operations.save_view(
        register=register,
        name=request.POST.get("view_name", ""),
        query=query,
        shared=bool(request.POST.get("shared")),
        actor=actor_of(request),
        at=clock.now(),
    )
    return _back(request)


@require_POST
def delete_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Delete one's own view."""
    operations.delete_view(view_id=view_id, actor=actor_of(request), at=clock.now())
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """Return to the page the form stood on, when that is one of ours."""
    came_from = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return redirect(came_from)
    return redirect("/desk/")


@require_POST
def export(request: HttpRequest, name: str) -> HttpResponse:
    """Start writing the present list to an Excel file; the page of its progress follows."""
    query = given_texts(request)
    progress = operations.start_export(register=_register(name), asked=query, actor=actor_of(request), at=clock.now())
    return redirect("kernel:progress", progress.id)


def take_in(request: HttpRequest, name: str) -> HttpResponse:
    """Take back the Excel file of a register that was changed by hand."""
    return take_in_page(request, _register(name))


def progress(request: HttpRequest, progress_id: UUID) -> HttpResponse:
    """Show how far long work is; JSON for the page that polls."""
    work = _own_progress(request, progress_id)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(_progress_facts(work))
    return render(request, "kernel/register/progress.html", {"work": work})


def _progress_facts(work: Progress) -> dict[str, Any]:
    """Return what the page's progress bar reads (frontend/src/progress.ts), and the raw facts for programs."""
    state = "working" if work.state == Progress.State.RUNNING else work.state
    is_over = work.state in {Progress.State.DONE, Progress.State.FAILED}
    return {
        "state": state,
        "done": work.done_count,
        "total": work.total_count or None,
        "message": str(work.result.get("error", "")) if work.state == Progress.State.FAILED else work.title,
        "redirect": reverse("kernel:progress", args=[work.id]) if is_over else None,
        "title": work.title,
        "result": work.result,
        "file": bool(work.file),
    }


def download(request: HttpRequest, progress_id: UUID) -> FileResponse:
    """Hand out the file that long work made, to the person who started it."""
    work = _own_progress(request, progress_id)
    path = Path(settings.MEDIA_ROOT) / "exports" / work.file
    if not work.file or not path.is_file():
        raise NotFound(Problem("file_gone", _("文件已过期清除，请重新导出"), value=work.title))
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{work.title}.xlsx")


def _register(name: str) -> Register:
    try:
        return find(name)
    except KeyError:
        raise NotFound(Problem("register_unknown", _("没有这个台账"), value=name)) from None


def _own_progress(request: HttpRequest, progress_id: UUID) -> Progress:
    work = Progress.objects.filter(id=progress_id, owner_id=actor_of(request).own_id).first()
    if work is None:
        raise NotFound(Problem("work_unknown", _("没有这项后台工作，或不是您发起的"), value=str(progress_id)))
    return work
