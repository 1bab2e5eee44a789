"""Joining reports, merging and splitting matters: always reversible, and every reporter is still answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import NotFound, Problem, refuse
from echowall.places.models import Place
from echowall.voices import queries as voices_queries

from ..models import Matter, Report, State
from ..models.matters import OPEN_STATES
from ..rules import MOVES
from .chain import Step, locked, make_move, require_move
from .opening import NewMatter, attach_report, open_matter
from .sight import spread_sight, working_teams


def join_report(*, matter_id: UUID, message_id: UUID, why: dict[str, Any], actor: Actor, at: datetime) -> Report:
    """Hang a further message on a matter that is still open; one that already reports it changes nothing.

    A matter that ended is not joined: the same thing happening again is a new occurrence and gets its own matter.

    Raises:
        Refusal: ``matter_ended``, ``message_has_matter`` naming the other one.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        held = Report.objects.select_related("matter").filter(message_id=message_id).first()
        if held is not None and held.matter_id == matter.id:
            return held
        if held is not None:
            raise refuse(
                "message_has_matter",
                _("留言已归入另一事项"),
                place="message",
                value=held.matter.number,
                fix=_("如是同一件事，请并案"),
            )
        if matter.state not in OPEN_STATES:
            raise refuse("matter_ended", _("事项已经办结，再次发生的应另立新案"), place="matter", value=matter.number)
        report = attach_report(matter=matter, message_id=message_id, is_first=False, why=why, at=at)
        make_move(
            matter_id=matter_id,
            actor=actor,
            at=at,
            matter=matter,
            step=Step("noted", {"note": _("新增一条相同反映"), "message": str(message_id), "why": why}),
        )
    return report


def join_earlier(*, message_id: UUID, actor: Actor, at: datetime) -> Report | None:
    """Hang a message that adds to an earlier one (its ``reply_to``) on that one's matter, if that is still open.

    Returns None when there is no earlier message, it has no matter, or that ended: then it stands on its own.

    Raises:
        NotFound: no such message within what may be seen.
    """
    earlier_id = voices_queries.answered_message(message_id)
    earlier = Report.objects.select_related("matter").filter(message_id=earlier_id).first() if earlier_id else None
    if earlier is None or Report.objects.filter(message_id=message_id).exists():
        return None
    matter = earlier.matter
    while matter.merged_into_id is not None:
        matter = Matter.objects.get(id=matter.merged_into_id)
    if matter.state not in OPEN_STATES:
        return None
    why = {"how": "added", "to": str(earlier_id)}
    return join_report(matter_id=matter.id, message_id=message_id, why=why, actor=actor, at=at)


def merge_matters(*, into_id: UUID, merged_ids: Sequence[UUID], actor: Actor, at: datetime, reason: str = "") -> Matter:
    """Merge matters into one. The merged ones stop; their reports stay on them and are answered through the one kept.

    Raises:
        Refusal: ``merge_into_itself``, ``merge_into_merged``, ``other_office``.
    """
    with transaction.atomic():
        # In one order, so that two dispatchers merging the same matters the other way round do not wait for each other.
        held = {i: locked(i) for i in sorted({into_id, *merged_ids})}
        kept = held[into_id]
        if kept.state not in OPEN_STATES:
            raise refuse("merge_into_merged", _("只能并入未办结的事项"), place="into", value=kept.number)
        for merged_id in sorted(set(merged_ids)):
            if merged_id == into_id:
                raise refuse("merge_into_itself", _("不能并入自己"), place="merged", value=kept.number)
            merged = held[merged_id]
            if merged.merged_into_id == kept.id:
                continue
            if merged.office_id != kept.office_id:
                raise refuse("other_office", _("不同街道的事项不能并案，请先移交"), place="merged", value=merged.number)

            body = {
                "into": str(kept.id),
                "into_number": kept.number,
                "was": merged.state,
                "reason": reason,
                "also_offices": [str(i) for i in merged.also_office_ids],
            }
            make_move(
                matter_id=merged_id,
                step=Step("merged", body, change=_merging_into(kept)),
                actor=actor,
                at=at,
                matter=merged,
            )
            make_move(
                matter_id=into_id,
                actor=actor,
                at=at,
                matter=kept,
                step=Step("noted", {"note": _("并入 %s") % merged.number, "merged": str(merged.id)}),
            )
        spread_sight(kept)
    return kept


def _merging_into(kept: Matter) -> Callable[[Matter], None]:
    def change(matter: Matter) -> None:
        matter.merged_into = kept

    return change


def unmerge_matter(*, matter_id: UUID, actor: Actor, at: datetime, reason: str = "") -> Matter:
    """Undo a merge: the matter goes on where it stood, its clocks with the time that passed.

    Raises:
        Refusal: it is not merged.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        last = matter.history.filter(kind="merged").order_by("-seq").first()
        was = State(last.body["was"]) if last else State.OPENED
        require_move(matter, MOVES["unmerged"], actor)

        def change(changed: Matter) -> None:
            changed.merged_into = None
            changed.team_ids = working_teams(changed.id)
            # Sight that came only with the merge goes with it.
            offices = last.body.get("also_offices") if last else None
            changed.also_office_ids = [UUID(i) for i in offices or ()]
            spread_sight(changed)

        make_move(
            matter_id=matter_id,
            actor=actor,
            at=at,
            matter=matter,
            step=Step("unmerged", {"reason": reason}, to_state=was, change=change),
        )
    return matter


def split_matter(*, matter_id: UUID, message_ids: Sequence[UUID], new: NewMatter, actor: Actor, at: datetime) -> Matter:
    """Take part of a matter out into one of its own; the given messages go with it. Merging the two again undoes it.

    Raises:
        NotFound: a message does not report this matter.
        Refusal: ``nothing_left`` when every report would go.
    """
    with transaction.atomic():
        matter = locked(matter_id)
        moving = list(Report.objects.filter(matter=matter, message_id__in=message_ids))
        if len(moving) != len(set(message_ids)):
            raise NotFound(Problem("message_unknown", _("有留言不属于这个事项"), place="messages"))
        if moving and len(moving) == Report.objects.filter(matter=matter).count():
            raise refuse("nothing_left", _("至少要留下一条留言"), place="messages")
        require_move(matter, MOVES["split"], actor)
        part = open_matter(new=new, actor=actor, at=at)
        Matter.objects.filter(id=part.id).update(split_from=matter)
        for report in moving:
            Report.objects.filter(id=report.id).update(matter=part, is_first=False)
        Matter.objects.filter(id=part.id).update(report_count=len(moving))

        def change(changed: Matter) -> None:
            changed.report_count -= len(moving)

        body = {"part": str(part.id), "part_number": part.number, "messages": [str(m) for m in message_ids]}
        make_move(matter_id=matter_id, step=Step("split", body, change=change), actor=actor, at=at, matter=matter)
        part.refresh_from_db(fields=["split_from", "report_count"])
        spread_sight(part)
    return part


def part_of(matter: Matter, *, title: str, topic: str) -> NewMatter:
    """Return what a part split off begins with: where, when and how urgent as the whole."""
    place = Place.objects.select_related("office").get(id=matter.place_id)
    return NewMatter(
        place=place,
        title=title,
        summary=matter.summary,
        channel=matter.channel,
        intent=matter.intent,
        topic=topic,
        urgency=matter.urgency,
        opened_at=matter.opened_at,
        needed_by_at=matter.needed_by_at,
    )
