"""What came with a message, handed out decrypted to whoever may see the message."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from echowall.kernel import files
from echowall.kernel.errors import NotFound, Problem
from echowall.kernel.middleware import actor_of

from ..models import Attachment

# Shown in the page; anything else is downloaded, so that nothing a stranger sent runs in the desk's browser.
_SHOWN = {"image/jpeg", "image/png", "image/webp", "image/gif", "audio/mpeg", "audio/amr", "video/mp4"}


def attachment(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Hand out one attachment; who may not see the message does not learn that it exists."""
    actor_of(request).require("voices.see")
    row = Attachment.objects.filter(id=attachment_id).first()
    try:
        content = files.read(row.sha256) if row is not None and row.sha256 else None
    except FileNotFoundError:
        content = None
    if row is None or content is None:
        raise NotFound(Problem("attachment_unknown", _("没有这个附件，或不在您的职责范围内"), value=str(attachment_id)))
    is_shown = row.content_type in _SHOWN
    answer = HttpResponse(content, content_type=row.content_type if is_shown else "application/octet-stream")
    answer["Content-Disposition"] = "inline" if is_shown else "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
