"""Lists: the quick tabs, what waits for whom, the critical ones that nobody took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext_lazy as _

from echowall.kernel.actors import Actor

from ..models import Assignment, HistoryEvent, Matter
from ..models.matters import OPEN_STATES

PILE_ROWS = 30


@dataclass(frozen=True, slots=True)
class Tab:
    """A quick filter of the list: title, query string, how many rows, whether it is the present one."""

    title: Any
    query: str
    count: int
    is_current: bool
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Pile:
    """Things that wait for somebody for the same reason. ``count`` is of all, ``rows`` are the most pressing."""

    name: str
    title: Any
    icon: str
    rows: list[Matter]
    count: int
    key: str = ""


_TABS = (
    (_("待派遣"), {"state": "opened"}, ""),
    (_("待受理"), {"state": "dispatched"}, ""),
    (_("处置中"), {"state": "handling"}, ""),
    (_("待核查"), {"state": "reported"}, ""),
    (_("待结案"), {"state": "checked"}, ""),
    (_("超期"), {"standing": "overdue"}, "critical"),
    (_("危急"), {"urgency": "critical", "standing": "open"}, "critical"),
)


def quick_tabs(given: Mapping[str, str]) -> list[Tab]:
    """Return the quick filters with their numbers, counted in one query over the open matters in sight."""
    rows = (
        Matter.objects.filter(state__in=OPEN_STATES)
        .values("state")
        .annotate(
            count=Count("id"),
            overdue=Count("id", filter=Q(colour="red")),
            critical=Count("id", filter=Q(urgency="critical")),
        )
        .order_by()
    )
    counts: dict[str, int] = {"overdue": 0, "critical": 0}
    for row in rows:
        counts[row["state"]] = row["count"]
        counts["overdue"] += row["overdue"]
        counts["critical"] += row["critical"]
    tabs = [Tab(_("全部"), "", 0, not any(k in given for k in ("state", "standing", "urgency")))]
    for title, asked, tone in _TABS:
        name = "critical" if "urgency" in asked else str(next(iter(asked.values())))
        is_current = all(given.get(k, "") == asked.get(k, "") for k in ("state", "standing", "urgency"))
        tabs.append(Tab(title, "&".join(f"{k}={v}" for k, v in asked.items()), counts.get(name, 0), is_current, tone))
    return tabs


def oldest_first(ids: Sequence[UUID]) -> list[Matter]:
    """Return the visible matters among ``ids``, the oldest first."""
    return list(Matter.objects.filter(id__in=ids).defer("terms").order_by("opened_at", "id"))


def critical_waiting() -> list[Matter]:
    """Return the critical matters in sight that no team has taken yet, the longest waiting first."""
    return list(
        Matter.objects.filter(urgency="critical", state__in=("collected", "opened", "dispatched"))
        .select_related("lead_team", "place")
        .defer("terms", "summary")
        .order_by("opened_at")[:20]
    )


def _pile(name: str, title: Any, icon: str, rows: QuerySet[Matter], key: str = "") -> Pile | None:
    count = rows.order_by().count()
    if not count:
        return None
    urgency_order = Case(When(urgency="critical", then=0), When(urgency="urgent", then=1), default=2)
    first = (
        rows.select_related("place", "lead_team")
        .defer("terms", "summary")
        .order_by(urgency_order, F("due_at").asc(nulls_last=True), "opened_at")
    )
    return Pile(name, title, icon, list(first[:PILE_ROWS]), count, key)


def _of_teams(actor: Actor, teams: list[UUID]) -> list[Pile | None]:
    """Return what waits for a member of these teams."""
    matters = Matter.objects.all()
    part = Assignment.objects.filter(matter=OuterRef("pk"), ended_at=None, team_id__in=teams)
    return [
        _pile("accept", _("待我受理"), "inbox", matters.filter(state="dispatched", lead_team_id__in=teams), "a"),
        _pile(
            "handle",
            _("我在处置"),
            "progress-check",
            matters.filter(state="handling", lead_team_id__in=teams, owner_id=actor.id),
        ),
        _pile(
            "team",
            _("本专班在处置"),
            "users-group",
            matters.filter(state="handling", lead_team_id__in=teams).exclude(owner_id=actor.id),
        ),
        _pile(
            "joint",
            _("请我协办"),
            "users",
            matters.filter(Exists(part.filter(is_lead=False)), state__in=("dispatched", "handling")),
        ),
        _pile(
            "back",
            _("核查退回"),
            "arrow-back-up",
            matters.filter(
                Exists(
                    HistoryEvent.objects.filter(
                        matter=OuterRef("pk"), seq=OuterRef("last_seq"), kind="checked", body__passed=False
                    )
                ),
                state="handling",
                lead_team_id__in=teams,
            ),
        ),
    ]


def _of_desk(actor: Actor) -> list[Pile | None]:
    """Return what waits for whoever dispatches."""
    matters = Matter.objects.all()
    offered_here = HistoryEvent.objects.filter(
        matter=OuterRef("pk"), kind="move_offered", body__to_office__in=[str(i) for i in actor.scope.office_ids]
    )
    return [
        _pile(
            "critical",
            _("危急待受理"),
            "square-rotated-filled",
            matters.filter(urgency="critical", state__in=("opened", "dispatched")),
        ),
        _pile("dispatch", _("待派遣"), "send", matters.filter(state="opened")),
        _pile(
            "offered",
            _("外街道移交待接收"),
            "arrows-exchange",
            matters.filter(
                Exists(offered_here),
                also_office_ids__overlap=list(actor.scope.office_ids),
                state__in=("opened", "dispatched", "handling"),
            ),
        ),
        _pile("check", _("待核查"), "checklist", matters.filter(state="reported")),
        _pile("close", _("待答复、回访、结案"), "phone-check", matters.filter(state="checked")),
    ]


def _of_leaders(actor: Actor) -> list[Pile | None]:
    """Return what waits for those who approve and press."""
    matters = Matter.objects.all()
    piles: list[Pile | None] = []
    if actor.may("matters.suspend"):
        asked = HistoryEvent.objects.filter(matter=OuterRef("pk"), kind="suspension_asked")
        decided = HistoryEvent.objects.filter(matter=OuterRef("pk"), kind="suspended")
        piles.append(
            _pile(
                "approve",
                _("挂账待批准"),
                "clock-pause",
                matters.filter(Exists(asked), ~Exists(decided), state="handling"),
            )
        )
    if actor.may("matters.supervise"):
        piles.append(
            _pile(
                "overdue", _("超期未办结"), "alert-hexagon-filled", matters.filter(state__in=OPEN_STATES, colour="red")
            )
        )
    return piles


def waiting_for(actor: Actor) -> list[Pile]:
    """Return what waits for the actor, by what there is to do; empty piles are left out."""
    teams = list(actor.team_ids)
    piles: list[Pile | None] = []
    if teams and actor.may("matters.accept"):
        piles += _of_teams(actor, teams)
    if actor.may("matters.dispatch"):
        piles += _of_desk(actor)
    piles += _of_leaders(actor)
    return [pile for pile in piles if pile is not None]
