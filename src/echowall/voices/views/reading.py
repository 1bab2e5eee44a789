"""What was understood of a message, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from echowall.kernel.errors import Refusal
from echowall.kernel.signs import INTENT, URGENCY
from echowall.understanding.danger import default_rules
from echowall.understanding.personal import personal_data
from echowall.understanding.second_opinion import opinion_in

from ..highlights import Segment, marks_of, segments
from ..models import Message, Reading
from ..understanding import whole_text

PART_NAMES = {
    "danger": gettext_lazy("危险信号"),
    "needed_by": gettext_lazy("最迟时间"),
    "urgency": gettext_lazy("紧急程度"),
    "intent": gettext_lazy("诉求类型"),
    "topic": gettext_lazy("事项类别"),
    "place": gettext_lazy("地点"),
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
    def second_opinion(self) -> str:
        """What the office's own model said, in words; empty where it was not asked or has not answered yet."""
        found = opinion_in(self.result.get("notes") or ())
        if found is None:
            return ""
        model, intent, urgency = found
        if not model:
            return _("没有取得第二意见（%(error)s），以上理解不变") % {"error": intent}
        said = {"model": model, "intent": INTENT[intent].word, "urgency": URGENCY[urgency].word}
        return _("第二意见（%(model)s）：%(intent)s，%(urgency)s") % said

    @property
    def is_opinion_different(self) -> bool:
        """Whether the second opinion took the message for something else than the first understanding."""
        found = opinion_in(self.result.get("notes") or ())
        return found is not None and bool(found[0]) and found[1] != self.result["intent"]["value"]

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
