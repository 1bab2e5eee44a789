"""What was understood of a message, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from echowall.kernel.errors import Refusal
from echowall.understanding.danger import default_rules
from echowall.understanding.personal import personal_data

from ..highlights import Segment, marks_of, segments
from ..models import Message, Reading
from ..understanding import whole_text

PART_NAMES = {
    "danger": _("危险信号"),
    "needed_by": _("最迟时间"),
    "urgency": _("紧急程度"),
    "intent": _("诉求类型"),
    "topic": _("事项类别"),
    "place": _("地点"),
}


@dataclass(frozen=True, slots=True)
class ShownReading:
    """The newest reading of a message: its text in pieces, and the answers as the page lists them."""

    pieces: list[tuple[Segment, str]]
    result: Mapping[str, Any]
    model: str
    made_at: datetime | None
    dangers: list[tuple[str, str]]
    parts: list[tuple[str, object]]

    @property
    def places(self) -> list[Mapping[str, Any]]:
        """The places named, best first."""
        return list(self.result.get("places") or ())


def shown_reading(message: Message) -> ShownReading:
    """Return what is shown; words that can no longer be unsealed are shown masked, without marks."""
    newest = Reading.objects.filter(message=message).order_by("-made_at", "-id").first()
    result: dict[str, Any] = newest.result if newest else {}
    try:
        result = newest.whole_result() if newest else {}
        text = whole_text(message)
        pieces = segments(text, personal_data(text), marks_of(result))
    except Refusal:
        pieces = [Segment("\n".join(part for part in (message.title, message.body, message.place_text) if part))]
    names = {rule.code: rule.zh for rule in default_rules().rules}
    dangers = [
        (names.get(sign["code"], sign["code"]), "、".join(e["words"] for e in sign.get("evidence", ())))
        for sign in result.get("danger") or ()
    ]
    seen = {part for piece in pieces for part in piece.parts}
    return ShownReading(
        pieces=[(piece, "、".join(str(PART_NAMES[part]) for part in piece.parts)) for piece in pieces],
        result=result,
        model=newest.model if newest else "",
        made_at=newest.made_at if newest else None,
        dangers=dangers,
        parts=[(part, name) for part, name in PART_NAMES.items() if part in seen],
    )
