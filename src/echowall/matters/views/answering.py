"""The panel in which an answer is written: wordings, like cases, policy in force, the check while typing, sending."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from echowall.kernel import clock
from echowall.kernel.errors import InvalidInput, NotFound, Problem, Refusal
from echowall.kernel.ids import new_id
from echowall.kernel.middleware import actor_of
from echowall.notices import queries as notices_queries
from echowall.playbooks import PlaybookError
from echowall.playbooks.keeping import library

from .. import operations, queries
from ..models import Answer, Matter
from ..reply_texts import fill_in
from ..rules import MOVES


def _matter(request: HttpRequest, matter_id: UUID) -> Matter:
    actor_of(request).require("matters.see")
    matter = Matter.objects.select_related("place", "office", "lead_team").filter(id=matter_id).first()
    if matter is None:
        raise NotFound(Problem("matter_unknown", _("没有这个事项，或不在您的职责范围内"), value=str(matter_id)))
    return matter


def _context(matter: Matter, given: dict[str, Any]) -> dict[str, Any]:
    facts = queries.reply_facts(matter, clock.now())
    sent = list(
        Answer.objects.filter(report__in=[r.report for r in queries.reporters_of(matter)]).order_by(
            "-written_at", "-id"
        )[:10]
    )
    notices = notices_queries.notices_of("answer", [answer.id for answer in sent])
    templates = [(t, fill_in(t.text, facts)) for t in queries.templates_for(matter)]
    text = given.get("text", "")
    return {
        "matter": matter,
        "reporters": queries.reporters_of(matter),
        "templates": templates,
        "similar": queries.similar_answered(matter),
        "policies": queries.policies_for(matter, clock.today()),
        "sent": [(answer, notices.get(answer.id)) for answer in sent],
        "findings": queries.check_reply(matter, text) if text else [],
        "may_answer": matter.state in MOVES["answered"].sources,
        "may_inform": matter.state in MOVES["informed"].sources,
        "request_key": given.get("request_key") or new_id().hex,
        "given": given,
    }


def answering(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Show the panel: a fragment for the matter's page, or a page of its own."""
    context = _context(_matter(request, matter_id), {})
    fragment = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "matters/answering/panel.html" if fragment else "matters/answering/page.html", context)


@require_POST
def check(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Return what the text lacks, while it is being typed."""
    matter, text = _matter(request, matter_id), request.POST.get("text", "")
    findings = queries.check_reply(matter, text) if text.strip() else []
    return render(request, "matters/answering/findings.html", {"findings": findings, "is_checked": bool(text.strip())})


def library_search(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Return the policy texts in force today that hold the words."""
    matter = _matter(request, matter_id)
    found = queries.policies_for(matter, clock.today(), request.GET.get("q", "")[:40])
    return render(request, "matters/answering/policies.html", {"policies": found, "words": request.GET.get("q", "")})


@require_POST
def send(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Send an answer or word on how it goes to the reporters chosen."""
    matter = _matter(request, matter_id)
    given: dict[str, Any] = {
        name: request.POST.get(name, "").strip()
        for name in ("text", "kind", "despite_reason", "request_key", "template_id")
    }
    given["reports"] = request.POST.getlist("reports")
    try:
        _send(request, matter, given)
    except InvalidInput as refusal:
        # What the check of the text found stands beside the text already, in words instead of codes.
        told = [p for p in refusal.problems if p.code != "reply_incomplete"]
        context = _context(matter, given) | {"problems": told}
        context["must_reason"] = any(
            p.code in {"reply_incomplete"} or p.place == "despite_reason" for p in refusal.problems
        )
        return render(
            request,
            "matters/answering/panel.html" if request.headers.get("HX-Request") else "matters/answering/page.html",
            context,
            status=422,
        )
    messages.success(request, _("已送出，按各人来的渠道发送") if given["kind"] != "informed" else _("已告知进展"))
    target = reverse("matters:answering", args=[matter.id])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("matters:detail", args=[matter.id])})
    return redirect(target)


def _send(request: HttpRequest, matter: Matter, given: dict[str, Any]) -> None:
    try:
        chosen = [UUID(one) for one in given["reports"]]
    except ValueError:
        raise InvalidInput(Problem("report_unknown", _("有反映人不属于这个事项"), place="reports")) from None
    if not chosen:
        raise InvalidInput(Problem("field_missing", _("请至少选一位反映人"), place="reports"))
    if not given["text"]:
        raise InvalidInput(Problem("field_missing", _("请填写内容"), place="text"))
    common = {
        "matter_id": matter.id,
        "text": given["text"],
        "report_ids": chosen,
        "actor": actor_of(request),
        "at": clock.now(),
        "request_key": given["request_key"][:64] or None,
    }
    if given["kind"] == "informed":
        event = operations.inform_reporters(**common)
    else:
        event = operations.answer_reporters(
            despite_findings=bool(given["despite_reason"]), despite_reason=given["despite_reason"], **common
        )
    with suppress(ValueError):  # written without a template
        operations.count_template_use(template_id=UUID(given["template_id"]), event=event, at=common["at"])


@require_POST
def letter(request: HttpRequest, matter_id: UUID) -> HttpResponse:
    """Show the answer as a letter (the paper of the playbook), to be printed and handed over."""
    matter = _matter(request, matter_id)
    facts = queries.reply_facts(matter, clock.now())
    paper = {
        "resident_name": request.POST.get("resident_name", "").strip() or _("居民"),
        "opened_on": facts["收到日期"],
        "matter_title": matter.title,
        "matter_number": matter.number,
        "reply_text": request.POST.get("text", "").strip(),
        "team_name": facts.get("专班", matter.office.name),
        "office_phone": facts.get("专班电话") or _("社区公告的电话"),
        "office_name": matter.office.name,
        "issued_on": facts["今天"],
    }
    try:
        template = library().version(matter.playbook).papers["reply_letter"]
        text = template.fill_in({name: paper.get(name, "") for name in template.placeholders})
    except (PlaybookError, KeyError) as exc:
        raise Refusal(Problem("paper_missing", _("工作法里没有答复函"), value=matter.playbook)) from exc
    return render(request, "matters/answering/letter.html", {"text": text, "matter": matter})
