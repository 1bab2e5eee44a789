"""Who may see a matter beside its office: the teams that work on it and the offices that act on it.

Written down on the matter, on what is merged into it and on the messages that report any of them, where row-level
security reads it.
"""

from __future__ import annotations

from uuid import UUID

from echowall.voices import operations as voices_operations

from ..models import Assignment, Matter, Report


def family(matter_id: UUID) -> list[UUID]:
    """Return the ids of everything merged into a matter, directly or through another; not the matter itself."""
    found: list[UUID] = []
    layer = [matter_id]
    while layer := list(Matter.objects.filter(merged_into__in=layer).values_list("id", flat=True)):
        found += layer
    return found


def working_teams(matter_id: UUID) -> list[UUID]:
    """Return the teams with an open part in the matter, the lead first."""
    parts = Assignment.objects.filter(matter_id=matter_id, ended_at=None).order_by("-is_lead", "given_at")
    return list(parts.values_list("team_id", flat=True))


def spread_sight(matter: Matter) -> None:
    """Let whoever may see the matter see what is merged into it and the messages behind all of them."""
    merged = family(matter.id) if matter.last_seq else []
    for row in Matter.objects.filter(id__in=merged).only("id", "office_id"):
        offices = {*matter.also_office_ids, matter.office_id} - {row.office_id}
        Matter.objects.filter(id=row.id).update(team_ids=matter.team_ids, also_office_ids=sorted(offices))
    reports = Report.objects.filter(matter_id__in=[matter.id, *merged]).values_list("message_id", flat=True)
    voices_operations.mark_filed(
        message_ids=list(reports), team_ids=matter.team_ids, office_ids=[matter.office_id, *matter.also_office_ids]
    )
