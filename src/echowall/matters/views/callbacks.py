"""The work list of callbacks: whom to call, the number for a reason, what they said."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem
from echowall.kernel.ids import new_id
from echowall.kernel.middleware import actor_of

from .. import operations, queries
from ..models import Answer
from ..queries import CallbackDue


def callbacks(request: HttpRequest) -> HttpResponse:
    """Show whom to call, and the one chosen (the first who is due by default)."""
    actor_of(request).require("matters.call_back")
    at = clock.now()
    waiting = queries.callbacks_due(at)
    asked = request.GET.get("report", "")
    chosen = next((one for one in waiting if str(one.report.id) == asked), None)
    if chosen is None:
        chosen = next((one for one in waiting if one.is_due(at)), None)
    return render(request, "matters/answering/callbacks.html", _context(waiting, chosen))


def _context(waiting: list[CallbackDue], chosen: CallbackDue | None, **more: object) -> dict[str, object]:
    at = clock.now()
    answer = None
    if chosen is not None:
        answer = Answer.objects.filter(report=chosen.report, is_final=True).order_by("-written_at", "-id").first()
    return {
        "due": [one for one in waiting if one.is_due(at)],
        "later": [one for one in waiting if not one.is_due(at)],
        "chosen": chosen,
        "answer": answer,
        "request_key": new_id().hex,
        "grades": (5, 4, 3, 2, 1),
        **more,
    }


@require_POST
def number(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Show the number to be called; that it was shown, to whom and that it was for a callback is recorded."""
    actor = actor_of(request)
    actor.require("matters.call_back")
    shown = operations.unmask_reporter(report_id=report_id, reason=_("回访反映人"), actor=actor, at=clock.now())
    response = render(request, "matters/answering/number.html", {"shown": shown})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def record(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Write down what was said and go to the next one."""
    at = clock.now()
    one = queries.callback_due(report_id, at)
    if one is None:
        if request.POST.get("request_key"):  # sent twice: the first has done it
            return redirect("matters:callbacks")
        raise NotFound(Problem("report_unknown", _("没有这位反映人，或已经回访过"), value=str(report_id)))
    grade = request.POST.get("satisfaction", "")
    try:
        operations.record_callback(
            matter_id=one.matter.id,
            report_id=report_id,
            outcome=request.POST.get("outcome", ""),
            satisfaction=int(grade) if grade in {"1", "2", "3", "4", "5"} else None,
            note=request.POST.get("note", "")[:500],
            actor=actor_of(request),
            at=at,
            request_key=request.POST.get("request_key", "")[:64] or None,
        )
    except InvalidInput as refusal:
        context = _context(queries.callbacks_due(at), one, problems=refusal.problems, note=request.POST.get("note", ""))
        return render(request, "matters/answering/callbacks.html", context, status=422)
    said = {
        "solved": _("已记：已解决"),
        "not_solved": _("已记：未解决，事项已退回重办"),
        "unreached": _("已记：没打通，稍后再打"),
    }
    messages.success(request, said.get(request.POST.get("outcome", ""), _("已记")))
    return redirect("matters:callbacks")
