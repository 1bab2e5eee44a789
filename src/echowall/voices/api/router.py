"""What became of a message, for the program that sent it."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from echowall.kernel.errors import NotFound, Problem
from echowall.kernel.scope import as_system
from echowall.matters import queries as matters_queries

from .. import queries
from .clients import SourceToken, source_of

router = Router(auth=SourceToken(), tags=["messages"])


class MessageStatus(Schema):
    """How far a message got, in plain words."""

    ticket: str
    state: str
    is_ended: bool
    heard_at: datetime
    updated_at: datetime
    due_at: datetime | None
    team: str
    answer: str


@router.get("/messages/{ticket}", response=MessageStatus, summary="How far a message got")
def status(request: HttpRequest, ticket: str) -> MessageStatus:
    """Return how far one of the calling source's own messages got.

    Raises:
        NotFound: the source has no message with this ticket.
    """
    source = source_of(request)
    message_id = queries.ticket_in_source(source.id, ticket)
    message = queries.own_message(ticket) if message_id else None
    if message is None:
        raise NotFound(Problem("ticket_unknown", _("这个来源没有这个回执号"), "ticket", ticket[:24]))
    with as_system():
        found = matters_queries.progress_of([message.id]).get(message.id)
    return MessageStatus(
        ticket=message.ticket, state=found.title if found else _("已收到"), heard_at=message.heard_at,
        is_ended=found.is_ended if found else message.needs_nothing,
        updated_at=found.updated_at if found else message.heard_at, due_at=found.due_at if found else None,
        team=found.team_name if found else "", answer=found.answer if found else "",
    )  # fmt: skip
