"""A message in clear. Only operations that record who asked and why may call this."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from echowall.kernel import files
from echowall.kernel.errors import NotFound, Problem
from echowall.kernel.personal import unseal

from ..models import Attachment, Message


@dataclass(frozen=True, slots=True)
class Said:
    """Who said what, in clear."""

    name: str
    phone: str
    text: str


def said_in_clear(message_id: UUID) -> Said:
    """Return sender, phone and exact words of a message.

    Raises:
        NotFound: there is none within what may be seen.
        Refusal: ``key_destroyed`` when that kind of data was destroyed.
    """
    row = Message.objects.filter(id=message_id).only("sender_sealed", "phone_sealed", "body_sealed").first()
    if row is None:
        raise NotFound(Problem("message_unknown", _("没有这条留言，或不在您的职责范围内"), value=str(message_id)))
    return Said(
        name=unseal("name", row.sender_sealed) if row.sender_sealed else "",
        phone=unseal("phone", row.phone_sealed) if row.phone_sealed else "",
        text=unseal("message", row.body_sealed),
    )


def attachment_content(attachment_id: UUID) -> tuple[str, bytes]:
    """Return content type and content of what came with a message.

    Raises:
        NotFound: there is none within what may be seen, or its content was never fetched.
    """
    row = Attachment.objects.filter(id=attachment_id).exclude(sha256="").first()
    if row is None:
        raise NotFound(Problem("file_unknown", _("没有这个文件，或不在您的职责范围内"), value=str(attachment_id)))
    return row.content_type, files.read(row.sha256)
