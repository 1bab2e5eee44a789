"""Reads of documents."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from echowall.kernel.errors import NotFound, Problem

from .models import Document


def documents_about(kind: str, subject_id: UUID) -> list[Document]:
    """Return the papers about a subject that may be seen, the newest first."""
    return list(Document.objects.filter(subject_kind=kind, subject_id=subject_id).order_by("-drafted_at", "-id"))


def visible_document(document_id: UUID) -> Document:
    """Return a paper.

    Raises:
        NotFound: there is none within what may be seen.
    """
    document = Document.objects.select_related("office").filter(id=document_id).first()
    if document is None:
        raise NotFound(Problem("document_unknown", _("没有这份文书，或不在您的职责范围内")))
    return document
