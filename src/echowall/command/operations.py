"""Writes of the one picture: issuing a bulletin, and looking for suspicious handling."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from echowall.kernel import audit, clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem
from echowall.kernel.ids import new_id

from .bulletins import definition
from .models import Bulletin
from .queries.composing import Subject, compose


def issue_bulletin(*, kind: str, subject: Subject, actor: Actor, at: datetime) -> Bulletin:
    """Issue a bulletin: its words, figures and queries are kept as they stand now, under the next number of the year.

    Raises:
        NotPermitted: the actor may not issue bulletins for the office.
        InvalidInput: ``period_in_future``, and as ``compose``.
        NotFound: ``bulletin_unknown``.
    """
    actor.require("bulletins.issue", subject.office.path)
    chosen = definition(kind)
    since, until = subject.period.since, subject.period.until
    if since is None or until is None or until > clock.today(at):
        raise InvalidInput(
            Problem("period_in_future", _("期间还没有过完或没有填写"), place="until", value=str(until or ""))
        )
    with transaction.atomic():
        content = compose(chosen, subject, actor, at)
        with connection.cursor() as cursor:  # numbers without gaps: one at a time per office and kind
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bulletin/{subject.office.id}/{kind}"]
            )
        earlier = Bulletin.objects.filter(office=subject.office, kind=kind, year=until.year).aggregate(
            last=Max("number")
        )
        bulletin = Bulletin.objects.create(
            id=new_id(),
            office=subject.office,
            place_path=subject.office.path,
            kind=kind,
            year=until.year,
            number=(earlier["last"] or 0) + 1,
            title=content["zh"]["title"][:160],
            since=since,
            until=until,
            as_of=at,
            issued_by_id=actor.id,
            issued_by_name=actor.name,
            content=content,
        )
        audit.record(
            actor=actor,
            at=at,
            action="command.bulletin.issued",
            subject=("bulletin", bulletin.id),
            detail={"kind": kind, "number": bulletin.number, "year": bulletin.year},
            where=(subject.office.id, subject.office.path),
        )
    return bulletin
