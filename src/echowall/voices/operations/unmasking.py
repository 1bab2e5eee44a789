"""Showing what is masked: only with a reason, which is recorded with who asked and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, NotFound, Problem
from echowall.kernel.personal import unseal

from ..models import Message

# What may be asked for, and under which kind of key it is sealed.
FIELDS = {"phone": "phone", "sender": "name", "body": "message"}
SHORTEST_REASON = 4


@dataclass(frozen=True, slots=True)
class Unmasked:
    """The values in plain text that were asked for; "" for what was not asked for or never given."""

    phone: str = ""
    sender: str = ""
    body: str = ""


def unmask_message(
    *, message_id: UUID, fields: frozenset[str] | set[str], reason: str, actor: Actor, at: datetime
) -> Unmasked:
    """Show phone, sender's name or the text as said, and record who wanted to see it and why.

    Args:
        message_id: the message, within what the actor may see.
        fields: any of ``phone``, ``sender``, ``body``.
        reason: why it must be seen; at least four letters.
        actor: who asks.
        at: when.

    Raises:
        InvalidInput: ``reason_missing``, ``field_unknown``, both at once if so.
        NotFound: no such message within what may be seen.
        NotPermitted: without ``personal.unmask`` at the message's place.
        Refusal: ``key_destroyed`` when the emergency's keys are gone.
    """
    reason = reason.strip()
    problems = [
        Problem("field_unknown", _("没有这一项"), place="fields", value=f) for f in sorted(fields - FIELDS.keys())
    ]
    if not fields:
        problems.append(Problem("field_unknown", _("请选择要查看的内容"), place="fields", fix="、".join(FIELDS)))
    if len(reason) < SHORTEST_REASON:
        problems.append(
            Problem(
                "reason_missing", _("请写明查看原因"), place="reason", value=reason, fix=_("例如：电话联系核实地址")
            )
        )
    if problems:
        raise InvalidInput(problems)
    message = Message.objects.filter(id=message_id).first()
    if message is None:
        raise NotFound(Problem("message_unknown", _("没有这条留言，或不在您的职责范围内"), value=str(message_id)))
    if actor.team_ids.isdisjoint(message.team_ids):
        actor.require("personal.unmask", message.place_path)
    else:  # given to the actor's team, wherever it lies
        actor.require("personal.unmask")
    with transaction.atomic():
        audit.record(
            actor=actor,
            at=at,
            action="voices.message.unmasked",
            subject=("message", message.id),
            reason=reason[:500],
            detail={"fields": sorted(fields)},
            where=(message.office_id, message.place_path),
        )
        sealed = {f: getattr(message, f"{f}_sealed") for f in fields}
        return Unmasked(**{f: unseal(FIELDS[f], value) for f, value in sealed.items() if value is not None})
