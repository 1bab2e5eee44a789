"""The clocks and the parts of a matter as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from echowall.kernel.actors import Actor
from echowall.kernel.errors import InvalidInput, Problem
from echowall.places.models import Place
from echowall.playbooks.clocks import ClockReading, explain
from echowall.playbooks.clocks import State as ClockState

from .. import clocks
from ..models import Assignment, Matter

_SHOWN = {
    ClockState.PAUSED: "suspended",
    ClockState.MET: "met",
    ClockState.BREACHED: "red",
    ClockState.RUNNING: "green",
}


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock: its name and digit, how it looks, its times, and why it says what it says, line by line."""

    name: str
    digit: str
    look: str
    due_at: datetime | None
    amber_at: datetime | None
    met_at: datetime | None
    is_main: bool
    why: tuple[str, ...]


def _look(reading: ClockReading) -> str:
    if reading.state is ClockState.MET:
        return "missed" if reading.is_late else "met"
    if reading.level != "none":
        return "supervised"
    if reading.state is ClockState.RUNNING:
        return "amber" if reading.colour == "amber" else "green"
    return _SHOWN.get(reading.state, "suspended")


def clock_panel(matter: Matter, at: datetime) -> list[ClockLine]:
    """Return the clocks that run or ran for a matter at ``at``, the five of the playbook first, each explained."""
    report = clocks.report(matter, max(at, matter.opened_at))
    language = "en" if get_language() == "en" else "zh"
    texts = report.clock_sets[-1].texts
    lines = []
    for reading in report.readings:
        if reading.state in {ClockState.NOT_STARTED, ClockState.VOID} or reading.started_at is None:
            continue
        base, _colon, node = reading.clock.partition(":")
        name = texts.get(language, {}).get(f"clocks.{base}") or texts.get("zh", {}).get(f"clocks.{base}", base)
        why = tuple(said.en if language == "en" else said.zh for said in explain(report, reading.clock))
        due_at = reading.due_at if reading.state in {ClockState.RUNNING, ClockState.BREACHED} else None
        lines.append(
            ClockLine(
                f"{name} {node}".strip(),
                reading.digit,
                _look(reading),
                due_at,
                reading.amber_at,
                reading.met_at,
                reading.is_main,
                why,
            )
        )
    return sorted(lines, key=lambda line: not line.is_main)


def team_parts(matter: Matter) -> list[Assignment]:
    """Return the parts that teams have or had in a matter, the present ones first, the lead before the others."""
    rows = Assignment.objects.filter(matter=matter).select_related("team").order_by("given_at")
    return sorted(rows, key=lambda a: (a.ended_at is not None, not a.is_lead, a.given_at))


def place_said(actor: Actor, place_id: UUID | None, text: str) -> Place:
    """Return the place somebody chose, or the one place of this name within their duty.

    Raises:
        InvalidInput: ``place_unknown``, or ``place_ambiguous`` naming some of those meant.
    """
    if place_id is not None:
        place = Place.objects.select_related("office").filter(id=place_id).first()
        if place is not None:
            return place
    within = Place.objects.none()
    for grant in actor.grants:
        within |= Place.objects.filter(path__under=grant.path)
    named = list(within.filter(name=text.strip()).select_related("office", "parent")[:6])
    named = named or list(within.filter(name__contains=text.strip()).select_related("office", "parent")[:6])
    if len(named) == 1:
        return named[0]
    if named:
        some = "、".join(f"{p.parent.name if p.parent else ''}{p.name}" for p in named[:5])
        raise InvalidInput(
            Problem(
                "place_ambiguous",
                _("有几个地点叫这个名字"),
                place="place_text",
                value=text,
                fix=_("请从提示中选一个：%s") % some,
            )
        )
    raise InvalidInput(
        Problem(
            "place_unknown",
            _("找不到这个地点"),
            place="place_text",
            value=text,
            fix=_("请填写小区、社区或街道的名称，并从提示中选择"),
        )
    )
