"""Pages of papers."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from echowall.kernel import clock
from echowall.kernel.errors import Refusal
from echowall.kernel.middleware import actor_of

from . import operations, queries
from .models import Document
from .printing import pdf_of
from .rules import KINDS


class DraftForm(forms.Form):
    """The wording of a draft."""

    title = forms.CharField(label=gettext_lazy("标题"), max_length=200)
    text = forms.CharField(label=gettext_lazy("正文"), widget=forms.Textarea(attrs={"rows": 16}))


class VoidForm(forms.Form):
    """Why a paper is void."""

    reason = forms.CharField(label=gettext_lazy("作废理由"), max_length=300)


def _page(
    request: HttpRequest,
    document: Document,
    draft: DraftForm | None = None,
    void: VoidForm | None = None,
    status: int = 200,
) -> HttpResponse:
    title, _line, text = document.text.partition("\n")
    may_issue = actor_of(request).may(KINDS[document.kind].permission, document.place_path)
    return render(
        request,
        "documents/detail.html",
        {
            "document": document,
            "kind": KINDS[document.kind],
            "paper": {"title": title.strip(), "text": text.lstrip("\n")},
            "may_issue": may_issue,
            "draft_form": draft or DraftForm(initial={"title": document.title, "text": document.text}),
            "void_form": void or VoidForm(),
            "is_editing": draft is not None,
        },
        status=status,
    )


@require_GET
def detail(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Show a paper as it will be printed, and what may be done with it."""
    actor_of(request).require("matters.see")
    return _page(request, queries.visible_document(document_id))


@require_GET
def pdf(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Hand out the paper as PDF."""
    actor_of(request).require("matters.see")
    document = queries.visible_document(document_id)
    response = HttpResponse(pdf_of(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{document.kind}-{document.year}-{document.sequence}.pdf"'
    response["Cache-Control"] = "private, no-cache"
    return response


@require_POST
def revise(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Change the wording of a draft."""
    form = DraftForm(request.POST)
    if form.is_valid():
        try:
            operations.revise_document(
                document_id=document_id, actor=actor_of(request), at=clock.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            for problem in refusal.problems:
                form.add_error(problem.place if problem.place in form.fields else None, problem.message)
        else:
            messages.success(request, _("已保存"))
            return redirect("documents:detail", document_id)
    return _page(request, queries.visible_document(document_id), draft=form, status=422)


@require_POST
def issue(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Issue a draft."""
    document = operations.issue_document(document_id=document_id, actor=actor_of(request), at=clock.now())
    messages.success(request, _("%s 已签发") % document.number)
    return redirect("documents:detail", document_id)


@require_POST
def void(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Declare a paper void."""
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _page(request, queries.visible_document(document_id), void=form, status=422)
    document = operations.void_document(
        document_id=document_id, reason=form.cleaned_data["reason"], actor=actor_of(request), at=clock.now()
    )
    messages.success(request, _("%s 已作废") % document.number)
    return redirect("documents:detail", document_id)
