"""What a correction of the message means for its matter: other words, another place, perhaps another team."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from echowall.places.models import Place
from echowall.understanding.types import Urgency
from echowall.voices import queries as voices_queries

from ..models import Matter
from ..models.matters import OPEN_STATES
from ..routing import Route
from .routes import route_of

_FIELDS = ("intent", "topic", "urgency")


@dataclass(frozen=True, slots=True)
class Corrected:
    """What would change: fields of the matter, its place, and the team that then answers for it if it is another.

    ``team_id`` is None where the team in charge stays, or where the matter is past being dispatched. ``opinion_of``
    names the model whose second opinion raised the urgency, where no person corrected anything.
    """

    changes: dict[str, str]
    place: Place | None
    route: Route | None
    opinion_of: str = ""

    @property
    def team_id(self) -> UUID | None:
        """The team it should go to instead."""
        return self.route.team_id if self.route else None


def corrected_by_message(matter: Matter) -> Corrected | None:
    """Return what was corrected at the first report's message after the matter was last reclassified, or None.

    Only what a person corrected counts, and an urgency that the second opinion raised; only while the matter is open,
    and only within the same street office.
    """
    first = matter.reports.filter(is_first=True).values_list("message_id", flat=True).first()
    if first is None or matter.state not in OPEN_STATES:
        return None
    decided = matter.history.filter(kind__in=("opened", "reclassified")).order_by("-seq").values_list("at", flat=True)
    since = decided.first() or matter.opened_at
    fields = {name for name, at in voices_queries.last_corrections(first).items() if at > since}
    facts = voices_queries.message_facts(first)
    raised_by = _raised_by(matter, first, facts.urgency)
    if not fields and not raised_by:
        return None
    opinion_of = "" if fields else raised_by
    fields |= {"urgency"} if raised_by else set()
    changes = {n: getattr(facts, n) for n in _FIELDS if n in fields and getattr(facts, n) != getattr(matter, n)}
    place = None
    if "place" in fields and facts.place_id != matter.place_id and facts.office_id == matter.office_id:
        place = Place.objects.get(id=facts.place_id)
    if not changes and place is None:
        return None
    path = place.path if place else matter.place_path
    urgency = changes.get("urgency", matter.urgency)
    route = route_of(matter.office_id, changes.get("topic", matter.topic), path, is_critical=urgency == "critical")
    moves_on = route is not None and route.team_id != matter.lead_team_id
    is_early = matter.state in {"opened", "dispatched", "handling"}
    return Corrected(changes, place, route if moves_on and is_early else None, opinion_of)


def _raised_by(matter: Matter, message_id: UUID, urgency: str) -> str:
    """Return the model whose second opinion made the message more urgent than its matter, or an empty text.

    What a person decided at the matter since then stands. The opinion may come while the matter is being opened, so
    its opening does not count as a decision.
    """
    if not urgency or Urgency(urgency).rank >= Urgency(matter.urgency).rank:
        return ""
    raised = voices_queries.raised_by_opinion(message_id)
    if raised is None or matter.history.filter(kind="reclassified", at__gte=raised[0]).exists():
        return ""
    return raised[1]
