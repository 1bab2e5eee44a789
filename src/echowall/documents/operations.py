"""Writes of documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit, clock, events
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem, refuse
from echowall.kernel.ids import new_id
from echowall.places.models import Place

from .models import Document
from .rules import KINDS, number_of


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What a paper is drafted with. ``compose`` gets the number and returns the text; ``cause`` makes it once only."""

    kind: str
    office: Place
    place_path: str
    title: str
    compose: Callable[[str], str]
    subject: tuple[str, UUID]
    cause: str | None = None
    to_team_ids: Sequence[UUID] = field(default=())


def draft_document(*, new: NewDocument, actor: Actor, at: datetime) -> Document:
    """Draft a numbered paper; the same cause again returns the paper that it brought about.

    Raises:
        Refusal: ``kind_unknown``.
        NotPermitted: the actor may not issue this kind there (the system may draft any).
    """
    if new.kind not in KINDS:
        raise refuse("kind_unknown", _("没有这种文书"), place="kind", value=new.kind, fix="、".join(KINDS))
    actor.require(KINDS[new.kind].permission, new.place_path)
    with transaction.atomic():
        held = Document.objects.filter(cause=new.cause).first() if new.cause else None
        if held is not None:
            return held
        year = clock.local(at).year
        sequence = _next(new.office.id, new.kind, year)
        number = number_of(new.office.name, new.kind, year, sequence)
        document = Document.objects.create(
            id=new_id(),
            office=new.office,
            place_path=new.place_path,
            kind=new.kind,
            year=year,
            sequence=sequence,
            number=number,
            title=new.title[:200],
            text=new.compose(number),
            subject_kind=new.subject[0],
            subject_id=new.subject[1],
            cause=new.cause,
            to_team_ids=list(new.to_team_ids),
            drafted_at=at,
            drafted_by_id=actor.id,
            drafted_by_name=actor.name,
        )
        _record(document, "drafted", actor, at)
    return document


def _next(office_id: UUID, kind: str, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_documentcounter (office_id, kind, year, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (office_id, kind, year) DO UPDATE SET last = documents_documentcounter.last + 1"
            " RETURNING last",
            [office_id, kind, year],
        )
        return int(cursor.fetchone()[0])


def revise_document(*, document_id: UUID, title: str, text: str, actor: Actor, at: datetime) -> Document:
    """Change the wording of a draft.

    Raises:
        Refusal: ``document_not_draft``; InvalidInput: ``field_missing``; NotPermitted.
    """
    with transaction.atomic():
        document = _locked(document_id, actor)
        _require_draft(document)
        problems = [
            Problem("field_missing", _("请填写内容"), place=name)
            for name, value in (("title", title), ("text", text))
            if not value.strip()
        ]
        if problems:
            raise InvalidInput(problems)
        document.title, document.text = title.strip()[:200], text.replace("\r\n", "\n").strip() + "\n"
        document.save(update_fields=["title", "text"])
        _record(document, "revised", actor, at)
    return document


def issue_document(*, document_id: UUID, actor: Actor, at: datetime) -> Document:
    """Issue a draft: its text is fixed, its digest kept, and the teams it is addressed to see it.

    Raises:
        Refusal: ``document_not_draft``; NotPermitted: the actor may not issue this kind there.
    """
    with transaction.atomic():
        document = _locked(document_id, actor)
        _require_draft(document)
        document.state, document.issued_at = Document.State.ISSUED, at
        document.issued_by_id, document.issued_by_name = actor.id, actor.name
        document.team_ids, document.digest = document.to_team_ids, digest_of(document)
        document.save()
        _record(document, "issued", actor, at)
        events.publish("documents.document.issued", document_id=str(document.id))
    return document


def void_document(*, document_id: UUID, reason: str, actor: Actor, at: datetime) -> Document:
    """Declare a draft or an issued paper void; it keeps its number and can still be read.

    Raises:
        Refusal: ``document_void``; InvalidInput: ``field_missing`` without a reason; NotPermitted.
    """
    with transaction.atomic():
        document = _locked(document_id, actor)
        if document.state == Document.State.VOID:
            raise refuse("document_void", _("文书已经作废"), value=document.number)
        if not reason.strip():
            raise InvalidInput(Problem("field_missing", _("请填写作废理由"), place="reason"))
        document.state, document.voided_at, document.void_reason = Document.State.VOID, at, reason.strip()[:300]
        document.save(update_fields=["state", "voided_at", "void_reason"])
        _record(document, "voided", actor, at, reason=reason.strip())
    return document


def digest_of(document: Document) -> bytes:
    """Return the SHA-256 by which an issued paper can be told from an altered one."""
    return sha256("\n".join((document.number, document.title, document.text)).encode()).digest()


def _locked(document_id: UUID, actor: Actor) -> Document:
    document = Document.objects.select_for_update(of=("self",)).filter(id=document_id).first()
    if document is None:
        raise NotFound(Problem("document_unknown", _("没有这份文书，或不在您的职责范围内"), value=str(document_id)))
    actor.require(KINDS[document.kind].permission, document.place_path)
    return document


def _require_draft(document: Document) -> None:
    if document.state != Document.State.DRAFT:
        raise refuse("document_not_draft", _("只有拟稿可以修改或签发"), value=document.get_state_display())


def _record(document: Document, done: str, actor: Actor, at: datetime, reason: str = "") -> None:
    detail: dict[str, Any] = {"number": document.number, "kind": document.kind}
    audit.record(
        actor=actor,
        at=at,
        action=f"documents.document.{done}",
        subject=("document", document.id),
        detail=detail,
        reason=reason,
        where=(document.office_id, document.place_path),
    )
