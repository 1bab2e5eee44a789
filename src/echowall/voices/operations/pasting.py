"""Filing a block that a volunteer copied from a chat group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel import audit, clock
from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem, refuse
from echowall.kernel.ids import new_id

from ..channels.pasted import LAYOUTS, PastedResult, read_pasted
from ..channels.types import RefusedInputError
from ..models import Import, Source
from ..models.sources import Channel
from .hearing import Heard, hear_messages
from .loading import SYSTEM_ID
from .refusals import invalid


@dataclass(frozen=True, slots=True)
class Pasted:
    """A paste on its way in: the text, when it was copied, the layout insisted on (None: recognise it)."""

    text: str
    reference: datetime
    layout: str | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a paste: its record, and one ``Heard`` per message."""

    loaded: Import
    heard: tuple[Heard, ...]


def split_paste(source: Source, pasted: Pasted) -> PastedResult:
    """Return the paste taken apart, for a look before it is filed.

    Raises:
        InvalidInput: nothing was pasted, it is too long, or the layout is unknown.
    """
    if not pasted.text.strip():
        raise InvalidInput(
            Problem("paste_empty", _("还没有粘贴内容"), place="text", fix=_("从群里复制聊天记录，粘贴到这里"))
        )
    if pasted.layout is not None and pasted.layout not in LAYOUTS:
        raise InvalidInput(Problem("layout_unknown", _("没有这种版式"), place="layout", value=pasted.layout))
    try:
        return read_pasted(
            pasted.text,
            reference=pasted.reference,
            conversation=str(source.id),
            layout=pasted.layout,
            zone=clock.SHANGHAI,
        )
    except RefusedInputError as error:
        raise invalid(error.problems) from error


def file_pasted(*, source: Source, pasted: Pasted, record_only: bool = False, actor: Actor, at: datetime) -> Filed:
    """File every message of a paste; those the source already had keep their tickets, so pasting twice changes nothing.

    Raises:
        InvalidInput: as ``split_paste``, and ``paste_without_messages`` where no message was found in it.
        Refusal: ``source_not_group``, ``source_inactive``.
        NotPermitted: without ``voices.hear`` at the source's place.
    """
    actor.require("voices.hear", source.place_path)
    if source.channel != Channel.PASTED:
        raise refuse("source_not_group", _("这个来源不是群聊"), place="source", value=source.name)
    if not source.is_active:
        raise refuse("source_inactive", _("这个来源已停用"), place="source", value=source.name)
    split = split_paste(source, pasted)
    if not split.messages:
        raise InvalidInput(
            Problem(
                "paste_without_messages", _("没有认出留言"), place="text", fix=_("换一种版式，或选“整段作为一条留言”")
            )
        )
    with transaction.atomic():
        loaded = Import.objects.create(
            id=new_id(),
            source=source,
            office_id=source.office_id,
            place_path=source.place_path,
            name=f"{source.name} {clock.local(pasted.reference):%m-%d %H:%M}"[:200],
            content_hash=sha256(pasted.text.encode("utf-8", "replace")).digest(),
            loaded_by_id=actor.id or SYSTEM_ID,
            loaded_at=at,
            moved_at=at,
            row_count=len(split.messages) + len(split.unclear),
            problem_count=len(split.unclear),
            record_only=record_only,
            settings={"layout": split.layout, "reference": pasted.reference.isoformat()},
        )
        heard = hear_messages(
            messages=[one.message for one in split.messages], source=source, actor=actor, at=at, loaded=loaded
        )
        loaded.new_count = sum(one.is_new for one in heard)
        loaded.known_count = len(heard) - loaded.new_count
        loaded.save(update_fields=["new_count", "known_count"])
        audit.record(
            actor=actor,
            at=at,
            action="voices.import.loaded",
            subject=("import", loaded.id),
            detail={"new": loaded.new_count, "known": loaded.known_count, "unclear": len(split.unclear)},
            where=(source.office_id, source.place_path),
        )
    return Filed(loaded, tuple(heard))
